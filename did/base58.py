"""Base58 with the Bitcoin alphabet (draft-msporny-base58, section 2)."""

from __future__ import annotations

from did.errors import InvalidPublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

# Decoding is quadratic in the length. Keys and signatures have fewer than 200 digits.
MAX_DIGITS = 8_192

# Two digits at a time from a table, ten at a time from the number: 58**10 fits a machine word.
_PAIRS = [high + low for high in ALPHABET for low in ALPHABET]
_PAIR_VALUES = {pair: value for value, pair in enumerate(_PAIRS)}
_CHUNK_DIGITS = 10
_CHUNK = 58**_CHUNK_DIGITS


def encode(data: bytes) -> str:
    """Each leading zero byte becomes a leading `1`."""
    number = int.from_bytes(data)
    pairs: list[str] = []
    while number:
        number, rest = divmod(number, _CHUNK)
        for _ in range(_CHUNK_DIGITS // 2):
            rest, pair = divmod(rest, 3_364)
            pairs.append(_PAIRS[pair])
    pairs.reverse()
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(pairs).lstrip("1")


def decode(text: str) -> bytes:
    """Raises `InvalidPublicKey` for a foreign character or more than `MAX_DIGITS` digits."""
    if len(text) > MAX_DIGITS:
        raise InvalidPublicKey(f"{len(text)} base58 digits; at most {MAX_DIGITS} are read")
    zeros = len(text) - len(text.lstrip("1"))
    # Leading ones are worth nothing; they make the length a multiple of a chunk.
    padded = "1" * (-len(text) % _CHUNK_DIGITS) + text
    number = 0
    try:
        for start in range(0, len(padded), _CHUNK_DIGITS):
            chunk = 0
            for at in range(start, start + _CHUNK_DIGITS, 2):
                chunk = chunk * 3_364 + _PAIR_VALUES[padded[at : at + 2]]
            number = number * _CHUNK + chunk
    except KeyError as error:
        raise InvalidPublicKey(f"{error.args[0]!r} are not base58 digits") from error
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
