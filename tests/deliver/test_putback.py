"""The mark, and a database that was put back from a backup."""

from __future__ import annotations

import fcntl
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.alive import Enlisted, enlisted
from digest.deliver.journal import Journal, take_over
from digest.deliver.journals import journals
from digest.deliver.mark import NAME, OWN, Mark, fold, note, raise_mark, read_mark
from digest.deliver.putback import require_not_older
from digest.deliver.recover import Folder
from digest.errors import JournalError, PutBack
from digest.model.delivery import DeliveryState as S
from digest.model.delivery import Outcome
from tests.fakes import NOON, MemoryOutbox, reader


def outbox_of(people=4):
    return MemoryOutbox([reader(n) for n in range(1, people + 1)])


def enter(outbox, data):
    return enlisted(outbox, data, now=lambda: NOON, boot="b")


def states(outbox):
    return [delivery.state for delivery, _ in outbox.deliveries(1)]


def sent(outbox, data, *, ended=True):
    """Let a worker claim and send two messages; return its claims."""
    with enter(outbox, data) as worker:
        claimed = outbox.claim(1, worker.id, limit=2, now=NOON)
        worker.claimed(claimed.number, 1)
        for claim in claimed.claims:
            worker.begin(claim)
            worker.ended(claim, Outcome(S.ACCEPTED, 250, "2.0.0"), None)
        if not ended:
            raise KeyboardInterrupt
        return claimed.claims


# The mark


def test_the_mark_only_rises(tmp_path):
    for number in (3, 7, 5):
        raise_mark(tmp_path, Mark(number, number * 10))

    assert read_mark(tmp_path) == Mark(7, 70)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_a_folder_without_a_mark_has_none(tmp_path):
    assert read_mark(tmp_path) == Mark()


@given(st.binary(max_size=200))
def test_a_damaged_mark_is_none(noise):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as name:
        (Path(name) / NAME).write_bytes(noise)

        assert read_mark(Path(name)) == Mark()


def test_a_write_that_a_power_cut_tears_leaves_the_mark_before_it(tmp_path):
    raise_mark(tmp_path, Mark(1, 1))
    raise_mark(tmp_path, Mark(2, 1))
    before = (tmp_path / NAME).read_bytes()
    raise_mark(tmp_path, Mark(3, 1))
    after = (tmp_path / NAME).read_bytes()

    torn = set()
    for cut in range(len(before) + 1):
        (tmp_path / NAME).write_bytes(after[:cut] + before[cut:])
        torn.add(read_mark(tmp_path).number)

    assert torn == {2, 3}


def test_of_many_that_raise_it_at_once_the_highest_stays(tmp_path, monkeypatch):
    monkeypatch.setattr("digest.deliver.mark.WAIT", 250.0)  # who comes last waits for every flush of the others

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: raise_mark(tmp_path, Mark(n, 1)), range(1, 40)))

    assert read_mark(tmp_path).number == 39


def test_nobody_waits_for_a_sender_that_is_frozen_with_the_mark(tmp_path):
    with (tmp_path / NAME).open("w") as frozen:
        fcntl.flock(frozen, fcntl.LOCK_EX)
        note(tmp_path, "w1", Mark(4, 1))
        fold(tmp_path, "w1")
        told = read_mark(tmp_path), (tmp_path / f"{OWN}w1").exists()
    fold(tmp_path, "w1")

    assert told == (Mark(4, 1), True)
    assert read_mark(tmp_path) == Mark(4, 1)
    assert not (tmp_path / f"{OWN}w1").exists()


def test_a_folder_whose_worker_ended_in_good_order_holds_one_mark(tmp_path):
    sent(outbox_of(), tmp_path)

    assert [path.name for path in (tmp_path / "journal").glob(f"{NAME}*")] == [NAME]


def test_what_workers_noted_that_are_no_more_is_folded_at_the_next_start(tmp_path):
    for name in ("gone", "unknown"):
        note(journals(tmp_path), name, Mark(0, 1))
    (journals(tmp_path) / "unknown").touch()
    with enter(outbox_of(), tmp_path) as living:
        note(journals(tmp_path), living.id, Mark(0, 1))
        with enter(outbox_of(), tmp_path):
            there = sorted(path.name for path in journals(tmp_path).glob(f"{NAME}*"))

    assert there == [NAME, f"{OWN}{living.id}"]


def test_a_mark_that_cannot_be_read_is_named_with_the_cure(tmp_path):
    (journals(tmp_path) / NAME).mkdir()

    with pytest.raises(JournalError, match=r"mark cannot be read \(is a directory\); .* let this user read it"):
        require_not_older(outbox_of(), journals(tmp_path), now=NOON)


def test_a_mark_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / NAME).mkdir()

    with pytest.raises(JournalError, match="mark cannot be written"):
        raise_mark(tmp_path, Mark(1, 1))


# Put back


def test_a_database_as_new_as_the_mark_is_no_older_one(tmp_path):
    outbox = outbox_of()

    for _ in range(2):
        sent(outbox, tmp_path)

    assert outbox.counts(1)["claimed"] == 0
    assert read_mark(tmp_path / "journal").number == outbox.claims() == 2


def test_after_a_clean_end_the_mark_still_tells_an_older_database(tmp_path):
    """The journals are gone with their workers: nobody knows any more who got it."""
    sent(outbox_of(), tmp_path)
    older = outbox_of()

    with (
        pytest.raises(PutBack, match=r"it knows of 0 claims, and 1 were made; 4 messages are in doubt"),
        enter(older, tmp_path),
    ):
        pass

    assert states(older) == [S.IN_DOUBT] * 4
    assert older.claims() == 1


def test_what_journals_tell_of_an_older_databases_rows_is_kept(tmp_path):
    outbox = outbox_of()
    recover = outbox.recover
    outbox.recover = lambda *args, **options: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        sent(outbox, tmp_path)
    outbox.recover = recover
    older = outbox_of()

    with pytest.raises(PutBack, match="2 messages are in doubt"), enter(older, tmp_path):
        pass

    assert states(older) == [S.ACCEPTED, S.ACCEPTED, S.IN_DOUBT, S.IN_DOUBT]
    assert [path.name for path in (tmp_path / "journal").iterdir() if len(path.name) == 32] == []
    assert len(list((tmp_path / "journal" / "aside").iterdir())) == 1


def test_without_a_mark_a_journal_tells_as_well(tmp_path):
    outbox = outbox_of()
    outbox.recover = lambda *args, **options: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        sent(outbox, tmp_path)
    for mark in (tmp_path / "journal").glob(f"{NAME}*"):
        mark.unlink()

    with pytest.raises(PutBack), enter(outbox_of(), tmp_path):
        pass


def test_nothing_starts_until_somebody_has_accepted_it_and_then_nobody_gets_two(tmp_path):
    sent(outbox_of(), tmp_path)
    older = outbox_of()
    for _ in range(2):
        with pytest.raises(PutBack, match="settle --put-back"), enter(older, tmp_path):
            pass

    older.accept_put_back()
    with enter(older, tmp_path) as worker:
        got = older.claim(1, worker.id, limit=4, now=NOON)

    assert (got.claims, got.closed) == ((), "over")
    assert states(older) == [S.IN_DOUBT] * 4


def test_a_journal_that_its_worker_takes_away_at_that_moment_is_none(tmp_path):
    (tmp_path / ("a" * 32)).symlink_to(tmp_path / "gone")  # its name is there, and the file no more

    require_not_older(outbox_of(), tmp_path, now=NOON)

    assert read_mark(tmp_path) == Mark()


class WhileAsked(MemoryOutbox):
    """An outbox whose other worker claims once more, and is killed, while somebody asks for the number of claims."""

    other = None

    def claims(self):
        number = super().claims()
        worker, self.other = self.other, None
        if worker is not None:
            worker.claimed(self.claim(1, worker.id, limit=2, now=NOON).number, 1)
            worker.journal.close()
        return number


def test_a_claim_that_is_made_while_somebody_starts_is_no_sign_of_an_older_database(tmp_path):
    outbox, folder, name = WhileAsked([reader(n) for n in range(1, 5)]), Folder.of(tmp_path, boot="b"), "a" * 32
    outbox.enlist(name, host=folder.host, boot="b", now=NOON)
    outbox.other = Enlisted(name, Journal(folder.path / name, name, "b"), folder, outbox)

    with enter(outbox, tmp_path):
        pass

    assert not outbox.put_back()
    assert states(outbox) == [S.QUEUED] * 4


def test_a_journal_whose_worker_ends_while_it_is_opened_is_not_left(tmp_path, monkeypatch):
    journal = Journal(tmp_path / ("a" * 32), "a" * 32, "b")
    lock = fcntl.flock

    def ends_first(descriptor, how):
        journal.drop()
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", ends_first)

    with pytest.raises(FileNotFoundError):
        take_over(journal.path)


def test_an_older_database_is_told_though_its_mark_cannot_be_raised_now(tmp_path, monkeypatch):
    monkeypatch.setattr("digest.deliver.mark.WAIT", 0.0)
    outbox = outbox_of()
    outbox.recover = lambda *args, **options: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        sent(outbox, tmp_path)
    older = outbox_of()

    with (journals(tmp_path) / NAME).open("a") as frozen:
        fcntl.flock(frozen, fcntl.LOCK_EX)
        with pytest.raises(PutBack, match="2 messages are in doubt"), enter(older, tmp_path):
            pass

    assert older.put_back()
    assert len(list((journals(tmp_path) / "aside").iterdir())) == 1


def test_the_journal_of_a_worker_that_lives_is_left_where_it_is(tmp_path):
    outbox, older = outbox_of(), outbox_of()
    with enter(outbox, tmp_path) as living:
        claimed = outbox.claim(1, living.id, limit=2, now=NOON)
        living.claimed(claimed.number, 1)
        with pytest.raises(PutBack), enter(older, tmp_path):
            pass

        assert living.holds()
        assert (journals(tmp_path) / living.id).exists()
