"""dcp verify: check a credential without a database and without trusting the node that issued it."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from agent.verification import verify_credential
from anchoring.reader import EvmReader
from config.settings import Settings, read_runtime
from did.errors import DidError, ResolutionUnavailable
from did.fetch import Fetch
from portal.errors import PortalError
from portal.verification.brought import look_at, note_on
from portal.wiring import build_fetch, build_resolver, utc_now
from vc.badges.baking import MAX_IMAGE_BYTES
from vc.errors import ParsingError
from vc.model import parse_json
from vc.policy import Policy
from vc.report import Outcome, Report, Verdict

MAX_BYTES = MAX_IMAGE_BYTES
_ACCEPT = (
    "application/vc, application/vc+jwt;q=0.9, application/dc+sd-jwt;q=0.9, application/jwt;q=0.9, "
    "application/ld+json;q=0.9, application/json;q=0.8, image/png;q=0.7, image/svg+xml;q=0.7"
)
_CODES = {Verdict.VERIFIED: 0, Verdict.NOT_VERIFIED: 1, Verdict.UNDECIDED: 3}
_MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.UNDECIDED: "?"}
_HEADLINES = {
    Verdict.VERIFIED: "VERIFIED",
    Verdict.NOT_VERIFIED: "NOT VERIFIED",
    Verdict.UNDECIDED: "COULD NOT TELL",
}


class NotReadable(PortalError):
    code = "not-readable"


def verify(
    source: str, *, anchor: str | None, rpc: str | None, ca: Path | None, allow_loopback: bool, as_json: bool
) -> int:
    """Print the report and return the exit code: 0 verified, 1 not verified, 3 could not tell."""
    settings = _settings(rpc=rpc, ca=ca, allow_loopback=allow_loopback)
    fetch = build_fetch(settings)
    try:
        data = _read(source, fetch)
    except ResolutionUnavailable as error:
        typer.echo(
            json.dumps({"verdict": "undecided", "detail": str(error)}) if as_json else f"COULD NOT TELL: {error}"
        )
        return 3
    proof = _anchor_proof(anchor, data, fetch)
    reader = _reader(settings)

    def chain_for(chain: str) -> EvmReader | None:
        return reader if reader is not None and chain == f"eip155:{reader.chain_id}" else None

    report = verify_credential(
        data,
        policy=Policy(),
        now=utc_now(),
        resolver=build_resolver(settings, fetch, reader, utc_now),
        fetch=fetch,
        chain_for=chain_for,
        anchor_proof=proof,
    )
    typer.echo(json.dumps(report.to_json(), ensure_ascii=False) if as_json else _words(report, data))
    return _CODES[report.verdict]


def _settings(*, rpc: str | None, ca: Path | None, allow_loopback: bool) -> Settings:
    """What was asked for, then the environment, then what a node running here tells: its chain, its authority."""
    asked: dict[str, Any] = {}
    if rpc is not None:
        asked |= {"chain": "remote", "chain_rpc_url": rpc}
    if ca is not None:
        asked["ca_file"] = ca
    if allow_loopback:
        asked["allow_loopback"] = True
    return Settings(**asked)


def _reader(settings: Settings) -> EvmReader | None:
    if settings.chain_rpc_url is None:
        return None
    chain_id = settings.chain_id or read_runtime(settings.data_dir).get("chain_id")
    if chain_id is None:
        return None
    return EvmReader(settings.chain_rpc_url.get_secret_value(), chain_id=chain_id, contract=settings.anchor_registry)


def _read(source: str, fetch: Fetch) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    if source.startswith(("http://", "https://")):
        response = fetch(source, accept=_ACCEPT, max_bytes=MAX_BYTES, max_redirects=3)
        if response.status != 200:
            raise NotReadable(f"{source} answers {response.status}; is the address complete?")
        return response.body
    path = Path(source)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise NotReadable(f"{source} is larger than {MAX_BYTES // 1024} kB; a credential is not")
        return path.read_bytes()
    except OSError as error:
        raise NotReadable(f"cannot read {source}: {error.strerror}") from error


def _anchor_proof(anchor: str | None, data: bytes, fetch: Fetch) -> Mapping[str, Any] | None:
    """The proof that was named, or the one beside the credential's own page; None where there is none."""
    named = anchor is not None
    if anchor is None:
        anchor = _beside(data)
        if anchor is None:
            return None
    try:
        return parse_json(_read(anchor, fetch))
    except ParsingError as error:
        if named:
            raise NotReadable(f"{anchor} does not hold an anchor proof: {error}") from error
    except (DidError, PortalError):
        if named:
            raise
    return None


def _beside(data: bytes) -> str | None:
    document = look_at(data).document
    page = None if document is None else document.get("id")
    if isinstance(page, str) and page.startswith(("http://", "https://")) and "/c/" in page:
        return f"{page}/anchor.json"
    return None


def _words(report: Report, data: bytes) -> str:
    note = note_on(look_at(data))
    lines = [_HEADLINES[report.verdict], *([] if note is None else [note]), ""]
    lines += [f"  {_MARKS[check.outcome]} {check.name:<10} {check.message}" for check in report.checks]
    return "\n".join(lines)
