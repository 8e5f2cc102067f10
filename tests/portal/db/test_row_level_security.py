"""A tenant's rows are closed by PostgreSQL itself (architecture, decision 13)."""

from types import SimpleNamespace

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DataError, ProgrammingError

from did.fetch import Response
from portal.anchors.models import Tree
from portal.audit import service as audit
from portal.awards.models import Credential
from portal.db.engine import UnsafeDatabaseRole, make_engine, require_bound_role
from portal.db.ids import new_id
from portal.db.registry import metadata
from portal.db.rls import PLATFORM_GRANTS
from portal.db.session import person_session, platform_session, tenant_session
from portal.issuance.models import BatchRow
from portal.keys.models import SigningKey
from portal.people.models import CustomRole, Invitation, Membership, Person
from portal.tenants.models import Tenant
from portal.webhooks import service as webhooks
from portal.webhooks.delivery import deliver_due
from portal.webhooks.schemas import WebhookCreate
from tests.factories import issue, make_tenant

# Found by a stranger's request before any tenant is known: a name and two ids; a digest and what the key may do.
OPEN_TABLES = {"public_ids", "api_keys"}
TENANT_TABLES = sorted(
    table.name for table in metadata.sorted_tables if "tenant_id" in table.columns and table.name not in OPEN_TABLES
)


@pytest.fixture
def two_tenants(node):
    """Acme and Borg; both have issued, so no table of theirs is empty."""
    acme, borg = make_tenant(node, "acme"), make_tenant(node, "borg")
    issue(node, acme, 2)
    issue(node, borg, 3)
    for tenant_id in (acme, borg):
        with tenant_session(node.app_engine, tenant_id) as session:
            audit.publish_head(session, tenant_id=tenant_id, now=node.now())
        add_accounts(node, tenant_id)
        add_webhook(node, tenant_id)
    return acme, borg


def add_webhook(node, tenant_id):
    """A receiver that was told of an event once."""
    receiver = SimpleNamespace(post=lambda url, **_rest: Response(200, {}, b"", url))
    wanted = WebhookCreate(url="https://lms.example/", events=["award.revoked"])
    with tenant_session(node.app_engine, tenant_id) as session:
        made = webhooks.create(node, session, tenant_id, wanted, actor="test", now=node.now())
        webhooks.send_test(session, made.id, now=node.now())
    assert deliver_due(node, receiver) == 1


def add_accounts(node, tenant_id):
    """A member, an invitation and a role of the tenant's own."""
    now, rest = node.now(), {"email_hash": tenant_id.bytes, "sealed_email": b"x"}
    person = Person(id=new_id(now), sealed_name=b"x", password_hash="", created_at=now, **rest)
    with tenant_session(node.app_engine, tenant_id) as session:
        session.add(person)
        session.flush()
        own = {"id": new_id(now), "tenant_id": tenant_id}
        session.add(Membership(person_id=person.id, role="issuer", created_at=now, **own))
        session.add(Invitation(digest=tenant_id.bytes, role="issuer", created_at=now, expires_at=now, **rest, **own))
        session.add(CustomRole(role="clerk", permissions=["batches:read"], **own))


def test_without_a_tenant_no_row_is_seen(node, two_tenants):
    with platform_session(node.app_engine) as session:
        seen = {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in [*TENANT_TABLES, "tenants"]}

    assert set(seen.values()) == {0}, seen


def test_a_tenant_sees_its_own_rows_only(node, two_tenants):
    acme, _borg = two_tenants

    with tenant_session(node.app_engine, acme) as session:
        owners = {
            table: set(session.scalars(text(f"SELECT DISTINCT tenant_id FROM {table}"))) for table in TENANT_TABLES
        }

    assert owners.pop("batch_row_errors") == set()  # a clean file leaves none
    assert owners.pop("vc_api_credentials") == set()  # issued over the VC API only
    assert [table for table, seen in owners.items() if seen != {acme}] == []


def test_a_tenant_sees_one_tenant(node, two_tenants):
    acme, _borg = two_tenants

    with tenant_session(node.app_engine, acme) as session:
        assert list(session.scalars(select(Tenant.id))) == [acme]


def test_a_row_for_another_tenant_is_refused(node, two_tenants):
    acme, borg = two_tenants
    key = {"id": acme, "tenant_id": borg, "key_type": "Ed25519", "public_key": b"", "wrapped": b"", "state": "active"}

    with pytest.raises(ProgrammingError, match="violates row-level security"):  # noqa: SIM117
        with tenant_session(node.app_engine, acme) as session:
            session.execute(insert(SigningKey).values(**key, created_at=node.now()))


def test_a_row_cannot_be_given_to_another_tenant(node, two_tenants):
    acme, borg = two_tenants

    with pytest.raises(ProgrammingError, match="violates row-level security"):  # noqa: SIM117
        with tenant_session(node.app_engine, acme) as session:
            session.execute(update(Credential).values(tenant_id=borg))


def test_changing_everything_changes_the_own_rows_only(node, two_tenants):
    acme, borg = two_tenants

    with tenant_session(node.app_engine, acme) as session:
        session.execute(update(BatchRow).values(line=999))

    with tenant_session(node.app_engine, borg) as session:
        assert 999 not in set(session.scalars(select(BatchRow.line)))


def test_the_tenant_is_forgotten_when_the_transaction_ends(node, two_tenants):
    acme, _borg = two_tenants

    with node.app_engine.connect() as connection:  # one connection, as a pool hands it on
        with connection.begin():
            connection.execute(text("SELECT set_config('app.tenant_id', :tenant, true)"), {"tenant": str(acme)})
            assert connection.scalar(text("SELECT count(*) FROM credentials")) == 2
        with connection.begin():
            assert connection.scalar(text("SELECT count(*) FROM credentials")) == 0


def test_an_invented_tenant_is_an_error_and_not_everything(node, two_tenants):
    with node.app_engine.begin() as connection:
        connection.execute(text("SELECT set_config('app.tenant_id', 'everybody', true)"))
        with pytest.raises(DataError, match="invalid input syntax for type uuid"):
            connection.execute(text("SELECT count(*) FROM credentials"))


def test_every_tenant_owned_table_has_a_forced_policy_for_the_application(database):
    with database.engine(database.urls.owner).connect() as connection:
        forced = set(
            connection.scalars(
                text(
                    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                    "AND relkind = 'r' AND relrowsecurity AND relforcerowsecurity"
                )
            )
        )
        policies = {
            row.tablename: (row.qual, row.with_check)
            for row in connection.execute(
                text("SELECT * FROM pg_policies WHERE 'dcp_app' = ANY (roles) AND policyname <> 'own_rows'")
            )
        }

    assert forced == {*TENANT_TABLES, "tenants"}
    assert set(policies) == forced
    for table, (qual, check) in policies.items():
        column = "id" if table == "tenants" else "tenant_id"
        assert qual.startswith(f"({column} = "), table
        assert qual == check, table


def test_a_person_reads_their_own_memberships_in_all_tenants_and_nothing_else(node, two_tenants):
    acme, borg = two_tenants
    with tenant_session(node.app_engine, acme) as session:
        mine = session.scalars(select(Membership)).one()
    with tenant_session(node.app_engine, borg) as session:
        session.add(
            Membership(
                id=new_id(node.now()), tenant_id=borg, person_id=mine.person_id, role="auditor", created_at=node.now()
            )
        )

    with person_session(node.app_engine, mine.person_id) as session:
        seen = {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in [*TENANT_TABLES, "tenants"]}
        assert {each.tenant_id: each.role for each in session.scalars(select(Membership))} == {
            acme: "issuer", borg: "auditor",
        }  # fmt: skip
        assert session.execute(update(Membership).values(role="issuer-admin")).rowcount == 0

    assert {table for table, count in seen.items() if count} == {"memberships"}


def test_the_own_rows_policy_reads_and_is_of_one_table(database):
    with database.engine(database.urls.owner).connect() as connection:
        found = connection.execute(text("SELECT * FROM pg_policies WHERE policyname = 'own_rows'")).all()

    assert [(row.tablename, row.cmd, row.with_check) for row in found] == [("memberships", "SELECT", None)]
    assert found[0].qual.startswith("(person_id = ")


def test_every_table_of_the_database_with_a_tenant_has_a_model(database):
    """From the catalogue, not from the models: a table made by hand in a migration is found too."""
    with database.engine(database.urls.owner).connect() as connection:
        owned = set(
            connection.scalars(
                text(
                    "SELECT table_name FROM information_schema.columns "
                    "WHERE table_schema = 'public' AND column_name = 'tenant_id'"
                )
            )
        )

    assert owned == {*TENANT_TABLES, *OPEN_TABLES}


def test_the_platform_role_is_granted_the_listed_columns_and_no_more(database):
    """`pg_attribute` as the server sees it: what dcp_platform may read or write in tenants' tables."""
    expected = set()
    for table, grants in PLATFORM_GRANTS.items():
        for grant in grants:
            privilege, _, columns = grant.partition(" ")
            expected |= {(table, column.strip(), privilege) for column in columns.strip("()").split(",")}

    with database.engine(database.urls.owner).connect() as connection:
        granted = connection.execute(
            text(
                "SELECT c.relname, a.attname, p.privilege FROM pg_class c "
                "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
                "CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE')) AS p (privilege) "
                "WHERE c.relname = ANY (:tables) AND c.relkind = 'r' "
                "AND has_column_privilege('dcp_platform', c.oid, a.attnum, p.privilege)"
            ),
            {"tables": [*TENANT_TABLES, "tenants"]},
        )
        assert {tuple(row) for row in granted} == expected


def test_the_platform_role_finds_trees_of_all_tenants_and_no_contents(node, two_tenants):
    with platform_session(node.platform_engine) as session:
        assert len(set(session.scalars(select(Tree.tenant_id)))) == 2

    for query in ("SELECT data FROM credentials", "SELECT wrapped FROM signing_keys", "SELECT filename FROM batches"):
        with pytest.raises(ProgrammingError, match="permission denied"), node.platform_engine.begin() as connection:
            connection.execute(text(query))


@pytest.mark.parametrize("statement", ["DROP TABLE credentials", "ALTER TABLE credentials DISABLE ROW LEVEL SECURITY"])
def test_the_application_cannot_change_the_schema(node, statement):
    with pytest.raises(ProgrammingError, match="must be owner"), node.app_engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("statement", ["SET ROLE dcp_owner", "SET ROLE dcp_platform", "SET ROLE postgres"])
def test_the_application_cannot_become_another_role(node, statement):
    with pytest.raises(ProgrammingError, match="permission denied to set role"), node.app_engine.begin() as connection:
        connection.execute(text(statement))


def test_logins_that_row_level_security_would_not_bind_are_refused(database):
    admin = database.engine(database.superuser)
    with admin.begin() as connection:
        connection.execute(text("CREATE ROLE sees_everything LOGIN BYPASSRLS PASSWORD 'x'"))
        connection.execute(text("GRANT CONNECT ON DATABASE dcp TO sees_everything"))
    try:
        bypassing = admin.url.set(username="sees_everything", password="x")
        for url, words in (
            (admin.url, "role postgres bypasses row-level security"),
            (bypassing, "role sees_everything bypasses row-level security"),
            (database.engine(database.urls.owner).url, "owns .* tables"),
        ):
            engine = make_engine(SecretStr(url.render_as_string(hide_password=False)))
            with pytest.raises(UnsafeDatabaseRole, match=words):
                require_bound_role(engine)
            engine.dispose()
    finally:
        with admin.begin() as connection:
            connection.execute(text("DROP OWNED BY sees_everything"))
            connection.execute(text("DROP ROLE sees_everything"))


def test_the_roles_of_a_running_node_are_accepted(node):
    require_bound_role(node.app_engine)
    require_bound_role(node.platform_engine)
