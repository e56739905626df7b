"""What a database driver says went wrong, as an error a person can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from digest.errors import Busy, StoreError, Unreachable

HELD: Final = "another process works on it; nothing was changed here; try again when it is done"
FULL: Final = "the disk is full; nothing of this step was kept; make room and try again"

SQLITE: Final[tuple[tuple[str, type[StoreError], str], ...]] = (
    ("SQLITE_BUSY", Busy, HELD),
    ("SQLITE_LOCKED", Busy, HELD),
    ("SQLITE_FULL", StoreError, FULL),
    ("SQLITE_READONLY", StoreError, "it cannot be written; let this user write the file and its folder"),
    ("SQLITE_CANTOPEN", StoreError, "it cannot be opened; let this user read and write the file and its folder"),
    ("SQLITE_NOTADB", StoreError, "the file is no database of digest; move it away or set `database`"),
    ("SQLITE_CORRUPT", StoreError, "the file is damaged; put a backup back"),
    ("SQLITE_IOERR", StoreError, "the disk reports an error; nothing of this step was kept"),
)
"""By the beginning of SQLite's extended code (sqlite.org/rescode.html)."""

POSTGRES: Final[tuple[tuple[str, type[StoreError], str], ...]] = (
    ("55P03", Busy, HELD),
    ("40P01", Busy, HELD),
    ("40001", Busy, HELD),
    ("53100", StoreError, FULL),
    ("53300", Busy, "it takes no more connections; nothing was changed here; try again"),
    ("25006", StoreError, "it is read-only; connect to the primary"),
    ("42501", StoreError, "the user may not do that; make it the owner of the database"),
)
"""By the beginning of the SQLSTATE (PostgreSQL, appendix A)."""


def explain(error: BaseException, where: str) -> StoreError:
    """Return the error to raise for what the driver said about the database `where`."""
    if isinstance(error, sqlite3.Error):
        code, table = str(getattr(error, "sqlite_errorname", "")), SQLITE
    else:
        code, table = str(getattr(error, "sqlstate", None) or ""), POSTGRES
    for beginning, kind, text in table:
        if code.startswith(beginning):
            return kind(f"{where}: {text}")
    said = str(error).strip().partition("\n")[0]
    kinds = {kind.__name__ for kind in type(error).__mro__}  # of whichever driver: AdminShutdown is one, too
    if "OperationalError" in kinds and (not code or code.startswith(("08", "57"))):
        return Unreachable(f"{where}: no connection: {said}")
    return StoreError(f"{where}: {said}")


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn a driver's error inside the block into a StoreError that names the database `where`."""
    try:
        yield
    except DBAPIError as e:
        raise explain(e.orig or e, where) from e
    except StatementError as e:
        # A value refused before it reached the driver, such as a time without a zone: the caller's own mistake.
        if isinstance(e.orig, ValueError):
            raise e.orig from None
        raise
    except sqlite3.Error as e:  # from the set-up of a connection, which SQLAlchemy does not wrap
        raise explain(e, where) from e
    except PoolTimeout as e:
        raise Busy(f"{where}: every connection is in use; nothing was changed here; try again") from e
