"""A run of sending, from an outbox in memory to a real mail server on loopback: nobody is lost, nobody gets two."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver import Tally, clerk, deliver, retry, worker
from digest.deliver.lanes import REFUSALS
from digest.deliver.retry import PAUSES, pause_after
from digest.deliver.smtp import Login, Security, SmtpTransport
from digest.deliver.worker import held_rows
from digest.errors import JournalError, PutBack, RelayError, StoreError, Unreachable
from digest.model.delivery import NEVER_BEGUN, Key, Result
from digest.model.delivery import DeliveryState as S
from digest.model.issue import State
from tests.fakes import NOON, MemoryOutbox, MemoryWorker, reader
from tests.virtual import virtually

from .server import DROP, HANG, TAKE_AND_DROP, Server, willing

HOUR = timedelta(hours=1)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = NOON
        self.seconds = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, span):
        """Let time pass, as over a suspended machine."""
        self.now += span
        self.seconds += span.total_seconds()


def composed(claim):
    return f"To: {claim.recipient.email}\r\nSubject: No. 7\r\n\r\nThe Ferren bridge is open.\r\n".encode()


def outbox_of(count, **options):
    outbox = MemoryOutbox([reader(n) for n in range(1, count + 1)], **options)
    outbox.enlist("w1", host="h", boot="b", now=NOON)
    return outbox


def run(outbox, server, clock=None, *, connections=3, login=None, per_connection=0, **options):
    """Return coroutine of one run to a server that is entered already."""
    clock = clock or Clock()
    transport = SmtpTransport(
        "127.0.0.1", server.port, lambda claim: "bounce@brief.example", security=Security.NONE, connections=connections,
        login=login, per_connection=per_connection,
    )  # fmt: skip
    options = {"worker": MemoryWorker(), "compose_message": composed, "chance": lambda: 0.0} | options
    return deliver(1, outbox=outbox, transport=transport, now=clock, clock=lambda: clock.seconds, **options)


def send(outbox, server, clock=None, *, start=asyncio.run, **options) -> Tally:
    async def go():
        async with server:
            return await run(outbox, server, clock, **options)

    return start(go())


def states(outbox, *wanted):
    counts = {state: count for state, count in outbox.counts(1).items() if count}
    return counts if not wanted else tuple(counts.get(state, 0) for state in wanted)


def on(stage, line, *, who=None, times=10**9):
    """Answer `line` at the stage, to those in `who` or to all, so many times; yes to everything else."""
    left = [times]

    def answer(at, argument):
        if at == stage and left[0] and (who is None or argument in who):
            left[0] -= 1
            return line
        return willing(at, argument)

    return answer


READER = "reader{}@aldovar.example".format


# The ordinary run


def test_everybody_gets_their_own_copy_once():
    outbox, server = outbox_of(230), Server()

    tally = send(outbox, server)

    assert states(outbox) == {"accepted": 230}
    assert tally == Tally({S.ACCEPTED: 230})
    assert server.copies == {READER(n): 1 for n in range(1, 231)}
    assert all(f"To: {recipient}\r\n".encode() in mail for _, recipient, mail in server.mails)
    assert server.connections == 3


def test_an_issue_that_went_out_goes_out_no_more():
    outbox, clock = outbox_of(5), Clock()
    send(outbox, Server(), clock)
    again = Server()

    tally = send(outbox, again, clock)

    assert (again.mails, again.connections, tally) == ([], 0, Tally())


def test_every_message_that_is_expected_is_asked_for_or_dismissed():
    outbox, expected, ended = outbox_of(300), [], []

    def compose(claim):
        ended.append(claim.seq)
        return composed(claim)

    async def go():
        stop = asyncio.Event()  # heeded at once: a pause is found out by asking, and by then all in hand may be sent
        async with Server(stopping(20, stop.set)) as server:
            await run(
                outbox, server, stop=stop, compose_message=compose,
                expect=lambda claims: expected.extend(claim.seq for claim in claims),
                dismiss=lambda claim: ended.append(claim.seq),
            )  # fmt: skip
        return server

    server = asyncio.run(go())

    assert len(expected) > server.copies.total()
    assert set(ended) == set(expected)


def test_a_single_reader_takes_a_single_connection():
    server = Server()

    send(outbox_of(1), server, connections=4)

    assert server.connections == 1


def test_progress_tells_what_is_on_record_so_far():
    told = []

    send(outbox_of(120), Server(on("rcpt", "550 5.1.1 no", who={READER(7)})), progress=told.append)

    totals = [sum(counts.values()) for counts in told]
    assert totals == sorted(totals)
    assert told[-1] == {S.ACCEPTED: 119, S.REFUSED: 1}


def test_outcomes_are_written_in_groups_and_soon():
    outbox, groups = outbox_of(200), []
    record = outbox.record
    outbox.record = lambda worker, results, now: groups.append(len(results)) or record(worker, results, now=now)

    send(outbox, Server(), start=virtually)  # groups grow with the pace: here with that of no machine

    assert sum(groups) == 200
    assert max(groups) < 120


def test_those_who_left_meanwhile_get_nothing():
    outbox, server = outbox_of(4), Server()
    outbox.unsubscribe(2)

    send(outbox, server)

    assert states(outbox) == {"accepted": 3, "suppressed": 1}
    assert READER(2) not in server.copies


def test_two_senders_share_the_work_and_no_reader():
    outbox, server = outbox_of(300), Server()
    outbox.enlist("w2", host="h", boot="b", now=NOON)
    claim, met, both = outbox.claim, set(), threading.Barrier(2)

    def together(issue, worker, **options):
        claimed = claim(issue, worker, **options)
        if worker not in met:
            met.add(worker)
            both.wait(60)  # else the quicker one might be through before the other has begun
        return claimed

    outbox.claim = together

    async def go():
        async with server:
            return await asyncio.gather(run(outbox, server), run(outbox, server, worker=MemoryWorker("w2")))

    tallies = asyncio.run(go())

    assert server.copies == {READER(n): 1 for n in range(1, 301)}
    assert sum(tally.counts[S.ACCEPTED] for tally in tallies) == 300
    assert all(tally.counts[S.ACCEPTED] for tally in tallies)


# No, not now, and nobody knows


def test_a_no_is_final_and_costs_nobody_else_anything():
    outbox, clock = outbox_of(6), Clock()
    answer = on("rcpt", "550 5.1.1 no such mailbox", who={READER(2), READER(5)})

    tally = send(outbox, Server(answer), clock)
    clock.sleep(HOUR)
    again = Server()
    send(outbox, again, clock)

    assert states(outbox) == {"accepted": 4, "refused": 2}
    assert tally.counts == {S.ACCEPTED: 4, S.REFUSED: 2}
    assert again.mails == []
    row = next(d for d, _ in outbox.deliveries(1, S.REFUSED))
    assert (row.seq, row.code, row.text) == (2, 550, "5.1.1 no such mailbox")


def test_a_not_now_is_tried_again_after_a_pause_and_not_before():
    outbox, clock = outbox_of(3), Clock()
    greylisting = on("rcpt", "451 4.7.1 greylisted", who={READER(2)}, times=1)

    first = send(outbox, Server(greylisting), clock)
    clock.sleep(PAUSES[0] - timedelta(seconds=1))
    early = send(outbox, Server(), clock)
    clock.sleep(timedelta(seconds=1))
    server = Server()
    send(outbox, server, clock)

    assert (first.counts[S.DEFERRED], first.next_at) == (1, NOON + PAUSES[0])
    assert early == Tally(next_at=NOON + PAUSES[0])
    assert list(server.copies) == [READER(2)]
    assert states(outbox) == {"accepted": 3}


def test_what_was_given_back_before_waits_no_longer_for_it():
    outbox, clock = outbox_of(1), Clock()
    outbox.enlist("w0", host="h", boot="b", now=NOON)
    for _ in range(3):
        claims = outbox.claim(1, "w0", limit=1, now=NOON).claims
        outbox.record("w0", [Result(claim, NEVER_BEGUN) for claim in claims], now=NOON)

    tally = send(outbox, Server(on("rcpt", "451 4.7.1 greylisted")), clock)

    assert tally.next_at == NOON + PAUSES[0]


def test_pauses_grow_and_stay_within_their_jitter():
    outbox, clock, waits = outbox_of(1), Clock(), []

    for _ in range(6):
        tally = send(outbox, Server(on("dot", "452 4.2.2 full")), clock, chance=lambda: 0.5)
        waits.append(tally.next_at - clock.now)
        clock.sleep(waits[-1])

    assert waits == [pause_after(n, chance=0.5) for n in range(1, 7)]
    assert waits == sorted(waits)


@given(st.integers(1, 60), st.floats(0, 1))
def test_no_pause_is_shorter_than_those_before_it_begin(attempt, chance):
    assert pause_after(attempt) <= pause_after(attempt, chance=chance) <= pause_after(attempt) * 1.2
    assert pause_after(attempt) <= pause_after(attempt + 1)


@pytest.mark.parametrize("trouble", [DROP, TAKE_AND_DROP])
def test_a_connection_lost_after_the_body_puts_one_reader_in_doubt(trouble):
    outbox, clock = outbox_of(20), Clock()

    first = Server(on("dot", trouble, who={READER(4)}))
    send(outbox, first, clock)
    clock.sleep(HOUR)
    again = Server()
    send(outbox, again, clock)

    assert states(outbox) == {"accepted": 19, "in_doubt": 1}
    assert first.copies[READER(4)] == (trouble == TAKE_AND_DROP)
    assert again.mails == []


def test_a_server_that_always_hangs_up_after_the_body_is_left_soon():
    outbox = outbox_of(100)

    with pytest.raises(RelayError, match="in a row"):
        send(outbox, Server(on("dot", DROP)))

    in_doubt, queued = states(outbox, "in_doubt", "queued")
    assert in_doubt + queued == 100
    assert in_doubt <= 9


# The relay is not there


def test_a_relay_that_is_not_there_costs_no_reader_anything():
    outbox, server = outbox_of(40), Server(on("banner", "554 5.3.2 not today"))

    with pytest.raises(RelayError, match="not today"):
        send(outbox, server)

    assert states(outbox) == {"queued": 40}
    assert {d.worker for d, _ in outbox.deliveries(1)} == {""}


def test_a_wrong_password_is_tried_once():
    outbox, server = outbox_of(40), Server(on("auth", "535 5.7.8 no"), offers=("AUTH PLAIN",))

    with pytest.raises(RelayError, match=r"5\.7\.8"):
        send(outbox, server, login=Login("digest", "wrong"))

    assert states(outbox) == {"queued": 40}
    assert server.connections == 1


def test_a_closing_connection_hands_its_reader_to_the_next():
    outbox, server = outbox_of(30), Server(on("mail", "421 4.7.0 enough on this connection", times=2))

    tally = send(outbox, server)

    assert states(outbox) == {"accepted": 30}
    assert tally.counts == {S.ACCEPTED: 30}
    assert {d.attempts for d, _ in outbox.deliveries(1)} == {1}
    assert server.connections > 1


@pytest.mark.parametrize("line", ["421 4.3.2 closing", DROP, "gibberish"])
def test_a_relay_that_always_closes_costs_no_reader_anything(line):
    outbox, server = outbox_of(30), Server(on("rcpt", line))

    with pytest.raises(RelayError, match="connections in a row"):
        send(outbox, server)

    assert states(outbox) == {"queued": 30}
    assert server.begun == []


def test_a_reader_at_whom_the_server_hangs_up_waits_while_the_others_go():
    outbox, server = outbox_of(40), Server(on("rcpt", DROP, who={READER(3)}))

    tally = send(outbox, server, connections=2)

    assert states(outbox) == {"accepted": 39, "deferred": 1}
    assert tally.next_at == NOON + PAUSES[0]


def test_connections_beyond_what_the_server_allows_are_done_without():
    outbox, busy = outbox_of(60), [0]

    def answer(stage, argument):
        busy[0] += stage == "banner"
        return "421 4.7.0 too many connections" if stage == "banner" and busy[0] > 1 else willing(stage, argument)

    send(outbox, Server(answer), connections=4)

    assert states(outbox) == {"accepted": 60}


def greeting(refused):
    """Turn away the connections of these numbers, counted from 1."""
    come = [0]

    def answer(stage, argument):
        come[0] += stage == "banner"
        no = stage == "banner" and refused(come[0])
        return "421 4.7.0 too many connections, try later" if no else willing(stage, argument)

    return answer


@pytest.mark.parametrize(("connections", "each"), [(4, 1), (1, 10)])
def test_connections_refused_now_and_then_do_not_end_a_run_that_gets_answers(connections, each):
    outbox, server = outbox_of(30), Server(greeting(lambda number: number % 3 == 0))

    tally = send(outbox, server, start=virtually, connections=connections, per_connection=each)

    assert tally.counts == {S.ACCEPTED: 30}
    assert server.copies == {READER(n): 1 for n in range(1, 31)}
    assert server.connections > 30 // each


def test_a_server_that_lets_nobody_in_any_more_ends_the_run():
    outbox, server = outbox_of(40), Server(greeting(lambda number: number > 4))

    with pytest.raises(RelayError, match="too many connections"):
        send(outbox, server, start=virtually, connections=2, per_connection=5)

    assert states(outbox) == {"accepted": 20, "queued": 20}
    assert server.connections <= 4 + 2 * REFUSALS


class Slow(Server):
    """Greets its second connection only a while after it has hung up on three others."""

    dropped = 0

    async def _reply(self, writer, stage, argument, instead=""):
        if stage == "banner" and self.connections == 2:
            while self.dropped < 3:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
        return await super()._reply(writer, stage, argument, instead)


def test_a_connection_that_gives_up_does_not_end_a_run_while_another_is_being_made():
    outbox = outbox_of(20)

    def answer(stage, argument):
        if stage == "rcpt" and server.dropped < 3:
            server.dropped += 1
            return DROP
        return willing(stage, argument)

    server = Slow(answer)
    tally = send(outbox, server, connections=2)

    assert tally.counts == {S.ACCEPTED: 20}
    assert server.connections == 4


@pytest.mark.parametrize("stage", ["ehlo", "auth"])
def test_a_server_that_closes_in_the_breath_in_which_it_lets_us_in_is_left_soon(stage):
    outbox = outbox_of(20)
    yes = "235" if stage == "auth" else "250-mx.lindholm.example\r\n250"
    server = Server(on(stage, f"{yes} AUTH PLAIN\r\n421 4.3.2 too many connections"), offers=("AUTH PLAIN",))

    with pytest.raises(RelayError, match="before a message"):
        send(outbox, server, login=Login("digest", "right") if stage == "auth" else None)

    assert states(outbox) == {"queued": 20}
    assert server.begun == []


def test_a_reader_whose_connection_closed_in_that_breath_goes_over_another():
    outbox, server = outbox_of(20), Server(on("ehlo", "250 ok\r\n421 4.3.2 too many connections", times=2))

    tally = send(outbox, server, connections=1)

    assert tally.counts == {S.ACCEPTED: 20}


# Stopping, pausing, sleeping


def stopping(after, then):
    """Call `then` when the server has taken so many messages."""
    taken = [0]

    def answer(stage, argument):
        taken[0] += stage == "dot"
        if stage == "dot" and taken[0] == after:
            then()
        return willing(stage, argument)

    return answer


def test_a_paused_issue_gives_back_what_is_not_begun_and_goes_on_later():
    outbox, clock = outbox_of(300), Clock()
    first = Server(stopping(20, lambda: outbox.put(1, State.PAUSED)))

    tally = send(outbox, first, clock)
    accepted, queued = states(outbox, "accepted", "queued")
    outbox.put(1, State.SENDING)
    second = Server()
    send(outbox, second, clock)

    assert (tally.closed, accepted + queued) == ("paused", 300)
    assert 20 <= accepted < 200
    assert first.copies + second.copies == {READER(n): 1 for n in range(1, 301)}


def test_an_issue_that_expires_on_its_way_is_suppressed_for_the_rest():
    outbox, clock = outbox_of(300), Clock()
    server = Server(stopping(20, lambda: clock.sleep(timedelta(hours=19))))

    tally = send(outbox, server, clock)

    accepted, suppressed = states(outbox, "accepted", "suppressed")
    assert (tally.closed, accepted + suppressed) == ("expired", 300)
    assert server.copies.total() == accepted
    assert outbox.finish(1, now=clock.now)


def test_a_worker_that_was_declared_dead_claims_no_more():
    outbox = outbox_of(300)
    server = Server(stopping(20, lambda: outbox.bury("w1", now=NOON)))

    tally = send(outbox, server)

    assert tally.closed == "dead"
    assert set(states(outbox)) == {"accepted", "queued"}
    assert server.copies.total() == states(outbox, "accepted")[0]


def test_a_worker_without_its_journal_claims_no_more():
    outbox, me = outbox_of(300), MemoryWorker()

    tally = send(outbox, Server(stopping(20, lambda: setattr(me, "there", False))), worker=me)

    assert tally.closed == "dead"
    assert set(states(outbox)) == {"accepted", "queued"}


def test_a_worker_that_wakes_after_an_hour_begins_nothing_it_claimed_before():
    outbox, clock, slept = outbox_of(10), Clock(), []

    def answer(stage, argument):
        if stage == "rcpt" and not slept:
            clock.sleep(HOUR)
            slept.append(argument)
        return willing(stage, argument)

    server = Server(answer)
    send(outbox, server, clock, connections=1)

    assert states(outbox) == {"accepted": 10}
    assert server.copies == {READER(n): 1 for n in range(1, 11)}
    assert {d.attempts for d, _ in outbox.deliveries(1)} == {2}


def test_a_server_too_slow_for_any_message_ends_the_run():
    outbox, clock = outbox_of(10), Clock()

    def answer(stage, argument):
        if stage == "rcpt":
            clock.sleep(timedelta(seconds=61))
        return willing(stage, argument)

    with pytest.raises(RelayError, match="too slow"):
        send(outbox, Server(answer), clock, connections=1)

    assert states(outbox) == {"queued": 10}


@pytest.mark.parametrize("how", ["stop", "cancel"])
def test_a_run_that_is_stopped_and_one_after_it_reach_everybody_once(how):
    outbox, clock = outbox_of(300), Clock()

    async def go():
        stop, task = asyncio.Event(), None
        async with Server(stopping(60, lambda: stop.set() if how == "stop" else task.cancel())) as server:
            task = asyncio.create_task(run(outbox, server, clock, stop=stop))
            ended = (await asyncio.gather(task, return_exceptions=True))[0]
            return server, ended

    first, ended = asyncio.run(go())
    accepted, queued = states(outbox, "accepted", "queued")
    second = Server()
    send(outbox, second, clock)

    assert ended.stopped if how == "stop" else isinstance(ended, asyncio.CancelledError)
    assert accepted + queued == 300
    assert queued > 0
    assert first.copies + second.copies == {READER(n): 1 for n in range(1, 301)}


def test_stopping_gives_back_at_once_what_waits_for_a_silent_server():
    outbox = outbox_of(30)

    async def go():
        stop = asyncio.Event()
        answer = on("rcpt", HANG)

        def told(stage, argument):
            if stage == "rcpt":
                stop.set()
            return answer(stage, argument)

        async with Server(told) as server:
            async with asyncio.timeout(30):
                return await run(outbox, server, stop=stop)

    tally = asyncio.run(go())

    assert tally.stopped
    assert states(outbox) == {"queued": 30}


def test_a_second_cancellation_leaves_in_doubt_what_has_no_answer_yet():
    outbox = outbox_of(30)

    async def go():
        reached = asyncio.Event()

        def answer(stage, argument):
            if stage == "dot":
                reached.set()
                return HANG
            return willing(stage, argument)

        async with Server(answer) as server:
            task = asyncio.create_task(run(outbox, server, connections=1))
            await reached.wait()
            task.cancel()
            await asyncio.wait({task}, timeout=0.3)
            waited = not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return waited, task.cancelled()

    assert asyncio.run(go()) == (True, True)
    assert states(outbox) == {"in_doubt": 1, "queued": 29}


def test_rows_claimed_while_a_run_is_cut_off_are_given_back():
    outbox, release = outbox_of(30), threading.Event()
    claim = outbox.claim

    async def go():
        loop, entered = asyncio.get_running_loop(), asyncio.Event()

        def slow(*args, **options):
            loop.call_soon_threadsafe(entered.set)
            assert release.wait(60)
            return claim(*args, **options)

        outbox.claim = slow
        async with Server() as server:
            task = asyncio.create_task(run(outbox, server))
            await entered.wait()
            for _ in range(2):
                task.cancel()
                await asyncio.wait({task}, timeout=0.05)
            release.set()
            await asyncio.gather(task, return_exceptions=True)
            return server

    server = asyncio.run(go())

    assert states(outbox) == {"queued": 30}
    assert {d.attempts for d, _ in outbox.deliveries(1)} == {1}
    assert server.begun == []


# Trouble of our own


def test_a_message_that_cannot_be_composed_is_given_back_and_told_after_the_others_are_sent():
    outbox, server = outbox_of(40), Server()

    def broken(claim):
        if claim.seq in (1, 9):
            raise KeyError("unsubscribe_url")
        return composed(claim)

    with pytest.raises(KeyError, match="unsubscribe_url") as caught:
        send(outbox, server, compose_message=broken)

    assert states(outbox) == {"accepted": 38, "queued": 2}
    assert caught.value.__notes__ == ["and 1 more like it"]


def test_a_message_with_loose_line_ends_reaches_no_server():
    outbox, server = outbox_of(3), Server()

    with pytest.raises(ValueError, match="CRLF"):
        send(outbox, server, compose_message=lambda claim: b"Subject: x\n\nx\n")

    assert states(outbox) == {"queued": 3}
    assert server.begun == []


def test_an_issue_that_cannot_be_composed_at_all_ends_soon():
    outbox, tried = outbox_of(400), []

    def broken(claim):
        tried.append(claim.seq)
        raise KeyError("subject")

    with pytest.raises(KeyError):
        send(outbox, Server(), compose_message=broken)

    assert states(outbox) == {"queued": 400}
    assert len(tried) < 20


class Failing(MemoryOutbox):
    """An outbox that fails so many times at one of its methods, as on a full disk."""

    def fail(self, method, times):
        real, left = getattr(self, method), [times]

        def failing(*args, **options):
            left[0] -= 1
            if left[0] >= 0:
                raise StoreError("the disk is full")
            return real(*args, **options)

        setattr(self, method, failing)


@pytest.mark.parametrize("method", ["record", "claim"])
def test_an_outbox_that_fails_ends_the_run_and_forgets_no_outcome(method):
    outbox = Failing([reader(n) for n in range(1, 301)])
    outbox.enlist("w1", host="h", boot="b", now=NOON)
    server = Server(stopping(10, lambda: outbox.fail(method, 1)))

    with pytest.raises(StoreError, match="full"):
        send(outbox, server)

    accepted, queued = states(outbox, "accepted", "queued")
    assert accepted + queued == 300
    assert accepted == server.copies.total() < 300


def test_an_outbox_that_stays_broken_leaves_rows_to_whoever_buries_the_worker():
    outbox = Failing([reader(n) for n in range(1, 31)])
    outbox.enlist("w1", host="h", boot="b", now=NOON)
    outbox.fail("record", 1000)
    server = Server()

    with pytest.raises(StoreError, match="full"):
        send(outbox, server)
    outbox.bury("w1", now=NOON)

    assert set(states(outbox)) <= {"in_doubt", "queued"}
    assert states(outbox, "in_doubt")[0] >= server.copies.total() > 0


# The journal


def test_every_message_is_noted_before_its_first_byte_and_every_end_is():
    outbox, me, early = outbox_of(40), MemoryWorker(), []
    seq = {recipient.email: d.seq for d, recipient in outbox.deliveries(1)}

    def answer(stage, argument):
        if stage == "body" and ("begin", Key(1, seq[argument], 1)) not in me.lines:
            early.append(argument)
        if stage == "dot" and argument == READER(7):
            return "452 4.3.1 no room"
        return "550 5.1.1 nobody" if (stage, argument) == ("rcpt", READER(9)) else willing(stage, argument)

    send(outbox, Server(answer), worker=me)

    assert early == []
    begun = [key.seq for what, key in me.lines if what == "begin"]
    ends = {key.seq: what for what, key in me.lines if what != "begin"}
    assert sorted(begun) == [n for n in range(1, 41) if n != 9]
    assert ends == dict.fromkeys(range(1, 41), "accepted") | {7: "deferred", 9: "refused"}
    assert me.claims == sorted(me.claims) != []


def test_a_journal_that_takes_no_more_ends_the_run_before_the_byte():
    outbox, me = outbox_of(300), MemoryWorker()
    server = Server(stopping(20, lambda: setattr(me, "full", True)))

    with pytest.raises(JournalError, match="full"):
        send(outbox, server, worker=me)

    accepted, queued = states(outbox, "accepted", "queued")
    assert accepted + queued == 300
    assert accepted == len(server.begun) == server.copies.total() < 30


# A database that is away for a while


class Away(MemoryOutbox):
    """An outbox whose answers at one of its methods are lost so many times, whether or not it did what was asked."""

    def lose(self, method, *, done, times=1):
        real, left = getattr(self, method), [times]

        def losing(*args, **options):
            if left[0] <= 0:
                return real(*args, **options)
            left[0] -= 1
            if done:
                real(*args, **options)
            raise Unreachable("the connection ended")

        setattr(self, method, losing)


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("method", ["claim", "record"])
def test_a_database_that_was_away_costs_nobody_their_message_whatever_it_did_in_the_end(method, done):
    outbox = Away([reader(n) for n in range(1, 151)])
    outbox.enlist("w1", host="h", boot="b", now=NOON)
    server = Server(stopping(10, lambda: outbox.lose(method, done=done)))

    tally = send(outbox, server, start=virtually)

    assert states(outbox) == {"accepted": 150}
    assert server.copies == {READER(n): 1 for n in range(1, 151)}
    assert tally.counts[S.ACCEPTED] == 150


def test_rows_of_a_claim_whose_answer_was_lost_go_out_in_the_same_run_though_all_others_have_gone():
    outbox = Away([reader(n) for n in range(1, 151)])
    outbox.enlist("w1", host="h", boot="b", now=NOON)
    server = Server(stopping(10, lambda: outbox.lose("claim", done=True)))
    record = outbox.record

    def slow(*args, **options):
        """Be as long about the first outcomes as all other messages in hand take."""
        outbox.record, until = record, time.monotonic() + 60
        while len(server.mails) < 100 and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.2)
        return record(*args, **options)

    outbox.record = slow
    send(outbox, server, start=virtually)

    assert states(outbox) == {"accepted": 150}


def test_an_answer_lost_about_a_row_that_was_claimed_again_is_not_written_over_it():
    """The deferral is on record, its answer lost; the row is claimed again before the deferral is written again."""
    outbox = Away([reader(1)])
    for name in ("w1", "w2"):
        outbox.enlist(name, host="h", boot="b", now=NOON)
    real, clock = outbox.record, Clock()

    def record(worker, results, now):
        real(worker, results, now=now)
        outbox.record = real
        outbox.claim(1, "w2", limit=1, now=NOON + HOUR)
        raise Unreachable("the connection ended")

    outbox.record = record
    send(outbox, Server(on("rcpt", "451 4.7.1 later")), clock, start=virtually)

    (row, _), *_ = outbox.deliveries(1)
    assert (row.state, row.worker, row.attempts) == (S.CLAIMED, "w2", 2)


def test_a_worker_looks_round_now_and_then_for_those_that_died(monkeypatch):
    monkeypatch.setattr(clerk, "ROUND", 0.0)
    outbox, me = outbox_of(200), MemoryWorker()

    send(outbox, Server(), worker=me)

    assert me.rounds > 1
    assert states(outbox) == {"accepted": 200}


def test_a_database_that_comes_back_older_ends_the_run():
    outbox = Away([reader(n) for n in range(1, 301)])
    outbox.enlist("w1", host="h", boot="b", now=NOON)

    def older():
        outbox.lose("record", done=False)
        outbox.claims = lambda: 0

    with pytest.raises(PutBack, match="came back older"):
        send(outbox, Server(stopping(20, older)), start=virtually)


def test_a_machine_that_stood_still_at_the_end_reads_the_answers_it_has(monkeypatch):
    """Stopped while four messages wait for their answers, and held up for longer than they may take."""
    monkeypatch.setattr(worker, "PATIENCE", 1.0)
    monkeypatch.setattr(worker, "LATEST", 0.02)  # fifty turns: a stall that nobody wanted costs one of them
    outbox = outbox_of(30)

    async def go():
        stop, release = asyncio.Event(), asyncio.Event()

        class Slow(Server):
            async def _say(self, writer, said, extra=b""):
                if said.startswith("250 2.0.0"):
                    await release.wait()
                await super()._say(writer, said, extra)

        async with Slow() as server:
            task = asyncio.create_task(run(outbox, server, connections=4, stop=stop))
            while len(server.mails) < 4:
                await asyncio.sleep(0.01)
            stop.set()
            await asyncio.sleep(0.1)
            release.set()
            time.sleep(1.5)
            return await task

    asyncio.run(go())

    assert states(outbox) == {"accepted": 4, "queued": 26}


@given(st.integers(1, 10**6), st.floats(0.05, 10**4), st.integers(1, 1000))
def test_what_is_held_is_what_a_second_sends_and_at_most_twice_what_was_held_before(settled, seconds, before):
    held = held_rows(settled, seconds, before)

    assert 1 <= held <= min(1000, 2 * before)
    assert held <= max(1, settled / seconds + 1)


# Whatever a server does

TROUBLES = st.sampled_from(
    ["", "", "", "250 ok", "354 go", "421 closing", "450 not now", "451 4.7.1 greylisted", "550 5.1.1 no",
     "535 5.7.8 who", "552 5.2.2 full", "what?", DROP, TAKE_AND_DROP]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(
    readers=st.integers(1, 7),
    connections=st.integers(1, 3),
    script=st.lists(TROUBLES, max_size=25),
    cut=st.none() | st.integers(1, 12),
)
def test_whatever_a_server_says_every_reader_ends_in_one_state_and_none_gets_two(readers, connections, script, cut):
    outbox, clock, left, said = outbox_of(readers), Clock(), list(script), [0]

    def answer(stage, argument):
        said[0] += 1
        if stage in ("ehlo", "quit", "body") or not left:
            return willing(stage, argument)
        line = left.pop(0)
        return line if line and (stage == "dot" or line != TAKE_AND_DROP) else willing(stage, argument)

    async def go():
        stop = asyncio.Event()

        def counted(stage, argument):
            if cut is not None and said[0] == cut:
                stop.set()
            return answer(stage, argument)

        async with Server(counted) as server:
            for _ in range(40):
                with suppress(RelayError):
                    await run(outbox, server, clock, connections=connections, stop=stop)
                assert states(outbox, "claimed") == (0,)
                if outbox.finish(1, now=clock.now):
                    break
                clock.sleep(timedelta(minutes=15))
                stop.clear()
            return server

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry, "RESTS", (0.0,))
        server = asyncio.run(go())

    rows = {recipient.email: d.state for d, recipient in outbox.deliveries(1)}
    assert all(copies == 1 for copies in server.copies.values())
    assert set(rows.values()) <= {S.ACCEPTED, S.REFUSED, S.IN_DOUBT}
    for email, state in rows.items():
        took = server.copies[email]
        assert (state is S.ACCEPTED) <= (took == 1)
        assert (state is S.REFUSED) <= (took == 0)
