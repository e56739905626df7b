"""What is wrong, and whom it was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("trouble", sa.String(20), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    still = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_alert_trouble_about", "alert", ["trouble", "about"], unique=True, sqlite_where=still, postgresql_where=still
    )
    op.create_table(
        "alerted",
        sa.Column("alert", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("phase", sa.String(10), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name="fk_alerted_alert_alert"),
        sa.PrimaryKeyConstraint("alert", "channel", "phase", name="pk_alerted"),
    )
