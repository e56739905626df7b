"""Which daemon has the lead."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.errors import StoreError
from digest.store import open_store
from digest.store.lead import FileLead


def soon(told: Callable[[], bool]) -> bool:
    """Ask until the answer is yes: PostgreSQL frees a lead when it comes to notice that the connection has ended."""
    until = time.monotonic() + 60
    while not told():
        assert time.monotonic() < until, "the lead was not free in 60 s"
        time.sleep(0.01)
    return True


def test_one_of_several_has_the_lead_and_the_next_one_has_it_when_that_one_leaves(open_again):
    first, second = open_again().lead(), open_again().lead()

    assert (first.taken(), first.take(), second.take()) == (False, True, False)
    assert (first.holds(), second.holds(), second.taken()) == (True, False, True)
    assert first.take()
    first.leave()

    assert not first.holds()
    assert soon(second.take)
    assert (second.holds(), first.take()) == (True, False)
    second.leave()
    assert soon(lambda: not first.taken())


def test_a_lead_whose_file_was_taken_away_is_lost(folder):
    lead = FileLead(folder / "digest.db")
    assert lead.take()

    Path(lead.where).unlink()

    assert not lead.holds()
    assert FileLead(folder / "digest.db").take()


def test_a_folder_that_cannot_be_written_is_named(folder):
    with pytest.raises(StoreError, match="cannot be made: no such file or directory"):
        FileLead(folder / "nowhere" / "digest.db").take()


@pytest.mark.postgres
def test_a_lead_over_a_connection_that_broke_is_lost(cluster, migrated_database):
    name = cluster.create(migrated_database)
    with open_store(cluster.url(name)) as store:
        lead = store.lead()
        assert lead.take()

        cluster.disconnect_all(cluster.url(name))

        assert not lead.holds()
        assert lead.take()
        lead.leave()
    cluster.drop(name)
