"""Rules that hold whatever happens in whatever order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.lifecycle import Move
from digest.model.delivery import DeliveryState
from digest.model.issue import Slot, State
from digest.model.people import Suppression
from digest.store.schema import consent, earlier, preference, subscriber, subscription, suppression

from .samples import EXPIRES, MINUTE, NOW, enlist, keyed, load, readers, results, row, sending

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # all examples meet in one database
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=SHARED)
LISTS = ("weekday", "desk")
PEOPLE = [f"{name}@mail.example" for name in ("ada", "bela", "cato")]
FILES = st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(LISTS), st.sampled_from(["en", "fi"])), max_size=6)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("load"), FILES),
        st.tuples(st.just("unsubscribe"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("suppress"), st.sampled_from(PEOPLE)),
    ),
    max_size=12,
)


@QUICK
@given(steps=STEPS)
def test_no_order_of_files_brings_back_who_unsubscribed_or_is_suppressed(store, steps):
    with store.database.write() as connection:
        for table in (consent, earlier, subscription, subscriber, preference, suppression):
            connection.execute(table.delete())
    out: set[str] = set()
    files: list = []

    for step, what in steps:
        if step == "load":
            files = [row(email, of_list=of_list, language=language) for email, of_list, language in sorted(what)]
            load(store, *files)
            assert load(store, *files).added == load(store, *files).changed == load(store, *files).removed == 0
        elif step == "suppress":
            store.subscribers.suppress([Suppression(keyed(what), "k1", "complaint", date(2026, 11, 1))])
            out.add(what)
        elif known := store.subscribers.by_email(what):
            store.subscribers.unsubscribe(known[0].subscriber.id, LISTS, now=NOW, origin="link")
            out.add(what)

        assert {recipient.email for recipient in store.subscribers.audience(LISTS)} == {
            each.email for each in files
        } - out


DAYS = count(1)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.sampled_from("ab"), st.integers(1, 4)),
        st.tuples(st.just("tell"), st.sampled_from("ab"), st.sampled_from(["accepted", "deferred", "refused"])),
        st.tuples(st.just("give back"), st.sampled_from("ab"), st.just("queued")),
        st.tuples(st.just("bury"), st.sampled_from("ab"), st.none()),
        st.tuples(st.just("pause"), st.none(), st.none()),
        st.tuples(st.just("wait"), st.none(), st.integers(1, 90)),
        st.tuples(st.just("finish"), st.none(), st.none()),
    ),
    max_size=25,
)


@QUICK
@given(deeds=DEEDS, people=st.integers(0, 7))
def test_whatever_happens_nobody_is_mailed_twice_and_everybody_comes_to_rest(store, deeds, people):
    day = next(DAYS)
    at = Slot("brief", date.fromordinal(739_000 + day), "07:00", NOW, datetime(2026, 11, 20, tzinfo=UTC))
    issue_id = sending(store, *readers(people), at=at)
    names = {"a": f"a{day}", "b": f"b{day}"}
    enlist(store, *names.values())
    held: dict[str, list] = {name: [] for name in names.values()}
    given_out: list[tuple[int, int]] = []
    over: set[int] = set()
    now, generation = NOW, count(1)

    for deed, who, what in deeds:
        name = names.get(who or "", "")
        if deed == "claim":
            got = store.outbox.claim(issue_id, name, limit=what, now=now).claims
            assert not over & {claim.seq for claim in got}
            given_out += [(claim.seq, claim.attempt) for claim in got]
            held[name] += got
        elif deed in ("tell", "give back"):
            state = DeliveryState(what)
            told = results(held[name], state, not_before=now + MINUTE if what == "deferred" else None)
            assert store.outbox.record(name, told, now=now) == len(told)
            over |= {claim.seq for claim in held[name]} if what in ("accepted", "refused") else set()
            held[name] = []
        elif deed == "bury":
            assert store.outbox.bury(name, now=now) == len(held.pop(name))
            names[who] = f"{who}{day}-{next(generation)}"
            enlist(store, names[who])
            held[names[who]] = []
        elif deed == "pause" and store.issues.find(issue_id).state in (State.SENDING, State.PAUSED):
            paused = store.issues.find(issue_id).state is State.PAUSED
            store.issues.move(issue_id, Move.RESUME if paused else Move.PAUSE, now=now)
        elif deed == "wait":
            now += timedelta(seconds=what)
        elif deed == "finish":
            store.outbox.finish(issue_id, now=now)

    if store.issues.find(issue_id).state is State.PAUSED:
        store.issues.move(issue_id, Move.RESUME, now=now)
    for name, claims in held.items():
        store.outbox.record(name, results(claims, DeliveryState.QUEUED), now=now)
    enlist(store, f"last{day}")
    while (waits := store.outbox.next_at(issue_id)) is not None:
        now = max(now, waits) + 2 * MINUTE
        got = store.outbox.claim(issue_id, f"last{day}", limit=3, now=now).claims
        assert got
        given_out += [(claim.seq, claim.attempt) for claim in got]
        assert not over & {claim.seq for claim in got}
        store.outbox.record(f"last{day}", results(got, DeliveryState.ACCEPTED), now=now)

    counts = store.outbox.counts(issue_id)
    assert counts["queued"] == counts["claimed"] == counts["deferred"] == counts["suppressed"] == 0
    assert sum(counts.values()) == people
    assert len(given_out) == len(set(given_out))
    assert store.outbox.finish(issue_id, now=now)
    assert now < EXPIRES
