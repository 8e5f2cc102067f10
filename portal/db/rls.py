"""Row-level security as DDL: used by the migrations and compared by a test (architecture, decision 13)."""

from collections.abc import Iterable

# What the role of rounds and sweeper may touch in tenants' tables: columns, never contents.
PLATFORM_GRANTS: dict[str, tuple[str, ...]] = {
    "batches": ("SELECT (id, tenant_id, state, touched_at)",),
    "trees": ("SELECT (id, tenant_id, size, root, round_id, sealed_at)", "UPDATE (round_id)"),
    "published_leaves": ("SELECT (id, tenant_id, leaf_hash, created_at, round_id)", "UPDATE (round_id)"),
    "webhook_messages": ("SELECT (id, tenant_id, state, next_at)",),
    "issuer_identities": ("SELECT (id, tenant_id, method, published_at)",),
}


def enable_tenant_policy(table: str, column: str = "tenant_id") -> list[str]:
    """Statements that close a table to everybody but the tenant set for the transaction.

    Without a tenant `current_setting` is NULL or empty, and no row is seen.
    """
    mine = f"{column} = NULLIF(current_setting('app.tenant_id', true), '')::uuid"
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant_rows ON {table} TO dcp_app USING ({mine}) WITH CHECK ({mine})",
    ]


def own_rows_policy(table: str, column: str = "person_id") -> str:
    """A statement that lets a person read their own rows in all tenants: in a `person_session`, and no other."""
    mine = f"{column} = NULLIF(current_setting('app.person_id', true), '')::uuid"
    return f"CREATE POLICY own_rows ON {table} FOR SELECT TO dcp_app USING ({mine})"


def grant_platform(table: str) -> list[str]:
    """Statements that open the listed columns of one table to role dcp_platform, for all tenants."""
    return [
        *(f"GRANT {grant} ON {table} TO dcp_platform" for grant in PLATFORM_GRANTS[table]),
        f"CREATE POLICY platform_rows ON {table} TO dcp_platform USING (true) WITH CHECK (true)",
    ]


def grant_app(tables: Iterable[str]) -> list[str]:
    return [f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO dcp_app" for table in tables]
