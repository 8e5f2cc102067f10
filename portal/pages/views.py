"""View models: everything a page shows, worked out before a template sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from portal.pages.claims import summarize
from portal.pages.dates import day
from portal.pages.disclosure import Disclosure
from portal.pages.forms import FormView, form_views, media_types_of
from portal.pages.results import Result, build_result
from portal.pages.source import Demo, NodeFacts, PublicCredential
from portal.pages.text import isolated
from vc.report import Report


@dataclass(frozen=True, slots=True)
class CredentialPage:
    """The page of one credential. `title` and `summary` are for the browser tab and link previews."""

    public_id: str
    url: str
    title: str
    summary: str
    site_name: str
    format: str
    media_type: str
    result: Result
    forms: tuple[FormView, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One member that tampering altered."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TamperedPage:
    """A copy of the demo credential with one member altered, and what the checks made of it."""

    original: Result
    tampered: Result
    changes: tuple[Change, ...]
    caught_by: tuple[str, ...]
    public_id: str


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """The form, and after it was sent either a result or what was wrong with the input."""

    text: str
    anchor_text: str
    problem: str | None
    result: Result | None
    notes: tuple[str, ...]
    disclosure: Disclosure | None
    max_kb: int
    max_image_kb: int


@dataclass(frozen=True, slots=True)
class StartPage:
    """`operator` is True for a visitor on the node's own machine; only that one sees paths and demo buttons."""

    facts: NodeFacts
    operator: bool
    demo: Result | None
    demo_id: str | None
    demo_tenant: str | None
    phone_url: str | None
    phone_qr: Markup | None


@dataclass(frozen=True, slots=True)
class ErrorPage:
    status: int
    look: str
    title: str
    text: str
    code: str


def build_credential_page(
    credential: PublicCredential, report: Report, *, facts: NodeFacts, now: datetime
) -> CredentialPage:
    result = result_of(credential, report, facts=facts, now=now)
    summary = summarize(credential.document)
    issuer = summary.issuer_name or credential.tenant_name
    recipient = f"Awarded to {isolated(summary.recipient, 120)}" if summary.recipient else "Awarded"
    return CredentialPage(
        public_id=credential.public_id,
        url=f"{facts.origin}/c/{credential.public_id}",
        title=f"{isolated(summary.achievement, 120)} · {isolated(issuer, 80)}",
        # No verdict here: a link preview is made once and kept, a verdict holds for the moment of the check.
        summary=f"{recipient} on {day(summary.valid_from or credential.issued_at)}. Open the page to check it.",
        site_name=isolated(issuer, 80),
        format=credential.format,
        media_type=media_types_of(credential.format)[0],
        result=result,
        forms=form_views(credential.forms, credential.public_id),
    )


def result_of(credential: PublicCredential, report: Report, *, facts: NodeFacts, now: datetime) -> Result:
    return build_result(
        data=credential.data,
        document=credential.document,
        report=report,
        anchor=credential.anchor,
        award_state=credential.award_state,
        award_reason=credential.award_reason,
        local_chain=facts.chain if facts.chain_is_local else None,
        now=now,
    )


def build_tampered_page(
    credential: PublicCredential,
    *,
    original: Result,
    document: Mapping[str, Any],
    data: bytes,
    report: Report,
    changes: tuple[Change, ...],
    facts: NodeFacts,
    now: datetime,
) -> TamperedPage:
    tampered = build_result(
        data=data,
        document=document,
        report=report,
        anchor=credential.anchor,
        local_chain=facts.chain if facts.chain_is_local else None,
        now=now,
    )
    caught_by = tuple(check.title for check in tampered.checks if check.outcome == "failed")
    return TamperedPage(original, tampered, changes, caught_by, credential.public_id)


def build_start_page(
    facts: NodeFacts,
    demo: Demo | None,
    demo_report: Report | None,
    *,
    operator: bool,
    phone_qr: Markup | None,
    now: datetime,
) -> StartPage:
    result = None
    if demo is not None and demo_report is not None:
        result = result_of(demo.credential, demo_report, facts=facts, now=now)
    return StartPage(
        facts=facts,
        operator=operator,
        demo=result,
        demo_id=demo.credential.public_id if demo is not None else None,
        demo_tenant=demo.credential.tenant_slug if demo is not None else None,
        phone_url=facts.phone_origin,
        phone_qr=phone_qr,
    )
