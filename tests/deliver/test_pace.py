"""A relay's rate: never exceeded, never missed, and never a reason for a claim to grow old."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver import deliver
from digest.deliver.pace import SLACK, Bucket, Pace
from digest.deliver.smtp import Relays, Security, Share, SmtpTransport, Times
from digest.model.issue import State
from tests.fakes import NOON, MemoryOutbox, MemoryWorker, reader
from tests.virtual import virtually

from .server import Server, willing

RATES = st.floats(1 / 3600, 5000)
CHUNKS = ("CHUNKING", "PIPELINING", "ENHANCEDSTATUSCODES")
LONG = Times(banner=1e5, command=1e5, data=1e5, block=1e5, dot=1e5)

# The bucket


def asked(rate, pauses):
    """Return the instants at which tokens were taken by one who asks after each of the pauses, and whenever told."""
    bucket, at, taken = Bucket(rate), 1000.0, []
    for pause, eager in pauses:
        at += bucket.wait(at) + pause if eager else pause
        if not bucket.wait(at):
            bucket = bucket.taken(at)
            taken.append(at)
    return taken


@given(RATES, st.lists(st.tuples(st.floats(0, 3), st.booleans()), min_size=1, max_size=200))
def test_however_one_asks_no_span_holds_more_than_the_rate_and_a_tenth_of_a_second(rate, pauses):
    taken = asked(rate, pauses)

    for first, begin in enumerate(taken):
        for last in range(first, len(taken)):
            span = taken[last] - begin
            assert last - first + 1 <= 1 + rate * (span + SLACK) + 1e-6 * rate


@given(RATES, st.lists(st.floats(0, SLACK), min_size=1, max_size=300))
def test_one_who_asks_constantly_gets_no_less_than_the_rate_however_late_each_time(rate, late):
    at = begin = 1000.0
    bucket = Bucket(rate).taken(at)
    for n, lateness in enumerate(late, start=1):
        at = max(at, begin + n / rate + lateness)
        assert bucket.wait(at) <= 1e-6
        bucket = bucket.taken(at)


def test_a_hundred_thousand_messages_later_the_rate_is_the_same():
    bucket, at = Bucket(37.0), 5e6
    for _ in range(100_000):
        at += bucket.wait(at)
        bucket = bucket.taken(at)

    assert abs((at - 5e6) - 99_999 / 37.0) < 0.01


def test_a_long_pause_saves_up_no_more_than_a_tenth_of_a_second():
    bucket, at = Bucket(100.0).taken(0.0), 3600.0
    burst = 0
    while not bucket.wait(at):
        bucket, burst = bucket.taken(at), burst + 1

    assert burst in (10, 11)


# Several who share it


class Talker:
    """Sends as much as it may, as a connection does that never lacks messages."""

    def __init__(self, pace, room=8):
        self.pace, self.room, self.sent = pace, room, []

    def wake(self):
        for _ in range(self.room):
            if not self.pace.ready(self.wake):
                return
            self.pace.spend()
            self.sent.append(asyncio.get_running_loop().time())
        asyncio.get_running_loop().call_later(0.001, self.wake)  # the server answers, and there is room again


@pytest.mark.parametrize("rate", [3.0, 50.0, 200.0, 4000.0])
def test_connections_that_share_a_rate_reach_it_together_and_each_has_its_turn(rate):
    async def go():
        pace = Pace(rate, asyncio.get_running_loop().time)
        talkers = [Talker(pace) for _ in range(4)]
        for talker in talkers:
            talker.wake()
        await asyncio.sleep(20)
        return [talker.sent for talker in talkers]

    sent = virtually(go())

    assert abs(sum(map(len, sent)) / 20 / rate - 1) < 0.02
    assert min(map(len, sent)) > 0.5 * max(map(len, sent))


def test_who_has_nothing_to_send_takes_no_others_turn():
    async def go():
        pace = Pace(10.0, asyncio.get_running_loop().time)
        pace.spend()
        busy = Talker(pace)
        assert not pace.ready(lambda: None)
        busy.wake()
        await asyncio.sleep(1.05)
        return busy.sent

    assert len(virtually(go())) == 10


# Whole runs, on a loop whose time is no one's


class Timed(MemoryWorker):
    """Notes when each message was begun."""

    def __init__(self):
        super().__init__()
        self.begun = []

    def begin(self, claim, relay=""):
        super().begin(claim, relay)
        self.begun.append(asyncio.get_running_loop().time())


def outbox_of(count):
    outbox = MemoryOutbox([reader(n) for n in range(1, count + 1)])
    outbox.enlist("w1", host="h", boot="b", now=NOON)
    return outbox


def relay(server, rate=None, **options):
    options = {"connections": 4} | options
    pace = Pace(rate, asyncio.get_running_loop().time) if rate else None
    options |= {"security": Security.NONE, "times": LONG, "pace": pace}
    return SmtpTransport("127.0.0.1", server.port, lambda claim: "bounce@brief.example", **options)


def sent(outbox, servers, transport, **options):
    """Send over what `transport(servers)` makes; return when each message was begun, and how long all of it took."""

    async def go():
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            for server in servers:
                await stack.enter_async_context(server)
            worker = Timed()
            await deliver(
                1, outbox=outbox, transport=transport(servers), worker=worker, clock=loop.time, chance=lambda: 0.0,
                now=lambda: NOON + timedelta(seconds=loop.time()),
                compose_message=lambda claim: f"To: {claim.recipient.email}\r\n\r\nx\r\n".encode(), **options,
            )  # fmt: skip
            return worker.begun, loop.time()

    return virtually(go())


@pytest.mark.parametrize("offers", [CHUNKS, ("PIPELINING",), ()], ids=["chunks", "pipelining", "plain"])
def test_a_run_hits_the_rate_over_several_connections(offers):
    outbox = outbox_of(500)

    begun, _ = sent(outbox, [Server(offers=offers)], lambda servers: relay(servers[0], 50.0))

    assert len(begun) == outbox.counts(1)["accepted"] == 500
    assert abs(499 / (begun[-1] - begun[0]) / 50 - 1) < 0.02
    assert max(bisect_right(begun, at + 1.0) - n for n, at in enumerate(begun)) <= 1 + 50 * (1 + SLACK)


def test_at_one_a_minute_a_row_is_claimed_when_its_turn_comes_and_none_grows_old():
    outbox, held = outbox_of(6), []
    claim = outbox.claim

    def counted(*args, **options):
        claimed = claim(*args, **options)
        held.append(outbox.counts(1)["claimed"])
        return claimed

    outbox.claim = counted
    begun, took = sent(outbox, [Server(offers=CHUNKS)], lambda servers: relay(servers[0], 1 / 60))

    assert [round(at / 60, 1) for at in begun] == [0, 1, 2, 3, 4, 5]
    assert max(held) == 1
    assert {delivery.attempts for delivery, _ in outbox.deliveries(1)} == {1}
    assert took < 302, "nobody waits for a turn that nothing is left for"


def test_where_each_connection_carries_one_message_the_rate_is_reached_too():
    outbox = outbox_of(100)

    begun, _ = sent(outbox, [Server()], lambda servers: relay(servers[0], 20.0, per_connection=1))

    assert abs(99 / (begun[-1] - begun[0]) / 20 - 1) < 0.02


def test_a_relay_at_its_rate_keeps_nothing_from_another_and_is_not_connected_to_in_vain():
    outbox, servers = outbox_of(400), [Server(offers=CHUNKS), Server(offers=CHUNKS)]

    def both(servers):
        shares = [Share("slow", relay(servers[0], 1 / 60), 3), Share("quick", relay(servers[1], 100.0))]
        return Relays(shares, asyncio.get_running_loop().time)

    begun, _ = sent(outbox, servers, both)

    assert begun[-1] - begun[0] < 4.1
    assert len(servers[0].mails) == 1
    assert len(servers[1].mails) == 399
    assert {delivery.attempts for delivery, _ in outbox.deliveries(1)} == {1}
    assert servers[0].connections <= 4


def test_two_relays_with_a_rate_each_carry_as_much_as_both_may():
    outbox, servers = outbox_of(600), [Server(offers=CHUNKS), Server()]

    def both(servers):
        shares = [Share("a", relay(servers[0], 40.0)), Share("b", relay(servers[1], 20.0))]
        return Relays(shares, asyncio.get_running_loop().time)

    begun, _ = sent(outbox, servers, both)

    assert abs(599 / (begun[-1] - begun[0]) / 60 - 1) < 0.02
    assert [round(len(server.mails), -1) for server in servers] == [400, 200]


def test_a_paced_run_heeds_a_pause_at_once_however_long_the_next_turn_is():
    outbox = outbox_of(3)

    def paused(stage, argument):
        if stage == "dot":
            outbox.put(1, State.PAUSED)
        return willing(stage, argument)

    begun, took = sent(outbox, [Server(paused)], lambda servers: relay(servers[0], 1 / 3600))

    assert len(begun) == 1
    assert outbox.counts(1)["queued"] == 2
    assert took < 3
