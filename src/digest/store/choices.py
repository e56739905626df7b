"""Texts that wait until their author has chosen between them and what somebody else wrote in the same place."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select

from digest.errors import Unchosen
from digest.lifecycle import MOVES, Move
from digest.model.editing import Choice
from digest.model.editors import key_of
from digest.store.columns import storable
from digest.store.engine import Database, insert
from digest.store.issue_rows import locked
from digest.store.schema import choice, issue


class Choices:
    """What editors have still to choose, by issue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, issue_id: int, by: str) -> tuple[Choice, ...]:
        """Return what waits for somebody in an issue that can be edited, the oldest first."""
        open_ = select(issue.c.id).where(issue.c.id == issue_id, issue.c.state.in_(MOVES[Move.EDIT]))
        chosen = select(choice).where(choice.c.issue.in_(open_), choice.c.by == _known(by)).order_by(choice.c.id)
        with self._database.read() as connection:
            return tuple(map(_read, connection.execute(chosen)))

    def keep(self, issue_id: int, waits: Iterable[Choice], chosen: int = 0) -> None:
        """Keep what waits; the one that was `chosen` waits no more."""
        with self._database.write() as connection:
            locked(connection, issue_id)  # or an approval that asks just now whether something waits would miss it
            keep(connection, issue_id, waits, chosen)


def keep(connection: Connection, issue_id: int, waits: Iterable[Choice], chosen: int = 0) -> None:
    """Keep what waits, each text once; the one that was `chosen` waits no more."""
    if chosen:
        connection.execute(delete(choice).where(choice.c.issue == issue_id, choice.c.id == chosen))
    for each in waits:
        told = {"by": _known(each.by), "move": storable(each.move)}
        same = choice.c.issue == issue_id, choice.c.by == told["by"], choice.c.move == told["move"]
        connection.execute(delete(choice).where(*same))  # what is asked for again counts from where it was asked last
        row = {"issue": issue_id, "revision": each.revision, "at": each.at, "ground": each.ground}
        connection.execute(insert(connection, choice).values(row | told))


def require_none(connection: Connection, issue_id: int, by: str, number: int) -> None:
    """Refuse what is not to be done by somebody who has still to choose; raises Unchosen."""
    waiting = select(func.count()).where(choice.c.issue == issue_id, choice.c.by == _known(by))
    if many := connection.execute(waiting).scalar_one():
        raise Unchosen(
            f"{'a text' if many == 1 else f'{many} texts'} of yours for No. {number} "
            f"{'waits' if many == 1 else 'wait'} for your choice: somebody else wrote in the same place"
        )


def drop(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Forget what waits, all of it that is `which`."""
    connection.execute(delete(choice).where(*which))


def _known(by: str) -> str:
    return storable(key_of(by))


def _read(row: Row[tuple[object, ...]]) -> Choice:
    return Choice(row.id, row.revision, row.by, row.at, row.move, row.ground)
