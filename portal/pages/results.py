"""From a report to what a page shows: the standing, the certificate, the checks, the expert view."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.pages.anchors import AnchorView, build_anchor_view
from portal.pages.claims import Summary, summarize
from portal.pages.dates import day, day_and_time, machine
from portal.pages.issuers import IssuerIdentity, describe_issuer
from portal.pages.phrases import (
    AWARD_STATUS_MESSAGES,
    CHECK_QUESTIONS,
    EXPLANATIONS,
    HEADLINES,
    ICONS,
    LEADS,
    OUTCOME_ICONS,
    OUTCOME_WORDS,
    STAMPS,
    VERDICT_WORDS,
    VERIFIED_WITHOUT_STATUS,
    Standing,
)
from portal.pages.seal import Seal, draw_seal
from portal.pages.source import AwardState
from portal.pages.text import clip, fit, pretty_json
from vc.report import Check, Outcome, Report, Verdict

_MAX_CHECKS = 12
_MAX_DOCUMENT_BYTES = 10_000
_MAX_ANCHOR_BYTES = 5_000
_MAX_DETAIL_BYTES = 600
_WITHDRAWALS = frozenset({Standing.REVOKED, Standing.SUSPENDED})
_NAMED_REFUSALS = _WITHDRAWALS | {Standing.EXPIRED, Standing.NOT_YET_VALID}


@dataclass(frozen=True, slots=True)
class CheckView:
    name: str
    title: str
    question: str
    outcome: str
    outcome_word: str
    icon: str
    message: str
    code: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The certificate as drawn. `stamp` is printed across it when it does not count."""

    summary: Summary
    issuer: IssuerIdentity
    issuer_name: str
    facts: tuple[tuple[str, str], ...]
    lead: str
    title_size: str
    stamp: str | None
    seal: Seal


@dataclass(frozen=True, slots=True)
class ExpertView:
    facts: tuple[tuple[str, str], ...]
    document: str
    document_cut: bool
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """One verified document. `sheet` is None when the bytes are no JSON document at all."""

    standing: Standing
    verdict_word: str
    headline: str
    explanation: str
    icon: str
    reason: str | None
    date_note: str | None
    tally: str
    checked_at: str
    checked_at_machine: str
    sheet: Sheet | None
    checks: tuple[CheckView, ...]
    anchor: AnchorView
    expert: ExpertView


def build_result(
    *,
    data: bytes,
    document: Mapping[str, Any] | None,
    report: Report,
    anchor: Mapping[str, Any] | None,
    award_state: AwardState = "active",
    award_reason: str | None = None,
    local_chain: str | None,
    now: datetime,
) -> Result:
    """Put a report beside the document it is about. `data` is what was checked, byte for byte."""
    if award_state != "active":
        report = _with_award_state(report, award_state)
    summary = summarize(document) if document is not None else None
    by_name = {check.name: check for check in report.checks}
    standing = standing_of(report, award_state)
    return Result(
        standing=standing,
        verdict_word=VERDICT_WORDS[standing.verdict],
        headline=HEADLINES[standing],
        explanation=VERIFIED_WITHOUT_STATUS
        if standing is Standing.VERIFIED and report.check("status").code == "no-status"
        else EXPLANATIONS[standing],
        icon=ICONS[standing],
        reason=fit(award_reason, 300, 1_200) if award_reason and standing in _WITHDRAWALS else None,
        date_note=_date_note(standing, summary),
        tally=_tally(report),
        checked_at=day_and_time(now),
        checked_at_machine=machine(now.replace(second=0, microsecond=0)),
        sheet=_sheet(summary, standing, data) if summary is not None else None,
        checks=tuple(_check_view(check) for check in report.checks[:_MAX_CHECKS]),
        anchor=build_anchor_view(anchor, by_name.get("anchor"), local_chain),
        expert=_expert(data, document, anchor),
    )


def standing_of(report: Report, award_state: AwardState) -> Standing:
    """Name the reason only when status or dates are all that failed; anything graver is plainly "not verified"."""
    failed = {check.name for check in report.checks if check.outcome is Outcome.FAILED}
    if failed - {"status", "validity"}:
        return Standing.NOT_VERIFIED
    if award_state != "active":
        return Standing(award_state)
    match report.verdict:
        case Verdict.VERIFIED:
            return Standing.VERIFIED
        case Verdict.UNDECIDED:
            return Standing.UNDECIDED
        case _:
            # A status list that is broken or foreign fails the check too; that is no revocation.
            code = report.check("status" if "status" in failed else "validity").code
            return Standing(code) if code in _NAMED_REFUSALS else Standing.NOT_VERIFIED


def _with_award_state(report: Report, award_state: AwardState) -> Report:
    """The node knows of a withdrawal at once; the published status list follows within its time to live."""
    if report.check("status").outcome is Outcome.FAILED:
        return report
    return report.with_checks([Check("status", Outcome.FAILED, AWARD_STATUS_MESSAGES[award_state], award_state)])


def _check_view(check: Check) -> CheckView:
    title, question = CHECK_QUESTIONS.get(check.name, (clip(check.name.capitalize(), 40), ""))
    return CheckView(
        name=check.name,
        title=title,
        question=question,
        outcome=str(check.outcome.value),
        outcome_word=OUTCOME_WORDS[check.outcome],
        icon=OUTCOME_ICONS[check.outcome],
        message=fit(check.message, 400, 700),
        code=fit(check.code, 120, 200) if check.code else None,
        detail=pretty_json(check.detail, _MAX_DETAIL_BYTES)[0] or None if check.detail else None,
    )


def _tally(report: Report) -> str:
    counts = (
        (word, sum(check.outcome is outcome for check in report.checks)) for outcome, word in OUTCOME_WORDS.items()
    )
    return ", ".join(f"{count} {word}" for word, count in counts if count) or "No check was made"


def _date_note(standing: Standing, summary: Summary | None) -> str | None:
    if summary is None:
        return None
    if standing is Standing.EXPIRED and summary.valid_until is not None:
        return f"It ended on {day_and_time(summary.valid_until)}."
    if standing is Standing.NOT_YET_VALID and summary.valid_from is not None:
        return f"It begins on {day_and_time(summary.valid_from)}."
    return None


def _sheet(summary: Summary, standing: Standing, data: bytes) -> Sheet:
    facts: list[tuple[str, str]] = []
    if summary.valid_from is not None:
        facts.append(("Valid from", day(summary.valid_from)))
    facts.append(("Valid until", day(summary.valid_until) if summary.valid_until is not None else "no end date"))
    return Sheet(
        summary=summary,
        issuer=describe_issuer(summary.issuer_id),
        issuer_name=summary.issuer_name or "An issuer that gives no name",
        facts=tuple(facts),
        lead=LEADS[standing],
        title_size=_title_size(summary.achievement),
        stamp=STAMPS.get(standing),
        seal=draw_seal(hashlib.sha256(data).digest()),
    )


def _title_size(title: str) -> str:
    sizes: Sequence[tuple[int, str]] = ((28, "xl"), (60, "l"), (110, "m"))
    return next((name for limit, name in sizes if len(title) <= limit), "s")


def _expert(data: bytes, document: Mapping[str, Any] | None, anchor: Mapping[str, Any] | None) -> ExpertView:
    shown, cut = ("", False) if document is None else pretty_json(document, _MAX_DOCUMENT_BYTES)
    facts = [("Size", f"{len(data):,} bytes"), ("SHA-256 of the bytes", hashlib.sha256(data).hexdigest())]
    issuer = document.get("issuer") if document is not None else None
    identifier = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    if isinstance(identifier, str):
        facts.append(("Issuer identifier", fit(identifier, 400, 800)))
    if document is not None and isinstance(document.get("id"), str):
        facts.append(("Credential identifier", fit(document["id"], 400, 800)))
    return ExpertView(tuple(facts), shown, cut, pretty_json(anchor, _MAX_ANCHOR_BYTES)[0] if anchor else None)
