"""An alert is told to each address by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for which address was told; what was told by mail was told to all."""
    with op.batch_alter_table("alerted") as alerted:
        alerted.alter_column("channel", type_=sa.String(40), existing_type=sa.String(10), existing_nullable=False)
