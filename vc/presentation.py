"""The verification of a presentation: who shows it, for whom, and each credential in it.

1. structure: the rules of its form and of the data model
2. holder:    the key that signed is published by the holder, for authentication
3. proof:     the signature holds, and was made for this challenge and this verifier, now
4. each credential, as `vc.verify` and whoever calls it do it

A credential in a presentation is verified by its own proof; what its holder says of it counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from did.errors import DidError, MethodNotSupported, ResolutionUnavailable
from vc import structure, wording
from vc.errors import IssuerMismatch, MalformedValue, ParsingError, UnknownContext, VcError
from vc.jose import JwtPresentation, is_enveloped, open_envelope, read_presentation, verify_presentation
from vc.jose.enveloped import ENVELOPED_PRESENTATION
from vc.jose.vp_jwt import AUTHENTICATION, MAX_CREDENTIALS, holder_of
from vc.model import list_of, parse_json
from vc.policy import Policy
from vc.proofs.data_integrity import GetKey, check_method, verify_proofs
from vc.proofs.proof import controller_of, proofs_of
from vc.report import Check, Outcome, Report, Verdict

VerifyCredential = Callable[[Mapping[str, Any] | str], Report]
"""The report about one credential, a document or a token."""

_COULD_NOT_ASK = (ResolutionUnavailable, MethodNotSupported, UnknownContext)


@dataclass(frozen=True, slots=True)
class Presentation:
    """A presentation as it was read; `token` is there if it came as a `vp+jwt`. Nobody vouches for it yet."""

    document: Mapping[str, Any]
    holder: str | None
    credentials: tuple[Mapping[str, Any] | str, ...]
    token: JwtPresentation | None = None


@dataclass(frozen=True, slots=True)
class PresentationReport:
    """Lines about the presentation itself, and one report per credential."""

    checks: tuple[Check, ...]
    holder: str | None
    credentials: tuple[Report, ...]

    @property
    def verdict(self) -> Verdict:
        """As of a report: one no is a no, and only if everything was asked and answered well it is a yes."""
        outcomes = {check.outcome for check in self.checks}
        verdicts = {report.verdict for report in self.credentials}
        if Outcome.FAILED in outcomes or Verdict.NOT_VERIFIED in verdicts:
            return Verdict.NOT_VERIFIED
        if outcomes == {Outcome.PASSED} and verdicts <= {Verdict.VERIFIED}:
            return Verdict.VERIFIED
        return Verdict.UNDECIDED

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "holder": self.holder,
            "checks": [check.to_json() for check in self.checks],
            "credentials": [report.to_json() for report in self.credentials],
        }


def read(data: bytes | str | Mapping[str, Any]) -> Presentation:
    """Read a document, a `vp+jwt`, or an envelope with one.

    Raises:
        ParsingError, MalformedValue, JoseError: it is none, or breaks a rule of its form.
    """
    if isinstance(data, bytes):
        text = data.strip()
        data = parse_json(text) if text.startswith(b"{") else text.decode("ascii", "replace")
    if isinstance(data, str):
        return _of_token(read_presentation(data))
    if is_enveloped(data):
        return _of_token(read_presentation(open_envelope(data, envelope=ENVELOPED_PRESENTATION).token))
    credentials = list_of(data.get("verifiableCredential"))
    if len(credentials) > MAX_CREDENTIALS:
        raise MalformedValue(f"has {len(credentials)}; at most {MAX_CREDENTIALS} are read", "/verifiableCredential")
    if any(not isinstance(one, Mapping) for one in credentials):
        raise MalformedValue("must be objects", "/verifiableCredential")
    return Presentation(data, holder_of(data), tuple(credentials))


def verify(
    presentation: Presentation,
    *,
    challenge: str,
    domain: str | Sequence[str],
    policy: Policy,
    now: datetime,
    get_key: GetKey,
    verify_credential: VerifyCredential,
) -> PresentationReport:
    """Check that the holder shows this, for `challenge` and `domain`, and what is shown.

    In a `vp+jwt` the challenge is `nonce`, and one of the domains is in `aud`. **Whether the subjects of the
    credentials and the holder are the same person is the caller's question.**
    """
    asked = _Asked(challenge, (domain,) if isinstance(domain, str) else tuple(domain), policy, now, get_key)
    if not asked.domains:
        raise ValueError("a presentation is verified for at least one domain")
    return PresentationReport(
        (
            # 1
            _line("structure", lambda: _structure(presentation)),
            # 2
            _line("holder", lambda: _holder(presentation, get_key)),
            # 3
            _line("proof", lambda: _proof(presentation, asked)),
        ),
        presentation.holder,
        # 4
        tuple(verify_credential(credential) for credential in presentation.credentials),
    )


def unreadable(error: VcError | DidError) -> PresentationReport:
    """The report about something that is no presentation."""
    code, message = wording.explain(error)
    if isinstance(error, ParsingError):
        message = "This is not a presentation that can be read."
    return PresentationReport((Check("structure", Outcome.FAILED, message, code, {"reason": str(error)}),), None, ())


def _of_token(token: JwtPresentation) -> Presentation:
    return Presentation(token.document, token.holder, tuple(one.token for one in token.credentials), token)


def _line(name: str, step: Callable[[], str]) -> Check:
    try:
        return Check(name, Outcome.PASSED, step())
    except (VcError, DidError) as error:
        code, message = wording.explain(error)
        outcome = Outcome.UNDECIDED if isinstance(error, _COULD_NOT_ASK) else Outcome.FAILED
        return Check(name, outcome, message, code, {"reason": str(error)})


def _structure(presentation: Presentation) -> str:
    structure.check_presentation(presentation.document)
    return "The presentation follows the rules of its format."


def _holder(presentation: Presentation, get_key: GetKey) -> str:
    """Every key that signed is the holder's own; without a named holder nobody presents."""
    holder = presentation.holder
    if holder is None:
        raise MalformedValue("must say who presents", "/holder")
    for url in _key_urls(presentation):
        if controller_of(url) != holder:
            raise IssuerMismatch(holder, (controller_of(url),))
        check_method(get_key(url, AUTHENTICATION), url)
    return "The key that signed the presentation is published by its holder."


def _key_urls(presentation: Presentation) -> list[str]:
    if presentation.token is None:
        return [proof["verificationMethod"] for proof in proofs_of(presentation.document)]
    if presentation.token.key_url is None:
        raise MalformedValue("must name the key of the holder", "/kid")
    return [presentation.token.key_url]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the holder was asked for, and what its answer is compared with."""

    challenge: str
    domains: tuple[str, ...]
    policy: Policy
    now: datetime
    get_key: GetKey


def _proof(presentation: Presentation, asked: _Asked) -> str:
    if presentation.token is None:
        verify_proofs(
            presentation.document,
            get_key=asked.get_key,
            now=asked.now,
            expected_purpose=AUTHENTICATION,
            challenge=asked.challenge,
            domain=asked.domains,
            accepted_cryptosuites=asked.policy.accepted_cryptosuites,
            clock_skew=asked.policy.clock_skew,
        )
    else:
        named = [one for one in asked.domains if one in list_of(presentation.token.claims.get("aud"))]
        verify_presentation(
            presentation.token,
            get_key=asked.get_key,
            now=asked.now,
            policy=asked.policy,
            audience=named[0] if named else asked.domains[0],
            nonce=asked.challenge,
        )
    return "The presentation was signed for this request."
