"""`credentials/verify`: which checks are asked for, and what is answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.verification import verify_credential
from did.dereference import dereference_key
from did.document import Relationship, VerificationMethod
from did.errors import DidError, KeyNotAuthorized
from portal.vc_api import bodies
from portal.vc_api.errors import (
    CRYPTOGRAPHIC_SECURITY_ERROR,
    MALFORMED_VALUE_ERROR,
    RANGE_ERROR,
    NotVerified,
    Problem,
    RequestMalformed,
    problem_of,
)
from portal.wiring import Node
from vc.errors import ProofInvalid, StatusInvalid, StatusUnavailable, VcError
from vc.forms.document import check_rules
from vc.jose import is_enveloped
from vc.policy import Policy
from vc.proofs.data_integrity import ASSERTION_METHOD, check_purpose, verify_proofs
from vc.proofs.proof import proofs_of
from vc.report import Check, Outcome

PROOF_ONLY = frozenset({"proof"})
_NAMES = {
    "proof": "proof",
    "issuer": "issuer",
    "validity": "validity",
    "validFrom": "validity",
    "validUntil": "validity",
    "status": "status",
    "credentialStatus": "status",
    "schema": "schema",
    "credentialSchema": "schema",
}
"""What a request may ask for → line of the report. `structure` is always looked at."""

_TYPES = {
    "structure": MALFORMED_VALUE_ERROR,
    "issuer": CRYPTOGRAPHIC_SECURITY_ERROR,
    "proof": ProofInvalid.problem_type,
    "validity": RANGE_ERROR,
    "status": StatusInvalid.problem_type,
    "schema": MALFORMED_VALUE_ERROR,
}


@dataclass
class Findings:
    """What was checked and what was wrong with it. `checks` are names that passed."""

    checks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def run(self, name: str, step: Callable[[], object]) -> None:
        """Do one check; its error becomes a problem."""
        try:
            step()
        except (VcError, DidError) as error:
            self.problems.append(problem_of(error))
        else:
            self.checks.append(name)

    def require_good(self) -> None:
        """Raises `NotVerified` for any problem."""
        if self.problems:
            raise NotVerified(self.problems, checks=self.checks, warnings=self.warnings)

    def to_json(self) -> dict[str, Any]:
        """Of a good outcome."""
        return {"verified": True, "checks": self.checks, "warnings": self.warnings, "errors": [], "problemDetails": []}


@dataclass(frozen=True, slots=True)
class CredentialChecks:
    """What a request asks of a credential; `names` are lines of the report."""

    names: frozenset[str]
    purpose: str = ASSERTION_METHOD
    challenge: str | None = None
    domain: str | Sequence[str] | None = None

    @property
    def of_the_proof(self) -> bool:
        """Is anything asked that stands in the proof itself?"""
        return (self.purpose, self.challenge, self.domain) != (ASSERTION_METHOD, None, None)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "CredentialChecks":
        """Raises `RequestMalformed`."""
        return cls(
            asked_checks(options) or frozenset(_NAMES.values()),
            purpose=bodies.optional_text(options, "expectedProofPurpose") or ASSERTION_METHOD,
            challenge=bodies.optional_text(options, "challenge"),
            domain=bodies.optional_text_or_texts(options, "domain"),
        )


def asked_checks(options: Mapping[str, Any]) -> frozenset[str] | None:
    """The lines that `options.checks` names; None where it is absent. Raises `RequestMalformed`."""
    asked = bodies.optional_texts(options, "checks")
    if asked is None:
        return None
    unknown = [name for name in asked if name not in _NAMES]
    if unknown:
        raise RequestMalformed(f"/options/checks: {unknown[0][:80]!r} is none of: {', '.join(_NAMES)}")
    return frozenset(_NAMES[name] for name in asked)


def verify(node: Node, body: Mapping[str, Any]) -> dict[str, Any]:
    """Verify the credential of a request.

    Raises:
        NotVerified: a check failed, or could not be carried out.
        RequestMalformed
    """
    document = bodies.require_object(body, "verifiableCredential")
    options = bodies.options_of(body)
    findings = Findings()
    check_credential(node, document, CredentialChecks.of(options), findings)
    findings.require_good()
    answer = findings.to_json()
    return answer | {"credential": document} if options.get("returnCredential") is True else answer


def check_credential(
    node: Node, document: Mapping[str, Any], asked: CredentialChecks, findings: Findings, *, prefix: str = ""
) -> None:
    """Look at everything that was asked for, and at the structure. `prefix` names the credential among several.

    Raises:
        RequestMalformed: a token is compared with nothing that only embedded proofs say.
    """
    if asked.of_the_proof and is_enveloped(document):
        raise RequestMalformed("/options: challenge, domain and expectedProofPurpose are of proofs, not of tokens")
    if asked.names == PROOF_ONLY and not is_enveloped(document):
        findings.run(f"{prefix}structure", lambda: check_rules(document))
        findings.run(f"{prefix}proof", lambda: _check_proofs(node, document, asked))
        return
    report = verify_credential(
        document,
        policy=Policy(),
        now=node.now(),
        resolver=node.resolver,
        fetch=node.fetch,
        kept=node.kept_fetch,
        chain_for=node.chain_for,
    )
    for line in report.checks:
        if line.name in asked.names or line.name not in _NAMES.values():
            _note(line, findings, prefix)
    if asked.of_the_proof:
        findings.run(f"{prefix}proofOptions", lambda: _check_proofs(node, document, asked))


def get_key(node: Node, url: str, purpose: str) -> VerificationMethod:
    """The verification method at a URL, if its document lists it for `purpose`. Raises `DidError`."""
    if purpose not in list(Relationship):
        raise KeyNotAuthorized(f"{purpose!r} is no verification relationship")
    return dereference_key(url, Relationship(purpose), resolver=node.resolver, fetch=node.kept_fetch)


def _check_proofs(node: Node, document: Mapping[str, Any], asked: CredentialChecks) -> None:
    for proof in proofs_of(document):
        check_purpose(proof, asked.purpose)
    verify_proofs(
        document,
        get_key=lambda url, purpose: get_key(node, url, purpose),
        now=node.now(),
        expected_purpose=ASSERTION_METHOD,
        challenge=asked.challenge,
        domain=asked.domain,
    )


def _note(line: Check, findings: Findings, prefix: str) -> None:
    if line.outcome is Outcome.PASSED:
        findings.checks.append(f"{prefix}{line.name}")
        return
    reason = line.message if line.detail is None else f"{line.message} {line.detail.get('reason', '')}".rstrip()
    kind = _TYPES.get(line.name, CRYPTOGRAPHIC_SECURITY_ERROR)
    if line.name == "status" and line.outcome is Outcome.UNDECIDED:
        kind = StatusUnavailable.problem_type
    findings.problems.append(Problem(kind, f"{prefix}{line.name}: {reason}"))
