"""`presentations/verify`: the presentation's own proof, its holder, and each credential in it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from portal.vc_api import bodies
from portal.vc_api.errors import RequestMalformed
from portal.vc_api.verifying import CredentialChecks, Findings, asked_checks, check_credential, get_key
from portal.wiring import Node
from vc import jose, structure
from vc.errors import InvalidChallenge, IssuerMismatch, MalformedValue
from vc.jose.enveloped import ENVELOPED_PRESENTATION
from vc.model import list_of
from vc.policy import Policy
from vc.proofs.data_integrity import ASSERTION_METHOD, verify_proofs
from vc.proofs.proof import controller_of, proofs_of

_AUTHENTICATION = "authentication"
_MAX_CREDENTIALS = 16
_MAY_BE_OLD = "no challenge was given to compare with: this may be a copy of an older presentation"


def verify(node: Node, body: Mapping[str, Any]) -> dict[str, Any]:
    """Verify the presentation of a request.

    `options.checks` says what is demanded; without it everything is. A proof that is there must always hold; with a
    list that lacks `proof`, none needs to be there, and with an empty list the credentials are only looked at.

    Raises:
        NotVerified, RequestMalformed
    """
    unsigned = "verifiablePresentation" not in body and "presentation" in body
    presentation = bodies.require_object(body, "presentation" if unsigned else "verifiablePresentation")
    options = bodies.options_of(body)
    asked = asked_checks(options)
    findings = Findings()
    _check_form(presentation, findings)
    findings.require_good()
    credentials = list_of(presentation.get("verifiableCredential"))
    if _is_token(presentation):
        credentials = _open_token(node, presentation, options, findings)
    elif "proof" in presentation or (not unsigned and (asked is None or "proof" in asked)):
        findings.run("proof", lambda: _check_proofs(node, presentation, options, findings))
        findings.run("holder", lambda: _check_holder(presentation))
    findings.require_good()
    if asked is None or asked:
        checks = CredentialChecks.of({}) if asked is None else replace(CredentialChecks.of({}), names=asked)
        _check_credentials(node, credentials, checks, findings, signed="proof" in presentation)
    findings.require_good()
    answer = findings.to_json()
    return answer | {"verifiablePresentation": presentation} if options.get("returnPresentation") is True else answer


def _is_token(presentation: Mapping[str, Any]) -> bool:
    return ENVELOPED_PRESENTATION in list_of(presentation.get("type"))


def _open_token(
    node: Node, presentation: Mapping[str, Any], options: Mapping[str, Any], findings: Findings
) -> list[Mapping[str, Any]]:
    """The enveloped credentials of a `vp+jwt`, once its holder's signature holds: `aud` is the domain, `nonce` the
    challenge.
    """
    challenge, domain = bodies.optional_text(options, "challenge"), bodies.optional_text(options, "domain")
    credentials: list[Mapping[str, Any]] = []

    def check() -> None:
        token = jose.read_presentation(jose.open_envelope(presentation, envelope=ENVELOPED_PRESENTATION).token)
        audience = next((each for each in list_of(token.claims.get("aud")) if isinstance(each, str)), None)
        jose.verify_presentation(
            token,
            get_key=lambda url, purpose: get_key(node, url, purpose),
            now=node.now(),
            policy=Policy(),
            audience=audience if domain is None else domain,
            nonce=challenge,
        )
        credentials.extend(list_of(token.document.get("verifiableCredential")))

    findings.run("proof", check)
    if challenge is None:
        findings.warnings.append(_MAY_BE_OLD)
    return credentials


def _check_form(presentation: Mapping[str, Any], findings: Findings) -> None:
    findings.run("structure", lambda: structure.check_presentation(presentation))
    credentials = list_of(presentation.get("verifiableCredential"))
    if findings.problems or _is_token(presentation):
        return
    if len(credentials) > _MAX_CREDENTIALS:
        raise RequestMalformed(f"a presentation of at most {_MAX_CREDENTIALS} credentials is verified")
    findings.run("terms", lambda: structure.check_terms(_outside(presentation)))
    for number, credential in enumerate(credentials):
        if not jose.is_enveloped(credential):
            findings.run(f"credentials[{number}].structure", partial(_check_inside, credential, presentation))


def _outside(presentation: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in presentation.items() if name not in ("proof", "verifiableCredential")}


def _check_inside(credential: Mapping[str, Any], presentation: Mapping[str, Any]) -> None:
    """VCDM 2.0, "Presentations Including Holder Claims": what has no proof of its own is the holder's own word."""
    structure.check(credential)
    if "proof" in credential:
        return
    holder, issuer = _id_of(presentation.get("holder")), _id_of(credential.get("issuer"))
    if holder is None:
        raise MalformedValue(
            "a presentation with a credential that has no proof of its own names its holder", "/holder"
        )
    if holder != issuer:
        raise IssuerMismatch(str(issuer), (holder,))


def _check_proofs(node: Node, presentation: Mapping[str, Any], options: Mapping[str, Any], findings: Findings) -> None:
    proofs = proofs_of(presentation)
    challenge, domain = bodies.optional_text(options, "challenge"), bodies.optional_text_or_texts(options, "domain")
    purpose = str(proofs[0]["proofPurpose"])
    if purpose not in (_AUTHENTICATION, ASSERTION_METHOD):
        purpose = _AUTHENTICATION  # what `verify_proofs` then refuses
    if challenge is None:
        findings.warnings.append(_MAY_BE_OLD)
        challenge = proofs[0].get("challenge")
        if challenge is None and purpose == _AUTHENTICATION:
            raise InvalidChallenge("the proof answers no challenge, so anybody could show a copy of it")
    if domain is None:
        domain = proofs[0].get("domain", [])
    verify_proofs(
        presentation,
        get_key=lambda url, purpose: get_key(node, url, purpose),
        now=node.now(),
        expected_purpose=purpose,
        challenge=challenge,
        domain=domain,
    )


def _check_holder(presentation: Mapping[str, Any]) -> None:
    """Whoever is named as holder signed: each proof is by a key of the holder's own document."""
    holder = _id_of(presentation.get("holder"))
    signers = tuple(controller_of(proof["verificationMethod"]) for proof in proofs_of(presentation))
    if holder is not None and holder not in signers:
        raise IssuerMismatch(holder, signers)


def _check_credentials(
    node: Node, credentials: list[Mapping[str, Any]], checks: CredentialChecks, findings: Findings, *, signed: bool
) -> None:
    for number, credential in enumerate(credentials):
        own_word = "proof" not in credential and not jose.is_enveloped(credential)
        if own_word and signed:
            continue  # secured by the presentation's proof; `_check_inside` and `_check_holder` saw whose word it is
        check_credential(node, credential, checks, findings, prefix=f"credentials[{number}].")


def _id_of(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else None
