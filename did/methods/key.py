"""did:key (did:key Method, section "Document Creation Algorithm"): the identifier is the key."""

from __future__ import annotations

from typing import Any

from did.document import DID_CONTEXT, MULTIKEY_CONTEXT, DidDocument
from did.errors import FeatureNotSupported, InvalidDid, InvalidPublicKey
from did.keys import KeyType, PublicKey
from did.multikey import decode_multikey, encode_multikey
from did.resolver import CURRENT, ResolutionOptions, ResolutionResult
from did.url import Did

_SIGNING = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")


def did_of(key: PublicKey) -> str:
    return f"did:key:{encode_multikey(key)}"


class KeyMethod:
    """Keys are shown as Multikeys; no encryption key is derived from an Ed25519 key."""

    name = "key"

    def resolve(self, did: Did, options: ResolutionOptions = CURRENT) -> ResolutionResult:
        if not options.is_current:
            raise FeatureNotSupported("a did:key has one version only")
        return ResolutionResult(DidDocument.parse(_document(did), str(did)), {}, {"contentType": "application/did"})


def _document(did: Did) -> dict[str, Any]:
    multikey = did.method_specific_id
    try:
        key = decode_multikey(multikey)
    except InvalidPublicKey as error:
        raise InvalidDid(f"{did}: {error}") from error
    method = f"{did}#{multikey}"
    uses = ("keyAgreement",) if key.type is KeyType.X25519 else _SIGNING
    return {
        "@context": [DID_CONTEXT, MULTIKEY_CONTEXT],
        "id": str(did),
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": str(did), "publicKeyMultibase": multikey}
        ],
        **{use: [method] for use in uses},
    }
