from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.errors import Busy, MoveError, NotApproved, UnknownError
from digest.model.delivery import DeliveryState, Plan
from digest.model.issue import State
from digest.model.people import Preferences, Suppression
from digest.store.schema import batch

from .samples import ALL, NOW, approved, draft, keyed, load, reader, readers, row, sending, skeleton

LISTS = ("weekday", "desk")


def frozen(store, issue_id):
    return [delivery for delivery, _ in store.outbox.deliveries(issue_id)]


def start(store, issue_id, cohorts, **more):
    return store.outbox.freeze(issue_id, lists=LISTS, cohorts=cohorts, skeletons={ALL: skeleton()}, now=NOW, **more)


def everybody(store, variant=ALL, due_at=NOW):
    return dict.fromkeys(store.subscribers.cohorts(LISTS), Plan(variant, due_at))


def test_each_reader_of_the_lists_gets_one_delivery(store):
    load(store, row("mira@mail.example"), row("joon@uni.example"), row("mira@mail.example", of_list="desk"))
    issue = approved(store)

    count = start(store, issue.id, everybody(store))

    assert count == 2
    assert [delivery.seq for delivery in frozen(store, issue.id)] == [1, 2]
    assert store.outbox.counts(issue.id) == {state.value: 0 for state in DeliveryState} | {"queued": 2}
    assert store.issues.find(issue.id).state is State.SENDING


def test_the_first_list_of_the_edition_decides_how_a_reader_of_two_reads(store):
    load(store, row("mira@mail.example", of_list="desk", language="fi"), row("mira@mail.example", language="en"))
    issue = approved(store)

    start(store, issue.id, everybody(store))

    ((_, recipient),) = store.outbox.deliveries(issue.id)
    assert (recipient.list, recipient.language) == ("weekday", "en")


def test_who_unsubscribed_was_removed_or_is_suppressed_gets_no_delivery(store):
    everyone = [row(f"{name}@mail.example") for name in ("ada", "bela", "cato", "dita")]
    load(store, *everyone)
    store.subscribers.unsubscribe(reader(store, "ada@mail.example"), LISTS, now=NOW, origin="link")
    store.subscribers.suppress([Suppression(keyed("bela@mail.example"), "k1", "hard bounce", date(2026, 1, 2))])
    load(store, *everyone[:3])
    issue = approved(store)

    start(store, issue.id, everybody(store))

    assert [recipient.email for _, recipient in store.outbox.deliveries(issue.id)] == ["cato@mail.example"]


def test_who_paused_beyond_the_day_of_an_issue_is_in_the_books_and_gets_nothing_of_it(store):
    load(store, *(row(f"{name}@mail.example") for name in ("ada", "bela", "cato")))
    issue = approved(store)
    later = issue.local_date + timedelta(days=1)
    store.readers.pause(reader(store, "ada@mail.example"), LISTS, later, now=NOW)
    store.readers.pause(reader(store, "bela@mail.example"), LISTS, issue.local_date, now=NOW)

    count = start(store, issue.id, everybody(store))

    assert count == 2
    assert {to.email: (delivery.text, delivery.variant) for delivery, to in store.outbox.deliveries(issue.id)} == {
        "ada@mail.example": ("paused by the reader", ""),
        "bela@mail.example": ("", ALL),
        "cato@mail.example": ("", ALL),
    }
    assert len(list(store.subscribers.audience(LISTS, issue.local_date))) == 2


SUMMIT = Preferences(sections=("peace_summit",))
NOTHING = Plan(None, NOW, "nothing in the sections they chose")


def test_who_gets_nothing_this_time_is_in_the_books_with_the_reason(store):
    load(store, row("mira@mail.example", sections=SUMMIT.sections), row("joon@uni.example"))
    issue = approved(store)

    count = start(store, issue.id, {SUMMIT: NOTHING, Preferences(): Plan(ALL, NOW)})

    (going, _), (aside, mira) = store.outbox.deliveries(issue.id)
    assert (count, going.seq, going.state, going.text, going.at) == (1, 1, DeliveryState.QUEUED, "", None)
    assert (mira.email, mira.sections, aside.seq, aside.due_at) == ("mira@mail.example", SUMMIT.sections, 2, NOW)
    assert (aside.state, aside.text, aside.variant, aside.at) == (
        DeliveryState.SUPPRESSED,
        NOTHING.reason,
        "",
        NOW,
    )
    assert store.outbox.counts(issue.id)["suppressed"] == 1


def test_everybody_on_the_lists_has_one_row_and_batches_cover_what_goes_out(store):
    early = NOW - timedelta(hours=1)
    rows = [*readers(501), *[row(f"summit{i}@mail.example", sections=SUMMIT.sections) for i in range(3)]]
    load(store, *rows)
    issue = approved(store)

    count = start(store, issue.id, {SUMMIT: replace(NOTHING, due_at=early), Preferences(): Plan(ALL, NOW)})

    with store.database.read() as connection:
        cut = connection.execute(batch.select().order_by(batch.c.no)).all()
    assert [(each.first, each.last, each.due_at) for each in cut] == [(1, 500, NOW), (501, 501, NOW)]
    assert [delivery.state for delivery in frozen(store, issue.id)] == ["queued"] * 501 + ["suppressed"] * 3
    assert (count, store.outbox.next_at(issue.id)) == (501, NOW)
    assert [delivery.seq for delivery in frozen(store, issue.id)] == list(range(1, 505))


def test_an_issue_that_has_nothing_for_anybody_is_sent_at_once(store):
    load(store, row("mira@mail.example", sections=SUMMIT.sections))
    issue = approved(store)

    assert start(store, issue.id, {SUMMIT: NOTHING}) == 0
    assert store.outbox.next_at(issue.id) is None
    assert store.outbox.finish(issue.id, now=NOW)


def test_nobody_is_left_out_without_a_reason(store):
    load(store, row("mira@mail.example"))
    issue = approved(store)

    with pytest.raises(ValueError, match="needs a reason"):
        start(store, issue.id, everybody(store, variant=None))

    assert store.issues.find(issue.id).state is State.APPROVED


def test_what_the_sender_keeps_with_an_issue_comes_back_as_it_was(store):
    load(store, row("mira@mail.example"))
    issue, imprint = approved(store), '{"from": "The Aldovar Brief \N{EN DASH} \\u0000"}'
    before = store.issues.imprint(issue.id)

    start(store, issue.id, everybody(store), imprint=imprint)

    assert (before, store.issues.imprint(issue.id)) == ("", imprint)
    with pytest.raises(UnknownError, match="no issue 77"):
        store.issues.imprint(77)


def test_deliveries_stand_in_the_order_of_their_hour_with_the_mail_hosts_interleaved(store):
    early, late = Preferences(), Preferences(timezone="America/New_York")
    rows = [row(f"a{i}@large.example") for i in range(4)] + [row(f"b{i}@small.example") for i in range(2)]
    rows += [row(f"c{i}@large.example", timezone="America/New_York") for i in range(2)]

    issue_id = sending(store, *rows, due={late: NOW + timedelta(hours=7), early: NOW})

    hosts = [recipient.email.partition("@")[2] for _, recipient in store.outbox.deliveries(issue_id)]
    assert hosts[:6] == ["large.example", "small.example"] * 2 + ["large.example"] * 2
    due = [delivery.due_at for delivery in frozen(store, issue_id)]
    assert due == sorted(due)
    assert Counter(due) == {NOW: 6, NOW + timedelta(hours=7): 2}


def test_batches_hold_at_most_500_rows_of_one_hour_and_leave_none_out(store):
    late = Preferences(timezone="America/New_York")
    rows = [*readers(1001), *[row(f"late{i}@mail.example", timezone=late.timezone) for i in range(3)]]

    issue_id = sending(store, *rows, due={late: NOW + timedelta(hours=7)})

    with store.database.read() as connection:
        cut = connection.execute(batch.select().order_by(batch.c.no)).all()
    assert [(each.no, each.first, each.last) for each in cut] == [
        (1, 1, 500),
        (2, 501, 1000),
        (3, 1001, 1001),
        (4, 1002, 1004),
    ]
    assert [each.due_at for each in cut] == [NOW, NOW, NOW, NOW + timedelta(hours=7)]
    assert len(frozen(store, issue_id)) == 1004


def test_the_rendered_bytes_are_frozen_with_the_recipients(store):
    issue_id = sending(store, row("mira@mail.example"))

    assert store.issues.skeletons(issue_id) == {ALL: skeleton()}


def test_an_issue_nobody_approved_does_not_start_and_nothing_of_it_is_written(store):
    load(store, row("mira@mail.example"))
    issue = draft(store)

    with pytest.raises(NotApproved, match=f"digest approve {issue.id}|being built"):
        start(store, issue.id, everybody(store))

    assert frozen(store, issue.id) == []
    assert store.issues.skeletons(issue.id) == {}


def test_an_issue_starts_once(store):
    issue_id = sending(store, row("mira@mail.example"))

    with pytest.raises(MoveError):
        start(store, issue_id, everybody(store))

    assert len(frozen(store, issue_id)) == 1


def test_what_is_not_what_was_approved_does_not_start(store):
    load(store, row("mira@mail.example"))
    issue = approved(store)

    with pytest.raises(MoveError, match="not what was approved"):
        start(store, issue.id, everybody(store), binding="b2")

    assert store.issues.find(issue.id).state is State.APPROVED


def test_a_reader_whose_way_of_reading_came_meanwhile_is_not_lost_without_a_word(store):
    load(store, row("mira@mail.example"))
    issue = approved(store)
    counted = everybody(store)
    load(store, row("mira@mail.example"), row("joon@uni.example", language="fi"))

    with pytest.raises(Busy, match="1 more to mail"):
        start(store, issue.id, counted)

    assert frozen(store, issue.id) == []
    assert store.issues.find(issue.id).state is State.APPROVED


def test_a_variant_without_bytes_is_the_callers_mistake(store):
    load(store, row("mira@mail.example"))
    issue = approved(store)

    with pytest.raises(ValueError, match="en:diplomacy"):
        start(store, issue.id, everybody(store, variant="en:diplomacy"))


def test_an_issue_without_readers_is_sent_at_once(store):
    issue_id = sending(store)

    assert store.outbox.finish(issue_id, now=NOW)
    assert store.issues.find(issue_id).state is State.SENT


def test_two_that_start_one_issue_freeze_it_once(store, open_again):
    load(store, *readers(50))
    issue = approved(store)
    counted = everybody(store)
    together = threading.Barrier(2)

    def race(mine):
        together.wait(60)
        try:
            return start(mine, issue.id, counted)
        except MoveError:
            return None

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(race, [store, open_again()]))

    assert sorted(ended, key=str) == [50, None]
    assert len(frozen(store, issue.id)) == 50


def test_cohorts_count_each_reader_once(store):
    load(
        store,
        row("mira@mail.example", sections=("military",), time=None),
        row("mira@mail.example", of_list="desk", language="fi"),
        row("joon@uni.example", sections=("military",)),
        row("pia@uni.example", of_list="desk", language="fi"),
    )

    cohorts = store.subscribers.cohorts(LISTS)

    assert cohorts == {Preferences(sections=("military",)): 2, Preferences(language="fi"): 1}


def test_the_audience_before_the_freeze_is_whom_the_freeze_takes(store):
    load(store, *readers(1203), row("mira@mail.example", of_list="desk"), row("Reader7@mail.example", of_list="desk"))
    issue = approved(store)
    before = list(store.subscribers.audience(LISTS))

    start(store, issue.id, everybody(store))

    after = [recipient for _, recipient in store.outbox.deliveries(issue.id)]
    assert sorted(after, key=lambda r: r.subscriber) == before
    assert len(before) == 1204
