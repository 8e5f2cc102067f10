"""Credential → secured credential, in the way of an instance."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from agent.issuance.errors import IssuedCredentialInvalid
from agent.issuance.issue import IssuedCredential
from agent.issuance.sd_jwt_claims import claims_of
from agent.keys.custody import CheckedSigner, CustodySigner
from agent.leaves import commitment_of
from did.document import VerificationMethod
from did.errors import DidError
from did.jose import SD_JWT_VC, verify_compact
from portal.vc_api.instances import SELECTIVE_SUITE, Instance
from vc import jose
from vc.errors import NeverDisclosable, VcError
from vc.model import list_of
from vc.policy import Policy
from vc.proofs.data_integrity import ASSERTION_METHOD, PreparedProof, verify_proofs
from vc.proofs.disclosure import add_base_proof, derive_proof
from vc.proofs.ecdsa_sd_2023 import check_mandatory
from vc.sd_jwt.issue import PreparedSdJwtVc
from vc.sd_jwt.read import read as read_sd_jwt
from vc.secured import Form

DEFAULT_VCT = "https://www.w3.org/2018/credentials#VerifiableCredential"
"""The type of an SD-JWT VC for which the client names none: the IRI of every credential's type."""
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """What a client may say about the proof. `mandatory_pointers` only matter where parts can be hidden.

    `vct` and `status_claim` (a Token Status List's) are those of an SD-JWT VC.
    """

    created: datetime
    challenge: str | None = None
    domain: str | Sequence[str] | None = None
    mandatory_pointers: tuple[str, ...] = ()
    vct: str = DEFAULT_VCT
    status_claim: Mapping[str, Any] | None = None


def secure(
    credential: Mapping[str, Any], instance: Instance, signer: CustodySigner, options: ProofOptions
) -> IssuedCredential:
    """Secure a credential whose structure was checked, and read the result back.

    Raises:
        VcError: it has no canonical form, a name in it has no meaning, or the options fit no proof.
        RowRefused: it says what an SD-JWT VC cannot.
        SignatureRefused, IssuedCredentialInvalid: the signer is at fault; nothing was issued.
    """
    checked = CheckedSigner(signer)
    if instance.form is Form.SD_JWT_VC:
        return _secure_as_sd_jwt(credential, checked, options)
    if instance.form is not Form.LDP_VC:
        return _secure_as_token(credential, instance.form, checked, options.created)
    if instance.cryptosuite == SELECTIVE_SUITE:
        document = add_base_proof(
            credential,
            signer=checked,
            created=options.created,
            mandatory_pointers=with_never_disclosable(credential, options.mandatory_pointers),
            random_bytes=secrets.token_bytes,
        )
        to_verify = derive_proof(document, [])
    else:
        prepared = PreparedProof(
            signer=checked,
            cryptosuite=instance.cryptosuite,
            created=options.created,
            challenge=options.challenge,
            domain=options.domain,
        )
        document = to_verify = prepared.secure(credential)
    data = orjson.dumps(document)
    _read_back(orjson.loads(orjson.dumps(to_verify)), checked, options.created)
    commitment = commitment_of(document)
    return IssuedCredential(document, data, commitment.digest, commitment.kind)


def _secure_as_token(
    credential: Mapping[str, Any], form: Form, signer: CheckedSigner, created: datetime
) -> IssuedCredential:
    """`document` of the result is the envelope around the token, which is what the API answers with."""
    token = _prepared(form, signer).secure(credential, now=created)
    method = _method_of(signer)

    def get_key(_url: str, _purpose: str) -> VerificationMethod:
        return method

    def list_keys(_controller: str, _purpose: str) -> list[VerificationMethod]:
        return [method]

    try:
        jose.verify(jose.read(token), get_key=get_key, list_keys=list_keys, now=created, policy=Policy())
    except (VcError, DidError) as wrong:
        raise IssuedCredentialInvalid(f"the token just made does not verify: {wrong}") from wrong
    return _enveloped(token, form)


def _secure_as_sd_jwt(credential: Mapping[str, Any], signer: CheckedSigner, options: ProofOptions) -> IssuedCredential:
    """The claims are those of `agent.issuance.sd_jwt_claims`; all that says something of a person can be hidden."""
    claims, disclosable = claims_of(credential, vct=options.vct, issued_at=options.created, status=options.status_claim)
    prepared = PreparedSdJwtVc(signer, vct=options.vct)
    text = prepared.secure(claims, disclosable=disclosable, salt=lambda: secrets.token_urlsafe(_SALT_BYTES))
    try:
        found = read_sd_jwt(text)
        verify_compact(found.jws, signer.public_key, SD_JWT_VC)
    except (VcError, DidError) as wrong:
        raise IssuedCredentialInvalid(f"the SD-JWT just made does not verify: {wrong}") from wrong
    if found.claims != claims:
        raise IssuedCredentialInvalid("the SD-JWT just made does not say what it was to say")
    return _enveloped(text, Form.SD_JWT_VC)


def _enveloped(token: str, form: Form) -> IssuedCredential:
    commitment = commitment_of(token)
    envelope = jose.envelop(token, form.media_type)
    return IssuedCredential(envelope, token.encode("ascii"), commitment.digest, commitment.kind)


def _prepared(form: Form, signer: CheckedSigner) -> jose.PreparedVcJwt | jose.PreparedJwtVcJson | jose.PreparedObJwt:
    match form:
        case Form.VC_JWT:
            return jose.PreparedVcJwt(signer)
        case Form.JWT_VC_JSON:
            return jose.PreparedJwtVcJson(signer)
        case Form.OB_JWT:
            return jose.PreparedObJwt(signer)
        case _:
            raise LookupError(f"{form} is no token around a document")


def with_never_disclosable(credential: Mapping[str, Any], pointers: Sequence[str]) -> list[str]:
    """The client's pointers, completed by what no holder may hide (`vc.proofs.ecdsa_sd_2023.NEVER_DISCLOSABLE`)."""
    complete = list(dict.fromkeys(pointers))
    # Each round adds one member of the credential or of one of its subjects.
    for _ in range(len(credential) + 2 * len(list_of(credential.get("credentialSubject")))):
        try:
            check_mandatory(credential, complete)
        except NeverDisclosable as missing:
            complete.append(missing.pointer)
        else:
            break
    return complete


def _read_back(document: Mapping[str, Any], signer: CustodySigner, created: datetime) -> None:
    method = _method_of(signer)
    try:
        verify_proofs(document, get_key=lambda _url, _purpose: method, now=created, expected_purpose=ASSERTION_METHOD)
    except (VcError, DidError) as wrong:
        raise IssuedCredentialInvalid(f"the credential just made does not verify: {wrong}") from wrong


def _method_of(signer: CustodySigner) -> VerificationMethod:
    url = signer.verification_method
    return VerificationMethod(url, "Multikey", url.partition("#")[0], signer.public_key)
