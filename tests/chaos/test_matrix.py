"""Senders are killed at any point, by the hundred: nobody is lost, nobody gets two, doubt is what was in flight."""

from __future__ import annotations

import os
import random

import pytest

from tests.chaos.sink import STAGES
from tests.chaos.stage import DEPTH, S

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


def test_the_harness_convicts_a_sender_whose_cursor_moves_when_it_fetches(many, stages, sender):
    stage = stages(many)

    for count in (700, 1500, 2200):
        stage.killed(sender, "body", count, wrong="cursor")
    stage.through(sender, wrong="cursor")

    audit = stage.audit()
    assert audit.lost
    assert not audit.twice


def test_the_harness_convicts_a_sender_that_takes_an_old_lease_for_a_death(many, stages, sender):
    stage = stages(many)

    for count in (700, 1500, 2200):
        stage.killed(sender, "reply", count, wrong="lease")
    stage.through(sender, wrong="lease")

    audit = stage.audit()
    assert audit.twice
    assert not audit.lost


@pytest.mark.postgres
def test_killed_on_postgresql_it_is_the_same(cluster, stages, sender):
    from digest.store import open_store
    from tests.store.samples import readers, sending

    url = cluster.url(cluster.create())
    with open_store(url) as store:
        issue = sending(store, *readers(600))
    stage = stages((None, issue), url)

    for where, count in (("body", 90), ("dot", 250), ("rcpt", 400)):
        came, _ = stage.killed(sender, where, count)
        assert came
    assert stage.through(sender) == (0, "")

    assert stage.audit().holds(at_most=stage.connections)


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
    from digest.deliver.journal import take_over

    left = take_over(journal)
    try:
        held = stage.store.outbox.held(journal.name)
        account = left.read(held).account("the next start")
        results = {key: account.verdict(key, state) for key, state in held.items()}
    finally:
        left.close()
    return {key: result.outcome.state for key, result in results.items() if result is not None}
