"""Which relay gave the last outcome of a message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Of outcomes by then nobody knows which relay gave them."""
    op.add_column("delivery", sa.Column("relay", sa.Text, nullable=False, server_default=""))
