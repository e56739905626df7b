"""Why an issue was approved although the check found red."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("issue", sa.Column("override", sa.Text, nullable=False, server_default=""))
