"""The verification of a credential: one numbered pipeline, one line of the report per step.

1. structure: the data model's rules
2. issuer:    each proof's key, looked up; one of the proofs is the issuer's
3. proof:     all proofs hold, under keys that were good
4. validity:  the credential's own period
5. status:    not revoked, not suspended, by the issuer's own list
6. schema:    the content fits the schema that the credential names
7. inner:     only of a credential that carries others (the credentials of a record, CLR 2.0; endorsements, Open
              Badges 3.0 section 9.1 step 6): each of them is verified the same way

No step stops the others; the first six lines are always there. A step that could not be asked is undecided, and a
report with such a line is no yes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from did.errors import DidError, MethodNotSupported, ResolutionUnavailable
from vc import schema, structure, wording
from vc.badges import clr, embedded, open_badges
from vc.canonical import rdf
from vc.errors import (
    IssuerMismatch,
    MalformedValue,
    SchemaUnavailable,
    StatusInvalid,
    StatusIssuerDiffers,
    StatusListLength,
    StatusListOutdated,
    StatusNotReadable,
    StatusUnavailable,
    UnknownContext,
    VcError,
)
from vc.model import Credential, list_of
from vc.policy import Policy
from vc.proofs.data_integrity import (
    ASSERTION_METHOD,
    GetKey,
    VerifiedProof,
    check_method,
    verify_proofs,
)
from vc.proofs.proof import controller_of, proofs_of
from vc.report import Check, Outcome, Report, Verdict
from vc.status.entry import StatusValue, check_entry, is_readable, parse_entry

MAX_STATUS_ENTRIES = 8  # of one credential; each may cost a download
MAX_INNER_LEVELS = 4  # a record, a badge, its endorsement, the endorsement of the endorser
MAX_QUESTIONS = 32  # keys, and status lists, of one verification with everything inside the credential

FetchStatus = Callable[[str], Mapping[str, Any]]
"""The status list credential at a URL. Raises `StatusUnavailable`."""

_COULD_NOT_ASK = (ResolutionUnavailable, MethodNotSupported, StatusUnavailable, SchemaUnavailable, UnknownContext)


def verify(
    credential: Mapping[str, Any],
    *,
    policy: Policy,
    now: datetime,
    get_key: GetKey,
    fetch_status: FetchStatus,
    load_schema: schema.LoadSchema | None = None,
    anchored_before: datetime | None = None,
) -> Report:
    """Check everything about `credential` that can be checked without knowing whom to trust.

    `anchored_before` is the time of a final anchor of this very credential: proof that it existed then, which
    alone lets a credential outlive the compromise of its key. **Whether the issuer deserves trust, and whether
    the anchor is real, the caller adds.**
    """
    keys = _Once(get_key, ResolutionUnavailable(f"more than {MAX_QUESTIONS} keys are not asked for"))
    lists = _Once(fetch_status, StatusUnavailable(f"more than {MAX_QUESTIONS} status lists are not asked for"))
    given = _Given(keys, lists, load_schema, policy, now)
    return _verify(Credential(credential), given, anchored_before)


@dataclass(frozen=True, slots=True)
class _Given:
    """What every step of one verification works with."""

    get_key: GetKey
    fetch_status: FetchStatus
    load_schema: schema.LoadSchema | None
    policy: Policy
    now: datetime


def _verify(view: Credential, given: _Given, anchored_before: datetime | None, level: int = 0) -> Report:
    report = Report(
        (
            # 1
            _line("structure", lambda: _structure(view)),
            # 2
            _line("issuer", lambda: _issuer(view, given)),
            # 3
            _line("proof", lambda: _proof(view, given, anchored_before)),
            # 4
            _line("validity", lambda: _validity(view, given)),
            # 5
            _line("status", lambda: _status(view, given)),
            # 6
            _line("schema", lambda: _schema(view, given)),
        )
    )
    # 7
    if embedded.may_carry(view.json):
        return report.with_checks([_line("inner", lambda: _inner(view, given, level + 1))])
    return report


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


def _structure(view: Credential) -> Check:
    _check_format(view.json)
    return Check("structure", Outcome.PASSED, "The credential follows the rules of its format.")


def _check_format(credential: Mapping[str, Any]) -> None:
    """The rules of the credential's own type, which include those of the data model."""
    if clr.is_clr_credential(credential):
        clr.check_clr_credential(credential)
    elif open_badges.is_achievement_credential(credential):
        open_badges.check_achievement_credential(credential)
    elif open_badges.is_endorsement_credential(credential):
        open_badges.check_endorsement_credential(credential)
    else:
        structure.check(credential)


def _issuer(view: Credential, given: _Given) -> Check:
    _check_issuer(view, given)
    return Check(
        "issuer",
        Outcome.PASSED,
        "The key that signed the credential is published by its issuer, for signing credentials.",
        detail={"issuer": view.issuer_id},
    )


def _check_issuer(view: Credential, given: _Given) -> None:
    """At least one proof names a key of the issuer, and each such key is there, under `assertionMethod`."""
    issuer = view.issuer_id
    if issuer is None:
        raise MalformedValue("must name the issuer", "/issuer")
    urls = [proof["verificationMethod"] for proof in proofs_of(view.json)]
    own = [url for url in urls if controller_of(url) == issuer]
    if not own:
        raise IssuerMismatch(issuer, tuple(controller_of(url) for url in urls))
    for url in own:
        check_method(given.get_key(url, ASSERTION_METHOD), url)


def _check_proofs(view: Credential, given: _Given, anchored_before: datetime | None) -> list[VerifiedProof]:
    return verify_proofs(
        view.json,
        get_key=given.get_key,
        now=given.now,
        expected_purpose=ASSERTION_METHOD,
        accepted_cryptosuites=given.policy.accepted_cryptosuites,
        clock_skew=given.policy.clock_skew,
        anchored_before=anchored_before,
    )


def _proof(view: Credential, given: _Given, anchored_before: datetime | None) -> Check:
    verified = _check_proofs(view, given, anchored_before)
    return Check(
        "proof",
        Outcome.PASSED,
        "The signature is intact: nothing in the credential was changed after it was signed.",
        detail={"cryptosuites": [proof.cryptosuite for proof in verified]},
    )


def _validity(view: Credential, given: _Given) -> Check:
    start, end = view.valid_from, view.valid_until
    if start is not None and start > given.now + given.policy.clock_skew:
        message = f"The credential is not valid before {wording.day(start)}."
        return Check("validity", Outcome.FAILED, message, "not-yet-valid")
    if end is not None and end < given.now - given.policy.clock_skew:
        return Check("validity", Outcome.FAILED, f"The credential expired on {wording.day(end)}.", "expired")
    if end is not None:
        return Check("validity", Outcome.PASSED, f"The credential is valid until {wording.day(end)}.")
    return Check("validity", Outcome.PASSED, "The credential has no end of validity.")


def _status(view: Credential, given: _Given) -> Check:
    entries = list_of(view.json.get("credentialStatus"))
    if not entries:
        return _no_status(given.policy)
    if len(entries) > MAX_STATUS_ENTRIES:
        raise MalformedValue(f"has {len(entries)} entries; at most {MAX_STATUS_ENTRIES} are asked", "/credentialStatus")
    # One entry that says no is a no, whatever cannot be asked about the others.
    lines = [_line("status", partial(_status_entry, view, entry, given)) for entry in entries]
    return min(lines, key=_severity)


def _no_status(policy: Policy) -> Check:
    if policy.require_status:
        message = "The issuer did not provide a way to revoke this credential, which this verifier demands."
        return Check("status", Outcome.FAILED, message, "status-missing")
    return Check("status", Outcome.PASSED, "The issuer did not provide a way to revoke this credential.", "no-status")


def _severity(line: Check) -> int:
    return (Outcome.FAILED, Outcome.UNDECIDED, Outcome.PASSED).index(line.outcome)


def _status_entry(view: Credential, entry: Any, given: _Given) -> Check:
    if not isinstance(entry, Mapping):
        raise MalformedValue("must be an object", "/credentialStatus")
    if not is_readable(entry):
        raise StatusNotReadable(f"status of type {entry.get('type')!r}")
    # Bitstring Status List 3.2, 1-3
    parsed = parse_entry(entry)
    # 4: fetch the list, and verify it as the credential that it is.
    listed = given.fetch_status(parsed.list_url)
    try:
        _check_status_list(listed, view.issuer_id, given)
        # 5-15
        value = check_entry(entry, listed)
    except (VcError, DidError) as error:
        if isinstance(error, (*_COULD_NOT_ASK, StatusListLength)):
            raise
        raise StatusInvalid(str(error)) from error
    return _status_line(value)


def _check_status_list(listed: Mapping[str, Any], issuer: str | None, given: _Given) -> None:
    """The list is the issuer's (or of someone whom the policy accepts), its proofs hold, and it is current."""
    view = Credential(listed)
    if view.issuer_id is None or view.issuer_id not in {issuer, *given.policy.accepted_status_issuers}:
        raise StatusIssuerDiffers(view.issuer_id)
    structure.check(listed)
    _check_issuer(view, given)
    # A list has no anchor that could outlive its key: under a compromised key it says nothing.
    _check_proofs(view, given, anchored_before=None)
    if _validity(view, given).outcome is not Outcome.PASSED:
        raise StatusListOutdated("the status list is outside its period of validity")


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


def _schema(view: Credential, given: _Given) -> Check:
    if view.json.get("credentialSchema") is None:
        if given.policy.require_schema:
            message = "The credential names no description of its content, which this verifier demands."
            return Check("schema", Outcome.FAILED, message, "schema-missing")
        return Check("schema", Outcome.PASSED, "The credential names no description of its content.", "no-schema")
    schema.check(view.json, load_schema=given.load_schema)
    return Check("schema", Outcome.PASSED, "The credential's content fits the description that it names.")


def _inner(view: Credential, given: _Given, level: int) -> Check:
    if level > MAX_INNER_LEVELS:
        raise MalformedValue(f"carries credentials in credentials, more than {MAX_INNER_LEVELS} levels deep")
    # A record that breaks its rules, or is a record of records, is not opened.
    if clr.is_clr_credential(view.json):
        clr.check_clr_credential(view.json)
    # The statements of all credentials inside are among those of this one: its work limit bounds theirs.
    rdf.canonicalize({name: value for name, value in view.json.items() if name != "proof"})
    lines, detail = [], {}
    for item in embedded.embedded(view.json):
        if isinstance(item.content, str):
            lines.append(Verdict.UNDECIDED)
            detail[item.path] = {"verdict": Verdict.UNDECIDED.value, "reason": "tokens inside are not read here"}
            continue
        report = _verify(Credential(item.content), given, None, level)
        lines.append(report.verdict)
        detail[item.path] = report.to_json()
    for verdict, outcome, code, message in _INNER:
        if verdict in lines:
            return Check("inner", outcome, message, code, detail)
    return Check("inner", Outcome.PASSED, "Each credential inside this one is verified.", None, detail)


_INNER = (
    (Verdict.NOT_VERIFIED, Outcome.FAILED, "inner-not-verified", "A credential inside this one is not verified."),
    (Verdict.UNDECIDED, Outcome.UNDECIDED, "inner-undecided", "A credential inside this one could not be checked."),
)
