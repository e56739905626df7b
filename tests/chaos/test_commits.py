"""Commits that reach the database when their sender is dead, or whose answer never comes back."""

from __future__ import annotations

import signal
import time
from collections import Counter

import pytest

from digest.store import open_store
from tests.chaos.proxy import Proxy, between, claims, records
from tests.chaos.stage import PATIENCE, S
from tests.store.samples import readers, sending

pytestmark = pytest.mark.postgres


@pytest.fixture
def stage(cluster, stages):
    """An issue to two hundred readers, in PostgreSQL."""
    url = cluster.url(cluster.create())
    with open_store(url) as store:
        issue = sending(store, *readers(200))
    return stages((None, issue), url)


def waits_for_a_lock(cluster, url):
    """Wait until somebody waits for what another transaction holds."""
    until = time.monotonic() + PATIENCE
    while not cluster.waiting(url):
        assert time.monotonic() < until, f"nobody waited for a lock in {PATIENCE} s"
        time.sleep(0.02)


def test_a_claim_whose_commit_comes_during_the_recovery_of_its_dead_worker_is_recovered_too(
    stage, cluster, sender, successor
):
    with between(Proxy(cluster.folder, claims, nth=2)) as proxy:
        sender.start(stage.spec(url=proxy.url(stage.url)))
        proxy.came()
        sender.signal(signal.SIGKILL)
        assert sender.ended()[0] == -signal.SIGKILL
        claimed = {row.seq for row in stage.rows.values() if row.attempts}
        successor.start(stage.spec())
        waits_for_a_lock(cluster, stage.url)

        proxy.let_go()
        assert successor.ended() == (0, "")

    assert claimed == set(range(1, len(claimed) + 1))  # the second claim was not there
    (first,) = (row for row in stage.rows.values() if row.seq == len(claimed) + 1)
    assert first.attempts == 2  # then it was, and nobody had begun it
    assert stage.audit().holds(at_most=stage.connections)
    assert set(stage.counts) <= {"accepted", "in_doubt"}


def test_an_outcome_whose_answer_is_lost_says_nothing_of_the_next_attempt(stage, cluster, sender, successor):
    """It is written again once the database is back; another worker has claimed the row and sent it by then."""
    tries = Counter()

    def says(at, recipient):
        tries[at, recipient] += at == "dot"
        return "451 4.7.1 later" if at == "dot" and tries[at, recipient] == 1 else "250 ok"

    stage.sink.says = says
    with between(Proxy(cluster.folder, records, drops_answer=True)) as proxy:
        sender.start(stage.spec(url=proxy.url(stage.url), patient=True))
        proxy.came()
        deferred = {email for email, row in stage.rows.items() if row.state is S.DEFERRED}
        assert stage.through(successor, minutes=30) == (0, "")
        again = {email for email, row in stage.rows.items() if row.attempts == 2}

        proxy.let_go()
        assert sender.ended() == (0, "")
    kept = {email for email in deferred if stage.rows[email].state is S.ACCEPTED}
    assert stage.through(sender, minutes=60) == (0, "")

    assert deferred
    assert deferred <= again
    assert kept == deferred
    assert stage.audit().holds(at_most=0)
    assert stage.counts == {"accepted": 200}
