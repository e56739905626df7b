"""The stage: a working folder, a mail server, daemons, somebody who kills and freezes them, and an audit at the end."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select

from digest.cli.starting import starter
from digest.collect.identity import article_id, fingerprint
from digest.model.news import Article, Block, BlockKind
from digest.store import open_store
from digest.store.schema import delivery, issue
from tests.job.postoffice import PostOffice
from tests.soak.clock import Clock

ROOT = Path(__file__).parents[2]
FIRST = date(2026, 3, 20)
"""The clocks of the zone go forward nine days later."""
SYLLABLES = ("ba", "dro", "fe", "gul", "ka", "lim", "mo", "nar", "pe", "rus", "so", "tav", "vi", "wel", "zo", "quin")
OVER = ("sent", "missed", "skipped", "failed")
PATIENCE = 150
"""Seconds in which daemons do what they have to, beginning among it: a busy machine takes twenty for that alone."""
PLAIN = """
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ page.title }} <a href="{{ slot.unsubscribe_url }}">-</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
EDITION = """
[edition.{name}]
lists = ["daily"]
draft = "daily 06:00"
send = "daily 07:00"
approval = "auto"
catch_up = "20h"
expires = "22h"
"""
SETTINGS = """
[digest]
title = "The Aldovar Brief"
timezone = "Europe/Helsinki"
data = "var"

[[section]]
id = "harbour"
title = "The harbour"
match = ["harbour"]
fallback = true
"""


def at(day: date, hour: int) -> datetime:
    """An hour of the day, UTC: four is draft hour or later in the zone, five the hour of sending or later."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@dataclass
class Stage:
    """A folder with editions that are drafted at six and leave at seven on each day of the stage's clock."""

    folder: Path
    office: PostOffice
    chance: random.Random
    tick: float
    editions: int = 1
    readers: int = 3
    killed: int = 0
    frozen: int = 0
    playing: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: dict[int, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.copytree(starter() / "templates/labels", self.folder / "templates/labels")
        look = self.folder / "templates/brief"
        look.mkdir()
        (look / "issue.mjml.j2").write_text(PLAIN)
        (look / "text.txt.j2").write_text("{{ page.title }}\n{{ slot.unsubscribe_url }}\n")
        people = self.folder / "subscribers"
        people.mkdir()
        addresses = "".join(f"reader{n}@aldovar.example\n" for n in range(self.readers))
        (people / "daily.csv").write_text(f"email\n{addresses}")
        editions = "".join(EDITION.format(name=f"brief{n}") for n in range(self.editions))
        self.settings.write_text(SETTINGS + self.office.table + editions)
        (self.folder / "var").mkdir()
        self.clock = Clock(self.folder / "clock")
        self.store = open_store(f"sqlite:///{self.folder}/var/digest.db", patience=timedelta(seconds=60))

    @property
    def settings(self) -> Path:
        return self.folder / "digest.toml"

    def start(self) -> subprocess.Popen[bytes]:
        """Start a daemon."""
        log = self.folder / f"daemon{len(self.logs)}.log"
        command = [sys.executable, "-m", "tests.soak.player", self.settings, self.clock.path, self.tick]
        with log.open("wb") as out:
            process = subprocess.Popen(list(map(str, command)), cwd=ROOT, stderr=out, stdout=subprocess.DEVNULL)
        self.logs[process.pid] = log
        return process

    def bring_news(self) -> None:
        """Let an article arrive of which nothing was told before: each has words of its own."""
        now = self.clock()
        names = random.Random(f"{now}")
        words = ["".join(names.choices(SYLLABLES, k=3)) for _ in range(24)]
        url = f"https://ilma-courier.example/news/{now.timestamp():.0f}"
        text = f"In the harbour of {words[0].title()} {' '.join(words)}, said {words[1].title()}."
        blocks = (Block(BlockKind.PARAGRAPH, text),)
        title = f"{words[2].title()} {words[3]} {words[4]} in {words[0].title()}"
        print_of = fingerprint(title, blocks, url=url)
        article = Article(article_id(url), "Ilma Courier", url, title, blocks, print_of, now, now - timedelta(hours=1))
        self.store.articles.add([article], now)

    def step(self, days: int, *, speed: float, harms: float) -> None:
        """Let days go by from hour to hour, each as soon as the one before is done; at some hours there is harm.

        `harms` is the chance of it at an hour. Nothing here waits for a clock that runs: a slow machine takes longer.
        """
        for n in range(days):
            day = FIRST + timedelta(days=n)
            self.clock.put(at(day, 2), speed)
            if not self.playing:
                self.playing = [self.start(), self.start()]
                self.until(self._ready, "both daemons stand", harm=False)
            self.bring_news()
            for hour, done in ((4, self._drafted), (5, self._over)):
                self.clock.put(at(day, hour), speed)
                harm = self.chance.random() < harms
                self.until(lambda day=day, done=done: done(day), f"{day} {hour}:00", harm=harm)
        self.end()

    def flow(self, seconds: float, *, day: float, every: float) -> None:
        """Let the clock run freely for so many seconds, `day` of them a day, with harm at each `every`."""
        self.clock.put(at(FIRST, 2), 86_400 / day)
        self.playing = [self.start(), self.start()]
        began, last = time.monotonic(), None
        harm_at = began + every
        while time.monotonic() < began + seconds:
            time.sleep(0.2)
            if (today := self.clock().date()) != last:
                last = today
                self.bring_news()
            if time.monotonic() >= harm_at:
                self.harm(day / 8)
                harm_at += every
        shown = self.clock().date()
        self.until(lambda: not self._left(shown), "every issue has ended", harm=False)
        self.end()

    def until(self, happened: Callable[[], bool], what: str, *, harm: bool) -> None:
        """Wait for what the daemons will do; somewhere in the middle, harm is done."""
        limit = time.monotonic() + PATIENCE
        harm_at = time.monotonic() + self.chance.uniform(0, 0.7) if harm else None
        while not happened() or harm_at is not None:
            if harm_at is not None and time.monotonic() >= harm_at:
                self.harm(1.0)
                harm_at = None
            assert time.monotonic() < limit, (what, self._rows())
            time.sleep(0.03)

    def harm(self, longest: float) -> None:
        """Kill one of the daemons and start another, or freeze it for so many seconds at the most."""
        n = self.chance.randrange(len(self.playing))
        if self.chance.random() < 0.6:
            self.playing[n].kill()
            self.playing[n].wait(PATIENCE)
            self.playing[n] = self.start()
            self.killed += 1
        else:
            self.playing[n].send_signal(signal.SIGSTOP)
            time.sleep(self.chance.uniform(0.1, longest))
            self.playing[n].send_signal(signal.SIGCONT)
            self.frozen += 1

    def end(self) -> None:
        """Have them stop in good order."""
        for process in self.playing:
            process.terminate()
        for process in self.playing:
            assert process.wait(PATIENCE) in (0, -signal.SIGTERM)  # that: it had not begun yet

    def close(self) -> None:
        """End whatever still lives."""
        for process in self.playing:
            process.kill()
            process.wait(PATIENCE)
        self.store.close()

    def _ready(self) -> bool:
        return all(b"the lead" in self.logs[process.pid].read_bytes() for process in self.playing)

    def _rows(self) -> list[tuple[str, date, str]]:
        with self.store.database.read() as connection:
            rows = connection.execute(select(issue.c.edition, issue.c.local_date, issue.c.state)).all()
        return sorted(tuple(row) for row in rows)

    def _drafted(self, day: date) -> bool:
        return sum(on == day and state != "draft" for _, on, state in self._rows()) == self.editions

    def _over(self, day: date) -> bool:
        return sum(on == day and state in OVER for _, on, state in self._rows()) == self.editions

    def _left(self, before: date) -> list[tuple[str, date, str]]:
        return [row for row in self._rows() if row[1] < before and row[2] not in OVER]

    def audit(self) -> Audit:
        """Compare what the database says with what the mail server took."""
        slots: dict[str, list[date]] = {}
        rows = self._rows()
        for edition, day, _ in rows:
            slots.setdefault(edition, []).append(day)
        with self.store.database.read() as connection:
            deliveries = Counter(connection.execute(select(delivery.c.state)).scalars())
        took = Counter(
            (recipient, next(line for line in content.splitlines() if line.lower().startswith(b"message-id:")))
            for _, recipient, content in self.office.log.mails
        )
        return Audit(
            gaps=[edition for edition, days in slots.items() if not each_day_once(days)],
            slots=len(rows),
            states=Counter(state for _, _, state in rows),
            deliveries=deliveries,
            mails=len(took),
            twice=[whom for whom, count in took.items() if count > 1],
            killed=self.killed,
            frozen=self.frozen,
            errors=self._errors(),
            kilobytes=(self.folder / "var/digest.db").stat().st_size // 1024,
        )

    def _errors(self) -> Counter[str]:
        """What the daemons logged as errors, with tracebacks: a surprise."""
        found: Counter[str] = Counter()
        for log in self.logs.values():
            said, _, _ = log.read_text(errors="replace").rpartition("\n")  # behind it: what a kill left of a line
            for line in said.splitlines():
                told = {"level": "critical", "event": line}
                with contextlib.suppress(ValueError):
                    told = json.loads(line)
                if told["level"] in ("error", "critical"):
                    found[told["event"]] += 1
        return found


def each_day_once(days: list[date]) -> bool:
    """Whether the days follow each other without a gap."""
    return all(after - day == timedelta(days=1) for day, after in pairwise(days))


@dataclass(frozen=True)
class Audit:
    """What must hold, and the figures."""

    gaps: list[str]
    slots: int
    states: Counter[str]
    deliveries: Counter[str]
    mails: int
    twice: list[tuple[str, bytes]]
    killed: int
    frozen: int
    errors: Counter[str]
    kilobytes: int

    def holds(self) -> bool:
        """Every slot one issue, no reader a mail twice, none without a mail or a doubt with a name."""
        accepted, doubt = self.deliveries["accepted"], self.deliveries["in_doubt"]
        unsettled = set(self.deliveries) - {"accepted", "in_doubt", "suppressed"}
        return not (self.gaps or self.twice or unsettled or self.errors) and accepted <= self.mails <= accepted + doubt

    def __str__(self) -> str:
        return (
            f"{self.slots} slots {dict(self.states)}; {self.mails} mails, {len(self.twice)} twice; "
            f"deliveries {dict(self.deliveries)}; {self.killed} kills, {self.frozen} freezes; gaps {self.gaps}; "
            f"errors {dict(self.errors)}; database {self.kilobytes} KB"
        )
