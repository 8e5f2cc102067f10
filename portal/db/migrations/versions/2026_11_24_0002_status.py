"""Status lists of more kinds."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Entries set aside that no credential ever gets (portal/status_lists/decoys.py); lists made before have none yet.
    op.add_column("status_lists", sa.Column("decoys", sa.Integer(), nullable=False, server_default="0"))
