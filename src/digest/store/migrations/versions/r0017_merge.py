"""Texts that wait for their author to choose, since somebody else has changed what they were written over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.columns import Instant, Words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "choice",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("move", Words, nullable=False),
        sa.Column("ground", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_choice"),
        sa.ForeignKeyConstraint(["issue"], ["issue.id"], name="fk_choice_issue_issue"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_choice_issue", "choice", ["issue"])
