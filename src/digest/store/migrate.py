"""Brings a database to the tables this program knows. Alembic is imported only where there is something to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, String, column, inspect, select, table

from digest.errors import StoreError
from digest.store.engine import Database, alone

if TYPE_CHECKING:
    from alembic.config import Config

HEAD: Final = "0018"
"""The last revision under `migrations/versions`; a test holds it to that."""
VERSION_TABLE: Final = "digest_schema"
"""Our own name, since another application's alembic_version may live in the same PostgreSQL database."""
MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Bring the database to `HEAD`; nothing is written where it is there already.

    Raises StoreError for a database that a newer digest wrote or that holds somebody else's tables, Busy where another
    process is at it.
    """
    with database.read() as connection:
        if version(connection) == HEAD:
            return
    with database.write() as connection:
        alone(connection, "migrate")
        found = version(connection)  # another process may have been quicker
        if found != HEAD:
            _require_ours(connection, found, database.where)
            _upgrade(connection)


def version(connection: Connection) -> str:
    """Return the revision the database is at; empty where it has none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return connection.scalar(select(column("version_num", String)).select_from(table(VERSION_TABLE))) or ""


def config() -> Config:
    """Return Alembic's configuration; there is no alembic.ini."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    found.set_main_option("path_separator", "os")
    return found


def _require_ours(connection: Connection, found: str, where: str) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if found and found not in known:
        raise StoreError(
            f"{where}: a newer digest wrote it (schema {found}; this one knows {HEAD}); install that one again"
        )
    tables = [] if found else inspect(connection).get_table_names()
    if tables:
        raise StoreError(
            f"{where}: holds tables of something else ({', '.join(sorted(tables)[:3])}); digest wants its own"
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command

    found = config()
    found.attributes["connection"] = connection
    command.upgrade(found, "head")
