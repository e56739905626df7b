"""Requests that are done together."""

from __future__ import annotations

import asyncio
import threading

import pytest

from digest.web.readers.together import MOST, Together

from ..site import PATIENCE


def gathered(together, asked):
    async def run():
        return await asyncio.wait_for(
            asyncio.gather(*(together.ask(each) for each in asked), return_exceptions=True), timeout=PATIENCE
        )

    return asyncio.run(run())


def test_everybody_gets_their_own_answer_and_what_waits_is_done_in_one_go():
    gone = []

    def do(asked):
        gone.append(len(asked))
        return [each * 2 for each in asked]

    answers = gathered(Together(do), range(MOST * 2 + 5))

    assert answers == [each * 2 for each in range(MOST * 2 + 5)]
    assert sum(gone) == MOST * 2 + 5
    assert max(gone) <= MOST
    assert len(gone) <= 4


def test_what_fails_is_told_to_those_who_asked_then_and_to_nobody_after():
    calls = []

    def do(asked):
        calls.append(asked)
        if len(calls) == 1:
            raise ConnectionError("the database is away")
        return asked

    together = Together(do)

    async def run():
        first = await asyncio.gather(together.ask(1), together.ask(2), return_exceptions=True)
        return first, await together.ask(3)

    first, second = asyncio.run(asyncio.wait_for(run(), PATIENCE))
    assert [type(each) for each in first] == [ConnectionError, ConnectionError]
    assert second == 3


def test_who_goes_away_costs_nobody_else_their_answer():
    begun, go_on = threading.Event(), threading.Event()

    def do(asked):
        begun.set()
        assert go_on.wait(PATIENCE), "nobody said go on"
        return asked

    together = Together(do)

    async def run():
        leaver, stayer = asyncio.create_task(together.ask(1)), asyncio.create_task(together.ask(2))
        await asyncio.to_thread(begun.wait, PATIENCE)
        leaver.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await leaver
        return await asyncio.wait_for(stayer, PATIENCE)

    assert asyncio.run(run()) == 2
