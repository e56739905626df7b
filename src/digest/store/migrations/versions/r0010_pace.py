"""What was answered of an issue, which decides whether the rest of it may go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table. An issue that is on its way by then has no row in it, and no brake."""
    op.create_table(
        "brake",
        sa.Column("issue", sa.Integer, sa.ForeignKey("issue.id"), primary_key=True, autoincrement=False),
        sa.Column("canary", sa.Integer, nullable=False),
        sa.Column("percent", sa.Float, nullable=False),
        sa.Column("let_go", sa.Float, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("lately_taken", sa.Integer, nullable=False),
        sa.Column("lately_refused", sa.Integer, nullable=False),
        sa.Column("pulled", sa.Boolean, nullable=False),
        sa.Column("reach", sa.Integer, nullable=False),
    )
