"""EIP-1559 transactions: build, sign, hash; and the four ABI calls of the registry.

A transaction is a handful of numbers in RLP, so it is written here rather than with a library that takes
a second to import; tests compare every byte with one.
"""

from __future__ import annotations

from typing import Final

import coincurve
import sha3

from anchoring.protocol import Fees, SignedTransaction

_TYPE: Final = b"\x02"
_SHORT: Final = 55
_SINGLE_BYTE: Final = 0x80


def keccak256(data: bytes) -> bytes:
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


ANCHORED_TOPIC: Final = "0x" + keccak256(b"Anchored(address,bytes32)").hex()
_ANCHOR_SELECTOR: Final = keccak256(b"anchor(bytes32)")[:4]
_ANCHORED_AT_SELECTOR: Final = keccak256(b"anchoredAt(address,bytes32)")[:4]


def anchor_call(root: bytes) -> bytes:
    """Call data of `anchor(root)`."""
    if len(root) != 32:
        raise ValueError(f"a root has 32 bytes, not {len(root)}")
    return _ANCHOR_SELECTOR + root


def anchored_at_call(account: str, root: bytes) -> bytes:
    """Call data of `anchoredAt(account, root)`."""
    return _ANCHORED_AT_SELECTOR + address_bytes(account).rjust(32, b"\0") + root


def address_bytes(address: str) -> bytes:
    """20 bytes of a `0x…` address. Raises `ValueError`."""
    raw = bytes.fromhex(address.removeprefix("0x"))
    if not address.startswith("0x") or len(raw) != 20:
        raise ValueError(f"{address!r} is no address")
    return raw


def address_of(private_key: bytes) -> str:
    """The account of a secp256k1 key."""
    public = coincurve.PrivateKey(private_key).public_key.format(compressed=False)
    return "0x" + keccak256(public[1:])[-20:].hex()


def sign_transaction(
    *, private_key: bytes, chain_id: int, nonce: int, fees: Fees, gas: int, to: str | None, data: bytes, value: int = 0
) -> SignedTransaction:
    """Sign a type-2 transaction (EIP-1559, EIP-2718). The signature is deterministic (RFC 6979)."""
    fields: list[bytes | list[bytes]] = [
        _integer(chain_id),
        _integer(nonce),
        _integer(fees.max_priority_fee_wei),
        _integer(fees.max_fee_wei),
        _integer(gas),
        b"" if to is None else address_bytes(to),
        _integer(value),
        data,
        [],  # access list
    ]
    to_sign = keccak256(_TYPE + rlp(fields))
    signature = coincurve.PrivateKey(private_key).sign_recoverable(to_sign, hasher=None)
    r, s, y_parity = signature[:32], signature[32:64], signature[64]
    signed = [*fields, _integer(y_parity), r.lstrip(b"\0"), s.lstrip(b"\0")]
    raw = _TYPE + rlp(signed)
    return SignedTransaction(raw, tx_hash_of(raw), nonce, fees)


def tx_hash_of(raw: bytes) -> str:
    return "0x" + keccak256(raw).hex()


def rlp(item: bytes | list[bytes] | list[bytes | list[bytes]]) -> bytes:
    """Recursive Length Prefix (Ethereum Yellow Paper, appendix B) of bytes and lists of bytes."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < _SINGLE_BYTE:
            return item
        return _length(len(item), 0x80) + item
    body = b"".join(rlp(part) for part in item)
    return _length(len(body), 0xC0) + body


def _length(size: int, offset: int) -> bytes:
    if size <= _SHORT:
        return bytes([offset + size])
    encoded = _integer(size)
    return bytes([offset + _SHORT + len(encoded)]) + encoded


def _integer(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
