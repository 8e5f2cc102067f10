"""did:webvh 1.0: a did:web whose history can be verified. Resolved here, not written.

Differences from the specification, on purpose: services that it calls implicit (`#files`, `#whois`)
are not written into the document, which stays what its controller signed; watchers are not asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from did.document import DidDocument
from did.errors import DidError, DidNotFound, InvalidDid, InvalidOptions
from did.fetch import Fetch
from did.methods.web import base_url_of
from did.methods.webvh_log import Entry, Log, verify_proof
from did.resolver import CURRENT, ResolutionOptions, ResolutionResult
from did.strict_json import MAX_DEPTH, is_deeper_than
from did.url import Did

ACCEPT_LOG = "text/jsonl, application/jsonl, application/json, */*;q=0.1"
MAX_LOG_BYTES = 2_000_000
MAX_WITNESS_BYTES = 1_000_000
MAX_WITNESS_PROOFS = 2_000

_SCID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{46}", re.ASCII)


def scid_of(did: Did) -> str:
    """Raises `InvalidDid` unless the DID begins with a self-certifying identifier."""
    scid, _, rest = did.method_specific_id.partition(":")
    if did.method != "webvh" or _SCID.fullmatch(scid) is None or not rest:
        raise InvalidDid(f"{did} is not a did:webvh")
    return scid


def urls_of(did: Did, *, loopback_http: bool = False) -> tuple[str, str]:
    """Where the log and the witnesses' proofs are ("The DID to HTTPS Transformation")."""
    rest = did.method_specific_id[len(scid_of(did)) + 1 :]
    base = base_url_of(Did("web", rest), loopback_http=loopback_http)
    folder = base if ":" in rest else f"{base}/.well-known"
    return f"{folder}/did.jsonl", f"{folder}/did-witness.json"


class WebvhMethod:
    """Reads the log through `fetch`, without following redirects, and verifies all of it."""

    name = "webvh"

    def __init__(self, fetch: Fetch, *, clock: Callable[[], datetime], loopback_http: bool = False) -> None:
        self._fetch = fetch
        self._clock = clock
        self._loopback_http = loopback_http

    def resolve(self, did: Did, options: ResolutionOptions = CURRENT) -> ResolutionResult:
        """A version asked for may be followed by entries that are wrong; the current one may not."""
        if options.version_id is not None and options.version_time is not None:
            raise InvalidOptions("a version is asked for by id or by time, not by both")
        log_url, witness_url = urls_of(did, loopback_http=self._loopback_http)
        data = self._fetch(log_url, accept=ACCEPT_LOG, max_bytes=MAX_LOG_BYTES, max_redirects=0).require_body()
        log = Log.read(data, scid_of(did), now=self._clock())
        if any(entry.threshold for entry in log.entries):
            log = _witnessed(log, self._witness_proofs(witness_url))
        if not log.entries or (options.is_current and log.fault is not None):
            raise log.fault or InvalidDid("the log is empty")
        # 6.1: the DID must be the document's id in one version at least.
        if all(entry.did != str(did) for entry in log.entries):
            raise InvalidDid(f"the log never was the one of {did}")
        return _result(did, log, _chosen(log, options), is_current=options.is_current)

    def _witness_proofs(self, url: str) -> list[Any]:
        response = self._fetch(url, accept="application/json", max_bytes=MAX_WITNESS_BYTES, max_redirects=0)
        try:
            text = response.require_body().decode("utf-8")
            if is_deeper_than(text, MAX_DEPTH):
                raise InvalidDid("did-witness.json is nested too deeply")
            proofs = json.loads(text)
        except ValueError as error:
            raise InvalidDid("did-witness.json is not JSON") from error
        if not isinstance(proofs, list):
            raise InvalidDid("did-witness.json is not a list")
        return proofs


def _witnessed(log: Log, proofs: Sequence[Any]) -> Log:
    """The log up to the first entry that too few of its witnesses approve.

    "Verifying Witness Proofs During Resolution": a proof approves all entries up to its own; proofs
    that are wrong, or for entries that are not published, are passed over.
    """
    approved = _approvals(log.entries, proofs)
    for index, entry in enumerate(log.entries):
        count = sum(approved.get(witness, 0) >= entry.number for witness in entry.witnesses)
        if count < entry.threshold:
            fault = InvalidDid(f"{entry.version_id}: {count} of {entry.threshold} witnesses approve")
            return Log(log.entries[:index], fault)
    return log


def _approvals(entries: Sequence[Entry], proofs: Sequence[Any]) -> dict[str, int]:
    """Each witness's Multikey, and the number of the last entry that it approves."""
    numbers = {entry.version_id: entry.number for entry in entries}
    wanted = frozenset[str]().union(*(entry.witnesses for entry in entries))
    found: list[tuple[int, str, Any]] = []
    for item in proofs:
        version_id = item.get("versionId") if isinstance(item, Mapping) else None
        listed = item.get("proof") if isinstance(item, Mapping) else None
        if isinstance(version_id, str) and version_id in numbers and isinstance(listed, list):
            found += [(numbers[version_id], version_id, proof) for proof in listed]
    if len(found) > MAX_WITNESS_PROOFS:
        raise InvalidDid(f"did-witness.json has more than {MAX_WITNESS_PROOFS} proofs")
    approved: dict[str, int] = {}
    for number, version_id, proof in sorted(found, key=lambda entry: -entry[0]):
        try:
            witness = verify_proof(proof, {"versionId": version_id}, "did-witness.json")
        except DidError:
            continue
        if witness in wanted:
            approved.setdefault(witness, number)
    return approved


def _chosen(log: Log, options: ResolutionOptions) -> Entry:
    """By the whole versionId, or what was in force at a time ("Reading did:webvh DID URLs")."""
    if options.is_current:
        return log.entries[-1]
    for entry in reversed(log.entries):
        if options.version_time is None:
            if entry.version_id == options.version_id:
                return entry
        elif entry.version_time <= options.version_time:
            if log.fault is not None and entry is log.entries[-1]:
                # What was in force then may be the entry that is wrong.
                raise log.fault
            return entry
    raise DidNotFound("the DID has no such version")


def _result(did: Did, log: Log, entry: Entry, *, is_current: bool) -> ResolutionResult:
    last = log.entries[-1]
    parameters = last.parameters
    metadata: dict[str, Any] = {
        "versionId": entry.version_id,
        "versionTime": _iso(entry.version_time),
        "created": _iso(log.entries[0].version_time),
        "updated": _iso(last.version_time),
        "scid": parameters.scid,
        "portable": parameters.portable,
        "deactivated": parameters.deactivated,
        "ttl": str(parameters.ttl_s),
        "watchers": list(parameters.watchers),
        "witness": {},
    }
    if parameters.witnesses:
        witnesses = [{"id": f"did:key:{key}"} for key in sorted(parameters.witnesses)]
        metadata["witness"] = {"threshold": str(parameters.witness_threshold), "witnesses": witnesses}
    if is_current and parameters.deactivated:
        return ResolutionResult(None, metadata, {})
    if entry.did != str(did):
        raise InvalidDid(f"{did} has moved to {entry.did}")
    document = DidDocument.parse(entry.state, str(did))
    return ResolutionResult(document, metadata, {"contentType": "application/did"}, parameters.ttl_s)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
