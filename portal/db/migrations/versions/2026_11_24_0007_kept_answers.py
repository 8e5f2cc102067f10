"""Answers kept for repeated requests."""

import sqlalchemy as sa
from alembic import op

from portal.db.rls import grant_app

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "kept_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_answers")),
        sa.UniqueConstraint("scope", name=op.f("uq_kept_answers_scope")),
    )
    op.create_index(op.f("ix_kept_answers_started_at"), "kept_answers", ["started_at"], unique=False)
    for statement in grant_app(["kept_answers"]):
        op.execute(statement)
