"""`make month`: thirty days in one process whose clock is moved, from a wire of its own to a mail server, audited."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from digest import schedule
from digest.cli.starting import starter
from digest.collect.identity import article_id
from digest.demo import prepare
from digest.model.issue import State
from digest.parts import Parts, open_parts
from digest.settings import load
from tests.job.postoffice import PostOffice
from tests.soak import gauge
from tests.soak.book import faults, issues, rows, told_again
from tests.soak.gauge import Reading
from tests.soak.news import Wire

FIRST = datetime(2026, 3, 9, tzinfo=UTC)
"""A Monday; the clocks of the zone go forward on the 29th, and the mail of each day leaves at 07:00 there."""
WEEK = 7
MARGINS = {"memory": 32 * 1024, "objects": 5_000, "files": 2, "threads": 6}
"""By how much the last week may have more than the second. Memory, in KB, that a build once needed stays with the
process, and a build needs more until there are the 1,000 articles in which words are counted (five weeks of this wire)
and the tables of words already looked at are full; then it stands still. Objects are what is held on to.
Threads: the loop begins those of its pool as it needs them."""
EDITION = """
[edition.{name}]
lists = ["{name}"]
draft = "{days} 06:00"
send = "{days} 07:00"
max_age = "{age}"
approval = "auto"
"""
EDITIONS = {"daily": ("daily", "72h"), "sunday": ("Sun", "8d")}


@dataclass
class Month:
    """Days of the newsletter in a folder; at their end, what was wrong."""

    folder: Path
    office: PostOffice
    wire: Wire
    days: int
    readers: int
    readings: list[Reading] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def prepare(self) -> Path:
        """The demo's folder with the look that is shipped, and other sources, editions, readers, and a mail server."""
        shutil.copytree(starter() / "templates", self.folder / "templates")
        path = prepare(self.folder, self.wire.url, FIRST)
        text = path.read_text()
        head, sender = text[: text.index("[[source]]")], text[text.index("[sender]") :]
        editions = "".join(EDITION.format(name=name, days=days, age=age) for name, (days, age) in EDITIONS.items())
        path.write_text(head + self.wire.sources() + editions + sender + self.office.table)
        for name in EDITIONS:
            addresses = "".join(f"{name}{n}@aldovar.example\n" for n in range(self.readers))
            (self.folder / f"subscribers/{name}.csv").write_text(f"email\n{addresses}")
        return path

    async def live(self, parts: Parts) -> None:
        """Let the days go by, hour by hour; a turn of all jobs at each."""
        watch = schedule.Watch(parts, lambda: self.wire.now, asyncio.Event())
        for n in range(self.days):
            day = FIRST + timedelta(days=n)
            for hour in range(24):
                self.wire.turn(day + timedelta(hours=hour))
                for event in await schedule.turn(watch):
                    if event.failed:
                        self.wrong.append(f"{self.wire.now:%m-%d %H:%M} {event.job}: {event.text}")
            self.count_mails(day.date())
            self.readings.append(gauge.read(parts.store, self.folder / "var"))
            self.articles.append(parts.store.articles.count())
            if n % 5 == 4 or n == self.days - 1:
                print(self.line(n), flush=True)

    def count_mails(self, day: date) -> None:
        """One mail for each reader of each edition of the day. They are thrown away: they were this process's own."""
        wanted = {f"{name}{n}@aldovar.example" for name in editions_of(day) for n in range(self.readers)}
        took, self.office.log.mails[:], self.office.log.heard[:] = self.office.log.copies, [], []
        self.office.log.begun.clear()
        if took != Counter(wanted):
            self.wrong.append(f"{day}: {took.total()} mails to {len(took)} readers, not one to each of {len(wanted)}")

    def line(self, n: int) -> str:
        now, before = self.readings[n], self.readings[max(0, n - 5)]
        pace = (now.database - before.database) / max(1, min(n, 5))
        return (
            f"day {n + 1:3}: {self.articles[n]:6,} articles; database {now.database:7,} KB, {pace:5,.0f} a day; "
            f"beside it {now.beside:6,} KB; memory {now.memory:7,} KB, {now.workers:,} in workers; "
            f"{now.objects:,} objects, {now.files} files, {now.threads} threads"
        )

    def audit(self, parts: Parts) -> None:
        """Note what is not as it must be."""
        store = parts.store
        known = store.articles.known(article_id(url) for url in self.wire.events)
        events: dict[str, str] = {}
        for url, event in self.wire.events.items():
            if found := known.get(article_id(url)):
                events[found.id] = event
            else:
                self.wrong.append(f"{url} was out and nobody kept it")
        for name in EDITIONS:
            days = [day for n in range(self.days) if name in editions_of(day := (FIRST + timedelta(days=n)).date())]
            every = issues(store, name)
            if [(issue.local_date, issue.state) for issue in every] != [(day, State.SENT) for day in days]:
                self.wrong.append(f"{name}: {[(f'{i.local_date}', i.state.value) for i in every]}")
            self.wrong += [f"{name}: {fault}" for fault in faults(store, name)]
            placed = {article for article, _, _ in rows(store, name)}
            free = {article.id for article in store.articles.unpooled(name)}
            drafted = max((issue.content.built_at for issue in every if issue.content), default=FIRST)
            late = {article.id for article in store.articles.kept(free).values() if article.collected_at > drafted}
            self.wrong += [f"{name}: {article} is in no pool" for article in free - late]
            again, follow_ups = told_again(store, name, events)
            self.wrong += [f"{name}: {each}" for each in again]
            stories = sum(issue.content.stories for issue in every)
            print(
                f"{name}: {len(every)} issues, {stories} stories, {follow_ups} of them go on with one that was told; "
                f"{len(placed)} articles in one pool each, {len(late)} wait for the next issue"
            )
        self.judge_growth()

    def judge_growth(self) -> None:
        """After the first week nothing grows but what is kept on purpose, and that no faster than news comes."""
        if self.days < 3 * WEEK:
            return
        for what, margin in MARGINS.items():
            more = gauge.grown([getattr(reading, what) for reading in self.readings], after=WEEK)
            print(f"{what}: {more:+,} from the second week to the last, {margin:,} allowed")
            if more > margin:
                self.wrong.append(f"{what} grew by {more:,}")


def editions_of(day: date) -> list[str]:
    return ["daily", "sunday"] if day.weekday() == 6 else ["daily"]


async def replay(folder: Path, office: PostOffice, days: int, readers: int) -> list[str]:
    """Let so many days go by; return what was wrong."""
    async with Wire(FIRST).open() as wire:
        month = Month(folder, office, wire, days, readers)
        with open_parts(load(month.prepare(), {})) as parts:
            await month.live(parts)
            month.audit(parts)
            print("the most of it:", ", ".join(f"{name} {kb:,} KB" for name, kb in gauge.tables(parts.store)))
        return month.wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--readers", type=int, default=50)
    wanted = parser.parse_args()
    begun = time.process_time()
    with tempfile.TemporaryDirectory(prefix="digest-month-") as folder, PostOffice() as office:
        wrong = asyncio.run(replay(Path(folder), office, wanted.days, wanted.readers))
    print(f"{time.process_time() - begun:.0f} s of the processor")
    for each in wrong:
        print(f"WRONG: {each}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
