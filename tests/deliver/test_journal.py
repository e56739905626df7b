"""The journal: what a worker noted, read after its death, however it died."""

from __future__ import annotations

import errno
import os
import resource
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver import lines
from digest.deliver.journal import Journal, take_over
from digest.errors import JournalError
from digest.model.delivery import DeliveryState as S
from digest.model.delivery import Key, Outcome

BOOT = "this-start"
STATES = st.sampled_from([S.ACCEPTED, S.DEFERRED, S.REFUSED, S.IN_DOUBT, S.QUEUED])
KEYS = st.builds(Key, st.integers(1, 9), st.integers(1, 9), st.integers(1, 3))
MOMENTS = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
OUTCOMES = st.builds(Outcome, STATES, st.integers(0, 599), st.text())
NOTES = st.lists(st.tuples(KEYS, st.none() | OUTCOMES, MOMENTS), max_size=12)


@pytest.fixture
def path(tmp_path):
    return tmp_path / ("a" * 32)


@pytest.fixture
def journal(path):
    journal = Journal(path, "w1", BOOT)
    yield journal
    journal.close()


def written(notes, boot=BOOT):
    """The bytes of a journal with these notes; None for a begin."""
    texts = [lines.header("w1", boot)]
    texts += [lines.begin(key) if what is None else lines.outcome(key, what, at) for key, what, at in notes]
    return [lines.sealed(text) for text in texts]


def last(notes):
    """What each key's last outcome is; in doubt for one that was only begun."""
    told = {}
    for key, what, _ in notes:
        if what is None:
            told.setdefault(key, S.IN_DOUBT)
        elif what.state is S.QUEUED:
            told.pop(key, None)
        else:
            told[key] = what.state
    return told


def states(reading):
    return {key: result.outcome.state for key, result in reading.results.items()}


def test_the_relay_that_a_message_was_begun_with_is_told_with_what_became_of_it():
    begun, ended, old = Key(1, 1, 1), Key(1, 2, 1), Key(1, 3, 1)
    texts = [lines.header("w1", BOOT), lines.begin(begun, "main"), lines.begin(ended, "spare-2"), lines.begin(old)]
    texts += [lines.outcome(key, Outcome(S.ACCEPTED, 250, "2.0.0 ok"), None) for key in (ended, old)]

    reading = lines.read([b"".join(map(lines.sealed, texts))], None)

    assert reading.whole
    assert {key.seq: result.relay for key, result in reading.results.items()} == {1: "main", 2: "spare-2", 3: ""}


@given(NOTES, st.integers(1, 50))
def test_what_was_noted_is_read_again_however_the_file_is_cut_into_blocks(notes, size):
    data = b"".join(written(notes))

    reading = lines.read((data[at : at + size] for at in range(0, len(data), size)), None)

    assert states(reading) == last(notes)
    assert (reading.worker, reading.boot, reading.whole) == ("w1", BOOT, True)
    times = {key: at for key, what, at in notes if what is not None and what.state is not S.QUEUED}
    ended = [key for key, state in last(notes).items() if state is not S.IN_DOUBT]
    assert all(reading.results[key].not_before == times[key] for key in ended)


@given(st.text(), st.sampled_from(["reader7@aldovar.example", "eyJ0b2tlbiI6IDd9.c2ln"]))
def test_nothing_of_what_a_server_says_but_its_codes_is_noted(text, secret):
    line = lines.outcome(Key(1, 2, 3), Outcome(S.REFUSED, 550, f"5.1.1 {text}{secret} {text}"), None)

    assert line == "outcome 1 2 3 refused 550 5.1.1 -"


@given(NOTES, st.data())
def test_cut_anywhere_it_tells_only_what_was_noted_before(notes, data):
    """The process was killed in the middle of a line, or the disk was full: what is whole counts."""
    pieces = written(notes)
    cut = data.draw(st.integers(0, sum(map(len, pieces))))

    reading = lines.read([b"".join(pieces)[:cut]], None)

    whole = sum(sum(map(len, pieces[: n + 1])) <= cut for n in range(len(pieces)))
    assert states(reading) == last(notes[: max(whole - 1, 0)])
    assert reading.account(BOOT).whole == (whole > 0)


@settings(max_examples=300)
@given(NOTES.filter(bool), st.data())
def test_a_damaged_line_never_makes_a_message_one_that_was_not_begun(notes, data):
    whole = bytearray(b"".join(written(notes)))
    at = data.draw(st.integers(0, len(whole) - 2))
    whole[at] ^= data.draw(st.integers(1, 255))

    account = lines.read([bytes(whole)], None).account(BOOT)

    for key, state in last(notes).items():
        verdict = account.verdict(key, S.CLAIMED).outcome.state
        assert verdict is not S.QUEUED
        assert verdict in (S.IN_DOUBT, state, *(what.state for k, what, _ in notes if k == key and what))
    assert not lines.read([bytes(whole)], ()).account(BOOT).whole  # nor where nobody asks for a message


@given(NOTES, st.data(), st.sampled_from(["another-start", ""]))
def test_after_a_power_cut_nothing_goes_back_to_the_queue_wherever_the_journal_ends(notes, data, boot):
    pieces = written(notes, boot)
    kept = pieces[: data.draw(st.integers(0, len(pieces)))]

    account = lines.read([b"".join(kept)], None).account(BOOT)

    for key in {key for key, _, _ in notes} | {Key(9, 9, 9)}:
        assert account.verdict(key, S.CLAIMED).outcome.state is not S.QUEUED


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"nonsense\n", lines.sealed("begin 1 1 1"), lines.sealed("digest-journal 2 w b")]
)
def test_what_is_no_journal_tells_nothing(data):
    account = lines.read([data], None).account(BOOT)

    assert account.verdict(Key(1, 1, 1), S.CLAIMED).outcome.state is S.IN_DOUBT


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_a_sound(noise):
    lines.read([b"".join(written([])) + noise, noise], None)


def test_what_the_server_did_not_take_is_not_begun_until_it_is_begun_again(journal):
    key = Key(1, 1, 1)
    told = []
    for what in (None, Outcome(S.QUEUED, 421, "4.3.2 closing"), None):
        journal.begin(key) if what is None else journal.outcome(key, what, None)
        told.append(journal.read([key]).account(BOOT).verdict(key, S.CLAIMED).outcome.state)

    assert told == [S.IN_DOUBT, S.QUEUED, S.IN_DOUBT]


def test_only_what_was_asked_for_is_kept_of_a_long_journal(journal):
    for seq in range(1, 400):
        journal.begin(Key(1, seq, 1))
    journal.claim(17, 3)

    reading = journal.read([Key(1, 7, 1), Key(1, 8, 2)])

    assert list(reading.results) == [Key(1, 7, 1)]
    assert (reading.claims, reading.issue) == (17, 3)


def test_a_journal_is_for_its_owner_alone_and_belongs_to_one_worker(journal, path):
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(JournalError, match="exists"):
        Journal(path, "w2", BOOT)


def test_its_lock_is_won_only_when_it_is_closed(path):
    journal = Journal(path, "w1", BOOT)
    journal.begin(Key(1, 1, 1))
    living = take_over(path)
    journal.close()
    left = take_over(path)

    assert living is None
    assert states(left.read(None)) == {Key(1, 1, 1): S.IN_DOUBT}
    left.close()


def test_a_line_that_does_not_go_in_whole_leaves_no_trace_and_stops_the_worker(path):
    """The disk is full in the middle of a line: the message of that line is not begun, and no later one is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    journal = Journal(path, "w1", BOOT)
    journal.begin(Key(1, 1, 1))
    size = path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, hard))
    try:
        with pytest.raises(JournalError, match="cannot be written"):
            journal.begin(Key(1, 2, 1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with pytest.raises(JournalError):
        journal.begin(Key(1, 3, 1))

    reading = journal.read(None)
    assert path.stat().st_size == size
    assert states(reading) == {Key(1, 1, 1): S.IN_DOUBT}
    assert reading.account(BOOT).whole
    journal.close()


def test_a_journal_that_is_closed_takes_nothing_more_and_writes_into_no_other_file(path, tmp_path):
    journal = Journal(path, "w1", BOOT)
    journal.close()
    with (tmp_path / "other").open("wb"), pytest.raises(JournalError):
        journal.begin(Key(1, 1, 1))

    assert not journal.there
    assert (tmp_path / "other").read_bytes() == b""


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(JournalError, match=f"{tmp_path}/none/x: .*{os.strerror(errno.ENOENT).lower()}"):
        Journal(tmp_path / "none" / "x", "w1", BOOT)
