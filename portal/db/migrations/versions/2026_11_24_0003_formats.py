"""Several credentials of one award."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # NULL for every row that there is: until now an award had one credential, which the row's own columns name.
    op.add_column("batch_rows", sa.Column("other_forms", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    # NULL for every version that there is: none of them names a format with a type.
    op.add_column("template_versions", sa.Column("type_metadata", sa.LargeBinary(), nullable=True))
