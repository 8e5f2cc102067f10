"""The verification of a credential: one numbered pipeline, one line of the report per step.

1. structure: the rules of its form and of the data model
2. issuer:    each key that signed, looked up; one of them is the issuer's
3. proof:     all signatures hold, under keys that were good
4. validity:  the credential's own period, and that of the token around it
5. status:    not revoked, not suspended, by the issuer's own list
6. schema:    the content fits the schema that the credential names
7. inner:     only of a credential that carries others (the credentials of a record, CLR 2.0; endorsements, Open
              Badges 3.0 section 9.1 step 6): each of them is verified the same way

No step stops the others; the first six lines are always there. A step that could not be asked is undecided, and a
report with such a line is no yes. What a step means for a form of credential stands in `vc.forms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from cryptography import x509

from did.document import VerificationMethod
from did.errors import DidError, KeyNotFound, MethodNotSupported, ResolutionUnavailable
from vc import schema, wording
from vc.badges import clr, embedded, open_badges
from vc.canonical import rdf
from vc.errors import (
    CertificateUnknown,
    MalformedValue,
    ParsingError,
    SchemaUnavailable,
    StatusUnavailable,
    UnknownContext,
    VcError,
)
from vc.forms.document import is_within
from vc.forms.reading import read_credential
from vc.forms.sd_jwt import no_type_metadata
from vc.forms.secured import FetchStatus, Given, Period, SecuredCredential
from vc.jose import ListKeys
from vc.policy import Policy
from vc.proofs.data_integrity import GetKey
from vc.report import REQUIRED_CHECKS, Check, Outcome, Report, Verdict
from vc.sd_jwt.errors import TypeMetadataUnavailable
from vc.sd_jwt.issuer_key import GetJson
from vc.sd_jwt.type_metadata import GetTypeMetadata
from vc.secured import Form
from vc.status.entry import StatusValue
from vc.status.list_token import FetchToken

MAX_INNER_LEVELS = 4  # a record, a badge, its endorsement, the endorsement of the endorser
MAX_QUESTIONS = 32  # keys, and status lists, of one verification with everything inside the credential
MAX_SCHEMAS = 16  # of one verification with everything inside the credential

_COULD_NOT_ASK = (
    ResolutionUnavailable,
    MethodNotSupported,
    StatusUnavailable,
    SchemaUnavailable,
    TypeMetadataUnavailable,
    UnknownContext,
    CertificateUnknown,
)


def _no_list_keys(identifier: str, _purpose: str) -> Iterable[VerificationMethod]:
    raise KeyNotFound(f"the token does not say which key of {identifier[:200]} signed")


def _no_token(_uri: str) -> str:
    raise StatusUnavailable("status list tokens are not fetched here")


def _no_json(url: str) -> bytes:
    raise ResolutionUnavailable(f"{url[:200]} is not asked here")


def verify(
    credential: Mapping[str, Any] | SecuredCredential,
    *,
    policy: Policy,
    now: datetime,
    get_key: GetKey,
    fetch_status: FetchStatus,
    list_keys: ListKeys = _no_list_keys,
    fetch_status_token: FetchToken = _no_token,
    get_json: GetJson = _no_json,
    get_type_metadata: GetTypeMetadata = no_type_metadata,
    trusted_roots: Sequence[x509.Certificate] = (),
    load_schema: schema.LoadSchema | None = None,
    anchored_before: datetime | None = None,
) -> Report:
    """Check everything about `credential` that can be checked without knowing whom to trust.

    A mapping is a document with Data Integrity proofs; `vc.forms.reading` reads the other forms. A way to ask that is
    not given leaves what hangs on it undecided.

    `anchored_before` is the time of a final anchor of this very credential: proof that it existed then, which
    alone lets a credential outlive the compromise of its key. **Whether the issuer deserves trust, and whether
    the anchor is real, the caller adds.**
    """
    too_many = ResolutionUnavailable(f"more than {MAX_QUESTIONS} keys are not asked for")
    too_many_lists = StatusUnavailable(f"more than {MAX_QUESTIONS} status lists are not asked for")
    given = Given(
        get_key=_Once(get_key, too_many),
        list_keys=_Once(lambda *question: tuple(list_keys(*question)), too_many),
        get_json=_Once(get_json, too_many),
        fetch_status=_Once(fetch_status, too_many_lists),
        fetch_status_token=_Once(fetch_status_token, too_many_lists),
        get_type_metadata=get_type_metadata,
        trusted_roots=trusted_roots,
        load_schema=None if load_schema is None else _few_schemas(load_schema),
        policy=policy,
        now=now,
    )
    secured = read_credential(credential) if isinstance(credential, Mapping) else credential
    return _verify(secured, given, anchored_before)


def unreadable(error: VcError | DidError, form: Form | None = None) -> Report:
    """The report about something that cannot be read: nothing could be asked, and that is a no."""
    code, message = wording.explain(error)
    if type(error) is ParsingError:
        code, message = "unreadable", "This is not a credential that can be read."
    first = Check("structure", Outcome.FAILED, message, code, {"reason": str(error)})
    skipped = "Not looked at, since the document cannot be read."
    others = (Check(name, Outcome.UNDECIDED, skipped, "unreadable") for name in REQUIRED_CHECKS if name != first.name)
    return Report((first, *others), form)


def _verify(secured: SecuredCredential, given: Given, anchored_before: datetime | None, level: int = 0) -> Report:
    report = Report(
        (
            # 1
            _line("structure", lambda: _structure(secured)),
            # 2
            _line("issuer", lambda: _issuer(secured, given)),
            # 3
            _line("proof", lambda: _proof(secured, given, anchored_before)),
            # 4
            _line("validity", lambda: _validity(secured, given)),
            # 5
            _line("status", lambda: _status(secured, given)),
            # 6
            _line("schema", lambda: _schema(secured, given)),
        ),
        secured.form,
    )
    # 7
    if secured.form is not Form.SD_JWT_VC and embedded.may_carry(secured.view.json):
        return report.with_checks([_line("inner", lambda: _inner(secured, given, level + 1))])
    return report


def _few_schemas(load_schema: schema.LoadSchema) -> schema.LoadSchema:
    """Each schema that is loaded is also run: they are counted, not the different ones among them."""
    left = iter(range(MAX_SCHEMAS))

    def load(url: str) -> bytes:
        if next(left, None) is None:
            raise SchemaUnavailable(f"more than {MAX_SCHEMAS} schemas are not read")
        return load_schema(url)

    return load


class _Once:
    """Asks each question once, and not too many; the second time it gives the first answer, error or not."""

    def __init__(self, ask: Callable[..., Any], too_many: VcError | DidError) -> None:
        self._ask = ask
        self._too_many = too_many
        self._answers: dict[tuple[str, ...], Any] = {}

    def __call__(self, *question: str) -> Any:
        if question not in self._answers:
            if len(self._answers) == MAX_QUESTIONS:
                raise self._too_many
            try:
                self._answers[question] = self._ask(*question)
            except (VcError, DidError) as error:
                self._answers[question] = error
        answer = self._answers[question]
        if isinstance(answer, VcError | DidError):
            raise answer
        return answer


def _line(name: str, step: Callable[[], Check]) -> Check:
    """Run one step. Its error, if there is one, becomes the line."""
    try:
        return step()
    except (VcError, DidError) as error:
        code, message = wording.explain(error)
        outcome = Outcome.UNDECIDED if isinstance(error, _COULD_NOT_ASK) else Outcome.FAILED
        return Check(name, outcome, message, code, {"reason": str(error)})


def _structure(secured: SecuredCredential) -> Check:
    secured.check_structure()
    return Check("structure", Outcome.PASSED, "The credential follows the rules of its format.")


def _issuer(secured: SecuredCredential, given: Given) -> Check:
    secured.check_issuer(given)
    return Check(
        "issuer",
        Outcome.PASSED,
        "The key that signed the credential is published by its issuer, for signing credentials.",
        detail={"issuer": secured.issuer_id},
    )


def _proof(secured: SecuredCredential, given: Given, anchored_before: datetime | None) -> Check:
    detail = secured.check_proof(given, anchored_before)
    return Check(
        "proof",
        Outcome.PASSED,
        "The signature is intact: nothing in the credential was changed after it was signed.",
        detail=detail,
    )


def _validity(secured: SecuredCredential, given: Given) -> Check:
    periods = secured.periods()
    for period in periods:
        if not is_within(period, given):
            return _outside(period, given)
    secured.check_times(given)
    end = min((until for _, until in periods if until is not None), default=None)
    if end is not None:
        return Check("validity", Outcome.PASSED, f"The credential is valid until {wording.day(end)}.")
    return Check("validity", Outcome.PASSED, "The credential has no end of validity.")


def _outside(period: Period, given: Given) -> Check:
    start, end = period
    if start is not None and start > given.now + given.policy.clock_skew:
        message = f"The credential is not valid before {wording.day(start)}."
        return Check("validity", Outcome.FAILED, message, "not-yet-valid")
    expired = "" if end is None else f" on {wording.day(end)}"
    return Check("validity", Outcome.FAILED, f"The credential expired{expired}.", "expired")


def _status(secured: SecuredCredential, given: Given) -> Check:
    questions = secured.statuses()
    if not questions:
        return _no_status(given.policy)
    # One entry that says no is a no, whatever cannot be asked about the others.
    lines = [_line("status", partial(_status_entry, question, given)) for question in questions]
    return min(lines, key=_severity)


def _status_entry(question: Callable[[Given], StatusValue], given: Given) -> Check:
    return _status_line(question(given))


def _no_status(policy: Policy) -> Check:
    if policy.require_status:
        message = "The issuer did not provide a way to revoke this credential, which this verifier demands."
        return Check("status", Outcome.FAILED, message, "status-missing")
    return Check("status", Outcome.PASSED, "The issuer did not provide a way to revoke this credential.", "no-status")


def _severity(line: Check) -> int:
    return (Outcome.FAILED, Outcome.UNDECIDED, Outcome.PASSED).index(line.outcome)


def _status_line(value: StatusValue) -> Check:
    detail = {"purpose": value.purpose, "status": value.status, "message": value.message}
    if value.purpose == "message":
        return Check("status", Outcome.PASSED, "The issuer attached a message to this credential.", "message", detail)
    if value.valid:
        message = "The issuer has not revoked this credential."
        return Check("status", Outcome.PASSED, message, detail=detail)
    match value.purpose:
        case "refresh":
            message = "The credential stands; the issuer has a newer version of it."
            return Check("status", Outcome.PASSED, message, "refresh-available", detail)
        case "revocation":
            return Check("status", Outcome.FAILED, "The issuer revoked this credential.", "revoked", detail)
        case "suspension":
            message = "The issuer suspended this credential for the time being."
            return Check("status", Outcome.FAILED, message, "suspended", detail)
    message = "The issuer set a status on this credential that this verifier does not know."
    return Check("status", Outcome.FAILED, message, "status-set", detail)


def _schema(secured: SecuredCredential, given: Given) -> Check:
    if secured.check_schema(given):
        return Check("schema", Outcome.PASSED, "The credential's content fits the description that it names.")
    if given.policy.require_schema:
        message = "The credential names no description of its content, which this verifier demands."
        return Check("schema", Outcome.FAILED, message, "schema-missing")
    return Check("schema", Outcome.PASSED, "The credential names no description of its content.", "no-schema")


def _inner(secured: SecuredCredential, given: Given, level: int) -> Check:
    document = secured.view.json
    if level > MAX_INNER_LEVELS:
        raise MalformedValue(f"carries credentials in credentials, more than {MAX_INNER_LEVELS} levels deep")
    # A record that breaks its rules, or is a record of records, is not opened.
    if clr.is_clr_credential(document):
        clr.check_clr_credential(document)
    # The statements of all credentials inside are among those of this one: its work limit bounds theirs.
    rdf.canonicalize({name: value for name, value in document.items() if name != "proof"})
    reports = {item.path: _inner_report(item.content, given, level) for item in embedded.embedded(document)}
    detail = {path: report.to_json() for path, report in reports.items()}
    for verdict, outcome, code, message in _INNER:
        if any(report.verdict is verdict for report in reports.values()):
            return Check("inner", outcome, message, code, detail)
    return Check("inner", Outcome.PASSED, "Each credential inside this one is verified.", None, detail)


def _inner_report(content: Mapping[str, Any] | str, given: Given, level: int) -> Report:
    try:
        secured = read_credential(content)
        if isinstance(content, str) and not open_badges.is_endorsement_credential(secured.view.json):
            raise MalformedValue("a token in the place of an endorsement is none")
    except (VcError, DidError) as error:
        return unreadable(error)
    return _verify(secured, given, None, level)


_INNER = (
    (Verdict.NOT_VERIFIED, Outcome.FAILED, "inner-not-verified", "A credential inside this one is not verified."),
    (Verdict.UNDECIDED, Outcome.UNDECIDED, "inner-undecided", "A credential inside this one could not be checked."),
)
