"""Refusals a caller can act on (RFC 9457 over HTTP, exit code 1 on the command line)."""

from collections.abc import Sequence
from typing import Any, ClassVar


class PortalError(Exception):
    """A refusal the caller can act on.

    `code` is part of the API: clients match on it, so it never changes. The text names the thing and the fix.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad-request"

    def __init__(self, detail: str, *, errors: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class TenantNotFound(PortalError):
    status = 404
    code = "tenant-not-found"


class TenantExists(PortalError):
    status = 409
    code = "tenant-exists"


class InvalidSlug(PortalError):
    status = 422
    code = "invalid-slug"


class TemplateNotFound(PortalError):
    status = 404
    code = "template-not-found"


class InvalidTemplate(PortalError):
    status = 422
    code = "invalid-template"


class InvalidFile(PortalError):
    """The file as a whole cannot be issued from; nothing was stored."""

    status = 422
    code = "invalid-file"


class FileTooLarge(PortalError):
    status = 413
    code = "file-too-large"


class RowsRefused(PortalError):
    """Some rows have faults, and the caller did not ask to go on without them; nothing was stored."""

    status = 422
    code = "rows-refused"


class BatchNotFound(PortalError):
    status = 404
    code = "batch-not-found"


class CredentialNotFound(PortalError):
    status = 404
    code = "credential-not-found"


class AwardRevoked(PortalError):
    """Revoking is final; there is no way back."""

    status = 409
    code = "award-revoked"


class SuspensionNotPossible(PortalError):
    """A credential of the award has no status entry for suspension; its template did not ask for one."""

    status = 409
    code = "suspension-not-possible"


class IdentityNotReady(PortalError):
    """The identity's DID is not published yet. Wait for the chain and repeat."""

    status = 409
    code = "identity-not-ready"


class NotAuthenticated(PortalError):
    status = 401
    code = "api-key-required"


class NodeNotRunning(PortalError):
    status = 503
    code = "node-not-running"


class ChainUnreachable(PortalError):
    status = 503
    code = "chain-unreachable"


class NotPermitted(PortalError):
    """The caller is known and may see the tenant, and may not do this."""

    status = 403
    code = "not-permitted"


class CrossSiteRequest(PortalError):
    """A write with a cookie that does not prove to come from this node's own pages."""

    status = 403
    code = "cross-site-request"


class PersonRequired(PortalError):
    """An API key has no password, sessions or second factor."""

    status = 403
    code = "person-required"


class SignInRefused(PortalError):
    """One answer for an unknown account, a wrong password and a wrong code."""

    status = 401
    code = "sign-in-refused"


class SecondFactorRequired(PortalError):
    """The password is right; repeat the request with `code` or `recovery_code`."""

    status = 401
    code = "second-factor-required"


class TooManyAttempts(PortalError):
    """`retry_after_s` is also the answer's Retry-After header."""

    status = 429
    code = "too-many-attempts"

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class WeakPassword(PortalError):
    status = 422
    code = "weak-password"


class InvalidAddress(PortalError):
    status = 422
    code = "invalid-address"


class PersonNotFound(PortalError):
    status = 404
    code = "person-not-found"


class PersonExists(PortalError):
    status = 409
    code = "person-exists"


class InvalidCode(PortalError):
    status = 422
    code = "invalid-code"


class SecondFactorState(PortalError):
    """TOTP is on where it should be off, or the other way round."""

    status = 409
    code = "second-factor-state"


class SessionNotFound(PortalError):
    status = 404
    code = "session-not-found"


class MemberNotFound(PortalError):
    status = 404
    code = "member-not-found"


class InvitationNotFound(PortalError):
    """Unknown, used, ended, of another tenant or for another address: which of them is not told."""

    status = 404
    code = "invitation-not-found"


class RoleNotFound(PortalError):
    status = 404
    code = "role-not-found"


class RoleInUse(PortalError):
    status = 409
    code = "role-in-use"


class InvalidRole(PortalError):
    status = 422
    code = "invalid-role"


class InvalidPermissions(PortalError):
    status = 422
    code = "invalid-permissions"


class ApiKeyNotFound(PortalError):
    status = 404
    code = "api-key-not-found"
