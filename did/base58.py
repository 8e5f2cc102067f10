"""Base58 with the Bitcoin alphabet (draft-msporny-base58, section 2)."""

from __future__ import annotations

from did.errors import InvalidPublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

# Decoding is quadratic in the length. Keys and signatures have fewer than 200 digits.
MAX_DIGITS = 8_192

# Ten digits at a time: 58**10 is the largest power that a machine word holds.
_CHUNK_DIGITS = 10
_CHUNK = 58**_CHUNK_DIGITS
_VALUES = {ord(digit): value for value, digit in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Each leading zero byte becomes a leading `1`."""
    number = int.from_bytes(data)
    chunks: list[str] = []
    while number:
        number, rest = divmod(number, _CHUNK)
        digits = []
        for _ in range(_CHUNK_DIGITS):
            rest, digit = divmod(rest, 58)
            digits.append(ALPHABET[digit])
        chunks.append("".join(reversed(digits)))
    text = "".join(reversed(chunks)).lstrip("1")
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + text


def decode(text: str) -> bytes:
    """Raises `InvalidPublicKey` for a foreign character or more than `MAX_DIGITS` digits."""
    if len(text) > MAX_DIGITS:
        raise InvalidPublicKey(f"{len(text)} base58 digits; at most {MAX_DIGITS} are read")
    number = 0
    for start in range(0, len(text), _CHUNK_DIGITS):
        part = text[start : start + _CHUNK_DIGITS]
        chunk = 0
        for char in part:
            value = _VALUES.get(ord(char))
            if value is None:
                raise InvalidPublicKey(f"{char!r} is not a base58 digit")
            chunk = chunk * 58 + value
        number = number * 58 ** len(part) + chunk
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
