"""Refusals of the VC API: a status, and the problem types of the specifications (VCALM, "Error Handling")."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from did.errors import DidError
from portal.errors import PortalError
from vc.errors import VcError

_VCDM = "https://www.w3.org/TR/vc-data-model#"
PARSING_ERROR = _VCDM + "PARSING_ERROR"
MALFORMED_VALUE_ERROR = _VCDM + "MALFORMED_VALUE_ERROR"
RANGE_ERROR = _VCDM + "RANGE_ERROR"
CRYPTOGRAPHIC_SECURITY_ERROR = _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `type` is a URL whose fragment is the name of the error in its specification."""

    type: str
    detail: str

    @property
    def name(self) -> str:
        return self.type.rpartition("#")[2]

    def to_json(self) -> dict[str, str]:
        return {"type": self.type, "title": self.name, "detail": self.detail}


class VcApiRefused(PortalError):
    """The request was understood and is not carried out; nothing was stored."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.detail for problem in problems))
        self.problems = tuple(problems)


class RequestMalformed(VcApiRefused):
    """The body is not what the operation takes."""

    code = "malformed-request"

    def __init__(self, detail: str, problem_type: str = MALFORMED_VALUE_ERROR) -> None:
        super().__init__([Problem(problem_type, detail)])


class BodyTooLarge(RequestMalformed):
    status = 413
    code = "body-too-large"


class ContentTypeWrong(RequestMalformed):
    status = 415
    code = "content-type-wrong"


class IssuerNotOurs(VcApiRefused):
    """The credential names an issuer that this instance does not sign for."""

    code = "issuer-not-ours"


class CredentialRefused(VcApiRefused):
    """The credential breaks a rule, so it is not secured."""

    code = "credential-refused"


class NotVerified(VcApiRefused):
    """At least one check failed or could not be carried out."""

    code = "not-verified"

    def __init__(self, problems: Sequence[Problem], *, checks: Iterable[str], warnings: Iterable[str]) -> None:
        super().__init__(problems)
        self.checks, self.warnings = tuple(checks), tuple(warnings)


class StatusRefused(VcApiRefused):
    """The status cannot be set as asked."""

    code = "status-refused"


class NotFound(VcApiRefused):
    status = 404
    code = "credential-not-found"


class InstanceNotFound(RequestMalformed):
    status = 404
    code = "instance-not-found"


class OpenApiElsewhere(VcApiRefused):
    """Without a key the VC API answers this machine only, under a name of this machine."""

    status = 403
    code = "loopback-only"

    def __init__(self) -> None:
        super().__init__([Problem("urn:dcp:problem:loopback-only", "without a key, only this machine is answered")])


def problem_of(error: VcError | DidError) -> Problem:
    return Problem(error.problem_type, str(error))
