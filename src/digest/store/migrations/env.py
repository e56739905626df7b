"""Alembic's environment: runs inside the transaction that `digest.store.migrate` has begun."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from digest.store.migrate import VERSION_TABLE
from digest.store.schema import metadata


def run(connection: Connection) -> None:
    """Bring the database to the revision asked for, all of it or nothing."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        render_as_batch=True,  # SQLite alters a table by writing it anew
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # as Alembic calls it; whoever else imports the module runs nothing
    run(context.config.attributes["connection"])
