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
