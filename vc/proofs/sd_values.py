"""The two proof values of ecdsa-sd-2023, written and read (ECDSA Cryptosuites v1.0, sections 3.5.2 to 3.5.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from did.errors import DidError
from did.keys import KeyType, PublicKey, require_point
from vc.errors import MalformedProof
from vc.proofs import cbor, multibase, selective

_BASE_HEADER = b"\xd9\x5d\x00"
_DERIVED_HEADER = b"\xd9\x5d\x01"
_MULTIKEY_P256 = b"\x80\x24"


@dataclass(frozen=True, slots=True)
class BaseProofValue:
    """What the issuer gives to the holder. `signatures` are those of the non-mandatory statements, in order."""

    base_signature: bytes
    public_key: bytes
    hmac_key: bytes
    signatures: Sequence[bytes]
    mandatory_pointers: Sequence[str]

    def serialize(self) -> str:
        """3.5.2 serializeBaseProofValue."""
        # 1-4
        components = [self.base_signature, self.public_key, self.hmac_key, self.signatures, self.mandatory_pointers]
        return multibase.encode_base64url(_BASE_HEADER + cbor.encode(components))

    @classmethod
    def parse(cls, proof_value: Any) -> BaseProofValue:
        """3.5.3 parseBaseProofValue. Raises `MalformedProof`."""
        # 1-4
        match _components(proof_value, _BASE_HEADER):
            case [bytes(signature), bytes(key), bytes(hmac_key), list(signatures), list(pointers)]:
                pass
            case _:
                _malformed()
        if len(hmac_key) != 32 or not all(isinstance(pointer, str) for pointer in pointers):
            _malformed()
        _check(signature, key, signatures)
        # 5
        return cls(signature, key, hmac_key, signatures, pointers)


@dataclass(frozen=True, slots=True)
class DerivedProofValue:
    """What the holder gives to a verifier."""

    base_signature: bytes
    public_key: bytes
    signatures: Sequence[bytes]
    label_map: Mapping[str, str]
    mandatory_indexes: Sequence[int]

    def serialize(self) -> str:
        """3.5.7 serializeDerivedProofValue."""
        # 1: 3.5.5 compressLabelMap
        labels = {int(name.removeprefix("c14n")): selective.decode_label(new) for name, new in self.label_map.items()}
        # 2-5
        components = [self.base_signature, self.public_key, self.signatures, labels, self.mandatory_indexes]
        return multibase.encode_base64url(_DERIVED_HEADER + cbor.encode(components))

    @classmethod
    def parse(cls, proof_value: Any) -> DerivedProofValue:
        """3.5.8 parseDerivedProofValue. Raises `MalformedProof`."""
        # 1-4
        match _components(proof_value, _DERIVED_HEADER):
            case [bytes(signature), bytes(key), list(signatures), dict(labels), list(indexes)]:
                pass
            case _:
                _malformed()
        _check(signature, key, signatures)
        if not all(isinstance(label, bytes) and len(label) == 32 for label in labels.values()):
            _malformed()
        if not all(isinstance(index, int) for index in indexes) or len(set(indexes)) != len(indexes):
            _malformed()
        # 5-6: 3.5.6 decompressLabelMap
        label_map = {f"c14n{number}": selective.encode_label(label) for number, label in labels.items()}
        return cls(signature, key, signatures, label_map, indexes)


def is_base_proof(proof_value: Any) -> bool:
    """Whether `proof_value` begins as a base proof does. Raises `MalformedProof` if it is no multibase value."""
    return multibase.decode_base64url(proof_value).startswith(_BASE_HEADER)


def key_bytes(key: PublicKey) -> bytes:
    """3.6.5, 4: a P-256 key as multicodec and compressed point."""
    return _MULTIKEY_P256 + key.raw


def key_of_bytes(data: bytes) -> PublicKey:
    """The key that `key_bytes` wrote. Raises `MalformedProof` for a point that is not on the curve."""
    try:
        return require_point(PublicKey(KeyType.P256, data[len(_MULTIKEY_P256) :]))
    except DidError:
        raise MalformedProof("the proof's own public key is none") from None


def _components(proof_value: Any, header: bytes) -> Any:
    decoded = multibase.decode_base64url(proof_value)
    if not decoded.startswith(header):
        kind = "base" if header == _BASE_HEADER else "derived"
        raise MalformedProof(f"proofValue is not a {kind} proof of ecdsa-sd-2023")
    return cbor.decode(decoded[len(header) :])


def _check(signature: bytes, key: bytes, signatures: list[Any]) -> None:
    # The standard says 36 bytes for the key; its own vectors have 35, as a multicodec and a point make.
    if len(signature) != 64 or len(key) != 35 or not key.startswith(_MULTIKEY_P256):
        _malformed()
    if not all(isinstance(each, bytes) and len(each) == 64 for each in signatures):
        _malformed()


def _malformed() -> NoReturn:
    raise MalformedProof("proofValue does not have the five components of ecdsa-sd-2023")
