"""The log of a did:webvh (did:webvh 1.0): parameters, hashes and proofs of each entry.

Nothing here asks the network. The entries are checked in order; each is known to be right before
the next is looked at. The order of the checks is the one of section "Read (Resolve)".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

import rfc8785

from did import base58
from did.errors import DidError, InvalidDid
from did.keys import KeyType, PublicKey, verify_signature
from did.methods.webvh_parameters import Parameters
from did.multikey import decode_multibase, decode_multikey
from did.strict_json import parse_object
from did.url import Did

MAX_ENTRIES = 2_000

_MEMBERS = {"versionId", "versionTime", "parameters", "state", "proof"}
_VERSION_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]00:00)", re.ASCII)
_DID_KEY = "did:key:"
_PLACEHOLDER = "{SCID}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One verified entry. `parameters` are those in force once it is published.

    `witnesses` and `threshold` are who has to approve this very entry (none: threshold 0).
    """

    number: int
    version_id: str
    version_time: datetime
    parameters: Parameters
    state: Mapping[str, Any]
    witnesses: frozenset[str] = frozenset()
    threshold: int = 0

    @property
    def did(self) -> str:
        return str(self.state["id"])


@dataclass(frozen=True, slots=True)
class Log:
    """The entries that are right, and what is wrong with the one behind them, if anything."""

    entries: Sequence[Entry]
    fault: DidError | None = field(default=None)

    @classmethod
    def read(cls, data: bytes, scid: str, *, now: datetime) -> Self:
        """Never raises: an entry that is wrong ends the log and is its `fault`."""
        entries: list[Entry] = []
        try:
            lines = data.decode("utf-8").rstrip("\r\n").split("\n")
            if len(lines) > MAX_ENTRIES:
                raise InvalidDid(f"the log has more than {MAX_ENTRIES} entries")
            for line in lines:
                entries.append(_read_entry(parse_object(line), entries[-1] if entries else None, scid, now))
        except UnicodeDecodeError as error:
            return cls(entries, InvalidDid(f"the log is not UTF-8: {error}"))
        except DidError as error:
            return cls(entries, error)
        return cls(entries)


def _read_entry(json: dict[str, Any], previous: Entry | None, scid: str, now: datetime) -> Entry:
    number = previous.number + 1 if previous else 1
    if set(json) != _MEMBERS:
        raise InvalidDid(f"entry {number} does not have the members {', '.join(sorted(_MEMBERS))}")
    # 1: the parameters in force.
    parameters = Parameters.read(json["parameters"], previous.parameters if previous else None)
    if parameters.scid != scid:
        raise InvalidDid(f"the log of {parameters.scid} is not the one of {scid}")
    unsecured = {name: value for name, value in json.items() if name != "proof"}
    # 2: the proof, by a key that may update.
    authorized = parameters.update_keys
    if previous is not None and not previous.parameters.next_key_hashes:
        authorized = previous.parameters.update_keys
    _verify_proofs(json["proof"], unsecured, authorized, f"entry {number}")
    # 3: the version's number and hash.
    _verify_version_id(unsecured, number, previous.version_id if previous else scid)
    # 4: the time.
    version_time = _version_time(json["versionTime"], number)
    if previous is not None and version_time <= previous.version_time:
        raise InvalidDid(f"entry {number} is not later than the one before it")
    if version_time > now:
        raise InvalidDid(f"entry {number} is dated in the future")
    # 5: the self-certifying identifier.
    if previous is None:
        _verify_scid(unsecured, scid)
    # 6: the document.
    entry = Entry(number, json["versionId"], version_time, parameters, json["state"])
    _check_state(entry, previous, scid)
    # 7: pre-rotation. (9: witnesses, once all entries are known.)
    if previous is not None and previous.parameters.next_key_hashes:
        _verify_pre_rotation(json["parameters"], parameters, previous.parameters)
    approving = _approving(parameters, previous)
    return replace(entry, witnesses=approving.witnesses, threshold=approving.witness_threshold)


def _approving(parameters: Parameters, previous: Entry | None) -> Parameters:
    """The parameters that say who witnesses an entry: the old ones, unless nobody was named before."""
    if previous is None or not previous.parameters.witnesses:
        return parameters
    return previous.parameters


def _version_time(value: object, number: int) -> datetime:
    if not isinstance(value, str) or _VERSION_TIME.fullmatch(value) is None:
        raise InvalidDid(f"entry {number} has no time in UTC")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidDid(f"entry {number} has no time in UTC") from error


def _check_state(entry: Entry, previous: Entry | None, scid: str) -> None:
    if not isinstance(entry.state, Mapping) or not isinstance(entry.state.get("id"), str):
        raise InvalidDid(f"entry {entry.number} has no document with an id")
    did = Did.parse(entry.did)
    if did.method != "webvh" or did.method_specific_id.partition(":")[0] != scid:
        raise InvalidDid(f"the document of entry {entry.number} is not one of {scid}")
    if previous is None or previous.did == entry.did:
        return
    # "DID Portability": who moves must have said so in the first entry, and leave the old name.
    if not entry.parameters.portable:
        raise InvalidDid(f"entry {entry.number} moves a DID that is not portable")
    aliases = entry.state.get("alsoKnownAs")
    if not isinstance(aliases, list) or previous.did not in aliases:
        raise InvalidDid(f"entry {entry.number} moves the DID and does not name the old one")


def _verify_pre_rotation(given: Mapping[str, Any], parameters: Parameters, before: Parameters) -> None:
    if "updateKeys" not in given or "nextKeyHashes" not in given:
        raise InvalidDid("with pre-rotation each entry has updateKeys and nextKeyHashes")
    for key in parameters.update_keys:
        if multihash(key.encode("ascii")) not in before.next_key_hashes:
            raise InvalidDid(f"the update key {key} was not committed to")


# --- hashes --------------------------------------------------------------------------------------


def multihash(data: bytes) -> str:
    """Base58btc of the SHA-256 multihash, the only one that version 1.0 permits."""
    return base58.encode(b"\x12\x20" + hashlib.sha256(data).digest())


def canonical(value: object) -> bytes:
    """RFC 8785. Raises `InvalidDid` for numbers that it cannot write."""
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise InvalidDid(f"no canonical form: {error}") from error


def _verify_version_id(unsecured: Mapping[str, Any], number: int, predecessor: str) -> None:
    expected = f"{number}-{multihash(canonical({**unsecured, 'versionId': predecessor}))}"
    if unsecured["versionId"] != expected:
        raise InvalidDid(f"versionId is {str(unsecured['versionId'])[:80]!r}, and the entry's hash gives {expected}")


def _verify_scid(unsecured: Mapping[str, Any], scid: str) -> None:
    text = canonical({**unsecured, "versionId": _PLACEHOLDER}).decode("utf-8").replace(scid, _PLACEHOLDER)
    if multihash(canonical(parse_object(text))) != scid:
        raise InvalidDid(f"{scid} is not the hash of the first entry")


# --- proofs --------------------------------------------------------------------------------------


def _verify_proofs(proofs: object, unsecured: Mapping[str, Any], authorized: Sequence[str], what: str) -> None:
    if not isinstance(proofs, list) or not 0 < len(proofs) <= 16:
        raise InvalidDid(f"{what} has no list of proofs")
    for proof in proofs:
        key = verify_proof(proof, unsecured, what)
        if key not in authorized:
            raise InvalidDid(f"{what} is signed by {key}, which may not update the DID")


def verify_proof(proof: object, unsecured: Mapping[str, Any], what: str) -> str:
    """Check an `eddsa-jcs-2022` proof and give the Multikey that made it.

    Data Integrity EdDSA Cryptosuites 1.0, section 3.3.2. Raises `InvalidDid` or `InvalidSignature`.
    """
    if not isinstance(proof, Mapping):
        raise InvalidDid(f"{what}: a proof is not an object")
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != "eddsa-jcs-2022":
        raise InvalidDid(f"{what}: only eddsa-jcs-2022 is permitted")
    if proof.get("proofPurpose") != "assertionMethod":
        raise InvalidDid(f"{what}: the proof's purpose is not assertionMethod")
    multikey, key = _did_key(proof.get("verificationMethod"), what)
    configuration = {name: value for name, value in proof.items() if name != "proofValue"}
    if "@context" in configuration and configuration["@context"] != unsecured.get("@context"):
        raise InvalidDid(f"{what}: the proof's context is not the document's")
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        raise InvalidDid(f"{what}: proofValue is not base58btc")
    digests = hashlib.sha256(canonical(configuration)).digest() + hashlib.sha256(canonical(unsecured)).digest()
    verify_signature(key, digests, decode_multibase(value))
    return multikey


def _did_key(url: object, what: str) -> tuple[str, PublicKey]:
    """The key of `did:key:X#X`. Both halves must be the same: one is checked, the other is used."""
    body, _, fragment = str(url).removeprefix(_DID_KEY).partition("#")
    if not str(url).startswith(_DID_KEY) or body != fragment:
        raise InvalidDid(f"{what}: the verification method is not a did:key with its own fragment")
    key = decode_multikey(body)
    if key.type is not KeyType.ED25519:
        raise InvalidDid(f"{what}: the key is not an Ed25519 key")
    return body, key
