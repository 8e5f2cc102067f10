"""Identities for the VC API: did:key beside did:web, one per key type; and what the VC API issued."""

import sqlalchemy as sa
from alembic import op

from portal.db.rls import enable_tenant_policy, grant_app

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("issuer_identities", sa.Column("key_type", sa.String(), server_default="", nullable=False))
    op.drop_constraint(op.f("uq_issuer_identities_tenant_id_method"), "issuer_identities", type_="unique")
    op.create_unique_constraint(
        op.f("uq_issuer_identities_tenant_id_method_key_type"),
        "issuer_identities",
        ["tenant_id", "method", "key_type"],
    )
    op.drop_constraint(op.f("ck_issuer_identities_method"), "issuer_identities", type_="check")
    op.create_check_constraint(
        op.f("ck_issuer_identities_method"), "issuer_identities", "method IN ('web', 'ethr', 'key')"
    )
    op.create_table(
        "vc_api_credentials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_kind", sa.Integer(), nullable=False),
        sa.Column("leaf_digest", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_salt", sa.LargeBinary(), nullable=True),
        sa.Column("tree_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["issuer_identities.id"], name=op.f("fk_vc_api_credentials_identity_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["signing_keys.id"], name=op.f("fk_vc_api_credentials_key_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["trees.id"], name=op.f("fk_vc_api_credentials_tree_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_vc_api_credentials_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vc_api_credentials")),
    )
    op.create_index(op.f("ix_vc_api_credentials_tenant_id"), "vc_api_credentials", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_vc_api_credentials_credential_id"), "vc_api_credentials", ["credential_id"], unique=False)
    for statement in (*enable_tenant_policy("vc_api_credentials"), *grant_app(["vc_api_credentials"])):
        op.execute(statement)
