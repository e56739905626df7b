from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from digest.collect.workers import Workers
from digest.errors import FetchError, ParseError

MOST_BYTES = 80_000_000


@pytest.fixture(scope="module")
def workers():
    with Workers(1, most_work=timedelta(minutes=1), most_bytes=MOST_BYTES) as made:
        yield made


@pytest.fixture(scope="module")
def hasty():
    """Workers that give a second of a processor for a piece of work, and three on the clock."""
    with Workers(1, most_work=timedelta(seconds=1), most_bytes=MOST_BYTES) as made:
        yield made


def grow(mb: int) -> int:
    return len(bytearray(b"x") * (mb * 1_000_000))


def toil() -> None:
    while True:
        pass


def refuse() -> None:
    raise FetchError("Ilma Courier", "answered 503", passing=True)


def die(number: int) -> None:
    os.kill(os.getpid(), number)


def ask(workers, work, *args):
    return asyncio.run(workers.run("Ilma Courier", work, *args))


def why(workers, work, *args) -> str:
    with pytest.raises(ParseError) as error:
        ask(workers, work, *args)
    assert error.value.source == "Ilma Courier"
    return error.value.reason


def test_what_work_gives_is_given(workers):
    assert ask(workers, grow, 1) == 1_000_000
    assert ask(workers, os.getpid) != os.getpid()


@pytest.mark.parametrize(
    ("work", "args", "told"),
    [
        (grow, (200,), "it takes more than 80 MB of memory to read"),
        (die, (signal.SIGKILL,), "it broke what reads it (SIGKILL)"),
        (die, (signal.SIGSEGV,), "it broke what reads it (SIGSEGV)"),
        (os._exit, (3,), "it broke what reads it (exit 3)"),
    ],
)
def test_work_that_does_not_end_well_is_named_and_costs_the_next_nothing(workers, work, args, told):
    assert told in why(workers, work, *args)
    assert ask(workers, grow, 1) == 1_000_000


@pytest.mark.parametrize(
    ("work", "args", "told"), [(time.sleep, (600,), "it takes longer than 3 s to read"), (toil, (), "to read")]
)
def test_work_that_does_not_end_is_ended_and_costs_the_next_nothing(hasty, work, args, told):
    assert told in why(hasty, work, *args)
    assert ask(hasty, grow, 1) == 1_000_000


class Laborious:
    """What takes a process longer to hand over than it may work."""

    def __reduce__(self):
        until = time.process_time() + 2.2
        while time.process_time() < until:
            pass
        return str, ("handed over",)


def test_a_process_ends_while_it_works_but_never_while_it_holds_what_the_others_need(hasty):
    assert ask(hasty, Laborious) == "handed over"
    assert ask(hasty, grow, 1) == 1_000_000


def test_a_process_that_somebody_ends_while_it_waits_for_work_is_no_loss(workers):
    os.kill(ask(workers, os.getpid), signal.SIGKILL)

    assert ask(workers, grow, 1) == 1_000_000
    assert ask(workers, grow, 1) == 1_000_000


def test_a_process_that_ends_before_it_was_heard_has_said_what_it_worked_at(workers, monkeypatch):
    ask(workers, grow, 1)
    channel = workers._pools[False]._pool_manager.worker_manager.pool_channel
    hear = channel.recv

    def late():
        time.sleep(0.5)  # longer than from one look for processes that have ended to the next
        return hear()

    monkeypatch.setattr(channel, "recv", late)

    assert why(workers, os._exit, 3) == "it broke what reads it (exit 3)"


def test_each_piece_of_work_has_the_same_room_however_much_the_last_one_took(workers):
    assert [ask(workers, grow, 60) for _ in range(5)] == [60_000_000] * 5


LEFT: list[bytearray] = []


def leave_behind(mb: int) -> None:
    LEFT.append(bytearray(b"x") * (mb * 1_000_000))


def test_work_that_finds_no_room_for_what_others_left_behind_gets_a_process_of_its_own(workers):
    ask(workers, leave_behind, 60)

    assert ask(workers, grow, 60) == 60_000_000


def test_work_done_alone_finds_nothing_of_what_was_done_before(workers):
    async def alone() -> list[int]:
        return [await workers.run_alone("Ilma Courier", os.getpid) for _ in range(3)]

    assert len(set(asyncio.run(alone()))) == 3


def test_what_work_refuses_comes_as_it_was_refused(workers):
    with pytest.raises(FetchError) as error:
        ask(workers, refuse)

    assert (error.value.source, error.value.reason, error.value.passing) == ("Ilma Courier", "answered 503", True)


def dawdle(sign: Path) -> None:
    sign.write_text(str(os.getpid()))
    time.sleep(600)


def test_work_nobody_waits_for_any_more_is_ended(workers, tmp_path):
    sign = tmp_path / "pid"

    async def cancel() -> int:
        task = asyncio.create_task(workers.run("Ilma Courier", dawdle, sign))
        while not sign.exists() or not sign.read_text():
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return await asyncio.wait_for(workers.run("Ilma Courier", os.getpid), 120)

    assert asyncio.run(cancel()) != int(sign.read_text())


ORPHANS = """
import asyncio, os, sys
from digest.collect.workers import Workers

async def main():
    workers = Workers(1)
    print(await workers.run("x", os.getpid), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_killed_collector_leaves_no_process_behind(tmp_path):
    script = tmp_path / "collector.py"
    script.write_text(ORPHANS)
    collector = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    worker = int(collector.stdout.readline())
    collector.kill()
    collector.wait()
    collector.stdout.close()

    until = time.monotonic() + 120
    while Path(f"/proc/{worker}/exe").exists() and time.monotonic() < until:
        time.sleep(0.05)

    assert not Path(f"/proc/{worker}/exe").exists()


def test_workers_that_are_still_starting_are_ended_without_a_word():
    program = (
        "import asyncio, os\n"
        "from digest.collect.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    with Workers(6) as workers:\n"
        "        asyncio.run(workers.run('Ilma Courier', os.getpid))\n"
    )
    done = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
        for _ in range(3)
    ]

    assert [each.stderr for each in done] == ["", "", ""]
