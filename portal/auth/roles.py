"""Who may do what: the one table of roles and permissions."""

from collections.abc import Iterable
from typing import Final, Literal, get_args

Permission = Literal[
    "tenants:create",
    "tenants:read",
    "templates:read",
    "templates:write",
    "batches:read",
    "batches:issue",
    "awards:revoke",
    "awards:suspend",
    "credentials:issue",
    "credentials:read",
    "credentials:status",
    "credentials:verify",
    "audit:read",
    "members:read",
    "members:manage",
    "roles:manage",
    "api-keys:read",
    "api-keys:manage",
    "webhooks:read",
    "webhooks:manage",
]

EVERYTHING: Final[frozenset[str]] = frozenset(get_args(Permission))
# What makes sense only for the node as a whole; no role of a tenant holds it.
OF_THE_NODE: Final[frozenset[str]] = frozenset({"tenants:create"})
OF_A_TENANT: Final[frozenset[str]] = EVERYTHING - OF_THE_NODE

SUPER_ADMIN: Final = "super-admin"

_READS: Final = frozenset({"tenants:read", "templates:read", "batches:read"})

# The VC API (portal/vc_api): credentials that a client composed.
_VC_API: Final = frozenset({"credentials:issue", "credentials:read", "credentials:status", "credentials:verify"})

# super-admin is a role on the node, the others are roles within one tenant.
ROLES: Final[dict[str, frozenset[str]]] = {
    SUPER_ADMIN: EVERYTHING,
    "issuer-admin": OF_A_TENANT,
    "issuer": _READS | {"templates:write", "batches:issue", "awards:revoke", "awards:suspend"} | _VC_API,
    "auditor": _READS | {"credentials:read", "audit:read", "members:read", "api-keys:read", "webhooks:read"},
    "verifier": frozenset({"tenants:read", "credentials:verify"}),
    "recipient": frozenset(),
}
TENANT_ROLES: Final[dict[str, frozenset[str]]] = {name: held for name, held in ROLES.items() if name != SUPER_ADMIN}


def unknown_permissions(permissions: Iterable[str]) -> list[str]:
    """Those that a role or a key of a tenant cannot hold, sorted."""
    return sorted(set(permissions) - OF_A_TENANT)
