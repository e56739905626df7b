from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import event

from digest.errors import UnknownError
from digest.model.people import Consent, Preferences, Suppression
from digest.store import SyncReport, sync
from digest.store.schema import consent, subscriber

from .samples import MINUTE, NOW, keyed, load, reader, readers, row

LATER = NOW + MINUTE
LISTS = ("weekday", "desk")


def mailed(store) -> list[tuple[str, str]]:
    return sorted((recipient.list, recipient.email) for recipient in store.subscribers.audience(LISTS))


def bar(store, email: str) -> None:
    store.subscribers.suppress([Suppression(keyed(email), "k1", "hard bounce", date(2026, 11, 1))])


def reader_of(store, name: str) -> int:
    address = f"{name}@mail.example"
    with store.database.read() as connection:
        return connection.execute(subscriber.select().where(subscriber.c.address == address)).one().id


def events(store) -> list[tuple[str, str]]:
    with store.database.read() as connection:
        return [(each.list, each.event) for each in connection.execute(consent.select().order_by(consent.c.id))]


def test_a_row_makes_an_active_subscription_with_the_file_as_its_word(store):
    mira = row("Mira@mail.example", name="Mira Aalto", sections=("military",), time=time(7), timezone="Asia/Seoul")

    report = load(store, mira)

    (kept,) = store.subscribers.all()
    assert report == SyncReport(added=1)
    assert (kept.subscriber.email, kept.subscriber.name, kept.list) == ("Mira@mail.example", "Mira Aalto", "weekday")
    assert (kept.consent, kept.preferences, kept.joined_on) == (Consent.ACTIVE, mira.preferences, date(2026, 3, 2))
    assert kept.since == NOW
    assert events(store) == [("weekday", "file")]


def test_the_same_files_again_change_nothing(store):
    rows = [*readers(3), row("mira@mail.example", of_list="desk", name="Mira")]
    load(store, *rows)
    before = store.subscribers.all()

    assert load(store, *rows, now=LATER) == SyncReport()
    assert store.subscribers.all() == before


def test_what_a_row_says_anew_is_taken_over_and_the_consent_stays(store):
    load(store, row("mira@mail.example", language="en"), row("joon@uni.example"))

    report = load(store, row("mira@mail.example", language="fi", name="Mira"), row("joon@uni.example"), now=LATER)

    (kept,) = store.subscribers.by_email("mira@mail.example")
    assert report == SyncReport(changed=1)
    assert (kept.preferences, kept.subscriber.name, kept.since) == (Preferences(language="fi"), "Mira", NOW)


def test_who_leaves_the_file_is_not_mailed_and_comes_back_with_the_row(store):
    mira, joon = row("mira@mail.example"), row("joon@uni.example")
    load(store, mira, joon)

    gone = load(store, joon)
    assert (gone, mailed(store)) == (SyncReport(removed=1), [("weekday", "joon@uni.example")])
    assert load(store, joon) == SyncReport()
    assert store.subscribers.by_email("mira@mail.example") == []

    back = load(store, mira, joon)
    assert (back, len(mailed(store))) == (SyncReport(added=1), 2)
    assert events(store) == [("weekday", "file")] * 2


def test_a_list_whose_file_is_gone_is_empty(store):
    load(store, row("mira@mail.example"), row("joon@uni.example", of_list="desk"))

    report = store.subscribers.sync({"weekday": [row("mira@mail.example")]}, hmac=keyed, now=LATER)

    assert report == SyncReport(removed=1)
    assert mailed(store) == [("weekday", "mira@mail.example")]


def test_one_address_is_one_subscriber_however_it_is_written_and_wherever_it_stands(store):
    rows = [row("Mira@mail.example"), row("mira@mail.example", of_list="desk", name="Mira"), row("MIRA@mail.example")]

    report = load(store, *rows)

    assert report.added == 2
    assert {kept.subscriber.id for kept in store.subscribers.all()} == {reader(store, "mIrA@mail.example")}
    assert {kept.subscriber.name for kept in store.subscribers.all()} == {"Mira"}
    assert load(store, *rows) == SyncReport()


def test_who_unsubscribed_does_not_come_back_by_a_file(store):
    mira = row("mira@mail.example")
    load(store, mira)

    assert store.subscribers.unsubscribe(reader(store, mira.email), LISTS, now=LATER, origin="link") == 1

    assert load(store, mira, replace(mira, list="desk")) == SyncReport(kept_out={"desk": 1, "weekday": 1})
    load(store)
    assert load(store, mira) == SyncReport(kept_out={"weekday": 1})
    assert mailed(store) == []
    (kept, *_) = store.subscribers.all("weekday")
    assert (kept.consent, kept.since) == (Consent.UNSUBSCRIBED, LATER)
    assert events(store) == [("weekday", "file"), ("weekday", "unsubscribe"), ("desk", "unsubscribe")]


def test_unsubscribing_twice_is_one_event(store):
    load(store, row("mira@mail.example"))
    mira = reader(store, "mira@mail.example")

    store.subscribers.unsubscribe(mira, ["weekday"], now=NOW, origin="link")
    assert store.subscribers.unsubscribe(mira, ["weekday"], now=LATER, origin="link") == 0
    assert len(events(store)) == 2


def test_unsubscribing_from_one_edition_leaves_the_lists_of_others(store):
    load(store, row("mira@mail.example"), row("mira@mail.example", of_list="desk"))

    store.subscribers.unsubscribe(reader(store, "mira@mail.example"), ["weekday"], now=NOW, origin="link")

    assert mailed(store) == [("desk", "mira@mail.example")]


def test_a_subscriber_nobody_knows_cannot_unsubscribe(store):
    with pytest.raises(UnknownError, match="no subscriber 12"):
        store.subscribers.unsubscribe(12, ["weekday"], now=NOW, origin="link")


def test_a_suppressed_address_is_not_mailed_and_its_file_does_not_help(store):
    mira, joon = row("mira@mail.example"), row("joon@uni.example")
    load(store, mira)
    bar(store, "mira@mail.example")
    bar(store, "joon@uni.example")

    report = load(store, mira, joon)

    assert report == SyncReport(kept_out={"weekday": 2})
    assert mailed(store) == []
    assert store.subscribers.suppressed([keyed("mira@mail.example"), keyed("pia@uni.example")]) == {
        keyed("mira@mail.example")
    }


def test_nothing_is_kept_of_a_suppressed_stranger(store):
    bar(store, "joon@uni.example")

    load(store, row("Joon@uni.example"))

    with store.database.read() as connection:
        assert connection.execute(subscriber.select()).all() == []


def test_a_suppression_is_counted_once_and_keeps_its_first_reason(store):
    bar(store, "mira@mail.example")

    again = Suppression(keyed("mira@mail.example"), "k1", "complaint", date(2026, 11, 2))

    assert store.subscribers.suppress([again]) == 0
    assert store.subscribers.suppress([replace(again, email_hmac=keyed("joon@uni.example"))]) == 1


def test_a_thousand_readers_load_in_one_call(store):
    rows = readers(1000)

    assert load(store, *rows).added == 1000
    assert load(store, *rows[500:]) == SyncReport(removed=500)


def test_subscriptions_are_listed_by_list_and_address(store):
    load(store, row("b@mail.example"), row("a@mail.example"), row("c@mail.example", of_list="desk"))

    assert [each.subscriber.email for each in store.subscribers.all()] == [
        "c@mail.example",
        "a@mail.example",
        "b@mail.example",
    ]
    assert [each.subscriber.email for each in store.subscribers.all("desk")] == ["c@mail.example"]


def test_others_write_while_the_files_are_compared(store, open_again):
    load(store, row("mira@mail.example"), row("joon@uni.example"))
    other, left = open_again(), []

    def slowly(address: str) -> str:  # asked for each address that is compared
        if not left:
            left.append(
                other.subscribers.unsubscribe(reader(other, "joon@uni.example"), ["weekday"], now=NOW, origin="link")
            )
        return keyed(address)

    rows = {"weekday": [row("mira@mail.example"), row("joon@uni.example")]}
    report = store.subscribers.sync(rows, hmac=slowly, now=LATER)

    assert left == [1]
    assert (report.changed, report.removed, report.kept_out) == (0, 0, {"weekday": 1})


def test_who_leaves_or_is_barred_between_the_comparing_and_the_writing_stays_out(store, open_again):
    everybody = [row(f"{name}@mail.example") for name in ("mira", "joon", "ada", "bo")]
    load(store, *everybody)
    load(store)
    other, left = open_again(), []

    def leave(_connection) -> None:
        if not left:
            left.append(True)
            other.subscribers.unsubscribe(reader_of(other, "mira"), ["weekday"], now=NOW, origin="link")
            bar(other, "ada@mail.example")

    event.listen(store.database.engine, "commit", leave)  # the comparing ends with the first
    report = load(store, *everybody, row("bo@mail.example", of_list="desk"), now=LATER)

    assert left
    assert report.added == 3
    assert [email for _, email in mailed(store)] == ["bo@mail.example", "joon@mail.example"]
    assert ("weekday", "unsubscribe") in events(store)


def test_a_sync_that_changes_nothing_writes_nothing(store):
    load(store, *readers(3))
    writing = []

    @event.listens_for(store.database.engine, "begin")
    def begun(connection) -> None:
        writing.append(connection.get_execution_options().get("writes", False))

    load(store, *readers(3), now=LATER)

    assert writing
    assert not any(writing)


def test_others_get_half_as_long_as_a_portion_took_and_not_half_an_hour_after_one_that_was_frozen_for_one():
    clock, slept = iter([0.0, 0.5, 1.0, 3601.0]).__next__, []

    for _ in sync.portions(range(sync.PORTION + 1), clock, slept.append):
        pass

    assert slept == [0.25, sync.RESPITE]


def test_a_list_of_several_portions_is_taken_over_and_ended_as_a_whole(store, monkeypatch):
    monkeypatch.setattr(sync, "PORTION", 3)

    assert load(store, *readers(8)) == SyncReport(added=8)
    assert load(store, *readers(1), row("reader2@mail.example", language="fi")) == SyncReport(changed=1, removed=6)
    assert [email for _, email in mailed(store)] == ["reader1@mail.example", "reader2@mail.example"]
