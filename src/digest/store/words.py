"""What readers said themselves and the lists' files do not say yet, or not any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Update, and_, bindparam, case, false, func, select, update

from digest.model.people import Consent, Row, Word
from digest.store.engine import Database
from digest.store.preferences import read_preferences
from digest.store.schema import consent, former, subscriber, subscription
from digest.store.subscriptions import subscriptions

OWN: Final = ("sign_up", "confirm", "back", "prefer", "address")
"""Words of readers that a file has to follow."""
LATELY: Final = timedelta(days=14)
"""For so long somebody may have a list open that they loaded before a reader's word was written into it. As long before
a word counts as much, which a clock that was ahead may have dated."""
_UNWRITTEN: Final = and_(subscription.c.said > subscription.c.noted, subscriber.c.domain != "")
"""Of who was not erased."""
_ONE: Final = update(subscription).where(
    subscription.c.subscriber == bindparam("of_subscriber"), subscription.c.list == bindparam("of_list")
)
_BEGUN: Final[Update] = _ONE.where(subscription.c.said == bindparam("word")).values(writing=bindparam("mark"))
_NOTED: Final[Update] = _ONE.values(
    noted=bindparam("word"),
    joins=case((subscription.c.said == bindparam("word"), false()), else_=subscription.c.joins),  # what came meanwhile
    writing=None,
)


def unwritten(database: Database) -> int:
    """Return of how many subscriptions no file has their readers' last word yet."""
    new = select(func.count()).select_from(subscription).join(subscriber)
    with database.read() as connection:
        return int(connection.execute(new.where(_UNWRITTEN)).scalar_one())


def words(database: Database) -> list[Word]:
    """Return what readers said that stands in no file yet, by list and subscriber."""
    new = subscriptions().where(_UNWRITTEN).order_by(subscription.c.list, subscription.c.subscriber)
    mine = and_(former.c.subscriber == subscription.c.subscriber, former.c.list == subscription.c.list)
    before = select(former.c.email_hmac, former.c.subscriber, former.c.list).join(subscription, mine)
    before = before.join(subscriber, subscriber.c.id == subscription.c.subscriber).where(_UNWRITTEN)
    with database.read() as connection:
        rows = connection.execute(new).all()
        formers: dict[tuple[int, str], list[str]] = {}
        for row in connection.execute(before):
            formers.setdefault((row.subscriber, row.list), []).append(row.email_hmac)
    return [
        Word(
            subscriber=row.subscriber,
            list=row.list,
            said=row.said,
            running=row.consent == Consent.ACTIVE.value,
            row=Row(row.list, row.email, row.name, read_preferences(row), row.joined_on),
            formers=tuple(formers.get((row.subscriber, row.list), ())),
            joins=row.joins,
            writing=row.writing,
        )
        for row in rows
    ]


def begin(database: Database, some: Iterable[Word], writing: str | None) -> None:
    """Remember how the file is marked into which these words are about to be written; None: they are not after all."""
    _note(database, [{**_of(word), "mark": writing} for word in some], _BEGUN)


def noted(database: Database, written: Iterable[Word]) -> None:
    """Remember that these words stand in the files now."""
    _note(database, [_of(word) for word in written], _NOTED)


def again(database: Database, keys: Iterable[tuple[int, str]]) -> None:
    """Let the words about these subscriptions, by subscriber and list, be written once more: a file lost them."""
    _note(database, [{"of_subscriber": who, "of_list": name, "word": 0} for who, name in keys], _NOTED)


def lately(at: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Whether a word is so new that somebody may have a list open that they loaded before it."""
    return and_(at > now - LATELY, at < now + LATELY)


def lately_said(database: Database, keys: Sequence[tuple[int, str]], now: datetime) -> dict[str, tuple[int, ...]]:
    """Return those of the subscriptions, by list, whose readers said something of them lately."""
    if not keys:
        return {}
    words = select(consent.c.subscriber, consent.c.list).where(consent.c.event.in_(OWN), lately(consent.c.at, now))
    with database.read() as connection:
        said = {(row.subscriber, row.list) for row in connection.execute(words)}
    return by_list(said.intersection(keys))


def by_list(keys: Iterable[tuple[int, str]]) -> dict[str, tuple[int, ...]]:
    """Return the subscribers of subscriptions, by list."""
    found: dict[str, list[int]] = {}
    for who, name in sorted(keys):
        found.setdefault(name, []).append(who)
    return {name: tuple(people) for name, people in sorted(found.items())}


def _of(word: Word) -> dict[str, Any]:
    return {"of_subscriber": word.subscriber, "of_list": word.list, "word": word.said}


def _note(database: Database, values: Sequence[Mapping[str, Any]], how: Update) -> None:
    if values:
        with database.write() as connection:
            connection.execute(how, values)
