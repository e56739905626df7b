"""Which addresses readers moved away from, so that an older file does not make them readers anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; who moved before stands in the files by their new address."""
    op.create_table(
        "moved",
        sa.Column("email_hmac", sa.String(64), primary_key=True),
        sa.Column("subscriber", sa.Integer, sa.ForeignKey("subscriber.id"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
