"""The words of a verdict. One place, so that the page says the same as the check it stands for."""

from enum import StrEnum

from vc.report import Outcome, Verdict


class Standing(StrEnum):
    """What a credential page is about: the verdict, and for a plain no, the reason."""

    VERIFIED = "verified"
    UNDECIDED = "undecided"
    NOT_VERIFIED = "not-verified"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"

    @property
    def verdict(self) -> Verdict:
        match self:
            case Standing.VERIFIED:
                return Verdict.VERIFIED
            case Standing.UNDECIDED:
                return Verdict.UNDECIDED
            case _:
                return Verdict.NOT_VERIFIED


VERDICT_WORDS = {
    Verdict.VERIFIED: "verified",
    Verdict.NOT_VERIFIED: "not verified",
    Verdict.UNDECIDED: "could not tell",
}

OUTCOME_WORDS = {Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.UNDECIDED: "undecided"}

HEADLINES = {
    Standing.VERIFIED: "Verified",
    Standing.UNDECIDED: "Could not tell",
    Standing.NOT_VERIFIED: "Not verified",
    Standing.REVOKED: "Revoked",
    Standing.SUSPENDED: "Suspended",
    Standing.EXPIRED: "Expired",
    Standing.NOT_YET_VALID: "Not valid yet",
}

EXPLANATIONS = {
    Standing.VERIFIED: "The issuer secured exactly this text, has not withdrawn it, and it is in force today.",
    Standing.UNDECIDED: "No check failed, but at least one could not be finished. This is neither a yes nor a no: "
    "try again later, or ask the issuer.",
    Standing.NOT_VERIFIED: "At least one check failed. Do not rely on what this document says.",
    Standing.REVOKED: "The issuer has withdrawn this credential for good. It is no longer valid, whatever a copy says.",
    Standing.SUSPENDED: "The issuer has suspended this credential for the time being. It does not count until it is "
    "reinstated.",
    Standing.EXPIRED: "The issuer gave this credential an end date, and that date has passed.",
    Standing.NOT_YET_VALID: "The issuer gave this credential a first day, and that day has not come.",
}

VERIFIED_WITHOUT_STATUS = (
    "The issuer secured exactly this text, and it is in force today. It carries no status, so a withdrawal could not "
    "be seen here."
)

ICONS = {
    Standing.VERIFIED: "verified",
    Standing.UNDECIDED: "undecided",
    Standing.NOT_VERIFIED: "failed",
    Standing.REVOKED: "revoked",
    Standing.SUSPENDED: "suspended",
    Standing.EXPIRED: "expired",
    Standing.NOT_YET_VALID: "not-yet-valid",
}

OUTCOME_ICONS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "small-failed",
    Outcome.UNDECIDED: "small-undecided",
}

LEADS = {
    Standing.VERIFIED: "This is awarded to",
    Standing.UNDECIDED: "The document says it is awarded to",
    Standing.NOT_VERIFIED: "The document says it is awarded to",
    Standing.REVOKED: "This was awarded to",
    Standing.SUSPENDED: "This was awarded to",
    Standing.EXPIRED: "This was awarded to",
    Standing.NOT_YET_VALID: "This is awarded to",
}
"""An unproved document is quoted, never asserted."""

STAMPS = {
    Standing.REVOKED: "Revoked",
    Standing.SUSPENDED: "Suspended",
    Standing.EXPIRED: "Expired",
    Standing.NOT_YET_VALID: "Not valid yet",
    Standing.NOT_VERIFIED: "Not verified",
}

CHECK_QUESTIONS = {
    "structure": ("Structure", "Is it a well-formed credential?"),
    "issuer": ("Issuer", "Was the issuer’s identity found?"),
    "proof": ("Proof", "Did the issuer secure exactly this text?"),
    "validity": ("Validity", "Is today within its dates?"),
    "status": ("Status", "Has it been revoked or suspended?"),
    "schema": ("Schema", "Does it follow the schema it names?"),
    "inner": ("Credentials inside", "Is each credential in this record verified?"),
    "anchor": ("Anchor", "Was it recorded on a chain?"),
    "trust": ("Trust", "Is this issuer known to this node?"),
}
"""Check name → its title and the question it answers."""

AWARD_STATUS_MESSAGES = {
    "revoked": "The issuer has revoked this credential.",
    "suspended": "The issuer has suspended this credential.",
}
