"""Who let no form write to them any more; what the lists' files said before their readers' own words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns: nobody could say so before. What waits to be written may be a new row."""
    op.create_table(
        "refusal",
        sa.Column("email_hmac", sa.String(64), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "earlier",
        sa.Column("subscriber", sa.Integer, sa.ForeignKey("subscriber.id"), primary_key=True, autoincrement=False),
        sa.Column("list", sa.Text, primary_key=True),
        sa.Column("preference", sa.Integer, sa.ForeignKey("preference.id"), primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    with op.batch_alter_table("subscription") as subscription:
        subscription.add_column(sa.Column("joins", sa.Boolean, nullable=False, server_default=sa.false()))
        subscription.add_column(sa.Column("writing", sa.Text))
    waiting = sa.table("subscription", sa.column("joins"), sa.column("said"), sa.column("noted"))
    op.execute(waiting.update().where(waiting.c.said > waiting.c.noted).values(joins=sa.true()))
