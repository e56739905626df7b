"""A mail server that misbehaves, whichever way messages are sent: the right outcome for each reader.

What the server took is in its own log, and is compared with what the outbox says: the right address, the right token,
the envelope sender that names this delivery, one copy.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.cli import loop
from digest.deliver import deliver
from digest.deliver.smtp import Security, SmtpTransport
from digest.errors import RelayError
from digest.model.delivery import DeliveryState as S
from tests.fakes import NOON, MemoryOutbox, MemoryWorker, reader
from tests.virtual import virtually

from .server import DROP, HANG, TAKE_AND_DROP, Server, willing
from .test_deliver import HOUR, READER, Clock, on

WAYS = {
    "plain": (),
    "bdat": ("CHUNKING",),
    "pipelining": ("PIPELINING",),
    "chunking": ("PIPELINING", "CHUNKING"),
    "lmtp": ("PIPELINING", "CHUNKING"),
}
"""What the server announces; by LMTP nothing is sent in chunks."""
DEPTH = {"plain": 1, "bdat": 1, "pipelining": 1, "chunking": 8, "lmtp": 1}

every_way = pytest.mark.parametrize("way", WAYS)


def stages(way):
    """The stages of a message that way, as the server calls them."""
    return ("mail", "rcpt", "dot") if way in ("bdat", "chunking") else ("mail", "rcpt", "data", "dot")


every_stage = pytest.mark.parametrize(("way", "stage"), [(way, stage) for way in WAYS for stage in stages(way)])


class Mailing:
    """An issue to so many readers, sent in as many runs as it takes; the servers of all runs share one log."""

    def __init__(self, way, readers, answer=willing):
        self.way, self.answer = way, answer
        self.clock = Clock()
        self.outbox = MemoryOutbox([reader(n) for n in range(1, readers + 1)])
        self.outbox.enlist("w1", host="h", boot="b", now=NOON)
        self.mails, self.connections, self.begun = [], 0, []

    def run(self, answer=None, *, start=loop.run, connections=2, **options):
        """Send what is due, once; return the relay's error, if that is how it ended."""
        server = Server(answer or self.answer, offers=WAYS[self.way])

        async def go():
            async with server:
                transport = SmtpTransport(
                    "127.0.0.1", server.port, lambda claim: f"bounce-{claim.issue}-{claim.seq}@brief.example",
                    connections=connections, lmtp=self.way == "lmtp",
                    **({"security": Security.NONE} | options),
                )  # fmt: skip
                return await deliver(
                    1, outbox=self.outbox, transport=transport, worker=MemoryWorker(), compose_message=self.composed,
                    now=self.clock, clock=lambda: self.clock.seconds, chance=lambda: 0.0,
                )  # fmt: skip

        try:
            start(go())  # uvloop's, where test_deliver.py runs on asyncio's own
        except RelayError as error:
            return error
        finally:
            self.mails += server.mails
            self.begun += server.begun
            self.connections += server.connections
        return None

    @staticmethod
    def composed(claim):
        head = f"To: {claim.recipient.email}\r\nX-Token: token-of-{claim.seq}\r\n\r\n"
        return head.encode(), b"The Ferren bridge is open.\r\n.\r\n" * 40, b"Bye.\r\n"

    def rows(self):
        """The state of each reader."""
        return {recipient.email: delivery for delivery, recipient in self.outbox.deliveries(1)}

    def audit(self):
        """Compare the server's log with the outbox; return the states of all rows."""
        copies = Counter(recipient for _, recipient, _ in self.mails)
        rows = self.rows()
        for sender, recipient, mail in self.mails:
            row = rows[recipient]
            assert sender == f"bounce-1-{row.seq}@brief.example"
            assert mail.startswith(f"To: {recipient}\r\nX-Token: token-of-{row.seq}\r\n".encode())
            assert mail.endswith(b".\r\nBye.\r\n")
        for email, row in rows.items():
            assert copies[email] <= 1
            assert row.state is not S.CLAIMED
            assert (row.state is S.ACCEPTED) <= (copies[email] == 1)
            assert (row.state in (S.QUEUED, S.REFUSED, S.DEFERRED)) <= (copies[email] == 0)
        return {state: count for state, count in self.outbox.counts(1).items() if count}


@every_way
def test_everybody_gets_their_own_copy_once(way):
    mailing = Mailing(way, 150)

    mailing.run()

    assert mailing.audit() == {"accepted": 150}
    assert mailing.connections == 2


@every_stage
def test_a_no_at_any_stage_is_that_readers_own(way, stage):
    refused, deferred = {READER(n) for n in (1, 9, 10, 30)}, {READER(n) for n in (2, 11, 40)}

    def answer(at, argument):
        who = READER(argument.partition("-1-")[2].partition("@")[0]) if at == "mail" else argument
        if at == stage and who in refused | deferred:
            return "550 5.1.1 unknown" if who in refused else "452 4.2.2 full"
        return willing(at, argument)

    mailing = Mailing(way, 40, answer)
    error = mailing.run()

    assert error is None
    assert mailing.audit() == {"accepted": 33, "refused": 4, "deferred": 3}
    assert {email for email, row in mailing.rows().items() if row.state is S.REFUSED} == refused
    assert {(row.code, row.text) for row in mailing.rows().values() if row.state is S.DEFERRED} == {(452, "4.2.2 full")}


@every_way
def test_greylisting_lets_everybody_in_the_second_time(way):
    seen = set()

    def greylisting(at, argument):
        if at == "rcpt" and argument not in seen:
            seen.add(argument)
            return "451 4.7.1 come back in five minutes"
        return willing(at, argument)

    mailing = Mailing(way, 40, greylisting)
    mailing.run()
    first = mailing.audit()
    mailing.clock.sleep(HOUR)
    mailing.run()

    assert (first, mailing.audit()) == ({"deferred": 40}, {"accepted": 40})


@every_stage
@pytest.mark.parametrize("trouble", [DROP, "what is this"])
def test_hanging_up_or_talking_nonsense_costs_at_most_what_was_in_flight(way, stage, trouble):
    mailing = Mailing(way, 60, on(stage, trouble, times=1))

    error = mailing.run()
    found = mailing.audit()

    assert error is None
    assert set(found) <= {"accepted", "in_doubt"}
    begun = stage == "dot" or way == "chunking"
    assert (1 if begun else 0) <= found.get("in_doubt", 0) <= DEPTH[way] * begun


@every_way
def test_a_message_taken_without_a_word_stays_in_doubt_and_is_never_sent_again(way):
    mailing = Mailing(way, 30, on("dot", TAKE_AND_DROP, who={READER(4)}))

    mailing.run()
    mailing.clock.sleep(HOUR)
    mailing.run(willing)

    mailing.audit()
    assert mailing.rows()[READER(4)].state is S.IN_DOUBT
    assert READER(4) in {recipient for _, recipient, _ in mailing.mails}


@every_way
def test_a_limit_of_messages_a_connection_leaves_nobody_in_doubt(way):
    def limited():
        left = {"mail": 7}

        def answer(at, argument):
            if at == "banner":
                left["mail"] = 7
            if at == "mail":
                left["mail"] -= 1
                if left["mail"] < 0:
                    return "421 4.7.0 that was enough for one connection"
            return willing(at, argument)

        return answer

    mailing = Mailing(way, 50, limited())

    error = mailing.run(connections=1)

    assert error is None
    assert mailing.audit() == {"accepted": 50}
    assert mailing.connections == 8


@every_stage
def test_a_server_that_falls_silent_is_left_and_only_what_was_begun_is_in_doubt(way, stage):
    mailing = Mailing(way, 20, on(stage, HANG, times=1))

    error = mailing.run(start=virtually)  # on a clock where the server's minutes pass, and this machine's stalls do not
    found = mailing.audit()

    assert error is None
    begun = stage == "dot" or way == "chunking"
    assert (1 if begun else 0) <= found.get("in_doubt", 0) <= DEPTH[way] * begun
    assert found["accepted"] + found.get("in_doubt", 0) == 20


@every_stage
def test_a_server_that_says_at_every_message_that_it_is_closing_costs_no_reader_anything(way, stage):
    mailing = Mailing(way, 20, on(stage, "421 4.3.2 shutting down"))

    error = mailing.run()

    found = mailing.audit()
    if stage == "dot":
        assert set(found) == {"queued", "deferred"} or (set(found), error) == ({"deferred"}, None)
    else:
        assert found == {"queued": 20}
        assert "connections in a row" in str(error)


@every_way
def test_a_server_that_always_hangs_up_leaves_few_in_doubt(way):
    mailing = Mailing(way, 100, on("dot", DROP))

    error = mailing.run(connections=3)

    assert "in a row" in str(error)
    assert mailing.audit()["in_doubt"] <= 9


@pytest.mark.parametrize("way", ["plain", "pipelining", "chunking"])
def test_where_starttls_was_stripped_nobody_is_told_of(way):
    mailing = Mailing(way, 20)

    error = mailing.run(security=Security.STARTTLS)

    assert "STARTTLS" in str(error)
    assert mailing.audit() == {"queued": 20}
    assert mailing.begun == []


TROUBLES = st.sampled_from(
    ["", "", "", "", "", "421 closing", "450 not now", "451 4.7.1 greylisted", "550 5.1.1 no",
     "503 5.5.1 order", "535 5.7.8 who", "552 5.2.2 full", "what?", DROP, TAKE_AND_DROP]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    way=st.sampled_from(sorted(WAYS)),
    readers=st.integers(1, 30),
    connections=st.integers(1, 3),
    script=st.lists(TROUBLES, max_size=40),
)
def test_whatever_a_server_says_every_reader_ends_in_one_state_and_none_gets_two(way, readers, connections, script):
    left = list(script)

    def answer(stage, argument):
        if stage not in ("mail", "rcpt", "data", "dot", "rset") or not left:
            return willing(stage, argument)
        line = left.pop(0)
        if line == TAKE_AND_DROP and stage != "dot":
            line = ""
        return line or willing(stage, argument)

    mailing = Mailing(way, readers, answer)
    for _ in range(40):
        with suppress(RelayError):
            mailing.run(connections=connections)
        mailing.audit()
        if mailing.outbox.finish(1, now=mailing.clock.now):
            break
        mailing.clock.sleep(timedelta(minutes=15))

    assert set(mailing.audit()) <= {"accepted", "refused", "in_doubt"}
