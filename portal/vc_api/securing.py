"""Credential → secured credential, in the way of an instance."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from agent.issuance.errors import IssuedCredentialInvalid
from agent.issuance.issue import IssuedCredential
from agent.keys.custody import CheckedSigner, CustodySigner
from agent.leaves import commitment_of
from did.document import VerificationMethod
from did.errors import DidError
from portal.vc_api.instances import SELECTIVE_SUITE, Instance
from vc.errors import NeverDisclosable, VcError
from vc.model import list_of
from vc.proofs.data_integrity import ASSERTION_METHOD, PreparedProof, verify_proofs
from vc.proofs.disclosure import add_base_proof, derive_proof
from vc.proofs.ecdsa_sd_2023 import check_mandatory


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """What a client may say about the proof. `mandatory_pointers` only matter where parts can be hidden."""

    created: datetime
    challenge: str | None = None
    domain: str | Sequence[str] | None = None
    mandatory_pointers: tuple[str, ...] = ()


def secure(
    credential: Mapping[str, Any], instance: Instance, signer: CustodySigner, options: ProofOptions
) -> IssuedCredential:
    """Secure a credential whose structure was checked, and read the result back.

    Raises:
        VcError: it has no canonical form, a name in it has no meaning, or the options fit no proof.
        SignatureRefused, IssuedCredentialInvalid: the signer is at fault; nothing was issued.
    """
    checked = CheckedSigner(signer)
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
    url = signer.verification_method
    method = VerificationMethod(url, "Multikey", url.partition("#")[0], signer.public_key)
    try:
        verify_proofs(document, get_key=lambda _url, _purpose: method, now=created, expected_purpose=ASSERTION_METHOD)
    except (VcError, DidError) as wrong:
        raise IssuedCredentialInvalid(f"the credential just made does not verify: {wrong}") from wrong
