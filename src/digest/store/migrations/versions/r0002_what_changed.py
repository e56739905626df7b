"""What tells a changed document from an old one: the last body of a source, the version of an article."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; articles that are there already have no version, and are not compared with their feeds."""
    with op.batch_alter_table("source") as source:
        source.add_column(sa.Column("body_hash", sa.String(64), nullable=False, server_default=""))
        source.add_column(sa.Column("failing_since", sa.BigInteger))
    with op.batch_alter_table("article") as article:
        article.add_column(sa.Column("version", sa.String(64), nullable=False, server_default=""))
        article.add_column(sa.Column("updated_at", sa.BigInteger))
