"""What editors did to an issue, revision by revision, and what it was before they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("revision", sa.Column("did", sa.String(10), nullable=False, server_default="build"))
    op.add_column("revision", sa.Column("move", sa.Text, nullable=False, server_default=""))
    op.add_column("revision", sa.Column("said", sa.Text, nullable=False, server_default=""))
    op.add_column("material", sa.Column("unedited", sa.LargeBinary))
