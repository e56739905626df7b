"""Senders that are frozen at the worst moments, for a while or an hour, and wake when a successor has done its work."""

from __future__ import annotations

import fcntl
import signal
from collections import Counter
from datetime import timedelta

import pytest

from digest.lifecycle import Move
from digest.model.delivery import CLAIM_AGE
from digest.store.claims import LEASE
from tests.chaos.stage import S
from tests.store.samples import EXPIRES, NOW

MOMENTS = {
    "after a claim": {"stop": ("claim", 2)},
    "after begin": {"stop": ("begin", 30)},
    "before the outcome is on record": {"stop": ("outcome", 1)},
    "in the middle of a message": {"lines": 20_000},
}
EXPIRED = round((EXPIRES - NOW) / timedelta(minutes=1))
LATER = round(LEASE.total_seconds() / 60) + 1
"""Minutes after which the leases of a frozen sender's batches have run out."""


def frozen(stage, sender, moment):
    """Let a sender begin, and freeze at that moment."""
    spec = dict(MOMENTS[moment])
    if "lines" in spec:  # more than the socket takes at once
        stage.sink.at("body", 20, lambda: sender.signal(signal.SIGUSR1))
    sender.start(stage.spec(**spec))
    sender.heard("stopped")


def woken(stage, sender, *, after=0):
    """Let it go on, as many minutes later; return how it ended."""
    (stage.data / "woken").write_text(str(after))
    sender.signal(signal.SIGCONT)
    return sender.ended()


@pytest.mark.parametrize("after", [0, 60])
@pytest.mark.parametrize("moment", list(MOMENTS))
def test_who_wakes_after_a_successor_has_sent_the_rest_sends_nothing_twice(
    moment, after, few, stages, sender, successor
):
    stage = stages(few)
    frozen(stage, sender, moment)

    assert stage.through(successor, minutes=LATER) == (0, "")
    between = Counter(row.state for row in stage.rows.values())
    assert woken(stage, sender, after=after) == (0, "")
    assert stage.through(successor) == (0, "")

    assert between[S.CLAIMED] > 0  # nobody took what the frozen one held
    assert between[S.IN_DOUBT] == between[S.QUEUED] == 0
    assert stage.audit().holds(at_most=0)
    assert stage.counts == {"accepted": 120}


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_who_was_called_dead_and_wakes_after_its_messages_went_out_again_sends_none_of_them(
    moment, few, stages, sender, successor
):
    stage = stages(few)
    frozen(stage, sender, moment)
    (name,) = stage.store.outbox.workers()

    doubted = stage.store.outbox.bury(name, now=NOW)
    early = stage.store.outbox.resend(stage.issue, now=NOW)
    late = stage.store.outbox.resend(stage.issue, now=NOW + CLAIM_AGE)
    assert stage.through(successor, minutes=LATER) == (0, "")
    before = Counter(stage.sink.copies)
    assert woken(stage, sender, after=60) == (0, "")
    stage.sink.drained()

    assert doubted == early.later == late.count > 0
    assert stage.counts == {"accepted": 120}
    # What it had begun when it was called dead may still end, and so come twice: somebody chose that. No more does.
    assert (stage.sink.copies - before).total() <= stage.connections


def paused(stage):
    stage.store.issues.move(stage.issue, Move.PAUSE, now=NOW)


def unsubscribed(stage):
    for delivery in stage.rows.values():
        if delivery.state is S.CLAIMED:
            stage.store.subscribers.unsubscribe(delivery.subscriber, ("weekday", "desk"), now=NOW, origin="link")


def nothing(stage):
    """The issue expires by itself."""


@pytest.mark.parametrize(
    ("meanwhile", "after", "ends"),
    [(paused, 60, "queued"), (unsubscribed, 60, "suppressed"), (nothing, EXPIRED, "suppressed")],
)
def test_who_wakes_long_after_its_claim_begins_nothing_of_it(meanwhile, after, ends, few, stages, sender):
    stage = stages(few)
    frozen(stage, sender, "after a claim")
    held = {email for email, row in stage.rows.items() if row.state is S.CLAIMED}
    taken = set(stage.sink.copies)
    meanwhile(stage)

    assert woken(stage, sender, after=after) == (0, "")
    stage.sink.drained()

    late = held - taken
    unsent = {email for email in late if not stage.sink.copies[email]}
    assert {stage.rows[email].state for email in unsent} == {S(ends)}
    # What was begun before the freeze may still end; nothing claimed before it is begun after it.
    assert len(late) - len(unsent) <= stage.connections
    assert set(stage.sink.copies.values()) == {1}


def test_a_journal_deleted_under_a_frozen_sender_costs_doubt_and_no_second_copy(few, stages, sender, successor):
    stage = stages(few)
    frozen(stage, sender, "after begin")
    (name,) = stage.store.outbox.workers()
    (stage.data / "journal" / name).unlink()

    assert stage.through(successor, minutes=LATER) == (0, "")
    doubted = stage.counts["in_doubt"]
    assert woken(stage, sender) == (0, "")
    assert stage.through(successor) == (0, "")

    assert doubted > 0
    assert stage.audit().holds(at_most=0)  # it lived, and could tell
    assert stage.counts == {"accepted": 120}


def test_a_sender_frozen_while_it_notes_a_claim_keeps_nobody_from_sending(few, stages, sender, successor):
    """With the file of the marks locked, as whoever folds its own into it has it for a moment."""
    stage = stages(few)
    frozen(stage, sender, "after begin")

    with (stage.data / "journal" / "mark").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert stage.through(successor, minutes=LATER) == (0, "")
    assert woken(stage, sender) == (0, "")

    assert stage.audit().holds(at_most=0)
    assert stage.counts == {"accepted": 120}


def test_a_message_that_was_put_off_and_claimed_again_is_judged_by_its_last_attempt(few, stages, sender):
    """451, claimed again by the same worker, killed after `begin`: the first attempt's end is not the second's."""
    stage = stages(few)
    tries = Counter()

    def says(at, recipient):
        tries[at, recipient] += at == "dot"
        return "451 4.7.1 later" if at == "dot" and tries[at, recipient] == 1 else "250 ok"

    stage.sink.says = says
    came, _ = stage.killed(sender, "body", 120 + 50, runs=2, pause=10)
    assert came
    assert stage.through(sender, minutes=30) == (0, "")

    assert stage.audit().holds(at_most=stage.connections)
    assert {row.attempts for row in stage.rows.values() if row.state is S.IN_DOUBT} == {2}


def test_a_full_disk_is_a_clear_stop_and_nothing_is_half_recorded(few, stages, sender):
    stage = stages(few)
    size = (stage.data.parent / "digest.db").stat().st_size

    code, error = stage.through(sender, fsize=size // 4)
    assert stage.through(sender) == (0, "")

    assert code == 1
    assert "disk" in error
    assert stage.audit().holds(at_most=0)  # every end is in the journal
    assert stage.counts == {"accepted": 120}


def test_a_database_that_turns_read_only_is_a_clear_stop_and_nothing_is_half_recorded(few, stages, sender):
    stage = stages(few)

    code, error = stage.through(sender, readonly=2)
    claimed = stage.counts.get("claimed", 0)
    assert stage.through(sender) == (0, "")

    assert code == 1
    assert "cannot be written" in error
    assert claimed > 0
    assert stage.audit().holds(at_most=0)  # every end is in the journal
    assert stage.counts == {"accepted": 120}
