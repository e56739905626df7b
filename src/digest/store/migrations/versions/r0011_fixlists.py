"""Addresses that readers moved away from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table. Whoever moved before this is not in it: their old address was not kept."""
    op.create_table(
        "former",
        sa.Column("email_hmac", sa.String(64), primary_key=True),
        sa.Column("list", sa.Text, primary_key=True),
        sa.Column("subscriber", sa.Integer, sa.ForeignKey("subscriber.id"), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_former_subscriber", "former", ["subscriber"])
