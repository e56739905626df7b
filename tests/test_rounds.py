"""The daemon's rounds: a job that hangs keeps the ping back, and no end waits for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from threading import Event as Flag

import pytest

from digest import rounds, schedule
from digest.parts import open_parts
from digest.rounds import Rounds
from digest.settings import load
from tests.job.test_alerting import listening
from tests.settings.conftest import BASE

SOON = timedelta(milliseconds=20)
"""Between two turns: a clock that runs 500 times as fast."""


async def quick(_watch):
    """A job with nothing to do."""
    for nothing in ():
        yield nothing


@pytest.fixture
def jobs(monkeypatch):
    """The daemon's jobs, each with nothing to do; those that a test puts in stand in for them."""
    stand_ins = dict.fromkeys(schedule.JOBS, quick)
    monkeypatch.setattr(schedule, "JOBS", stand_ins)
    monkeypatch.setattr(rounds, "PING", 0.0)
    return stand_ins


@pytest.fixture
def pinged(tmp_path):
    """Parts whose ping goes to a server on loopback, and what that heard."""
    with listening() as (url, heard):
        (tmp_path / "digest.toml").write_text(f'{BASE}\n[alerts]\nping = "{url}"\n')
        with open_parts(load(tmp_path / "digest.toml", {})) as parts:
            yield parts, heard


async def until(happened):
    async with asyncio.timeout(20):
        while not happened():
            await asyncio.sleep(0.01)


def begun(parts, told, tick=SOON):
    stop = asyncio.Event()
    watch = schedule.Watch(parts, lambda: datetime.now(UTC), stop)
    running = Rounds(watch, lambda event, run: told.append(event.text), tick=tick)
    return running, asyncio.create_task(running()), stop


def test_no_ping_goes_out_while_a_job_hangs_and_the_end_does_not_wait_for_it(jobs, pinged, monkeypatch):
    parts, heard = pinged
    hangs, let_go, told, looks = Flag(), Flag(), [], []
    limits = [
        (names, every, timedelta(seconds=50) if "draft" in names else limit * 99)
        for names, every, limit in rounds.ALONGSIDE
    ]
    monkeypatch.setattr(rounds, "ALONGSIDE", tuple(limits))
    monkeypatch.setattr(rounds, "GRACE", 0.2)

    async def draft(_watch):
        if heard:
            hangs.set()
            await asyncio.to_thread(let_go.wait, 30)
        for nothing in ():
            yield nothing

    async def collect(_watch):
        looks.append(True)
        for nothing in ():
            yield nothing

    async def run():
        jobs["draft"], jobs["collect"] = draft, collect
        running, task, stop = begun(parts, told)
        await until(hangs.is_set)
        await until(lambda: "no ping goes out, since draft will not end" in told)
        at = before = None
        async with asyncio.timeout(20):  # a slow machine may have taken an earlier turn for one that hangs
            while (at, before) != (running._pinged, told.count("no ping goes out, since draft will not end")):
                at, before, seen = running._pinged, told.count("no ping goes out, since draft will not end"), len(looks)
                await until(lambda seen=seen: len(looks) > seen + 5)
        stop.set()
        async with asyncio.timeout(10):
            await task
        let_go.set()
        return running

    running = asyncio.run(run())

    assert hangs.is_set()
    assert heard
    assert running.left == ["draft"]
    assert told[-1] == "cuts off what does not end: draft"


def test_a_job_that_ends_when_it_is_told_to_is_not_cut_off(jobs, pinged):
    parts, _ = pinged
    told = []

    async def notices(watch):
        await watch.stop.wait()
        for nothing in ():
            yield nothing

    async def run():
        jobs["notices"] = notices
        running, task, stop = begun(parts, told)
        await asyncio.sleep(0.05)
        stop.set()
        async with asyncio.timeout(10):
            await task
        return running.left

    assert asyncio.run(run()) == []
    assert told == []


def test_while_one_turn_of_sending_lasts_others_see_to_what_falls_due_and_tell_each_failure_once(jobs, pinged):
    parts, heard = pinged
    told, calls = [], []
    over, failed = asyncio.Event(), asyncio.Event()

    async def retention(_watch):  # before its first turn has ended no ping goes out
        await failed.wait()
        for nothing in ():
            yield nothing

    async def send(watch):
        calls.append(len(watch.sending))
        if not watch.sending:
            watch.sending.add(1)
            await over.wait()
            watch.sending.remove(1)
        else:
            yield schedule.Event("send", "the relay is away", failed=True, issue=2)

    async def run():
        jobs["send"], jobs["retention"] = send, retention
        _, task, stop = begun(parts, told)
        await until(lambda: "the relay is away" in told)
        failed.set()
        seen = len(calls)
        await until(lambda: len(calls) > seen + 5)
        meanwhile = len(heard)
        over.set()
        await until(lambda: heard)
        stop.set()
        async with asyncio.timeout(20):
            await task
        return meanwhile

    meanwhile = asyncio.run(run())

    assert calls[:2] == [0, 1]
    assert told.count("the relay is away") == 1
    assert meanwhile == 0


def test_a_turn_of_sending_that_never_ends_counts_as_hanging_though_others_end(jobs, pinged, monkeypatch):
    parts, _ = pinged
    told, over = [], asyncio.Event()
    limits = [
        (names, every, timedelta(seconds=50) if "send" in names else limit * 99)
        for names, every, limit in rounds.ALONGSIDE
    ]
    monkeypatch.setattr(rounds, "ALONGSIDE", tuple(limits))

    async def send(watch):
        if not watch.sending:
            watch.sending.add(1)
            await over.wait()
        for nothing in ():
            yield nothing

    async def run():
        jobs["send"] = send
        _, task, stop = begun(parts, told)
        await until(lambda: "no ping goes out, since send will not end" in told)
        over.set()
        stop.set()
        async with asyncio.timeout(20):
            await task

    asyncio.run(run())

    assert told.count("no ping goes out, since send will not end") == 1
