"""The daemon's rounds: a job that hangs keeps the ping back, and no end waits for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from threading import Event as Flag

import pytest

from digest import pipeline, rounds, schedule
from digest.parts import open_parts
from digest.rounds import Rounds
from digest.settings import load
from tests.job.test_alerting import listening
from tests.settings.conftest import BASE

SOON = timedelta(milliseconds=20)
"""Between two turns: a clock that runs 500 times as fast."""
NEVER = timedelta(days=365)
"""Hours of that fast clock, and longer than any machine stands still."""
KEPT_BACK = "no ping goes out, since draft will not end"


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
def alongside(monkeypatch):
    """Lets draft run beside all the other jobs, and be taken to hang after so long; the others never are."""
    others = ("notices", *(name for name in schedule.JOBS if name not in ("draft", "notices")))

    def set_limit(limit):
        monkeypatch.setattr(rounds, "ALONGSIDE", ((("draft",), rounds.TICK, limit), (others, rounds.TICK, NEVER)))

    set_limit(NEVER)
    return set_limit


@pytest.fixture
def pinged(tmp_path):
    """Parts whose ping goes to a server on loopback, and what that heard."""
    with listening() as (url, heard):
        (tmp_path / "digest.toml").write_text(f'{BASE}\n[alerts]\nping = "{url}"\n')
        with open_parts(load(tmp_path / "digest.toml", {})) as parts:
            yield parts, heard


async def until_it_ends(parts, told):
    """Take turns until a job sets the watch's `stop`; return the rounds."""
    watch = schedule.Watch(parts, lambda: datetime.now(UTC), asyncio.Event())
    running = Rounds(watch, lambda event, run: told.append(event.text), tick=SOON)
    async with asyncio.timeout(60):
        await running()
    return running


async def until(happened):
    async with asyncio.timeout(60):
        while not happened():
            await asyncio.sleep(0.01)


def begun(parts, told):
    stop = asyncio.Event()
    watch = schedule.Watch(parts, lambda: datetime.now(UTC), stop)
    running = Rounds(watch, lambda event, run: told.append(event.text), tick=SOON)
    return asyncio.create_task(running()), stop


def test_no_ping_goes_out_while_a_job_hangs_and_the_end_does_not_wait_for_it(jobs, pinged, alongside, monkeypatch):
    parts, heard = pinged
    hangs, let_go = Flag(), Flag()
    told, begun, since = [], [], []
    ask = pipeline.ping
    monkeypatch.setattr(rounds, "GRACE", 0.2)

    async def ping(parts):
        begun.append("a ping")
        await ask(parts)

    async def draft(_watch):
        if heard:
            hangs.set()
            alongside(timedelta())
            await asyncio.to_thread(let_go.wait, 120)
        for nothing in ():
            yield nothing

    async def notices(watch):
        if KEPT_BACK in told:
            since.append(len(begun))  # pings that are out already may be heard later than they began
        if len(since) == 5:
            watch.stop.set()
        for nothing in ():
            yield nothing

    jobs |= {"draft": draft, "notices": notices}
    monkeypatch.setattr(pipeline, "ping", ping)

    async def run():
        try:
            return await until_it_ends(parts, told)
        finally:
            let_go.set()

    running = asyncio.run(run())

    assert hangs.is_set()
    assert len(begun) > 0
    assert since == [len(begun)] * 5
    assert running.left == ["draft"]
    assert told.count(KEPT_BACK) == 1
    assert told[-1] == "cuts off what does not end: draft"


def test_a_job_that_ends_when_it_is_told_to_is_not_cut_off(jobs, pinged, alongside, monkeypatch):
    parts, _ = pinged
    told, waits, ended = [], Flag(), []
    monkeypatch.setattr(rounds, "GRACE", 50.0)

    async def draft(watch):
        waits.set()
        await watch.stop.wait()
        for nothing in ():
            yield nothing
        ended.append("draft")

    async def notices(watch):
        if waits.is_set():
            watch.stop.set()
        for nothing in ():
            yield nothing

    jobs |= {"draft": draft, "notices": notices}

    running = asyncio.run(until_it_ends(parts, told))

    assert ended == ["draft"]
    assert running.left == []
    assert told == []


def test_while_one_turn_of_sending_lasts_others_see_to_what_falls_due_and_tell_each_failure_once(
    jobs, pinged, monkeypatch
):
    parts, heard = pinged
    told, calls = [], []
    monkeypatch.setattr(rounds, "ALONGSIDE", tuple((names, every, NEVER) for names, every, _ in rounds.ALONGSIDE))
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
        task, stop = begun(parts, told)
        await until(lambda: "the relay is away" in told)
        failed.set()
        seen = len(calls)
        await until(lambda: len(calls) > seen + 5)
        meanwhile = len(heard)
        over.set()
        await until(lambda: heard)
        stop.set()
        async with asyncio.timeout(60):
            await task
        return meanwhile

    meanwhile = asyncio.run(run())

    assert calls[:2] == [0, 1]
    assert told.count("the relay is away") == 1
    assert meanwhile == 0


def test_a_failure_of_an_issue_that_waits_for_a_place_is_told_once(jobs, pinged):
    parts, _ = pinged
    told, turns = [], []

    async def send(watch):
        turns.append(True)
        watch.waiting.clear()
        if len(turns) % 2:
            yield schedule.Event("send", "the relay is away", failed=True, issue=2)
        else:
            watch.waiting.add(2)  # others have all places

    async def run():
        jobs["send"] = send
        task, stop = begun(parts, told)
        await until(lambda: len(turns) > 6)
        stop.set()
        async with asyncio.timeout(60):
            await task

    asyncio.run(run())

    assert told.count("the relay is away") == 1


def test_a_turn_of_sending_that_never_ends_counts_as_hanging_though_others_end(jobs, pinged, monkeypatch):
    parts, _ = pinged
    told, over = [], asyncio.Event()
    limits = [
        (names, every, timedelta(seconds=50) if "send" in names else NEVER) for names, every, _ in rounds.ALONGSIDE
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
        task, stop = begun(parts, told)
        await until(lambda: "no ping goes out, since send will not end" in told)
        over.set()
        stop.set()
        async with asyncio.timeout(60):
            await task

    asyncio.run(run())

    assert told.count("no ping goes out, since send will not end") == 1


def test_a_long_turn_brings_back_no_failure_that_another_one_found_mended(jobs, pinged):
    parts, _ = pinged
    told, over, mended = [], asyncio.Event(), False
    watch = schedule.Watch(parts, lambda: datetime.now(UTC), asyncio.Event())

    async def send(watch):
        long = not watch.sending
        watch.sending.add(7)
        if not mended:
            yield schedule.Event("send", "the relay says no", failed=True, issue=9)
        if long:
            await over.wait()
            watch.sending.remove(7)

    async def run():
        nonlocal mended
        jobs["send"] = send
        running = Rounds(watch, lambda event, run: told.append(event.text))
        first = asyncio.create_task(running._wake(("send",)))
        await until(lambda: watch.sending)
        await running._wake(("send",))
        mended = True
        await running._wake(("send",))
        over.set()
        await first
        mended = False
        await running._wake(("send",))

    asyncio.run(asyncio.wait_for(run(), 50))

    assert told == ["the relay says no"] * 2  # the second time it is news


def test_a_failure_of_a_turn_under_way_outlasts_the_end_of_one_that_began_before_it(jobs, pinged):
    parts, _ = pinged
    told, both, failing, over = [], asyncio.Event(), asyncio.Event(), asyncio.Event()
    watch = schedule.Watch(parts, lambda: datetime.now(UTC), asyncio.Event())
    turns = 0

    async def send(watch):
        nonlocal turns
        turns += 1
        mine = turns
        if mine == 1:
            await failing.wait()
        if mine == 2:
            both.set()
            await over.wait()
            return
        yield schedule.Event("send", "the relay says no", failed=True, issue=7)

    async def run():
        jobs["send"] = send
        running = Rounds(watch, lambda event, run: told.append(event.text))
        first = asyncio.create_task(running._wake(("send",)))
        await until(lambda: turns == 1)
        second = asyncio.create_task(running._wake(("send",)))
        await both.wait()
        failing.set()
        await first
        over.set()
        await second
        await running._wake(("send",))

    asyncio.run(asyncio.wait_for(run(), 50))

    assert told == ["the relay says no"]


def test_a_job_that_is_cut_off_several_times_over_is_named_once(jobs, pinged, monkeypatch):
    parts, _ = pinged
    told, calls, let_go = [], [], Flag()
    monkeypatch.setattr(rounds, "GRACE", 0.2)

    async def send(watch):
        calls.append(1)
        if len(calls) == 3:
            watch.stop.set()
        await asyncio.to_thread(let_go.wait, 50)
        for nothing in ():
            yield nothing

    async def run():
        try:
            return await until_it_ends(parts, told)
        finally:
            let_go.set()

    jobs["send"] = send

    running = asyncio.run(run())

    assert running.left == ["send"]
    assert told[-1] == "cuts off what does not end: send"
