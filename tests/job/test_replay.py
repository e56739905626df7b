"""Weeks of the newsletter, replayed: every article ends in one issue, or is left out and says why."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from digest import pipeline
from digest.cli.starting import starter
from digest.collect.identity import article_id, fingerprint
from digest.demo import prepare
from digest.errors import MoveError
from digest.model.issue import State
from digest.model.news import Article, Block, BlockKind
from digest.parts import open_parts
from digest.settings import load
from digest.store import open_store
from tests.soak.book import faults, rows

FIRST = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
"""A Monday; the clocks of the demo's zone go forward on the 29th. Its daily slot is drafted 04:00 to 06:00 UTC."""
DAYS = int(os.environ.get("REPLAY_DAYS", "12"))
"""With a Sunday, and days after it; `make month` wants 31."""
MANY = int(os.environ.get("REPLAY_MONTHS", "6"))
EDITIONS = ("daily", "sunday")

PLACES = ("Tarnmouth", "Ferren", "Olde Mill", "Karsk", "Veldt", "Minsha", "Calder", "Norrmark", "Ilma", "Hollin")
TOPICS = (
    "Drones were shot down over {place} before dawn, the air force said after raid {n}.",
    "Envoys met in {place} for talks on round {n} of sanctions against the tankers.",
    "Hosts of the peace summit at Lindholm asked {place} for {n} delegates.",
    "Rovers drew with {place} in front of {n} people.",
)
PLAIN = """
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ page.title }} <a href="{{ slot.unsubscribe_url }}">-</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""


@dataclass(frozen=True)
class Arrival:
    """An article as a source might bring it."""

    topic: int
    place: int
    hours: int | None
    """Of age; None where nobody says."""
    language: str
    again: bool
    """Whether it is a copy of one that is there, at another address."""


@dataclass(frozen=True)
class Day:
    """What one day brings, and what is done on it."""

    night: list[Arrival]
    deeds: list[tuple[str, str]]


ARRIVALS = st.lists(
    st.builds(
        Arrival,
        topic=st.integers(0, len(TOPICS) - 1),
        place=st.integers(0, len(PLACES) - 1),
        hours=st.none() | st.integers(-2, 240),
        language=st.sampled_from(["en", "", "en-GB", "fi"]),
        again=st.integers(0, 9).map(lambda n: n == 0),
    ),
    max_size=5,
)
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["build", "approve", "send", "skip", "hold", "release", "collect"]), st.sampled_from(EDITIONS)
    ),
    max_size=4,
)
MONTHS = st.lists(st.builds(Day, ARRIVALS, DEEDS), min_size=DAYS, max_size=DAYS)


@pytest.fixture(scope="module")
def desk_folder(tmp_path_factory):
    """The demo's folder without a wire: the test brings the articles. A plain look, since each build compiles it."""
    folder = tmp_path_factory.mktemp("replay")
    shutil.copytree(starter() / "templates/labels", folder / "templates/labels")
    (folder / "templates/brief").mkdir()
    (folder / "templates/brief/issue.mjml.j2").write_text(PLAIN)
    (folder / "templates/brief/text.txt.j2").write_text("{{ page.title }}\n{{ slot.unsubscribe_url }}\n")
    path = prepare(folder, "http://127.0.0.1:9", FIRST)
    text = path.read_text().replace("min_stories = 3", 'min_stories = 1\nlanguages = ["en"]')
    path.write_text(text)
    open_store(f"sqlite:///{folder}/empty.db").close()
    return folder


@dataclass
class Newsroom:
    """The parts, and beside them a plain book of what must have become of each article."""

    parts: object
    kept: dict[str, Article] = field(default_factory=dict)
    taken: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in EDITIONS})
    """Of each edition: article -> the issue in whose pool it ended."""
    names: count = field(default_factory=count)

    def collect(self, arrivals, now):
        """Put articles into the store; copies are known by their fingerprint."""
        fresh = [self.article(arrival, now) for arrival in arrivals]
        added = self.parts.store.articles.add([*fresh, *list(self.kept.values())[-3:]], now)
        known = {article.fingerprint for article in self.kept.values()}
        assert set(added) == {article.id for article in fresh if article.fingerprint not in known}
        self.kept |= {article.id: article for article in fresh if article.id in added}

    def article(self, arrival, now):
        n = next(self.names)
        url = f"https://ilma-courier.example/news/{n}"
        place = PLACES[arrival.place]
        title = f"{place}, report {n}"
        blocks = (Block(BlockKind.PARAGRAPH, TOPICS[arrival.topic].format(place=place, n=n)),)
        print_of = fingerprint(title, blocks, url=url)
        if arrival.again and self.kept:
            print_of = list(self.kept.values())[-1].fingerprint
        return Article(
            id=article_id(url),
            source="Ilma Courier",
            url=url,
            title=title,
            blocks=blocks,
            fingerprint=print_of,
            collected_at=now,
            published_at=None if arrival.hours is None else now - timedelta(hours=arrival.hours),
            language=arrival.language,
        )

    def build(self, edition, now):
        """Build, and write into the book where every article that was free has ended."""
        built = pipeline.build(self.parts, edition, now=now)
        self.free(edition, built.issue.id)
        book = self.taken[edition]
        free = [article for article in self.kept.values() if article.id not in book]
        wanted = self.parts.settings.edition(edition)
        assert [article.id for article in built.articles] == [a.id for a in free if fits(a, wanted, now)]
        if built.issue.state is not State.SKIPPED:
            book |= dict.fromkeys((article.id for article in free), built.issue.id)

    def free(self, edition, issue):
        """Write into the book that an issue gave its articles back."""
        self.taken[edition] = {article: held for article, held in self.taken[edition].items() if held != issue}

    def do(self, deed, edition, now):
        """Do what an editor or the clock does to the edition's newest issue."""
        newest = self.parts.store.issues.last(edition)
        if deed == "collect":
            self.collect([Arrival(0, 0, 1, "en", again=False)], now)
        elif deed == "build":
            self.build(edition, now)
        elif newest and deed == "approve":
            pipeline.approve(self.parts, newest.id, by="Mira", now=now)
        elif newest and deed == "send":
            asyncio.run(pipeline.send(self.parts, newest.id, clock=lambda: now))
        elif newest and deed == "hold":
            pipeline.hold(self.parts, newest.id, by="Mira", reason="one more look", now=now)
        elif newest and deed == "release":
            pipeline.release(self.parts, newest.id, by="Mira", now=now)
        elif newest:
            pipeline.skip(self.parts, newest.id, by="Mira", reason="nothing of weight", now=now)
            self.free(edition, newest.id)

    def live(self, month):
        """Let the month go by: news at night, a build each morning, and whatever is done after it."""
        for n, day in enumerate(month):
            now = FIRST + timedelta(days=n)
            self.collect(day.night, now)
            deeds = [("build", "daily"), *([("build", "sunday")] if now.weekday() == 6 else []), *day.deeds]
            for deed, edition in deeds:
                now += timedelta(minutes=17)
                before = self.parts.store.issues.last(edition)
                try:
                    self.do(deed, edition, now)
                except MoveError:  # the table of moves says no; then nothing may have happened
                    assert self.parts.store.issues.last(edition) == before


def fits(article, edition, now):
    """The rule, said a second time: young enough, and in a language that the edition takes."""
    return now - article.at <= edition.max_age and (
        not edition.languages or article.language.partition("-")[0] in ("", *edition.languages)
    )


@settings(max_examples=MANY, deadline=None, phases=[Phase.reuse, Phase.generate])  # to shrink it takes minutes
@given(month=MONTHS)
def test_every_article_ends_in_one_issue_or_says_why_not(desk_folder, month):
    # given weeks of arrivals, builds, approvals, second thoughts and mails
    shutil.rmtree(desk_folder / "var", ignore_errors=True)
    (desk_folder / "var").mkdir()
    shutil.copyfile(desk_folder / "empty.db", desk_folder / "var/digest.db")
    with open_parts(load(desk_folder / "digest.toml", {})) as parts:
        pipeline.sync(parts, now=FIRST)
        room = Newsroom(parts)

        # when they go by, with one more article and one more issue at its end
        room.live(month)
        over = FIRST + timedelta(days=DAYS + 14)  # past every slot that a build within them could fill
        room.collect([Arrival(2, 5, 1, "en", again=False)], over)
        for edition in EDITIONS:
            room.build(edition, over)

        # then each article stands in one row of each edition's pool, and no issue tells it but the one of that row
        for edition in EDITIONS:
            kept = rows(parts.store, edition)
            assert {article: issue for article, issue, _ in kept} == room.taken[edition]
            assert sorted(article for article, _, _ in kept) == sorted(room.kept)
            assert parts.store.articles.unpooled(edition) == []
            assert faults(parts.store, edition) == []
