"""The numbers of each edition: who may build one, what stands in it, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from digest.lifecycle import Move
from digest.model.delivery import Skeleton
from digest.model.editing import standing
from digest.model.issue import Content, Inputs, Issue, Slot, State, Unedited
from digest.model.news import Article, ArticleId
from digest.store.codec import unpack
from digest.store.engine import Database, alone, insert
from digest.store.history import history, require_seen
from digest.store.issue_moves import UNAPPROVED, make
from digest.store.issue_rows import id_of, issues, locked, one, read_issue, unknown
from digest.store.revisions import write
from digest.store.schema import issue, material, skeleton

OPEN: Final = (State.DRAFT, State.REVIEW, State.APPROVED, State.HELD, State.SENDING, State.PAUSED)
"""States of an issue that may yet reach its readers."""
LEFT: Final = (State.SENDING, State.PAUSED, State.SENT)
"""States of an issue that readers have, or are getting."""
ONCE_BUILT: Final = (Move.SUBMIT, Move.HOLD, Move.RELEASE, Move.SKIP)
"""Moves that may be made in one step with a new revision."""


class Issues:
    """Issues, found by issue_id, by slot or by what they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ------------------------------------------------------------------------------------------------ finding

    def find(self, which: int | str) -> Issue:
        """Return an issue by its issue_id, `latest` (the last slot), or `draft` (the last that is not approved yet).

        Raises UnknownError, which names the last ids there are.
        """
        by_slot = issues().order_by(issue.c.send_at.desc(), issue.c.id.desc()).limit(1)
        if which == "latest":
            chosen = by_slot
        elif which == "draft":
            chosen = by_slot.where(issue.c.state.in_(UNAPPROVED))
        else:
            chosen = issues().where(issue.c.id == id_of(which))
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
            if row is None:
                raise unknown(connection, which)
        return read_issue(row)

    def at_slot(self, edition: str, local_date: date, slot: str) -> Issue | None:
        """Return the issue of that slot; None where nobody has claimed it."""
        with self._database.read() as connection:
            row = connection.execute(issues().where(_at(edition, local_date, slot))).one_or_none()
        return None if row is None else read_issue(row)

    def unfinished(self) -> list[Issue]:
        """Return the issues of every edition that may yet reach their readers, the earliest slot first.

        Also those of editions that no settings name any more.
        """
        return self._read(issues().where(issue.c.state.in_(OPEN)).order_by(issue.c.send_at, issue.c.id))

    def all(self, limit: int = 20) -> list[Issue]:
        """Return the last issues of every edition, the latest slot first."""
        return self._read(issues().order_by(issue.c.send_at.desc(), issue.c.id.desc()).limit(limit))

    def bare(self, since: datetime) -> list[Issue]:
        """Return the issues of slots from `since` on, and all that may yet reach their readers, without their content.

        The latest slot first. To read and check the contents of some dozens takes half a second, and who only asks how
        things stand asks often.
        """
        chosen = select(issue).where((issue.c.send_at >= since) | issue.c.state.in_(OPEN))
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(issue.c.send_at.desc(), issue.c.id.desc())).all()
        return [read_issue(row, bare=True) for row in rows]

    def last(self, edition: str) -> Issue | None:
        """Return the edition's issue of the latest slot, in whatever state; None before its first."""
        chosen = issues().where(issue.c.edition == edition).order_by(issue.c.send_at.desc(), issue.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
        return None if row is None else read_issue(row)

    def calendar(self, edition: str, now: datetime) -> tuple[date | None, frozenset[date]]:
        """Return the date of the edition's newest issue whose draft hour has come by `now`, and those of issues ahead.

        None before its first. What a clock that was ahead of `now` called missed is not counted: it is still to come.
        """
        of = (issue.c.edition == edition, ~((issue.c.state == State.MISSED) & (issue.c.claimed_at > now)))
        with self._database.read() as connection:
            newest = select(func.max(issue.c.local_date)).where(*of, issue.c.draft_at <= now)
            last: date | None = connection.execute(newest).scalar()
            ahead = connection.execute(select(issue.c.local_date).where(*of, issue.c.draft_at > now)).scalars()
            return last, frozenset(ahead)

    def sent_between(self, edition: str, since: datetime, until: datetime) -> list[Issue]:
        """Return the edition's issues that left or are leaving, of slots from `since` to before `until`."""
        chosen = issues().where(
            issue.c.edition == edition, issue.c.state.in_(LEFT), issue.c.send_at >= since, issue.c.send_at < until
        )
        return self._read(chosen.order_by(issue.c.send_at.desc(), issue.c.id.desc()))

    def left(self) -> list[tuple[int, str]]:
        """Return (id, edition) of every issue that readers have or are getting, of the latest slot first."""
        chosen = select(issue.c.id, issue.c.edition).where(issue.c.state.in_(LEFT))
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(issue.c.send_at.desc(), issue.c.id.desc())).all()
        return [(row.id, row.edition) for row in rows]

    def inputs(self, issue_id: int) -> tuple[Inputs, tuple[Article, ...]]:
        """Return what the present revision was made from: the build's material, with the articles as they read then,
        and the editors' moves that stand.
        """
        chosen = select(material.c.inputs, material.c.articles).where(material.c.issue == issue_id)
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
            if row is None:
                raise unknown(connection, issue_id, "has nothing built yet")
            moves = standing(history(connection, issue_id)).moves
        return replace(unpack(row.inputs, Inputs), overrides=moves), unpack(row.articles, tuple[Article, ...])

    def skeletons(self, issue_id: int) -> dict[str, Skeleton]:
        """Return the rendered bytes that were frozen at the start of sending, by variant; empty before that."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(skeleton).where(skeleton.c.issue == issue_id).order_by(skeleton.c.variant)
            ).all()
        return {row.variant: unpack(row.body, Skeleton) for row in rows}

    def imprint(self, issue_id: int) -> str:
        """Return the text that the caller of `Outbox.freeze` kept with the issue; empty before that."""
        with self._database.read() as connection:
            kept: str | None = connection.execute(
                select(issue.c.imprint).where(issue.c.id == issue_id)
            ).scalar_one_or_none()
            if kept is None:
                raise unknown(connection, issue_id)
        return kept

    # ------------------------------------------------------------------------------------------------ changing

    def claim_slot(self, slot: Slot, expires_at: datetime, now: datetime) -> tuple[Issue, bool]:
        """Return the slot's issue, and whether this call made it: of all who try, one does, and builds it.

        A slot that a clock ahead of `now` called missed is taken as one that nobody had.
        """
        with self._database.write() as connection:
            mine = _claim(connection, slot, State.DRAFT, expires_at, now)
            row = connection.execute(issues().where(_at(slot.edition, slot.local_date, slot.slot))).one()
        return read_issue(row), mine

    def missed(self, slot: Slot, now: datetime, reason: str) -> Issue:
        """Note that the slot's hour has gone by; an issue that somebody claimed for it is left as it is.

        It takes no number (0): the next issue's follows the last one that was built.
        """
        with self._database.write() as connection:
            _claim(connection, slot, State.MISSED, slot.send_at, now, reason)
            row = connection.execute(issues().where(_at(slot.edition, slot.local_date, slot.slot))).one()
        return read_issue(row)

    def write(
        self,
        issue_id: int,
        content: Content,
        inputs: Inputs,
        articles: Sequence[Article],
        pool_left_out: Mapping[ArticleId, str],
        now: datetime,
        *,
        by: str = "",
        move: Move | None = None,
        reason: str = "",
        unedited: Unedited | None = None,
        seen: int | None = None,
    ) -> Issue:
        """Give the issue its next revision, and its pool: the articles it draws on and those it left out, with reasons.

        `unedited` is what was composed, before the moves that stand were made on it; None where there are none. The
        moves are kept with the revisions that made them, so `inputs.overrides` is not written again. With `seen`,
        nothing is written unless that is the present revision: Stale. `move` (submit, hold, release or skip) is made
        on what was written, for the `reason`, as `Issues.move` makes it. All in one transaction: nobody ever finds a
        draft that was built and then forgotten. Raises MoveError where the issue's state forbids the building or the
        move, StoreError where another issue of the edition has one of the articles.
        """
        if move is not None and move not in ONCE_BUILT:
            raise ValueError(f"{move} is not made on an issue that was just built")
        with self._database.write() as connection:
            if seen is not None:
                require_seen(connection, locked(connection, issue_id), seen, "built on")
            made = unedited or Unedited(content, inputs.edition)
            write(connection, issue_id, content, made, inputs, articles, pool_left_out, now, by=by)
            if move is not None:
                make(connection, issue_id, move, now=now, by=by, reason=reason)
            return one(connection, issue_id)

    def move(
        self,
        issue_id: int,
        move: Move,
        *,
        now: datetime,
        by: str = "",
        reason: str = "",
        binding: str = "",
        revision: int | None = None,
        override: str = "",
        stood: str = "",
        itself: bool = False,
    ) -> Issue:
        """Make a move of `digest.lifecycle` and return the issue after it.

        An approval keeps `by`, `now`, `binding` and `override` (why it was given although the check found red), and is
        refused for any `revision` but the present one, and to somebody who has still to choose (Unchosen) unless the
        program gives it `itself`; every other move before sending takes an approval back. Skipping
        or failing gives the articles back to later issues. Raises Stale where the issue stands otherwise than it
        `stood` (`digest.lifecycle.stood`; empty: however it does), MoveError where the state forbids the move,
        ValueError for the moves that have their own door.
        """
        with self._database.write() as connection:
            make(
                connection,
                issue_id,
                move,
                now=now,
                by=by,
                reason=reason,
                binding=binding,
                revision=revision,
                override=override,
                stood=stood,
                itself=itself,
            )
            return one(connection, issue_id)

    def _read(self, chosen: Select[Any]) -> list[Issue]:
        with self._database.read() as connection:
            rows = connection.execute(chosen).all()
        return [read_issue(row) for row in rows]


def _at(edition: str, local_date: date, slot: str) -> ColumnElement[bool]:
    return and_(issue.c.edition == edition, issue.c.local_date == local_date, issue.c.slot == slot)


def _claim(
    connection: Connection, slot: Slot, state: State, expires_at: datetime, now: datetime, reason: str = ""
) -> bool:
    alone(connection, f"edition {slot.edition}")  # numbers are dealt one by one
    last = connection.execute(select(func.max(issue.c.number)).where(issue.c.edition == slot.edition)).scalar()
    row = {
        "edition": slot.edition,
        "number": 0 if state is State.MISSED else (last or 0) + 1,
        "local_date": slot.local_date,
        "slot": slot.slot,
        "state": state,
        "revision": 0,
        "draft_at": slot.draft_at,
        "send_at": slot.send_at,
        "expires_at": expires_at,
        "approved_by": "",
        "binding": "",
        "imprint": "",
        "reason": reason,
        "claimed_at": now,
        "moved_at": now,
    }
    new = insert(connection, issue).values(row)
    too_soon = (issue.c.state == State.MISSED) & (issue.c.claimed_at > now)
    new = new.on_conflict_do_update(index_elements=["edition", "local_date", "slot"], set_=row, where=too_soon)
    return connection.execute(new.returning(issue.c.id)).scalar_one_or_none() is not None
