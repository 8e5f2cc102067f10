"""The issuer's side: claims, some of them hidden behind digests, signed (RFC 9901, section 4; SD-JWT VC)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from did.errors import InvalidPublicKey
from did.jose import PreparedHeader
from did.jwk import jwk_of, public_key_of
from did.keys import KeyType
from vc.errors import NeverDisclosable, ProofGenerationError
from vc.sd_jwt.disclosure import (
    ARRAY_DIGEST,
    DEFAULT_HASH,
    RESERVED,
    SD,
    SD_ALG,
    digest_with,
    encode_with_digest,
    hash_function,
)
from vc.sd_jwt.type_metadata import check_integrity_syntax
from vc.signer import Signer

TYP = "dc+sd-jwt"
MIN_SALT_CHARACTERS = 22  # 128 bits in base64url (RFC 9901, section 9.3)

PROTECTED = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})
"""What SD-JWT VC keeps out of disclosures ("Registered JWT Claims")."""

NEVER_DISCLOSABLE = PROTECTED | {
    "@context",
    "type",
    "issuer",
    "validFrom",
    "validUntil",
    "credentialStatus",
    "credentialSchema",
    "aud",
    SD_ALG,
}
"""Decision 16 of the architecture, and `aud` (RFC 9901, section 9.7). Nothing below these either."""

ClaimPath = tuple[str | int | None, ...]
"""SD-JWT VC, "Claim Path": member names, array indexes, and None for every element of an array."""

NewSalt = Callable[[], str]
"""Fresh random text for one disclosure, at least 128 bits in base64url."""


class PreparedSdJwtVc:
    """A signer and a type, ready to secure many credentials.

    `decoys` is the number of digests without a disclosure that join each group of hidden claims (section 4.2.5).
    `kid` is the signer's verification method unless given; `x5c` is a certificate chain, leaf first, in base64.

    Raises:
        ProofGenerationError: a type without a name, an unknown hash, a key that cannot sign.
    """

    def __init__(
        self,
        signer: Signer,
        *,
        vct: str,
        vct_integrity: str | None = None,
        kid: str | None = None,
        x5c: Sequence[str] = (),
        hash_name: str = DEFAULT_HASH,
        decoys: int = 0,
    ) -> None:
        if not vct:
            raise ProofGenerationError("vct names the type of the credential; it cannot be empty")
        if vct_integrity is not None:
            check_integrity_syntax(vct_integrity)
        self._hash = hash_function(hash_name)
        header: dict[str, Any] = {"typ": TYP}
        if x5c:
            header["x5c"] = list(x5c)
        else:
            header["kid"] = signer.verification_method if kid is None else kid
        self._jws = PreparedHeader(header, signer=signer)
        self._type = {"vct": vct} if vct_integrity is None else {"vct": vct, "vct#integrity": vct_integrity}
        self._needs_issuer = not x5c
        self._hash_name = hash_name
        self._decoys = decoys

    def secure(
        self,
        claims: Mapping[str, Any],
        *,
        disclosable: Iterable[ClaimPath],
        salt: NewSalt,
        holder_jwk: Mapping[str, Any] | None = None,
    ) -> str:
        """The SD-JWT with all its disclosures, as the holder gets it.

        `holder_jwk` is the public key that presentations will be bound to (`cnf`).

        Raises:
            NeverDisclosable: a path leads to, or below, a claim that every verifier must see.
            ProofGenerationError: a path leads nowhere, a reserved name, another `vct`, no `iss`, a weak or repeated
                salt, or a holder's key that cannot sign.
        """
        plan = plan_of(tuple(disclosable))
        if self._needs_issuer and not isinstance(claims.get("iss"), str):
            raise ProofGenerationError("iss names the issuer; without it nobody finds the key")
        for name, value in self._type.items():
            if claims.get(name, value) != value:
                raise ProofGenerationError(f"the claims have another {name} than this type of credential")
        if "cnf" in claims:
            raise ProofGenerationError("cnf comes from holder_jwk, not from the claims")
        _check_names(claims)
        making = _Making(salt, self._hash, self._decoys)
        payload = _hide_members(claims, plan, making, ())
        payload.update(self._type)
        if holder_jwk is not None:
            payload["cnf"] = {"jwk": _holder_key(holder_jwk)}
        if making.disclosures:
            payload[SD_ALG] = self._hash_name
        return "~".join([self._jws.sign(orjson.dumps(payload)), *making.disclosures, ""])


@dataclass(slots=True)
class Plan:
    """Which claims are hidden, as a tree of path elements."""

    hidden: bool = False
    inner: dict[str | int | None, Plan] = field(default_factory=dict)


@lru_cache(maxsize=256)
def plan_of(paths: tuple[ClaimPath, ...]) -> Plan:
    """Bring paths into a tree. Raises `NeverDisclosable`, `ProofGenerationError` for the path of everything."""
    root = Plan()
    for path in paths:
        if not path:
            raise ProofGenerationError("an empty path would hide the credential as a whole")
        if path[0] in NEVER_DISCLOSABLE:
            raise NeverDisclosable(pointer_of(path))
        node = root
        for element in path:
            node = node.inner.setdefault(element, Plan())
        node.hidden = True
    return root


def pointer_of(path: Collection[str | int | None]) -> str:
    """The path as a JSON Pointer for people; `*` for every element."""
    return "".join(f"/{'*' if one is None else str(one).replace('~', '~0').replace('/', '~1')}" for one in path)


@dataclass(slots=True)
class _Making:
    """The disclosures that were made so far."""

    new_salt: NewSalt
    hash: Callable[[bytes], Any]
    decoys: int
    disclosures: list[str] = field(default_factory=list)
    _salts: set[str] = field(default_factory=set)

    def salt(self) -> str:
        made = self.new_salt()
        if len(made) < MIN_SALT_CHARACTERS:
            raise ProofGenerationError(f"a salt of {len(made)} characters has less than 128 bits")
        salts = self._salts
        before = len(salts)
        salts.add(made)
        if len(salts) == before:
            raise ProofGenerationError("the source of salts repeats itself")
        return made

    def disclose(self, parts: list[Any]) -> str:
        """Keep the disclosure; its digest."""
        text, digest = encode_with_digest(parts, self.hash)
        self.disclosures.append(text)
        return digest

    def decoy_digests(self) -> list[str]:
        return [digest_with(self.hash, self.salt().encode()) for _ in range(self.decoys)]


def _hide(value: Any, plan: Plan, making: _Making, path: ClaimPath) -> Any:
    if not plan.inner:
        return value
    if isinstance(value, Mapping):
        return _hide_members(value, plan, making, path)
    if isinstance(value, list):
        return _hide_elements(value, plan, making, path)
    raise ProofGenerationError(f"{pointer_of(path)} has nothing inside that could be hidden")


def _hide_members(value: Mapping[str, Any], plan: Plan, making: _Making, path: ClaimPath) -> dict[str, Any]:
    made = dict(value)
    digests = []
    for name, inner in plan.inner.items():
        if not isinstance(name, str) or name not in made:
            raise ProofGenerationError(f"there is no claim {pointer_of((*path, name))}")
        member = made[name]
        if inner.inner:
            member = _hide(member, inner, making, (*path, name))
        if inner.hidden:
            digests.append(making.disclose([making.salt(), name, member]))
            del made[name]
        else:
            made[name] = member
    if digests:
        # Sorted, so that neither the order of the claims nor that of the decoys shows (section 4.2.4.1).
        made[SD] = sorted(digests + making.decoy_digests())
    return made


def _hide_elements(value: list[Any], plan: Plan, making: _Making, path: ClaimPath) -> list[Any]:
    made = list(value)
    hidden = False
    for index in plan.inner:
        if isinstance(index, str) or (index is not None and not 0 <= index < len(value)):
            raise ProofGenerationError(f"there is no claim {pointer_of((*path, index))}")
    for index, element in enumerate(value):
        inner = plan.inner.get(index) or plan.inner.get(None)
        if inner is None:
            continue
        element = _hide(element, inner, making, (*path, index))  # noqa: PLW2901 -- the same element, with digests
        if inner.hidden:
            element = {ARRAY_DIGEST: making.disclose([making.salt(), element])}  # noqa: PLW2901
            hidden = True
        made[index] = element
    if hidden:
        for decoy in making.decoy_digests():
            # A digest is random, so it also chooses the place.
            made.insert(hash_to_index(decoy, len(made) + 1), {ARRAY_DIGEST: decoy})
    return made


def hash_to_index(text: str, length: int) -> int:
    """A place among `length` ones, which whoever does not know the salt cannot foresee."""
    return int.from_bytes(text[:8].encode("ascii")) % length


def _check_names(claims: Mapping[str, Any]) -> None:
    """Section 4.1: `_sd`, `...` and `_sd_alg` are for digests alone."""
    try:
        text = orjson.dumps(claims)
    except TypeError as error:
        raise ProofGenerationError(f"the claims are not JSON: {error}") from error
    if b'"_sd' in text or b'"..."' in text:
        _refuse_reserved(claims, ())


def _refuse_reserved(value: Any, path: ClaimPath) -> None:
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name in RESERVED:
                raise ProofGenerationError(f"{pointer_of((*path, name))} is a reserved name")
            _refuse_reserved(member, (*path, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            _refuse_reserved(element, (*path, index))


def _holder_key(jwk: Mapping[str, Any]) -> dict[str, str]:
    try:
        key = public_key_of(jwk)
    except InvalidPublicKey as error:
        raise ProofGenerationError(f"the holder's key cannot be used: {error}") from error
    if key.type is KeyType.X25519:
        raise ProofGenerationError("an X25519 key cannot sign a presentation")
    return jwk_of(key)
