"""A few go first; where too many of them are refused, the rest stays here, whichever sender asks."""

from __future__ import annotations

import asyncio

import pytest

from digest.brake import Brake
from digest.model.delivery import DeliveryState as S
from digest.model.issue import State
from tests.fakes import NOON, MemoryWorker

from .server import Server, willing
from .test_deliver import outbox_of, run, send, states

CANARY = Brake(canary=20, percent=5)
CHUNKS = ("CHUNKING", "PIPELINING", "ENHANCEDSTATUSCODES")


def asked(server):
    return sum(line.startswith("RCPT") for line in server.heard)


def refusing(stage, argument):
    return "554 5.7.1 not from you" if stage == "rcpt" else willing(stage, argument)


@pytest.mark.parametrize("offers", [(), CHUNKS], ids=["plain", "chunks"])
def test_a_sender_that_is_blocked_bothers_the_server_with_no_more_than_the_canary(offers):
    outbox, server = outbox_of(300, brake=CANARY), Server(refusing, offers=offers)

    tally = send(outbox, server)

    assert (tally.closed, asked(server)) == ("brake", 20)
    assert states(outbox) == {"refused": 20, "queued": 280}
    assert outbox.state(1) is State.PAUSED
    assert outbox.reason == (
        "the brake: 20 of 20 refused (100 %), brake_percent is 5; the last reply: 554 5.7.1 not from you"
    )


def test_a_canary_that_comes_through_takes_the_rest_with_it_in_the_same_run():
    outbox, server = outbox_of(300, brake=CANARY), Server()

    tally = send(outbox, server)

    assert (tally.closed, states(outbox)) == ("", {"accepted": 300})
    assert outbox.brake(1).canary == 0


def test_two_senders_send_one_canary():
    outbox, server = outbox_of(300, brake=CANARY), Server(refusing)
    outbox.enlist("w2", host="h", boot="b", now=NOON)

    async def go():
        async with server:
            return await asyncio.gather(run(outbox, server), run(outbox, server, worker=MemoryWorker("w2")))

    tallies = asyncio.run(go())

    assert asked(server) == 20
    assert {tally.closed for tally in tallies} <= {"brake", "paused"}
    assert sum(tally.counts.get(S.REFUSED, 0) for tally in tallies) == 20


def test_a_server_that_defers_the_canary_is_given_others_until_it_has_answered_enough():
    outbox = outbox_of(100, brake=CANARY)
    deferred = {f"reader{n}@aldovar.example" for n in range(1, 31)}
    server = Server(lambda at, who: "451 4.7.1 later" if at == "rcpt" and who in deferred else willing(at, who))

    send(outbox, server)

    assert states(outbox) == {"accepted": 70, "deferred": 30}
    assert outbox.brake(1).canary == 0


def test_a_list_of_which_too_much_is_refused_later_is_held_on_the_way():
    outbox, taken = outbox_of(3000, brake=CANARY), []

    def turning(stage, argument):
        if stage == "rcpt" and len(taken) > 1000:
            return "550 5.7.1 enough of you"
        if stage == "dot":
            taken.append(argument)
        return willing(stage, argument)

    tally = send(outbox, Server(turning))

    counts = outbox.counts(1)
    assert tally.closed == "brake"
    assert 40 <= counts["refused"] < 1000
    assert counts["queued"] > 0
    assert outbox.state(1) is State.PAUSED


def test_after_a_person_let_it_go_on_it_goes_on():
    outbox, server = outbox_of(60, brake=CANARY), Server(refusing)
    send(outbox, server)
    outbox.put(1, State.SENDING)

    tally = send(outbox, Server(refusing))

    assert tally.closed == ""
    assert states(outbox) == {"refused": 60}
