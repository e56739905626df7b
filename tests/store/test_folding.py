"""Deliveries of what is long over become counts: none is lost, none counted twice, and nothing open is touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from digest.errors import NotKept
from digest.lifecycle import Move
from digest.model.delivery import DeliveryState as S
from digest.model.issue import Slot, State
from digest.operate.retention import DELIVERIES, UNCONFIRMED, sweep
from digest.store import folding
from digest.store.folding import fold
from digest.store.schema import delivery, subscription, total
from digest.store.schema import subscriber as people

from .samples import EXPIRES, MINUTE, NOW, enlist, reader, readers, results, sending

LONG_AFTER = EXPIRES + timedelta(days=500)
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # all examples meet in one database
DAYS = count(1)


class Cut(Exception):
    """What a kill looks like from inside."""


@contextmanager
def cut_at_delete(store, which: int) -> Iterator[None]:
    """Raise before the statement number `which` that deletes deliveries."""
    numbers = count(1)

    def look(_connection, _cursor, statement, *_):
        if statement.startswith("DELETE FROM delivery") and next(numbers) == which:
            raise Cut

    event.listen(store.database.engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(store.database.engine, "before_cursor_execute", look)


def folded(store, before=LONG_AFTER, now=LONG_AFTER) -> int:
    return fold(store.database, before, now, rest=lambda _: None)


def left(store, issue: int) -> int:
    with store.database.read() as connection:
        return len(connection.execute(delivery.select().where(delivery.c.issue == issue)).all())


def sent(store, people: int = 12, day: int = 20) -> int:
    """An issue that is sent: to some with success, to some not, to one perhaps, and too late to the rest."""
    at = Slot("brief", date(2026, 11, day), "07:00", NOW, NOW + timedelta(days=day))
    issue = sending(store, *readers(people), at=at)
    worker = f"w{issue}"
    enlist(store, worker)
    claims = store.outbox.claim(issue, worker, limit=people - 3, now=NOW).claims
    said = [
        (S.ACCEPTED, 250, "2.0.0 taken as 7F3A", "a"),
        (S.ACCEPTED, 250, "2.0.0 taken as 7F3B", "b"),
        (S.REFUSED, 550, "5.1.1 <reader6@mail.example> is nobody", "a"),
        (S.REFUSED, 550, "5.1.1 reader7 is nobody", "a"),
        (S.REFUSED, 554, "reader8@mail.example is nobody", "b"),
        (S.IN_DOUBT, 0, "no answer", "b"),
    ]
    for minutes, claim in enumerate(claims):
        state, code, text, relay = said[minutes % len(said)]
        told = [replace(each, relay=relay) for each in results([claim], state, code=code, text=text)]
        store.outbox.record(worker, told, now=NOW + minutes * MINUTE)
    store.outbox.assume_sent(issue, now=NOW + 30 * MINUTE)
    store.outbox.expire(issue, now=EXPIRES)
    assert store.outbox.finish(issue, now=EXPIRES)
    return issue


def shown(store, issue: int):
    """All that any command says in numbers of an issue that is over."""
    stands = store.outbox.standing(issue, now=LONG_AFTER)
    # The domains go with the people: they are as good as an address where somebody has one of their own.
    return replace(stands, domains={}, folded_at=None), store.outbox.counts(issue), store.outbox.expired(issue)


def test_what_is_counted_of_an_issue_is_the_same_before_and_after(store):
    issue, other = sent(store), sent(store, day=21)
    was = shown(store, issue)

    said = sweep(store, EXPIRES + DELIVERIES + MINUTE)

    assert said == "24 deliveries, whose counts stay"
    assert (left(store, issue), left(store, other)) == (0, 0)
    assert shown(store, issue) == was
    assert was[1] == dict.fromkeys(S, 0) | {"accepted": 5, "refused": 4, "suppressed": 3}
    assert (was[0].assumed, was[2]) == (1, 3)
    assert store.outbox.standing(issue, now=NOW).folded_at == EXPIRES + DELIVERIES + MINUTE
    assert sweep(store, EXPIRES + DELIVERIES + 2 * MINUTE) == ""


def test_nothing_goes_before_its_time_nor_while_a_message_is_in_doubt(store):
    issue = sent(store)
    at = Slot("brief", date(2026, 11, 22), "07:00", NOW, NOW)
    doubtful = sending(store, *readers(2), at=at)
    enlist(store, "w")
    claims = store.outbox.claim(doubtful, "w", limit=2, now=NOW).claims
    store.outbox.record("w", results(claims[:1], S.ACCEPTED), now=NOW)
    store.outbox.record("w", results(claims[1:], S.IN_DOUBT), now=NOW)
    assert store.outbox.finish(doubtful, now=NOW)

    early = sweep(store, EXPIRES + DELIVERIES)
    late = sweep(store, EXPIRES + DELIVERIES + MINUTE)

    assert (early, late) == ("", "12 deliveries, whose counts stay")
    assert (left(store, issue), left(store, doubtful)) == (0, 2)
    store.outbox.assume_sent(doubtful, now=LONG_AFTER)
    assert folded(store) == 2


def test_totals_name_nobody_and_keep_no_word_of_a_server(store):
    sent(store)

    folded(store)

    with store.database.read() as connection:
        said = {row.said for row in connection.execute(total.select())}
    assert said == {"", "5.1.1", "assumed", "expired"}


def test_a_sweep_that_is_told_to_stop_ends_between_two_portions_and_goes_on_at_the_next_call(store, monkeypatch):
    monkeypatch.setattr(folding, "PORTION", 5)
    issue = sent(store)
    was = shown(store, issue)
    asked = iter([True, True, False])

    told = fold(store.database, LONG_AFTER, LONG_AFTER, going=lambda: next(asked), rest=lambda _: None)

    assert (told, left(store, issue)) == (10, 2)
    assert shown(store, issue) == was
    assert folded(store) == 2


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_sweep_that_is_killed_in_the_middle_has_lost_and_doubled_nothing(store, monkeypatch, cut):
    monkeypatch.setattr(folding, "PORTION", 5)
    issue = sent(store)
    was = shown(store, issue)

    with cut_at_delete(store, cut), pytest.raises(Cut):
        folded(store)

    assert left(store, issue) == 12 - 5 * (cut - 1)
    assert shown(store, issue) == was
    assert folded(store) == 12 - 5 * (cut - 1)
    assert shown(store, issue) == was


def test_a_call_is_bounded_and_lets_others_in_after_each_portion(store, monkeypatch):
    monkeypatch.setattr(folding, "PORTION", 4)
    monkeypatch.setattr(folding, "MOST", 8)
    issue = sent(store)
    seen = []

    def others(_seconds: float) -> None:
        store.runs.start("send", NOW)  # a writer, who is not kept out
        seen.append((left(store, issue), sum(store.outbox.counts(issue).values())))

    assert fold(store.database, LONG_AFTER, LONG_AFTER, rest=others) == 8
    assert seen == [(8, 12), (4, 12)]
    assert fold(store.database, LONG_AFTER, LONG_AFTER, rest=others) == 4


def test_an_issue_that_is_taken_up_again_after_it_was_looked_at_is_left_alone(store):
    first, second = sent(store), sent(store, day=21)

    def meanwhile(_seconds: float) -> None:
        if store.issues.find(second).state is State.SENT:
            assert store.outbox.retry(second, states=[S.REFUSED], now=NOW) == 4
            enlist(store, "again")
            claims = store.outbox.claim(second, "again", limit=9, now=NOW).claims
            store.outbox.record("again", results(claims, S.REFUSED), now=NOW)  # all have ended, and it has not

    assert fold(store.database, LONG_AFTER, LONG_AFTER, rest=meanwhile) == 12
    assert (left(store, first), left(store, second)) == (0, 12)
    assert store.issues.find(second).state is State.SENDING


def test_what_is_about_single_messages_says_that_they_are_not_kept(store, monkeypatch):
    monkeypatch.setattr(folding, "PORTION", 5)
    issue, outbox = sent(store), store.outbox
    with cut_at_delete(store, 2), pytest.raises(Cut):
        folded(store)

    for asked in (
        lambda: list(outbox.deliveries(issue)),
        lambda: outbox.retry(issue, states=[S.REFUSED], now=NOW),
        lambda: outbox.retry(issue, states=[S.REFUSED], pretend=True, now=NOW),
        lambda: outbox.resend(issue, now=NOW),
        lambda: outbox.assume_sent(issue, now=NOW),
    ):
        with pytest.raises(NotKept, match=f"issue {issue} is kept no longer since 2028-04-04, only how many"):
            asked()
    assert store.issues.find(issue).state is State.SENT


def test_a_list_of_deliveries_that_are_folded_meanwhile_ends_with_a_word(store, monkeypatch):
    monkeypatch.setattr("digest.store.outbox.PAGE", 5)
    issue = sent(store)
    listed = store.outbox.deliveries(issue)
    first = [next(listed) for _ in range(5)]

    folded(store)

    assert len(first) == 5
    with pytest.raises(NotKept):
        next(listed)


def test_who_was_a_reader_is_not_forgotten_with_what_they_were_sent(store):
    sent(store)
    ada = reader(store, "reader1@mail.example")
    with store.database.write() as connection:  # their row left its file, they signed up again and did not confirm
        waits = {"consent": "pending", "since": NOW}
        connection.execute(subscription.update().where(subscription.c.subscriber == ada).values(waits))

    folded(store)
    store.sweep_unconfirmed(LONG_AFTER + UNCONFIRMED)

    with store.database.read() as connection:
        assert ada in set(connection.execute(people.select()).scalars())


DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.sampled_from("ab"), st.integers(1, 4)),
        st.tuples(st.just("tell"), st.sampled_from("ab"), st.sampled_from(["accepted", "deferred", "refused"])),
        st.tuples(st.just("tell"), st.sampled_from("ab"), st.just("in_doubt")),
        st.tuples(st.just("bury"), st.sampled_from("ab"), st.none()),
        st.tuples(st.just("pause"), st.none(), st.none()),
        st.tuples(st.just("stop"), st.none(), st.none()),
        st.tuples(st.just("expire"), st.none(), st.none()),
        st.tuples(st.just("finish"), st.none(), st.none()),
        st.tuples(st.just("again"), st.none(), st.sampled_from(["resend", "assume_sent", "retry"])),
        st.tuples(st.just("fold"), st.none(), st.none()),
    ),
    max_size=25,
)
HELD_BACK = [("claim", "a", 2), ("stop", None, None), ("fold", None, None), ("tell", "a", "accepted")]
"""A stopped issue of which a worker still has messages in hand."""
DOUBTED = [
    ("claim", "a", 2),
    ("bury", "a", None),
    ("finish", None, None),
    ("fold", None, None),
    ("again", None, "resend"),
    ("fold", None, None),
]
"""A sent issue of which everything is in doubt, and is sent again."""


@settings(max_examples=12, deadline=None, suppress_health_check=SHARED)
@given(deeds=DEEDS, crowd=st.integers(0, 6))
@example(deeds=HELD_BACK, crowd=3)
@example(deeds=DOUBTED, crowd=2)
def test_whatever_happens_a_sweep_touches_only_what_sends_nothing_more_and_counts_stay(store, deeds, crowd):
    day = next(DAYS)
    at = Slot("brief", date.fromordinal(739_000 + day), "07:00", NOW, datetime(2026, 11, 20, tzinfo=UTC))
    issue, outbox = sending(store, *readers(crowd), at=at), store.outbox
    names, generation = {"a": f"a{day}", "b": f"b{day}"}, count(1)
    enlist(store, *names.values())
    held: dict[str, list] = {"a": [], "b": []}
    now, gone = NOW, False

    for deed, who, what in [*deeds, ("fold", None, None)]:
        now += MINUTE
        state = store.issues.find(issue).state
        if deed == "claim":
            claims = outbox.claim(issue, names[who], limit=what, now=now).claims
            assert not (claims and gone)
            held[who] += claims
        elif deed == "tell":
            told = results(held[who], S(what), not_before=now if what == "deferred" else None)
            outbox.record(names[who], told, now=now)
            held[who] = []
        elif deed == "bury":
            outbox.bury(names[who], now=now)
            names[who] = f"{who}{day}-{next(generation)}"
            enlist(store, names[who])  # what the dead one holds it may still tell, over the doubt
        elif deed == "pause" and state in (State.SENDING, State.PAUSED):
            store.issues.move(issue, Move.RESUME if state is State.PAUSED else Move.PAUSE, now=now)
        elif deed == "stop" and state in (State.SENDING, State.PAUSED):
            store.issues.move(issue, Move.STOP, now=now)
        elif deed == "expire":
            outbox.expire(issue, now=EXPIRES)
        elif deed == "finish":
            outbox.finish(issue, now=now)
        elif deed == "again" and (gone or state in (State.SENDING, State.PAUSED, State.SENT)):
            more = {"states": [S.REFUSED]} if what == "retry" else {}
            if gone:
                with pytest.raises(NotKept):
                    getattr(outbox, what)(issue, now=now, **more)
            else:
                getattr(outbox, what)(issue, now=now, **more)
        elif deed == "fold":
            was = shown(store, issue)
            open_ = sum(was[1][each] for each in ("queued", "claimed", "deferred", "in_doubt"))
            over = state in (State.SENT, State.STOPPED) and not open_
            before = left(store, issue)

            folded(store)

            gone = gone or (over and before > 0)
            assert left(store, issue) == (0 if over else crowd)
            assert shown(store, issue) == was
        assert sum(outbox.counts(issue).values()) == crowd
