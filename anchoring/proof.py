"""`AnchorProof`: all that a stranger needs to find a credential's root on a chain.

The JSON form is normative and described in anchoring/README.md. Parsing is strict: an unknown member, a
wrong type or a hash of the wrong length is an error, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Self

from anchoring.errors import InvalidAnchorProof
from anchoring.leaf import Kind, batch_leaf_hash, leaf_hash
from anchoring.merkle import MAX_PATH, InclusionProof, root_from_inclusion
from anchoring.networks import chain_id_of
from anchoring.protocol import AnchorEvent

_HEX32: Final = re.compile(r"[0-9a-f]{64}")
_HASH: Final = re.compile(r"0x[0-9a-f]{64}")
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MAX_INTEGER: Final = 2**53 - 1
"""Larger numbers do not survive JSON in every language."""


class ProofState(StrEnum):
    """What the chain had said when the proof was written; a verifier asks again."""

    SUBMITTED = "submitted"
    MINED = "mined"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the root is, or will be. The last four are None until a block holds it."""

    chain: str
    contract: str
    account: str
    transaction: str | None = None
    block: int | None = None
    block_hash: str | None = None
    time: datetime | None = None

    @classmethod
    def of_event(cls, chain: str, event: AnchorEvent) -> Self:
        return cls(chain, event.contract, event.account, event.transaction, event.block, event.block_hash, event.time)


@dataclass(frozen=True, slots=True)
class AnchorProof:
    """Leaf data, one inclusion proof per level (the leaf's own tree first), the root, and the anchor."""

    kind: Kind
    salt: bytes
    levels: tuple[InclusionProof, ...]
    root: bytes
    state: ProofState
    anchor: Anchor | None

    def root_for(self, digest: bytes) -> bytes:
        """The root that `digest` leads to through all levels. Raises `InvalidInclusionProof`."""
        tree_root = root_from_inclusion(leaf_hash(self.kind, self.salt, digest), self.levels[0])
        for below, level in zip(self.levels, self.levels[1:], strict=False):
            tree_root = root_from_inclusion(batch_leaf_hash(below.tree_size, tree_root), level)
        return tree_root

    def to_json(self) -> dict[str, Any]:
        return {
            "type": "AnchorProof",
            "version": 1,
            "kind": int(self.kind),
            "salt": self.salt.hex(),
            "levels": [
                {"index": level.index, "treeSize": level.tree_size, "path": [node.hex() for node in level.path]}
                for level in self.levels
            ],
            "root": self.root.hex(),
            "state": self.state.value,
            "anchor": None if self.anchor is None else _anchor_json(self.anchor),
        }

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read the JSON form. Raises `InvalidAnchorProof` with the path of the member at fault."""
        names = ("type", "version", "kind", "salt", "levels", "root", "state", "anchor")
        members = _members(value, names, "")
        if members["type"] != "AnchorProof" or members["version"] != 1 or members["version"] is True:
            raise InvalidAnchorProof("only AnchorProof, version 1, is understood", "/type")
        kind = _kind(members["kind"])
        levels = members["levels"]
        # Credentials sit in a batch's tree, which is a leaf of the round's; the other kinds only in the latter.
        expected = 2 if kind.in_batch else 1
        if not isinstance(levels, list) or len(levels) != expected:
            raise InvalidAnchorProof(f"a proof of kind {int(kind)} has {expected} levels", "/levels")
        state = _state(members["state"])
        anchor = None if members["anchor"] is None else _anchor(members["anchor"])
        if state is not ProofState.SUBMITTED and (anchor is None or anchor.transaction is None):
            raise InvalidAnchorProof(f"a {state.value} proof names its transaction and block", "/anchor")
        return cls(
            kind=kind,
            salt=_hex32(members["salt"], "/salt"),
            levels=tuple(_level(level, f"/levels/{at}") for at, level in enumerate(levels)),
            root=_hex32(members["root"], "/root"),
            state=state,
            anchor=anchor,
        )


def _anchor_json(anchor: Anchor) -> dict[str, Any]:
    return {
        "chain": anchor.chain,
        "contract": anchor.contract,
        "account": anchor.account,
        "transaction": anchor.transaction,
        "block": anchor.block,
        "blockHash": anchor.block_hash,
        "time": None if anchor.time is None else anchor.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _anchor(value: Any) -> Anchor:
    at = "/anchor"
    names = ("chain", "contract", "account", "transaction", "block", "blockHash", "time")
    members = _members(value, names, at)
    mined = [members[name] is not None for name in names[3:]]
    if any(mined) and not all(mined):
        raise InvalidAnchorProof("transaction, block, blockHash and time come together or are all null", at)
    chain = members["chain"]
    try:
        chain_id_of(chain)
    except (ValueError, TypeError):
        raise InvalidAnchorProof("expected a CAIP-2 chain id such as eip155:137", f"{at}/chain") from None
    contract = _match(_ADDRESS, members["contract"], f"{at}/contract", "an address").lower()
    account = _match(_ADDRESS, members["account"], f"{at}/account", "an address").lower()
    if not any(mined):
        return Anchor(chain, contract, account)
    return Anchor(
        chain,
        contract,
        account,
        _match(_HASH, members["transaction"], f"{at}/transaction", "a transaction hash"),
        _integer(members["block"], f"{at}/block"),
        _match(_HASH, members["blockHash"], f"{at}/blockHash", "a block hash"),
        _time(members["time"], f"{at}/time"),
    )


def _level(value: Any, at: str) -> InclusionProof:
    members = _members(value, ("index", "treeSize", "path"), at)
    path = members["path"]
    if not isinstance(path, list) or len(path) > MAX_PATH:
        raise InvalidAnchorProof(f"expected a list of at most {MAX_PATH} hashes", f"{at}/path")
    return InclusionProof(
        _integer(members["index"], f"{at}/index"),
        _integer(members["treeSize"], f"{at}/treeSize"),
        tuple(_hex32(node, f"{at}/path/{n}") for n, node in enumerate(path)),
    )


def _members(value: Any, names: tuple[str, ...], at: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidAnchorProof("expected an object", at)
    for name in names:
        if name not in value:
            raise InvalidAnchorProof("is missing", f"{at}/{name}")
    unknown = sorted(str(name) for name in value if name not in names)
    if unknown:
        raise InvalidAnchorProof("is not a member of an anchor proof", f"{at}/{unknown[0][:40]}")
    return value


def _kind(value: Any) -> Kind:
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return Kind(value)
    except ValueError:
        pass  # a number without meaning is refused like any other wrong value
    raise InvalidAnchorProof("is no kind of leaf", "/kind")


def _state(value: Any) -> ProofState:
    if value in list(ProofState):
        return ProofState(value)
    raise InvalidAnchorProof("expected submitted, mined or final", "/state")


def _integer(value: Any, at: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_INTEGER:
        return value
    raise InvalidAnchorProof("expected a whole number from 0 to 2^53-1", at)


def _hex32(value: Any, at: str) -> bytes:
    return bytes.fromhex(_match(_HEX32, value, at, "64 lower-case hexadecimal digits"))


def _match(pattern: re.Pattern[str], value: Any, at: str, what: str) -> str:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise InvalidAnchorProof(f"expected {what}", at)


def _time(value: Any, at: str) -> datetime:
    text = _match(_TIME, value, at, "a UTC time such as 2026-11-24T12:00:00Z")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidAnchorProof("is no time", at) from None
