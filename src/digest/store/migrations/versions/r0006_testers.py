"""To whom test sends went last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "tester",
        sa.Column("edition", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
