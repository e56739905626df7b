"""A worker called dead by somebody's word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.deliver import Declared, Folder, declare_dead, enlisted
from digest.deliver.journal import Journal
from digest.errors import MoveError, UnknownError
from digest.model.delivery import CLAIM_AGE, Settled
from digest.model.delivery import DeliveryState as S
from tests.fakes import NOON, MemoryOutbox, reader

FAR, NEAR = "f" * 32, "a" * 32


@pytest.fixture
def outbox():
    """An outbox of which a worker of another machine holds two rows."""
    outbox = MemoryOutbox([reader(n) for n in range(1, 5)])
    outbox.enlist(FAR, host="far away", boot="b", now=NOON)
    outbox.claim(1, FAR, limit=2, now=NOON)
    return outbox


@pytest.fixture
def folder(tmp_path):
    return Folder.of(tmp_path, boot="b")


def states(outbox):
    return [delivery.state for delivery, _ in outbox.deliveries(1)]


def test_what_a_worker_of_a_lost_machine_held_is_in_doubt_and_waits_before_it_goes_out_again(outbox, folder):
    said = declare_dead(outbox, folder, FAR[:6], now=NOON)
    early = outbox.resend(1, now=NOON + CLAIM_AGE - timedelta(seconds=1))
    late = outbox.resend(1, now=NOON + CLAIM_AGE)

    assert said == Declared(FAR, doubted=2, proven=False)
    assert (early.count, late) == (0, Settled(2))
    assert outbox.claim(1, FAR, limit=1, now=NOON).closed == "dead"


def test_who_comes_back_after_all_is_heard_by_its_own_machine(outbox, folder):
    declare_dead(outbox, folder, FAR, now=NOON)
    journal = Journal(folder.path / FAR, FAR, "b")  # its disk is in this machine now
    journal.write("outcome 1 1 1 accepted 250 2.0.0 -")
    journal.close()

    with enlisted(outbox, folder.path.parent, now=lambda: NOON, boot="b"):
        pass

    assert states(outbox)[:2] == [S.ACCEPTED, S.IN_DOUBT]
    assert outbox.workers(declared=True) == {}


def test_who_lives_here_is_not_called_dead(outbox, folder):
    outbox.enlist(NEAR, host=folder.host, boot="b", now=NOON)
    journal = Journal(folder.path / NEAR, NEAR, "b")

    with pytest.raises(MoveError, match="lives on this machine"):
        declare_dead(outbox, folder, NEAR, now=NOON)
    journal.close()

    assert declare_dead(outbox, folder, NEAR, now=NOON) == Declared(NEAR, 0, proven=True)


@pytest.mark.parametrize("name", ["0", ""])
def test_a_name_that_means_nobody_is_refused_and_those_there_are_are_named(outbox, folder, name):
    with pytest.raises(UnknownError, match=FAR):
        declare_dead(outbox, folder, name, now=NOON)


def test_a_name_that_means_two_is_refused(outbox, folder):
    outbox.enlist("f" * 31 + "e", host="far away", boot="b", now=NOON)

    with pytest.raises(UnknownError, match="2 workers"):
        declare_dead(outbox, folder, "ff", now=NOON)

    assert states(outbox)[:2] == [S.CLAIMED] * 2
