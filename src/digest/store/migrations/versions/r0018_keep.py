"""What became of an issue's messages, in counts, once the single deliveries are gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import Instant, Words

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "folded",
        sa.Column("issue", sa.Integer, sa.ForeignKey("issue.id"), primary_key=True, autoincrement=False),
        sa.Column("since", Instant, nullable=False),
    )
    op.create_table(
        "total",
        sa.Column("issue", sa.Integer, sa.ForeignKey("issue.id"), primary_key=True, autoincrement=False),
        sa.Column("no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("said", Words, nullable=False),
        sa.Column("relay", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("first_at", Instant),
        sa.Column("last_at", Instant),
    )
