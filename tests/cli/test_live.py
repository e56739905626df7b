"""What a send shows of itself while it goes."""

from __future__ import annotations

import asyncio
import os
import pty
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from digest.cli import gauge
from digest.cli.live import Lines, picture, watching
from digest.cli.output import Voice, redraws
from digest.deliver import Progress
from digest.model.delivery import DeliveryState as S
from digest.pipeline import reporting
from tests.fakes import MemoryOutbox

NOW = datetime(2026, 11, 20, 7, 41, 30, tzinfo=UTC)
HALF = Progress(
    {S.ACCEPTED: 8_412, S.DEFERRED: 12, S.REFUSED: 3, S.IN_DOUBT: 1, S.QUEUED: 8_572, S.SUPPRESSED: 40},
    timedelta(seconds=21),
    rate=408.2,
    relays={"main": 4, "spare": 2},
)


class Failing:
    """A display that fails at its first pictures."""

    def __init__(self):
        self.seen, self.goes_on = 0, asyncio.Event()

    def __call__(self, progress):
        self.seen += 1
        if self.seen < 3:
            raise OverflowError("nothing to draw")
        self.goes_on.set()


def test_a_display_that_fails_is_told_once_and_goes_on(monkeypatch, caplog):
    monkeypatch.setattr(reporting, "TICK", 0.001)
    display = Failing()

    async def go():
        async with reporting.reporting(MemoryOutbox(), 1, None, display), asyncio.timeout(60):
            await display.goes_on.wait()

    asyncio.run(go())

    assert [record.message for record in caplog.records] == ["how far the send is could not be shown"]


def drawn(progress, *, width=80, plain=False, colour=False):
    out = StringIO()
    console = Console(
        file=out, width=width, force_terminal=True, no_color=not colour, color_system="standard", highlight=False
    )
    console.print(picture("Sending No. 412", progress, NOW, width=width, plain=plain))
    return out.getvalue()


def test_the_display_says_states_pace_and_end():
    lines = drawn(HALF, width=100).splitlines()

    assert lines[0] == "Sending No. 412  49 %"
    assert lines[1].startswith("█" * 20)
    assert all(sign in lines[1] for sign in "▒×?·")
    assert len(lines[1]) == 60
    assert lines[2] == "8,412 accepted, 12 deferred, 3 refused, 1 in doubt, 8,572 to go"
    assert lines[3] == "408/s, about 20 seconds left, through at 07:41 UTC, 0:21 so far, connections: main 4, spare 2"


def test_without_colours_and_beyond_ascii_the_bar_says_the_same():
    assert "\x1b[" not in drawn(HALF)
    assert "\x1b[32m" in drawn(HALF, colour=True)
    assert drawn(HALF, plain=True).isascii()
    assert "#~x?." in "".join(dict.fromkeys(drawn(HALF, plain=True).splitlines()[1]))


@given(st.fixed_dictionaries({state: st.integers(0, 10**6) for state in S}), st.integers(10, 200))
def test_a_bar_has_its_width_and_hides_nothing(counts, width):
    progress = Progress({**counts, S.CLAIMED: 0}, timedelta())

    cells = dict(gauge.segments(progress, width))

    assert sum(cells.values()) == width
    assert {state for state in gauge.MARKS if counts[state]} <= set(cells)


def test_off_a_terminal_lines_come_ever_more_rarely():
    said, time = [], [0.0]
    lines = Lines(said.append, lambda: time[0])

    at = []
    for tick in range(1, 1200):
        time[0] = tick / 2
        before = len(said)
        lines(HALF)
        at += [time[0]] * (len(said) - before)

    pauses = [b - a for a, b in zip([0.0, *at], at, strict=False)]
    assert pauses[0] == 2.0
    assert pauses == sorted(pauses)
    assert max(pauses) == 60.0
    assert len(said) < 20
    assert said[0].startswith("8,428 of 17,000: 8,412 accepted, ")


@pytest.mark.parametrize("voice", [Voice(quiet=True), Voice(json=True)])
def test_nothing_is_shown_to_who_wants_silence_or_json(voice, capfd):
    with watching(voice, "Sending No. 1") as report:
        assert report is None

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("term", "drawn"), [("xterm", True), ("dumb", False)])
def test_a_terminal_that_cannot_go_back_gets_lines(monkeypatch, term, drawn):
    monkeypatch.setenv("TERM", term)
    reading, writing = pty.openpty()

    with os.fdopen(writing, "w") as terminal, os.fdopen(reading):
        assert redraws(terminal) is drawn

    assert not redraws(StringIO())
