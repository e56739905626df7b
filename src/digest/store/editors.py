"""Who may sign in at the desk, and who has."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from digest.errors import UnknownError
from digest.model.editors import Editor, Right, key_of
from digest.store import choices
from digest.store.engine import Database
from digest.store.engine import insert as upsert
from digest.store.schema import choice, editor, session

NOBODY: Final = ""
"""Whose sessions are those of a desk that has no editors yet."""


class Editors:
    """Editors by name, and their sessions. A name is the same one in capitals and however it is spaced or composed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Editor]:
        """Return every editor, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(editor).order_by(editor.c.name)).all()
        return [_read(row) for row in rows]

    def there_are_any(self) -> bool:
        """Return whether the desk has an editor."""
        with self._database.read() as connection:
            return bool(connection.execute(select(func.count()).select_from(editor)).scalar_one())

    def find(self, name: str) -> Editor | None:
        """Return an editor; None for a name that is none's."""
        with self._database.read() as connection:
            row = connection.execute(select(editor).where(_called(name))).one_or_none()
        return None if row is None else _read(row)

    def hash_of(self, name: str) -> str:
        """Return the hash of an editor's password; empty where there is no such editor, or none has been set."""
        with self._database.read() as connection:
            found = connection.execute(select(editor.c.hash).where(_called(name))).scalar_one_or_none()
        return found or ""

    def add(self, name: str, right: Right, hashed: str, now: datetime) -> bool:
        """Let somebody in, and return whether the name was free; what a taken one has stays.

        The sessions from before there were editors end.
        """
        row = {"key": key_of(name), "name": name, "right": right, "hash": hashed, "since": now}
        with self._database.write() as connection:
            new = upsert(connection, editor).values(row).on_conflict_do_nothing(index_elements=["key"])
            added = connection.execute(new.returning(editor.c.key)).scalar_one_or_none() is not None
            if added:
                connection.execute(delete(session).where(session.c.editor == NOBODY))
        return added

    def set_password(self, name: str, hashed: str) -> None:
        """Give an editor another password, which ends their sessions; UnknownError for a name that is none's."""
        with self._database.write() as connection:
            if not connection.execute(update(editor).where(_called(name)).values(hash=hashed)).rowcount:
                raise _unknown(connection, name)
            connection.execute(delete(session).where(session.c.editor == key_of(name)))

    def set_right(self, name: str, right: Right) -> None:
        """Let an editor do more or less, from the next request on; UnknownError for a name that is none's."""
        with self._database.write() as connection:
            if not connection.execute(update(editor).where(_called(name)).values(right=right)).rowcount:
                raise _unknown(connection, name)

    def remove(self, name: str) -> None:
        """Let somebody in no more, also where they are in already; UnknownError for a name that is none's."""
        with self._database.write() as connection:
            if not connection.execute(delete(editor).where(_called(name))).rowcount:
                raise _unknown(connection, name)
            connection.execute(delete(session).where(session.c.editor == key_of(name)))
            choices.drop(connection, choice.c.by == key_of(name))  # whoever has the name next wrote none of it

    # ------------------------------------------------------------------------------------------------ sessions

    def begin(self, session_id: str, name: str, now: datetime, until: datetime, *, kept: str = "") -> bool:
        """Note a session of an editor, or of nobody (`NOBODY`), and return whether it began; old ones are forgotten.

        There is none where the hash of the editor's password is not `kept` any more, which is what was looked at, nor
        of nobody where there are editors by now. Another password waits for this or is seen here.
        """
        with self._database.write() as connection:
            connection.execute(delete(session).where(session.c.until <= now))
            if name == NOBODY:
                fits = not connection.execute(select(func.count()).select_from(editor)).scalar_one()
            else:
                theirs = select(editor.c.hash).where(_called(name)).with_for_update()
                fits = connection.execute(theirs).scalar_one_or_none() == kept
            if fits:
                row = {"id": session_id, "editor": key_of(name), "since": now, "until": until}
                connection.execute(insert(session).values(row))
        return fits

    def whose(self, session_id: str, now: datetime) -> Editor | None:
        """Return whose session it is; None where it is over. Nobody's is an operator's while there are no editors."""
        chosen = (
            select(session.c.editor, editor.c.name, editor.c.right, editor.c.since, editor.c.hash)
            .outerjoin(editor, editor.c.key == session.c.editor)
            .where(session.c.id == session_id, session.c.until > now)
        )
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
            if row is None:
                return None
            if row.editor == NOBODY:
                alone = not connection.execute(select(func.count()).select_from(editor)).scalar_one()
                return Editor("operator", Right.OPERATOR, now, password=False) if alone else None
        return None if row.name is None else Editor(row.name, Right(row.right), row.since, password=bool(row.hash))

    def end(self, session_id: str) -> None:
        """End one session; the editor's others go on."""
        with self._database.write() as connection:
            connection.execute(delete(session).where(session.c.id == session_id))


def _called(name: str) -> ColumnElement[bool]:
    return editor.c.key == key_of(name)


def _read(row: Row[Any]) -> Editor:
    return Editor(row.name, Right(row.right), row.since, password=bool(row.hash))


def _unknown(connection: Connection, name: str) -> UnknownError:
    there = ", ".join(connection.execute(select(editor.c.name).order_by(editor.c.name)).scalars()) or "nobody"
    return UnknownError(f"no editor is called {name!r}; there is: {there}")
