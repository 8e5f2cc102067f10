"""did:jwk (did:jwk Method Specification): the identifier is a JWK in base64url. Wallets use it for key proofs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from did.document import DID_CONTEXT, DidDocument
from did.errors import FeatureNotSupported, InvalidDid, InvalidDidDocument, InvalidPublicKey
from did.jwk import public_key_of
from did.keys import KeyType
from did.multikey import decode_base64url, encode_base64url
from did.resolver import CURRENT, ResolutionOptions, ResolutionResult
from did.strict_json import parse_object
from did.url import Did

JWS_CONTEXT = "https://w3id.org/security/suites/jws-2020/v1"

_SIGNING = ("assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation")


def did_of(jwk: Mapping[str, Any]) -> str:
    """The DID of a public JWK, its members in the order given."""
    public_key_of(jwk)
    data = json.dumps(dict(jwk), separators=(",", ":"), ensure_ascii=False)
    return f"did:jwk:{encode_base64url(data.encode('utf-8'))}"


class JwkMethod:
    name = "jwk"

    def resolve(self, did: Did, options: ResolutionOptions = CURRENT) -> ResolutionResult:
        if not options.is_current:
            raise FeatureNotSupported("a did:jwk has one version only")
        return ResolutionResult(DidDocument.parse(_document(did), str(did)), {}, {"contentType": "application/did"})


def _document(did: Did) -> dict[str, Any]:
    try:
        jwk = parse_object(decode_base64url(did.method_specific_id))
        key = public_key_of(jwk)
    except (InvalidPublicKey, InvalidDidDocument) as error:
        raise InvalidDid(f"{str(did)[:200]}: {error}") from error
    # "use" decides which relationships there are; without it, all that the key can serve.
    use = jwk.get("use")
    uses = () if use == "enc" or key.type is KeyType.X25519 else _SIGNING
    if use != "sig" and key.type is not KeyType.ED25519:
        uses = (*uses, "keyAgreement")
    method = f"{did}#0"
    return {
        "@context": [DID_CONTEXT, JWS_CONTEXT],
        "id": str(did),
        "verificationMethod": [{"id": method, "type": "JsonWebKey2020", "controller": str(did), "publicKeyJwk": jwk}],
        **{name: [method] for name in uses},
    }
