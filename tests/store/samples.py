"""An invented edition, its articles, its readers, and an issue of it brought as far as a test needs."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from digest.brake import Brake
from digest.lifecycle import Move
from digest.model.delivery import Hole, Outcome, Place, Plan, Result, Skeleton
from digest.model.issue import (
    Cited,
    Content,
    Credit,
    Dropped,
    Edition,
    Inputs,
    Issue,
    IssueSection,
    Item,
    LeftOut,
    Schedule,
    Section,
    Slot,
)
from digest.model.news import Article, Block, BlockKind, Source, SourceKind
from digest.model.people import Preferences, Row
from digest.store import Store

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EXPIRES = NOW + timedelta(hours=18)
ALL = "en:military+diplomacy"
SECTIONS = (Section("military", "The military situation"), Section("diplomacy", "Diplomacy"))
WEEKDAYS = Schedule(frozenset(range(5)), time(7))
EDITION = Edition(
    id="brief",
    title="The Aldovar Brief",
    sections=SECTIONS,
    lists=("weekday", "desk"),
    timezone="Europe/Helsinki",
    language="en",
    draft=Schedule(frozenset(range(5)), time(6)),
    send=WEEKDAYS,
)
SOURCE = Source("Ilma Courier", SourceKind.FEED, url="https://ilma-courier.example/feed")


def article(name: str, *, text: str = "", at: datetime = NOW, aliases: tuple[str, ...] = ()) -> Article:
    """An article of the Ilma Courier; another `text` is another fingerprint."""
    url = f"https://ilma-courier.example/{name}"
    body = text or f"What {name} says of the Ferren bridge."
    return Article(
        id=hashlib.sha256(url.encode()).hexdigest()[:16],
        source=SOURCE.name,
        url=url,
        title=f"Report {name}",
        blocks=(Block(BlockKind.HEADING, "On the river", 2), Block(BlockKind.PARAGRAPH, body)),
        fingerprint=hashlib.sha256(body.encode()).hexdigest(),
        collected_at=at,
        published_at=at - timedelta(hours=2),
        aliases=aliases,
    )


def slot(day: int = 20, hour: int = 7, edition: str = "brief") -> Slot:
    send_at = datetime(2026, 11, day, hour - 2, tzinfo=UTC)
    return Slot(edition, date(2026, 11, day), f"{hour:02d}:00", send_at - timedelta(hours=1), send_at)


def content(articles: Sequence[Article], number: int = 1) -> Content:
    items = tuple(
        Item(
            anchor=f"military-{place}",
            headline=each.title,
            url=each.url,
            summary=(each.blocks[1].text,),
            credits=(Credit(each.source, each.url, each.at),),
            passages=(Cited(each.id, 0, "On the river", 0.75, ("Ferren bridge",)),),
            score=1 / 3,
        )
        for place, each in enumerate(articles, 1)
    )
    return Content(
        edition="brief",
        title="The Aldovar Brief",
        number=number,
        local_date=date(2026, 11, 20),
        timezone="Europe/Helsinki",
        language="en",
        built_at=NOW,
        subject="Ferren bridge holds",
        preheader="and what else the day brought",
        sections=(IssueSection("military", "The military situation", items),) if items else (),
        sources_read=1,
        left_out=(LeftOut("0123456789abcdef", "", "", 0.0, "older than 72 h"),),
        boilerplate=(Dropped("0123456789abcdef", "Good morning, readers!", "greeting"),),
    )


def inputs(articles: Sequence[Article]) -> Inputs:
    return Inputs(EDITION, tuple(each.id for each in articles), (SOURCE,), (("digest", "0.1.0"),))


def skeleton(variant: str = ALL) -> Skeleton:
    parts = (b"To: ", Hole("to", Place.HEADER), b"\r\n\r\nFerren =E2=80=93 bridge\r\n")
    return Skeleton(variant, parts, "<p>Ferren \N{EN DASH} bridge</p>", "Ferren \N{EN DASH} bridge")


def row(email: str, *, name: str = "", of_list: str = "weekday", **preferences: Any) -> Row:
    return Row(of_list, email, name, Preferences(**preferences), date(2026, 3, 2))


def readers(n: int, of_list: str = "weekday", host: str = "mail.example") -> list[Row]:
    return [row(f"reader{i}@{host}", of_list=of_list) for i in range(1, n + 1)]


def keyed(address: str) -> str:
    return hmac.digest(b"a key of the tests", address.encode(), "sha256").hex()


def load(store: Store, *rows: Row, now: datetime = NOW):
    """Load the lists as these rows alone say."""
    lists: dict[str, list[Row]] = {"weekday": [], "desk": []}
    for each in rows:
        lists.setdefault(each.list, []).append(each)
    return store.subscribers.sync(lists, hmac=keyed, now=now)


def reader(store: Store, email: str) -> int:
    return store.subscribers.by_email(email)[0].subscriber.id


def draft(store: Store, articles: Iterable[Article] = (), *, at: Slot | None = None) -> Issue:
    """An issue that is built from the articles, which are collected here."""
    kept = tuple(articles)
    store.articles.add(kept, NOW)
    issue, _ = store.issues.claim_slot(at or slot(), EXPIRES, NOW)
    return store.issues.write(issue.id, content(kept, issue.number), inputs(kept), kept, {}, NOW)


def approved(store: Store, *, at: Slot | None = None) -> Issue:
    issue = draft(store, at=at)
    store.issues.move(issue.id, Move.SUBMIT, now=NOW)
    return store.issues.move(issue.id, Move.APPROVE, now=NOW, by="ada", binding="b1")


def sending(
    store: Store,
    *rows: Row,
    due: Mapping[Preferences, datetime] | None = None,
    at: Slot | None = None,
    brake: Brake | None = None,
    lists: tuple[str, ...] = ("weekday", "desk"),
) -> int:
    """The id of an issue on its way to these readers; all are due now but for the ways of reading in `due`."""
    load(store, *rows)
    issue = approved(store, at=at)
    hours = {wish: (due or {}).get(wish, NOW) for wish in store.subscribers.cohorts(lists)}
    cohorts = {wish: Plan(ALL, hour) for wish, hour in hours.items()}
    store.outbox.freeze(issue.id, lists=lists, cohorts=cohorts, skeletons={ALL: skeleton()}, now=NOW, brake=brake)
    return issue.id


def enlist(store: Store, *names: str, host: str = "tarn") -> None:
    for name in names:
        store.outbox.enlist(name, host=host, boot="boot-1", now=NOW)


def results(claims, state, *, code: int = 0, text: str = "", not_before: datetime | None = None) -> list[Result]:
    return [Result(claim, Outcome(state, code, text), not_before) for claim in claims]
