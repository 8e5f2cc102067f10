"""The parameters of a did:webvh (did:webvh 1.0, section "did:webvh DID Method Parameters").

Each entry of the log may change some; the others stay. A value of the wrong shape ends the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from did.errors import InvalidDid, InvalidPublicKey
from did.keys import KeyType
from did.multikey import decode_multikey

METHOD = "did:webvh:1.0"
DEFAULT_TTL_S = 3_600

_KNOWN = {
    "method",
    "scid",
    "updateKeys",
    "nextKeyHashes",
    "witness",
    "watchers",
    "portable",
    "deactivated",
    "ttl",
}
_MAX_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is in force after an entry. `witnesses` are the Multikeys of their did:keys."""

    scid: str
    update_keys: tuple[str, ...]
    next_key_hashes: tuple[str, ...] = ()
    witnesses: frozenset[str] = frozenset()
    witness_threshold: int = 0
    watchers: tuple[str, ...] = ()
    portable: bool = False
    deactivated: bool = False
    ttl_s: int = DEFAULT_TTL_S

    @classmethod
    def read(cls, given: object, before: Parameters | None) -> Self | Parameters:
        """Raises `InvalidDid`."""
        if not isinstance(given, Mapping):
            raise InvalidDid("the parameters are not an object")
        unknown = set(given) - _KNOWN
        if unknown:
            raise InvalidDid(f"version 1.0 has no parameter {min(unknown)}")
        # null was used by early implementations for "as by default".
        given = {name: _DEFAULTS.get(name) if value is None else value for name, value in given.items()}
        method = given.get("method", METHOD if before else None)
        if method != METHOD:
            raise InvalidDid(f"{str(method)[:80]!r} is not a version of did:webvh that is supported")
        if before is None:
            if "scid" not in given or "updateKeys" not in given:
                raise InvalidDid("the first entry has no scid or no updateKeys")
            scid = given["scid"]
            if not isinstance(scid, str):
                raise InvalidDid("scid is not text")
            return _changed(cls(scid, ()), given, is_first=True)
        if "scid" in given:
            raise InvalidDid("scid stands in the first entry only")
        if before.deactivated:
            raise InvalidDid("nothing may follow a deactivation")
        return _changed(before, given, is_first=False)


_DEFAULTS: dict[str, Any] = {
    "updateKeys": [],
    "nextKeyHashes": [],
    "witness": {},
    "watchers": [],
    "portable": False,
    "deactivated": False,
    "ttl": DEFAULT_TTL_S,
}


def _changed(before: Parameters, given: Mapping[str, Any], *, is_first: bool) -> Parameters:
    after = before
    for name, value in given.items():
        if name == "updateKeys":
            after = replace(after, update_keys=_keys(value))
        elif name == "nextKeyHashes":
            after = replace(after, next_key_hashes=_texts(value, name))
        elif name == "watchers":
            after = replace(after, watchers=_texts(value, name))
        elif name == "witness":
            witnesses, threshold = _witness(value)
            after = replace(after, witnesses=witnesses, witness_threshold=threshold)
        elif name == "portable":
            if _boolean(value, name) and not before.portable and not is_first:
                raise InvalidDid("a DID is portable from the first entry or never")
            after = replace(after, portable=value)
        elif name == "deactivated":
            after = replace(after, deactivated=_boolean(value, name))
        elif name == "ttl":
            after = replace(after, ttl_s=_integer(value, name, 0, 2**31))
    return after


def _boolean(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidDid(f"{name} is neither true nor false")
    return value


def _integer(value: object, name: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidDid(f"{name} is not a number from {low} to {high}")
    return value


def _texts(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MAX_ITEMS or not all(isinstance(item, str) for item in value):
        raise InvalidDid(f"{name} is not a list of at most {_MAX_ITEMS} texts")
    return tuple(value)


def _keys(value: object) -> tuple[str, ...]:
    keys = _texts(value, "updateKeys")
    for key in keys:
        _require_ed25519(key)
    return keys


def _require_ed25519(multikey: str) -> None:
    try:
        key = decode_multikey(multikey)
    except InvalidPublicKey as error:
        raise InvalidDid(f"{multikey[:80]!r} is not a Multikey") from error
    if key.type is not KeyType.ED25519:
        raise InvalidDid(f"{multikey} is not an Ed25519 key, which eddsa-jcs-2022 needs")


def _witness(value: object) -> tuple[frozenset[str], int]:
    """The witnesses' keys and how many of them must approve."""
    if value == {}:
        return frozenset(), 0
    if not isinstance(value, Mapping) or not isinstance(value.get("witnesses"), list) or not value["witnesses"]:
        raise InvalidDid("witness names nobody")
    listed: list[str] = []
    for witness in value["witnesses"][: _MAX_ITEMS + 1]:
        did = witness.get("id") if isinstance(witness, Mapping) else None
        if not isinstance(did, str) or not did.startswith("did:key:"):
            raise InvalidDid("a witness is not a did:key")
        key = did.removeprefix("did:key:")
        _require_ed25519(key)
        listed.append(key)
    if len(listed) > _MAX_ITEMS:
        raise InvalidDid(f"more than {_MAX_ITEMS} witnesses")
    # One witness named twice would count twice.
    if len(set(listed)) != len(listed):
        raise InvalidDid("a witness is named twice")
    return frozenset(listed), _integer(value.get("threshold"), "threshold", 1, len(listed))
