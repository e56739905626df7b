"""Senders are killed at any point, by the hundred: nobody is lost, nobody gets two, doubt is what was in flight."""

from __future__ import annotations

import os
import random
import signal

import pytest

from digest.deliver.journal import take_over
from digest.store import open_store
from tests.chaos.sink import STAGES
from tests.chaos.stage import DEPTH, S
from tests.store.samples import readers, sending, slot

from .conftest import PEOPLE

KILLS = int(os.environ.get("CHAOS_KILLS", "20"))
"""A mode; `make chaos` has 200."""
SEED = int(os.environ.get("CHAOS_SEED", "6"))
AN_ISSUE = 10
"""Kills in the course of one issue."""


def points(chance: random.Random, kills: int) -> list[tuple[str, int]]:
    """Draw where an issue's senders are killed: a stage, and how many messages have been there."""
    counts = sorted(chance.sample(range(1, PEOPLE), kills))
    return [(chance.choice(STAGES), count) for count in counts]


@pytest.mark.parametrize("mode", list(DEPTH))
def test_killed_at_any_point_nobody_is_lost_and_nobody_gets_two(mode, many, stages, sender):
    chance, kills, hit = random.Random(f"{SEED} {mode}"), 0, 0
    while kills < KILLS:
        stage = stages(many, mode=mode)
        for where, count in points(chance, min(AN_ISSUE, KILLS - kills)):
            came, open_ = stage.killed(sender, where, count)
            kills += came
            hit += bool(open_)
        assert stage.through(sender) == (0, "")

        assert stage.audit().holds(at_most=stage.connections * DEPTH[mode])
        assert set(stage.counts) <= {"accepted", "in_doubt"}

    assert hit > KILLS / 2  # most kills met a message on its way


def test_of_two_senders_one_is_killed_and_the_other_goes_on(many, stages, sender, successor):
    stage = stages(many)
    stage.sink.at("body", 900, lambda: sender.signal(signal.SIGKILL))
    sender.start(stage.spec())
    successor.start(stage.spec())

    ends = [sender.ended()[0], successor.ended()[0]]
    assert stage.through(sender) == (0, "")

    assert ends == [-signal.SIGKILL, 0]
    assert stage.audit().holds(at_most=stage.connections)
    assert set(stage.counts) <= {"accepted", "in_doubt"}


@pytest.fixture(scope="session")
def two_issues(room):
    """Two issues on their way to three hundred readers each."""
    path = room / "two.db"
    people = [*readers(300), *readers(300, "evening", "evening.example")]
    with open_store(f"sqlite:///{path}") as store:
        one = sending(store, *people, lists=("weekday",))
        return path, one, sending(store, *people, lists=("evening",), at=slot(hour=18))


@pytest.mark.parametrize("mode", ["pipelining", "chunking"])
def test_killed_with_two_issues_in_hand_nobody_of_either_is_lost_and_nobody_gets_two(mode, two_issues, stages, sender):
    file, one, other = two_issues
    stage = stages((file, one), mode=mode, beside=other)

    came = [stage.killed(sender, where, count)[0] for where, count in (("dot", 90), ("body", 250), ("rcpt", 400))]
    assert stage.through(sender) == (0, "")

    audit = stage.audit()
    assert came == [True] * 3
    assert audit.holds(at_most=stage.connections * DEPTH[mode])
    assert audit.doubts.total() <= 3 * stage.connections * DEPTH[mode]
    assert {row.state for row in stage.rows.values()} <= {S.ACCEPTED, S.IN_DOUBT}


CURSOR, LEASE = ("cursor", "rcpt"), ("lease", "dot")
"""What is wrong with a sender, and where it is killed to show it: its recipient is named and the message is not there
(claimed for certain, and not sent), and it is there without an answer (sent for certain, and not recorded)."""


def killed_thrice(stage, sender, where, **wrong):
    """Kill the sender three times at that point and let it come to its end; return the audit."""
    came = [stage.killed(sender, where, count, **wrong)[0] for count in (300, 700, 1100)]
    assert came[0]
    assert stage.through(sender, **wrong) == (0, "")
    return stage.audit()


def test_the_harness_convicts_a_sender_whose_cursor_moves_when_it_fetches(many, stages, sender):
    wrong, where = CURSOR

    audit = killed_thrice(stages(many), sender, where, wrong=wrong)

    assert audit.lost
    assert not audit.twice


def test_the_harness_convicts_a_sender_that_takes_an_old_lease_for_a_death(many, stages, sender):
    wrong, where = LEASE

    audit = killed_thrice(stages(many), sender, where, wrong=wrong)

    assert audit.twice
    assert not audit.lost


@pytest.mark.parametrize("where", [CURSOR[1], LEASE[1]])
def test_the_harness_acquits_a_right_sender_in_the_same_trial(where, many, stages, sender):
    stage = stages(many)

    audit = killed_thrice(stage, sender, where)

    assert audit.holds(at_most=stage.connections)


@pytest.fixture
def on_postgres(cluster, stages):
    """An issue to six hundred readers, in PostgreSQL."""
    url = cluster.url(cluster.create())
    with open_store(url) as store:
        issue = sending(store, *readers(600))
    return stages((None, issue), url)


@pytest.mark.postgres
def test_killed_on_postgresql_it_is_the_same(on_postgres, sender):
    stage = on_postgres

    for where, count in (("body", 90), ("dot", 250), ("rcpt", 400)):
        came, _ = stage.killed(sender, where, count)
        assert came
    assert stage.through(sender) == (0, "")

    assert stage.audit().holds(at_most=stage.connections)


@pytest.mark.postgres
def test_connections_that_the_database_ends_cost_nobody_anything(on_postgres, cluster, sender):
    """Whatever the transactions were at: the answer of a commit may be what is lost."""
    stage, ended = on_postgres, []
    more = [60, 130, 210, 300, 420, 560]

    def cut():
        ended.append(cluster.disconnect_all(on_postgres.url))
        if more:
            stage.sink.at("dot", more.pop(0), cut)

    stage.sink.at("dot", 20, cut)
    assert stage.through(sender) == (0, "")

    assert sum(ended) >= 4
    assert stage.audit().holds(at_most=0)
    assert stage.counts == {"accepted": 600}


@pytest.mark.postgres
def test_a_disk_too_full_for_the_journal_stops_the_sender_before_the_byte(on_postgres, sender):
    stage = on_postgres

    code, error = stage.through(sender, fsize=4000)
    stage.sink.drained()
    sent = stage.sink.copies.total()
    counts = stage.counts
    assert stage.through(sender) == (0, "")

    assert code == 1
    assert "the journal cannot be written" in error
    assert 0 < sent < 600
    assert counts == {"accepted": sent, "queued": 600 - sent}
    assert stage.audit().holds(at_most=0)


def test_after_a_power_cut_nothing_goes_back_to_the_queue_wherever_the_journal_ends(few, stages, sender, tmp_path):
    """Cut at every line, and read in the machine's next start."""
    stage = stages(few)
    stage.killed(sender, "body", 40)
    (journal,) = [path for path in (stage.data / "journal").iterdir() if len(path.name) == 32]
    lines = journal.read_bytes().splitlines(keepends=True)
    held = {email for email, row in stage.rows.items() if row.state is S.CLAIMED}

    again = []
    for kept in range(len(lines) + 1):
        journal.write_bytes(b"".join(lines[:kept]))
        verdicts = verdicts_of(stage, journal)
        again += [key for key, state in verdicts.items() if state is S.QUEUED]

    assert held
    assert again == []


def verdicts_of(stage, journal):
    left = take_over(journal)
    try:
        held = stage.store.outbox.held(journal.name)
        account = left.read(held).account("the next start")
        results = {key: account.verdict(key, state) for key, state in held.items()}
    finally:
        left.close()
    return {key: result.outcome.state for key, result in results.items() if result is not None}
