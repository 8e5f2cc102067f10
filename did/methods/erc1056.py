"""The registry contract of did:ethr (ERC-1056): call data, hashes to sign, events.

Facts about the deployed contract that this module relies on (ethr-did-registry 1.x):

- `setAttributeSigned` lets anybody pay for a change that the identity's owner signed;
- the nonce belongs to the owner, not to the identity;
- nothing is stored but the number of the block of the last change: the history is a chain of events,
  each pointing to the block before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import coincurve
import sha3
from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import DecodingError

from did.errors import InvalidPublicKey, ResolutionUnavailable
from did.keys import KeyType, PublicKey, uncompressed
from did.multikey import multicodec_key

Rpc = Callable[[str, list[Any]], Any]
"""One JSON-RPC call: method and parameters to `result`. Raises `ResolutionUnavailable` without one."""

NULL_ADDRESS = "0x" + "0" * 40

# 60 years. A key that is set again is numbered again, so it is set once, for longer than its proofs.
DEFAULT_VALIDITY_S = 60 * 365 * 24 * 3600


def keccak256(data: bytes) -> bytes:
    return bytes(sha3.keccak_256(data).digest())


def checksum_address(address: str | bytes) -> str:
    """The spelling of ERC-55. Raises ValueError unless it is 20 bytes."""
    data = address if isinstance(address, bytes) else bytes.fromhex(address.removeprefix("0x"))
    if len(data) != 20:
        raise ValueError(f"an address has 20 bytes, not {len(data)}")
    digits = data.hex()
    mask = keccak256(digits.encode("ascii")).hex()
    return "0x" + "".join(d.upper() if int(m, 16) >= 8 else d for d, m in zip(digits, mask, strict=False))


def address_of(key: PublicKey) -> str:
    """The account of a secp256k1 key."""
    if key.type is not KeyType.SECP256K1:
        raise InvalidPublicKey(f"an {key.type} key has no account")
    return checksum_address(keccak256(b"".join(uncompressed(key)))[12:])


def address_of_private(private_key: bytes) -> str:
    point = coincurve.PrivateKey(private_key).public_key.format(compressed=False)
    return checksum_address(keccak256(point[1:])[12:])


# --- attributes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attribute:
    """A fact about an identity. `name` has at most 32 bytes."""

    name: str
    value: bytes

    @property
    def name_bytes(self) -> bytes:
        data = self.name.encode("utf-8")
        if len(data) > 32:
            raise ValueError(f"an attribute's name has at most 32 bytes: {self.name}")
        return data.ljust(32, b"\0")


def key_attribute(key: PublicKey) -> Attribute:
    """How a key is published so that other resolvers can read it."""
    if key.type is KeyType.ED25519:
        return Attribute("did/pub/Ed25519/veriKey/base58", key.raw)
    if key.type is KeyType.SECP256K1:
        return Attribute("did/pub/Secp256k1/veriKey/hex", key.raw)
    if key.type is KeyType.X25519:
        return Attribute("did/pub/X25519/enc/base58", key.raw)
    return Attribute("did/pub/Multikey/veriKey", multicodec_key(key))


# --- calls ---------------------------------------------------------------------------------------


def _selector(signature: str) -> bytes:
    return keccak256(signature.encode("ascii"))[:4]


def _call(name: str, types: list[str], values: list[Any]) -> bytes:
    return _selector(f"{name}({','.join(types)})") + abi_encode(types, values)


def set_attribute_call(identity: str, attribute: Attribute, validity_s: int) -> bytes:
    """Call data for a transaction that the identity's owner sends and pays for."""
    return _call(
        "setAttribute",
        ["address", "bytes32", "bytes", "uint256"],
        [identity, attribute.name_bytes, attribute.value, validity_s],
    )


def revoke_attribute_call(identity: str, attribute: Attribute) -> bytes:
    return _call("revokeAttribute", ["address", "bytes32", "bytes"], [identity, attribute.name_bytes, attribute.value])


def set_attribute_hash(registry: str, identity: str, attribute: Attribute, validity_s: int, nonce: int) -> bytes:
    """The 32 bytes that the identity's owner signs for `set_attribute_signed_call` (ERC-191, version 0)."""
    return _signed_hash(
        registry, identity, nonce, b"setAttribute" + attribute.name_bytes + attribute.value + validity_s.to_bytes(32)
    )


def revoke_attribute_hash(registry: str, identity: str, attribute: Attribute, nonce: int) -> bytes:
    return _signed_hash(registry, identity, nonce, b"revokeAttribute" + attribute.name_bytes + attribute.value)


def set_attribute_signed_call(identity: str, signature: bytes, attribute: Attribute, validity_s: int) -> bytes:
    """Call data for a transaction that anybody may send. `signature` is r‖s‖v of the owner, 65 bytes."""
    return _call(
        "setAttributeSigned",
        ["address", "uint8", "bytes32", "bytes32", "bytes32", "bytes", "uint256"],
        [identity, *_vrs(signature), attribute.name_bytes, attribute.value, validity_s],
    )


def revoke_attribute_signed_call(identity: str, signature: bytes, attribute: Attribute) -> bytes:
    return _call(
        "revokeAttributeSigned",
        ["address", "uint8", "bytes32", "bytes32", "bytes32", "bytes"],
        [identity, *_vrs(signature), attribute.name_bytes, attribute.value],
    )


def relay_set_attribute(
    owner_private_key: bytes,
    *,
    registry: str,
    identity: str,
    attribute: Attribute,
    nonce: int,
    validity_s: int = DEFAULT_VALIDITY_S,
) -> bytes:
    """Signed call data in one step, for keys that live in this process.

    `nonce` is `read_nonce` of the owner. The data is valid once: the contract counts the nonce up.
    """
    digest = set_attribute_hash(registry, identity, attribute, validity_s, nonce)
    return set_attribute_signed_call(identity, sign_hash(owner_private_key, digest), attribute, validity_s)


def relay_revoke_attribute(
    owner_private_key: bytes, *, registry: str, identity: str, attribute: Attribute, nonce: int
) -> bytes:
    digest = revoke_attribute_hash(registry, identity, attribute, nonce)
    return revoke_attribute_signed_call(identity, sign_hash(owner_private_key, digest), attribute)


def sign_hash(private_key: bytes, digest: bytes) -> bytes:
    """r‖s‖v with v 27 or 28, as the contract's `ecrecover` takes it."""
    signature = coincurve.PrivateKey(private_key).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([27 + signature[64]])


def _signed_hash(registry: str, identity: str, nonce: int, action: bytes) -> bytes:
    return keccak256(b"\x19\x00" + _bytes20(registry) + nonce.to_bytes(32) + _bytes20(identity) + action)


def _bytes20(address: str) -> bytes:
    return bytes.fromhex(checksum_address(address)[2:])


def _vrs(signature: bytes) -> tuple[int, bytes, bytes]:
    if len(signature) != 65:
        raise ValueError(f"a recoverable signature has 65 bytes, not {len(signature)}")
    return signature[64], signature[:32], signature[32:64]


# --- reading -------------------------------------------------------------------------------------


def read_owner(rpc: Rpc, registry: str, identity: str) -> str:
    """The account that controls `identity`: itself, until it was handed over."""
    return checksum_address(_read(rpc, registry, "identityOwner", identity, "address"))


def read_nonce(rpc: Rpc, registry: str, owner: str) -> int:
    """The nonce for the owner's next signature."""
    return int(_read(rpc, registry, "nonce", owner, "uint256"))


def read_changed(rpc: Rpc, registry: str, identity: str) -> int:
    """The block of the last change, or 0."""
    return int(_read(rpc, registry, "changed", identity, "uint256"))


def _read(rpc: Rpc, registry: str, name: str, address: str, returns: str) -> Any:
    data = _call(name, ["address"], [address])
    answer = rpc("eth_call", [{"to": registry, "data": "0x" + data.hex()}, "latest"])
    try:
        return abi_decode([returns], bytes.fromhex(answer.removeprefix("0x")))[0]
    except (AttributeError, ValueError, DecodingError) as error:
        raise ResolutionUnavailable(f"{registry} does not answer {name} like an ERC-1056 registry") from error


@dataclass(frozen=True, slots=True)
class OwnerChanged:
    block: int
    previous_change: int
    owner: str


@dataclass(frozen=True, slots=True)
class DelegateChanged:
    """`valid_to` in seconds since 1970."""

    block: int
    previous_change: int
    delegate_type: str | None
    delegate: str
    valid_to: int


@dataclass(frozen=True, slots=True)
class AttributeChanged:
    """`name` is None when its bytes are not UTF-8: somebody uses the registry for other things."""

    block: int
    previous_change: int
    name: str | None
    value: bytes
    valid_to: int


Event = OwnerChanged | DelegateChanged | AttributeChanged

_OWNER_TOPIC = "0x" + keccak256(b"DIDOwnerChanged(address,address,uint256)").hex()
_DELEGATE_TOPIC = "0x" + keccak256(b"DIDDelegateChanged(address,bytes32,address,uint256,uint256)").hex()
_ATTRIBUTE_TOPIC = "0x" + keccak256(b"DIDAttributeChanged(address,bytes32,bytes,uint256,uint256)").hex()


def identity_topic(identity: str) -> str:
    return "0x" + _bytes20(identity).rjust(32, b"\0").hex()


def decode_event(log: Mapping[str, Any]) -> Event | None:
    """One log of the registry, or None for an event that ERC-1056 does not have.

    Raises:
        ResolutionUnavailable: the log is malformed; the node that gave it cannot be trusted.
    """
    try:
        topic = log["topics"][0]
        data = bytes.fromhex(log["data"].removeprefix("0x"))
        block = int(log["blockNumber"], 16)
        if topic == _OWNER_TOPIC:
            owner, previous = abi_decode(["address", "uint256"], data)
            return OwnerChanged(block, previous, checksum_address(owner))
        if topic == _DELEGATE_TOPIC:
            kind, delegate, valid_to, previous = abi_decode(["bytes32", "address", "uint256", "uint256"], data)
            return DelegateChanged(block, previous, _bytes32_text(kind), checksum_address(delegate), valid_to)
        if topic == _ATTRIBUTE_TOPIC:
            name, value, valid_to, previous = abi_decode(["bytes32", "bytes", "uint256", "uint256"], data)
            return AttributeChanged(block, previous, _bytes32_text(name), value, valid_to)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, DecodingError) as error:
        raise ResolutionUnavailable("the RPC node gave a malformed log") from error
    return None


def _bytes32_text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8").rstrip("\0")
    except UnicodeDecodeError:
        return None
