"""How often somebody came over the links of an issue that counts them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "click",
        sa.Column("issue", sa.Integer, sa.ForeignKey("issue.id"), primary_key=True, autoincrement=False),
        sa.Column("link", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("hour", Instant, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
