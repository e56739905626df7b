"""Runs of sending side by side over one relay: they share its rate and its connections, and nothing else."""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_right
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest

from digest.deliver import deliver, send_few
from digest.deliver.desk import CLAIM_AGE
from digest.deliver.pace import SLACK, Pace
from digest.deliver.smtp import Gate, Gates, Relays, Security, Share, SmtpTransport, Times
from digest.deliver.smtp.gates import IDLE, POLL, TURN
from digest.deliver.worker import LET_GO
from digest.errors import RelayError
from digest.model.delivery import Claim, DeliveryState
from digest.model.issue import State
from tests.fakes import NOON, MemoryOutbox, MemoryWorker, reader
from tests.virtual import virtually

from .server import HANG, Server, willing

CHUNKS = ("CHUNKING", "PIPELINING", "ENHANCEDSTATUSCODES")
LONG = Times(banner=1e5, command=1e5, data=1e5, block=1e5, dot=1e5)


class Counting(Server):
    """Knows how many connections stood at once."""

    most = 0

    async def _connected(self, reader, writer):
        self.most = max(self.most, len(self._tasks) + 1)
        await super()._connected(reader, writer)


class Run:
    """An issue of its own to so many readers, and what its sending did."""

    def __init__(self, name, count):
        self.name = name
        self.outbox = MemoryOutbox([reader(n, f"{name}{n}@aldovar.example") for n in range(1, count + 1)])
        self.outbox.enlist(name, host="h", boot="b", now=NOON)
        self.begun, self.ended_at, self.tally = [], None, None
        self.relays = []

    async def __call__(self, transport, compose=None):
        loop, worker = asyncio.get_running_loop(), MemoryWorker(self.name)
        begin = worker.begin

        def noted(claim, relay=""):
            begin(claim, relay)
            self.begun.append(loop.time())
            self.relays.append(relay)

        worker.begin = noted
        try:
            self.tally = await deliver(
                1, outbox=self.outbox, transport=transport, worker=worker, clock=loop.time, chance=lambda: 0.0,
                now=lambda: NOON + timedelta(seconds=loop.time()),
                compose_message=compose or (lambda claim: f"To: {claim.recipient.email}\r\n\r\nx\r\n".encode()),
            )  # fmt: skip
        finally:
            transport.leave()
            self.ended_at = loop.time()

    @property
    def accepted(self):
        return self.outbox.counts(1)["accepted"]

    def begun_by(self, seconds):
        return sum(at <= seconds for at in self.begun)


class Relay:
    """A relay of so many connections, and the gate before it."""

    def __init__(self, server, connections, rate):
        self.server, self.gate = server, Gate(asyncio.get_running_loop().time)
        self.gate.limit = connections
        self.gate.pace.change(rate or math.inf)

    def way(self):
        transport = SmtpTransport(
            "127.0.0.1", self.server.port, lambda claim: "bounce@brief.example", security=Security.NONE, times=LONG,
            connections=self.gate.limit, pace=self.gate.pace.beside(), name="main",
        )  # fmt: skip
        return Relays([Share("main", transport, 1, self.gate.guest())], asyncio.get_running_loop().time)


def side_by_side(server, go, *, connections=4, rate=None):
    """Run `go(relay)` while the server listens, on a clock that is no one's."""

    async def run():
        async with server:
            return await go(Relay(server, connections, rate))

    return virtually(run())


def all_sent(server, *runs, **limits):
    side_by_side(server, lambda relay: asyncio.gather(*(run(relay.way()) for run in runs)), **limits)


# The rate


@pytest.mark.parametrize("offers", [CHUNKS, ()], ids=["chunks", "plain"])
def test_two_runs_keep_the_rate_together_and_each_has_half_of_it(offers):
    one, other = Run("a", 250), Run("b", 250)

    all_sent(Counting(offers=offers), one, other, rate=50.0)

    begun = sorted(one.begun + other.begun)
    assert one.accepted == other.accepted == 250
    assert abs(499 / (begun[-1] - begun[0]) / 50 - 1) < 0.03
    assert max(bisect_right(begun, at + 1.0) - n for n, at in enumerate(begun)) <= 1 + 50 * (1 + SLACK)
    assert abs(one.begun_by(5.0) - other.begun_by(5.0)) < 30


@pytest.mark.parametrize("connections", [4, 1])
def test_a_quick_run_is_through_while_a_slow_one_is_under_way(connections):
    slow, quick, server = Run("slow", 600), Run("quick", 20), Counting(offers=CHUNKS)

    async def go(relay):
        first = asyncio.create_task(slow(relay.way()))
        await asyncio.sleep(3.0)
        await quick(relay.way())
        done = slow.accepted
        await first
        return done

    done = side_by_side(server, go, connections=connections, rate=50.0)

    assert (slow.accepted, quick.accepted) == (600, 20)
    assert done < 600
    assert server.most == connections
    assert set(slow.relays) == set(quick.relays) == {"main"}
    assert {delivery.relay for delivery, _ in quick.outbox.deliveries(1)} == {"main"}


def test_at_one_a_minute_two_runs_take_turns_and_no_claim_grows_old():
    one, other = Run("a", 5), Run("b", 5)

    all_sent(Server(offers=CHUNKS), one, other, rate=1 / 60)

    order = [name for _, name in sorted([(at, "a") for at in one.begun] + [(at, "b") for at in other.begun])]
    assert one.accepted == other.accepted == 5
    assert max(one.ended_at, other.ended_at) < 9.5 * 60
    assert all(abs(order[: n + 1].count("a") - order[: n + 1].count("b")) <= 2 for n in range(10)), order


def test_a_rate_that_is_changed_holds_for_those_on_their_way():
    run = Run("a", 400)

    async def go(relay):
        task = asyncio.create_task(run(relay.way()))
        await asyncio.sleep(2.0)
        relay.gate.pace.change(100.0)
        await task

    side_by_side(Server(offers=CHUNKS), go, rate=10.0)

    assert 5.0 < run.begun[-1] < 6.5


# The connections


def test_runs_share_connections_and_never_have_more_than_the_relay_takes():
    runs, server = [Run(name, 120) for name in "abcdef"], Counting()

    all_sent(server, *runs, connections=3, rate=60.0)

    assert [run.accepted for run in runs] == [120] * 6
    assert server.most <= 3
    assert max(run.begun[0] for run in runs) < 9  # everybody had a turn in the first half


def test_a_mail_to_one_reader_has_its_turn_while_an_issue_has_all_connections():
    issue = Run("a", 400)

    async def go(relay):
        first = asyncio.create_task(issue(relay.way()))
        await asyncio.sleep(2.0)
        way = relay.way()
        outcomes = await send_few(way, [(Claim(0, 1, 1, "welcome", NOON, reader(7)), b"To: you\r\n\r\nx\r\n")])
        way.leave()
        done = issue.accepted
        await first
        return outcomes[0].state, done

    state, done = side_by_side(Server(offers=CHUNKS), go, connections=2, rate=50.0)

    assert state is DeliveryState.ACCEPTED
    assert done < 400 == issue.accepted


def test_who_waits_for_a_connection_keeps_no_claim_until_it_is_old_and_goes_on_once_it_has_one():
    hung, waiting = Run("a", 1), Run("b", 20)
    server = Server(lambda stage, argument: HANG if argument.startswith("a1@") else willing(stage, argument))
    claim, claimed_at = waiting.outbox.claim, []

    def noted(*args, **options):
        claimed = claim(*args, **options)
        claimed_at.extend([(options["now"] - NOON).total_seconds()] * bool(claimed.claims))
        return claimed

    waiting.outbox.claim = noted

    async def go(relay):
        first = asyncio.create_task(hung(relay.way()))
        await asyncio.sleep(5.0)
        second = asyncio.create_task(waiting(relay.way()))
        await asyncio.sleep(400.0)
        begun = len(waiting.begun)
        first.cancel()
        await asyncio.wait({first, second})
        return begun, second.exception()

    assert side_by_side(server, go, connections=1) == (0, None)
    assert waiting.accepted == 20
    assert max(after - before for before, after in pairwise(claimed_at)) < 2 * LET_GO < CLAIM_AGE


class Seat:
    """A connection, as far as a gate looks at it."""

    def __init__(self, opened_at, carried=1):
        self.opened_at, self.carried, self.closed, self.leaving = opened_at, carried, False, False

    def leave(self):
        self.leaving = True


def seated(limit, *seats):
    """Return a gate and a guest for each of the lists of seats."""
    gate = Gate()
    gate.limit = limit
    guests = [gate.guest() for _ in seats]
    for guest, its in zip(guests, seats, strict=True):
        guest.sessions.extend(its)
    return guests


def test_who_has_most_gives_one_up_and_it_goes_to_who_has_fewest():
    many, few, none = seated(4, [Seat(0.0), Seat(0.0), Seat(0.0)], [Seat(0.0)], [])

    answers = [few.ask(5.0), none.ask(5.0)]
    leaving = [seat for seat in many.sessions if seat.leaving]
    leaving[0].closed = True

    assert answers == [POLL, POLL]
    assert len(leaving) == 1
    assert [many.ask(5.1), few.ask(5.1), none.ask(5.1)] == [POLL, POLL, 0.0]


def test_a_connection_that_hangs_and_does_not_end_is_not_waited_for():
    many, none = seated(4, [Seat(0.0), Seat(0.0), Seat(0.0), Seat(0.0)], [])
    ended = []

    for moment in range(20):
        if none.ask(5.0 + moment * POLL) == 0.0:
            break
        for seat in many.sessions[1:]:  # the first one hangs in a reply
            if seat.leaving and not seat.closed:
                seat.closed = True
                ended.append(seat)

    assert many.sessions[0].leaving
    assert len(ended) == 1
    assert many.open + none.open == 3


def test_the_only_connection_is_left_once_it_had_its_turn():
    for carried, stands in ((1, TURN), (0, IDLE)):
        seat = Seat(100.0, carried)
        _, other = seated(1, [seat], [])

        other.ask(100.0 + stands - 0.01)
        before = seat.leaving
        other.ask(100.0 + stands)

        assert (before, seat.leaving) == (False, True)


def test_who_no_longer_asks_keeps_nobody_from_a_place():
    first, other = seated(1, [], [])
    first.gate.limit = 0
    first.ask(0.0)
    first.gate.limit = 1

    assert other.ask(0.1) == POLL
    assert other.ask(60.0) == 0.0


def test_limits_hold_for_all_on_a_loop_and_those_of_older_settings_change_nothing():
    gates = Gates()

    async def limits(*asked):
        for connections, rate, as_of in asked:
            gate = gates.of("main", connections=connections, rate=rate, clock=lambda: 0.0, as_of=as_of)
        return gate, gate.limit, gate.pace.rate

    one, *newest = asyncio.run(limits((4, 50.0, 1.0), (2, 10.0, 2.0), (4, 50.0, 1.0)))
    other, *none = asyncio.run(limits((4, 50.0, 1.0), (4, None, 3.0)))

    assert (newest, none) == ([2, 10.0], [4, math.inf])
    assert one is not other


# Relays of several weights


class Line:
    """A connection, as far as relays look at it; it is gone a moment after it was told to leave."""

    fruitless, carried, opened_at = False, 5, 0.0

    def __init__(self):
        self.closed = self.leaving = False

    def leave(self):
        self.leaving = True
        asyncio.get_running_loop().call_later(0.05, self.end)

    def end(self):
        self.closed = True


class Way:
    """A relay, as far as relays look at it."""

    rate = math.inf

    def __init__(self, connections):
        self.connections, self.away, self.pace = connections, False, None

    def ready_in(self, *, anew=False):
        return 0.0

    async def open(self):
        await asyncio.sleep(0.01)
        if self.away:
            raise RelayError("not now")
        return Line()


class Mix:
    """Runs over relays of several weights, each of which always has something to send over one more connection."""

    def __init__(self, **relays):
        self.ways = {name: Way(connections) for name, (connections, _) in relays.items()}
        self.weights = {name: weight for name, (_, weight) in relays.items()}
        self.gates = {name: Gate() for name in relays}
        for name, gate in self.gates.items():
            gate.limit = self.ways[name].connections
        self.runs, self.tasks = [], []

    def begin(self):
        shares = [Share(name, way, self.weights[name], self.gates[name].guest()) for name, way in self.ways.items()]
        run = Relays(shares, asyncio.get_running_loop().time)
        self.runs.append(run)
        self.tasks += [asyncio.create_task(self.lane(run)) for _ in range(run.connections)]

    async def lane(self, run):
        while True:
            if (pause := run.ready_in(anew=True)) > 0:
                await asyncio.sleep(pause)
                continue
            with suppress(RelayError):
                session = await run.open()
                while not session.closed:
                    await asyncio.sleep(0.02)

    @property
    def taken(self):
        return {name: gate.taken for name, gate in self.gates.items()}


def mixed(go, **relays):
    async def run():
        mix = Mix(**relays)
        try:
            return await go(mix)
        finally:
            for task in mix.tasks:
                task.cancel()

    return virtually(run())


def test_a_crowded_relay_is_not_down_and_a_spare_one_stays_unused():
    async def go(mix):
        mix.begin()
        await asyncio.sleep(1.0)
        mix.begin()
        await asyncio.sleep(8.0)
        return [run.in_use for run in mix.runs]

    assert mixed(go, main=(4, 1), spare=(4, 0)) == [{"main": 2, "spare": 0}] * 2


def test_weights_hold_over_all_runs_together():
    async def go(mix):
        seen = []
        for _ in range(3):
            mix.begin()
            for _ in range(40):
                await asyncio.sleep(0.1)
                seen.append(mix.taken)
        return max(each["warm"] for each in seen), mix.taken, sorted(run.in_use["main"] for run in mix.runs)

    assert mixed(go, main=(10, 10), warm=(10, 1)) == (1, {"main": 10, "warm": 1}, [3, 3, 4])


async def away_and_back(mix):
    """Return the connections that two runs have while the main relay is away, and long after it is back."""
    mix.ways["main"].away = True
    for _ in range(2):
        mix.begin()
    await asyncio.sleep(10.0)
    without = mix.taken
    mix.ways["main"].away = False
    await asyncio.sleep(200.0)
    return without, mix.taken


def test_a_lighter_relay_has_more_only_while_the_heavier_one_rests():
    assert mixed(away_and_back, main=(4, 4), light=(4, 1)) == ({"main": 0, "light": 4}, {"main": 4, "light": 1})


def test_a_spare_relay_takes_all_while_the_others_rest_and_gives_it_back():
    assert mixed(away_and_back, main=(4, 1), spare=(3, 0)) == ({"main": 0, "spare": 3}, {"main": 4, "spare": 0})


# Settings that are read again


def test_a_rate_that_comes_with_a_reload_slows_what_is_on_its_way_and_one_that_goes_and_comes_back_is_one():
    async def go():
        gates, clock = Gates(), asyncio.get_running_loop().time
        at = 0.0

        def limited(rate):
            nonlocal at
            at += 1.0
            return gates.of("main", connections=4, rate=rate, clock=clock, as_of=at)

        sent = []

        def talk(pace):
            if not pace.ready(lambda: talk(pace)):
                return
            pace.spend()
            sent.append(clock())
            asyncio.get_running_loop().call_later(0.01, talk, pace)

        talk(limited(None).pace.beside())
        await asyncio.sleep(1.0)
        free = len(sent)
        limited(5.0)
        await asyncio.sleep(4.0)
        slow = len(sent) - free
        limited(None)
        talk(limited(5.0).pace.beside())
        await asyncio.sleep(4.0)
        return free, slow, len(sent) - free - slow

    free, slow, both = virtually(go())

    assert free > 50
    assert slow in (20, 21, 22)
    assert both in (19, 20, 21, 22)


def test_a_rate_that_rises_keeps_nobody_waiting_for_the_old_one():
    async def go():
        clock = asyncio.get_running_loop().time
        pace, called = Pace(1 / 60, clock), []
        pace.spend()
        assert not pace.ready(lambda: called.append(clock()))
        await asyncio.sleep(1.0)
        pace.change(50.0)
        await asyncio.sleep(1.0)
        return called

    [called] = virtually(go())

    assert 1.0 < called < 1.1


# What each has for itself


def test_a_pause_ends_one_run_and_leaves_the_other_alone():
    paused, other = Run("a", 60), Run("b", 60)

    def answer(stage, argument):
        if stage == "dot" and argument.startswith("a3@"):
            paused.outbox.put(1, State.PAUSED)
        return willing(stage, argument)

    all_sent(Server(answer), paused, other, rate=20.0)

    assert (paused.tally.closed, paused.accepted + paused.outbox.counts(1)["queued"]) == ("paused", 60)
    assert paused.accepted < 60 == other.accepted


def test_a_run_whose_messages_cannot_be_made_costs_the_other_nothing():
    broken, other = Run("a", 30), Run("b", 60)

    def compose(claim):
        raise ValueError(f"no message for {claim.seq}")

    async def go(relay):
        ends = await asyncio.gather(broken(relay.way(), compose), other(relay.way()), return_exceptions=True)
        return [type(end) for end in ends]

    ends = side_by_side(Server(), go, rate=20.0)

    assert ends == [ValueError, type(None)]
    assert broken.outbox.counts(1)["queued"] == 30
    assert other.accepted == 60


def test_connections_given_up_are_no_failures_of_the_relay():
    runs, server = [Run(name, 100) for name in "abc"], Server(offers=CHUNKS, answer=willing)

    all_sent(server, *runs, connections=1, rate=40.0)

    assert [run.accepted for run in runs] == [100] * 3
    assert server.connections > 4  # it went from one to the other
    assert all(before <= after for run in runs for before, after in pairwise(run.begun))
