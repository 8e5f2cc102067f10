"""What a tenant owns is declared, so that PostgreSQL can keep it apart (architecture, section 2.8).

The database's side of it is tests/portal/db/test_row_level_security.py.
"""

import ast
from pathlib import Path

from portal.db.base import TenantOwned
from portal.db.registry import MODULES, metadata
from portal.db.rls import PLATFORM_GRANTS, enable_tenant_policy

PORTAL = Path(__file__).parents[2] / "portal"
FILES = sorted(path for path in PORTAL.rglob("*.py") if "__pycache__" not in path.parts)

# Rows that belong to no tenant: names of things, the platform's rounds, keys of the node, people and their sign-in.
PLATFORM_TABLES = {
    "tenants", "public_ids", "api_keys", "rounds", "round_leaves", "round_transactions", "kept_answers",
    "people", "recovery_codes", "sessions", "throttles",
}  # fmt: skip


def models():
    return {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and hasattr(value, "__tablename__")
    }


def test_every_table_is_owned_by_a_tenant_or_listed_here():
    owned = {model.__tablename__ for model in models() if issubclass(model, TenantOwned)}

    assert owned | PLATFORM_TABLES == set(metadata.tables)
    assert not owned & PLATFORM_TABLES


def test_every_model_module_is_registered():
    """A table that Alembic does not see would come without a policy."""
    registered = {Path(module.__file__) for module in MODULES}

    assert {path for path in FILES if path.name == "models.py"} == registered


def test_an_owned_row_always_has_its_tenant():
    for model in models():
        if issubclass(model, TenantOwned):
            column = model.__table__.c.tenant_id
            assert not column.nullable, model
            assert {key.target_fullname for key in column.foreign_keys} == {"tenants.id"}, model


def test_platform_tables_hold_no_personal_data():
    allowed = {"tenants": {"slug", "name", "settings"}, "api_keys": {"name"}, "public_ids": {"name", "kind"}}
    for name in PLATFORM_TABLES:
        texts = {
            column.name
            for column in metadata.tables[name].columns
            if column.name in {"email", "name", "slug", "settings", "values", "reason", "data", "filename"}
        }
        assert texts <= allowed.get(name, set()), name


def test_the_platform_role_may_see_no_contents():
    contents = {"data", "wrapped", "sealed_values", "sealed_email", "name", "filename", "document", "message", "salt"}
    for table, grants in PLATFORM_GRANTS.items():
        assert table in metadata.tables
        for grant in grants:
            columns = {column.strip() for column in grant.partition("(")[2].rstrip(")").split(",")}
            assert columns <= set(metadata.tables[table].columns.keys()), grant
            assert not columns & contents, grant


def test_a_policy_closes_reading_and_writing_and_binds_the_owner():
    enable, force, policy = enable_tenant_policy("things")

    assert enable == "ALTER TABLE things ENABLE ROW LEVEL SECURITY"
    assert force == "ALTER TABLE things FORCE ROW LEVEL SECURITY"
    assert "USING (tenant_id = " in policy
    assert "WITH CHECK (tenant_id = " in policy


def test_the_tenant_is_set_in_one_place():
    """And for the transaction: a pooled connection must not carry it to the next caller."""
    setters = {
        path.relative_to(PORTAL).as_posix()
        for path in FILES
        for setting in ("app.tenant_id", "app.person_id")
        if setting in path.read_text(encoding="utf-8")
    }

    assert setters == {"db/session.py", "db/rls.py"}


def test_the_platforms_engine_is_used_by_rounds_sweeper_and_publishing_only():
    users = {
        path.relative_to(PORTAL).as_posix()
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "platform_engine"
    }

    assert users <= {
        "anchors/service.py",
        "anchors/recheck.py",
        "issuance/service.py",
        "keys/tasks.py",
        "webhooks/delivery.py",
        "wiring.py",
    }
