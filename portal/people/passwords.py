"""Passwords: which are accepted, and how they are kept (NIST SP 800-63B-4, section 3.1.1; ASVS 5.0, V6.2)."""

from functools import cache
from importlib.resources import files
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.errors import WeakPassword

MIN_LENGTH: Final = 15
MAX_LENGTH: Final = 256
# Words of this place that an attacker tries first.
_CONTEXT: Final = (
    "dcp",
    "digitalcredentials",
    "credentials",
    "certificate",
    "diploma",
    "university",
    "badge",
    "issuer",
)

# RFC 9106, section 4, second recommended option: 64 MiB, three passes.
_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


def require_good(password: str, *, email: str) -> None:
    """Length, and nothing that everybody tries first; no rule about kinds of characters. Raises `WeakPassword`."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"use at least {MIN_LENGTH} characters, for example four words that do not belong together")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"use at most {MAX_LENGTH} characters")
    local, _, domain = email.casefold().partition("@")
    pieces = {*common_passwords(), *_CONTEXT, local, domain, domain.partition(".")[0]}
    if _is_made_of(password.casefold(), pieces):
        raise WeakPassword(
            "this password is made of what everybody tries first: common passwords, repetitions or your address"
        )


@cache
def common_passwords() -> frozenset[str]:
    """The commonest passwords and their pieces, in lower case."""
    text = files("portal.people").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def hash_password(password: str) -> str:
    """argon2id with its parameters and a random salt, in the PHC text form."""
    return _HASHER.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """True if it is the one. With nothing stored the same work is done: time does not tell who has an account."""
    try:
        return _HASHER.verify(stored or _hash_of_nothing(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _hash_of_nothing() -> str:
    return _HASHER.hash("")


def _is_made_of(text: str, pieces: set[str]) -> bool:
    """Whether the text is nothing but pieces and runs of one character, one after the other."""
    lengths = sorted({len(piece) for piece in pieces if piece})
    reached = [True] + [False] * len(text)
    for start in range(len(text)):
        if not reached[start]:
            continue
        for length in lengths:
            if start + length <= len(text) and text[start : start + length] in pieces:
                reached[start + length] = True
        run = 1
        while start + run < len(text) and text[start + run] == text[start]:
            run += 1
        for end in range(start + 3, start + run + 1):
            reached[end] = True
    return reached[len(text)]
