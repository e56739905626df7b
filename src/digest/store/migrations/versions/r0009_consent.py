"""What readers say themselves: requests at forms, the mails that answer them, pauses, and the wording agreed to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the tables; what files said so far stands in them."""
    with op.batch_alter_table("subscription") as subscription:
        subscription.add_column(sa.Column("paused_until", sa.Date))
        subscription.add_column(sa.Column("said", sa.Integer, nullable=False, server_default="0"))
        subscription.add_column(sa.Column("noted", sa.Integer, nullable=False, server_default="0"))
    with op.batch_alter_table("consent") as consent:
        consent.add_column(sa.Column("wording", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "request",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subscriber", sa.Integer, sa.ForeignKey("subscriber.id"), nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("preference", sa.Integer, sa.ForeignKey("preference.id")),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_request_subscriber", "request", ["subscriber"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subscriber", sa.Integer, sa.ForeignKey("subscriber.id"), nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("request", sa.Integer, sa.ForeignKey("request.id")),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_hmac", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_email_hmac_made_at", "notice", ["email_hmac", "made_at"])
    op.create_index("ix_notice_not_before", "notice", ["not_before"])
