"""One database, either dialect: how it is opened, read and written."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    JSON,
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    String,
    Subquery,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from digest.errors import StoreError
from digest.store.failures import explained

PATIENCE: Final = timedelta(seconds=10)
"""How long a transaction waits for another one's lock before it is Busy."""

DURABLE: Final = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
"""A claim is on disk when its commit returns, whatever the server's default is; stronger settings stay."""

POSTGRES_EXTRA: Final = 'PostgreSQL needs its driver: pip install "digest[postgres]"'


class Database:
    """A database, its transactions, and the name it has in messages."""

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        """The file, or the URL without its password."""
        self.is_sqlite: Final = engine.dialect.name == "sqlite"
        # SQLite lets one writer in; threads of this process queue here instead of polling for the file's lock.
        self._turn: AbstractContextManager[Any] = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a transaction that reads. Fetch everything inside: it must not outlive the call."""
        with explained(self.where), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a transaction that writes: committed, on disk, when the block ends; rolled back where it raises."""
        with explained(self.where), self._turn, self.engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Let every connection go."""
        self.engine.dispose()


# `hide_parameters`: what a statement carries are addresses, which stand in no error and no log.


def connect(url: str, *, patience: timedelta = PATIENCE) -> Database:
    """Return the database at `url` (`sqlite:///FILE` or `postgresql://…`), set up but neither opened nor migrated.

    A missing SQLite file is created, readable by its owner alone. Raises StoreError where the URL is not of these two
    kinds or the file cannot be made.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as e:
        raise StoreError("`database` is not a URL such as sqlite:////var/lib/digest/digest.db") from e
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite(parsed, patience)
    if kind in ("postgresql", "postgres"):
        return _postgres(parsed, patience)
    raise StoreError(f"{parsed.render_as_string()}: digest keeps its state in sqlite:///… or postgresql://…")


def alone(connection: Connection, name: str) -> None:
    """Let no other transaction past the same `name` until this one ends. On SQLite a writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"digest {name}"))))


def among(connection: Connection, column: Column[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the values, which are one parameter however many they are.

    `in_` writes a parameter for each into the statement anew every time, which takes longer than the question itself.
    """
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(values)).table_valued("value").c.value))
    return column == any_(bindparam(None, values, type_=postgresql.ARRAY(String)))


def listed(dialect: str, name: str, columns: Sequence[Column[Any]]) -> Subquery:
    """Return a table of rows that are one parameter, `name`, as `packed`; its columns are named and typed like these.

    A statement for each row would pass from thread to thread of this process, and to and fro over the network, as
    often as there are rows.
    """
    rows = bindparam(name, type_=Text)
    values: list[ColumnElement[Any]]
    if dialect == "sqlite":
        each = func.json_each(rows).table_valued("value").c.value
        values = [func.json_extract(each, f"$[{place}]", type_=column.type) for place, column in enumerate(columns)]
    else:
        each = func.json_array_elements(cast(rows, JSON)).table_valued("value").c.value
        values = [cast(each.op("->>")(place), column.type) for place, column in enumerate(columns)]
    return select(*(value.label(column.name) for value, column in zip(values, columns, strict=True))).subquery()


def packed(rows: Iterable[Sequence[int | str | None]]) -> str:
    """Return rows as the parameter of `listed`; their values are as the database keeps them."""
    return json.dumps(list(rows))


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT, in the connection's dialect."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _sqlite(url: URL, patience: timedelta) -> Database:
    name = url.database or ""
    if name in ("", ":memory:") or name.startswith("file:"):
        raise StoreError("`database` must name a file, as in sqlite:////var/lib/digest/digest.db")
    path = Path(name).absolute()
    _make_private(path)
    engine = create_engine(URL.create("sqlite+pysqlite", database=str(path)), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        connection.execute(f"PRAGMA busy_timeout = {round(patience.total_seconds() * 1000)}")
        if _to_wal(connection, patience) != "wal":
            raise StoreError(f"{path}: no write-ahead log can be kept here; put it on a local disk")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: a reader that turned writer later could only fail (sqlite.org/wal.html).
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return Database(engine, str(path))


def _to_wal(connection: sqlite3.Connection, patience: timedelta) -> str:
    """Return the journal mode after asking for WAL.

    A database that is not in it yet is switched under a lock for which SQLite does not wait, whatever busy_timeout
    says (sqlite.org/c3ref/busy_handler.html: it could deadlock): of several that open a new one some try again.
    """
    until = time.monotonic() + patience.total_seconds()
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as e:
            if e.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return str(mode)


def _make_private(path: Path) -> None:
    """Create the file, mode 0600, unless it is there: it holds addresses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if not path.is_file():
            raise StoreError(f"{path}: not a file; set `database`")
    except OSError as e:
        why = (e.strerror or str(e)).lower()
        raise StoreError(f"{path}: cannot be made: {why}; set `data` or `database` to where this user may write") from e


def _postgres(url: URL, patience: timedelta) -> Database:
    where = url.render_as_string(hide_password=True)
    try:
        engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    except (ImportError, SQLAlchemyError) as e:
        raise StoreError(f"{where}: {POSTGRES_EXTRA}") from e

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {round(patience.total_seconds() * 1000)}")
            cursor.execute(DURABLE)
        connection.autocommit = False

    return Database(engine, where)
