"""Who let no form write to them any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table: nobody could say so before."""
    op.create_table(
        "refusal",
        sa.Column("email_hmac", sa.String(64), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
