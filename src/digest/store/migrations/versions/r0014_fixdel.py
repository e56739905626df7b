"""How often a message was claimed and given back before anything of it was begun: that is no try."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. What was given back by then counts as tried: its next pause is the longer one."""
    op.add_column("delivery", sa.Column("given_back", sa.Integer, nullable=False, server_default="0"))
