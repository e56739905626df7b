"""The daemon sends several issues at once: none waits for another, and each ends as it would alone."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from datetime import timedelta

from digest import schedule
from digest.model.issue import State
from digest.parts import open_parts
from digest.rounds import Rounds
from digest.settings import load
from tests.deliver.server import willing
from tests.job.postoffice import LATER, PostOffice
from tests.job.test_schedule import daemon, turn

HOUR = timedelta(hours=1)
TICK = timedelta(milliseconds=200)


def two_editions(desk, office, *, slow=40, quick=3):
    """One edition to many at seven, another to a few at eight, both built; returns seven o'clock."""
    with daemon(desk, editions=2, catch_up="6h") as (_, seven):
        text = desk.settings.read_text()
        head, edition = text[: text.index("[edition.copy1]")], text[text.index("[edition.copy1]") :]
        edition = edition.replace('lists = ["daily"]', 'lists = ["few"]').replace("daily 07:00", "daily 08:00")
        assert '"few"' in edition
        assert "08:00" in edition
        desk.settings.write_text(head + edition + office.table)
        for name, letter, count in (("daily", "slow", slow), ("few", "quick", quick)):
            people = "".join(f"{letter}{n}@aldovar.example\n" for n in range(count))
            (desk.folder / f"subscribers/{name}.csv").write_text(f"email\n{people}")
    with open_parts(load(desk.settings, {})) as parts:
        turn(parts, seven - HOUR)
    return seven


def mails(office, letter):
    return sum(to.startswith(letter) for _, to, _ in office.log.mails)


class Running:
    """The daemon's rounds in a thread of their own, on a clock that is moved."""

    def __init__(self, parts, at):
        self.at, self.told, self._changed = at, [], threading.Condition()
        self._parts, self._thread = parts, threading.Thread(target=lambda: asyncio.run(self._run()))

    async def _run(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        watch = schedule.Watch(self._parts, lambda: self.at, self._stop)
        self._begun.set()
        await Rounds(watch, self._tell, tick=TICK)()

    def __enter__(self):
        self._begun = threading.Event()
        self._thread.start()
        assert self._begun.wait(30)
        return self

    def until(self, *issues):
        """Wait until there was something to tell of each of the issues, which have come to their end then."""
        with self._changed:
            assert self._changed.wait_for(lambda: {issue for issue, _ in self.told}.issuperset(issues), 50), self.told

    def _tell(self, event, run):
        with self._changed:
            self.told.append((event.issue, event.text))
            self._changed.notify_all()

    def __exit__(self, *exc):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(40)
        assert not self._thread.is_alive()


def test_an_edition_that_falls_due_meanwhile_is_out_while_another_waits_for_its_answer(desk):
    def answer(stage, argument):
        said = willing(stage, argument)
        return said + LATER if stage == "dot" and argument.startswith("slow7@") else said

    with PostOffice(answer) as office:
        seven = two_editions(desk, office)
        with open_parts(load(desk.settings, {})) as parts:
            slow, quick = (parts.store.issues.last(name).id for name in ("daily", "copy1"))
            with Running(parts, seven) as running:
                office.until(lambda log: mails(office, "slow") == 40)
                running.at = seven + HOUR
                office.until(lambda log: mails(office, "quick") == 3)
                meanwhile = parts.store.issues.find(slow).state
                office.release()
                running.until(slow, quick)
            states = [parts.store.issues.find(each).state for each in (slow, quick)]
            counts = [parts.store.outbox.counts(each)["accepted"] for each in (slow, quick)]

    assert meanwhile is State.SENDING
    assert states == [State.SENT, State.SENT]
    assert counts == [40, 3]
    assert set(Counter(to for _, to, _ in office.log.mails).values()) == {1}
