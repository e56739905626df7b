"""What is old is deleted, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from digest.model.alert import Alert, Trouble
from digest.model.delivery import DeliveryState, Outcome
from digest.model.people import NoticeKind, Person, Preferences
from digest.operate.retention import DIARY, NEWS, UNCONFIRMED, sweep
from digest.store import keeping
from digest.store.schema import alias, consent, notice, pool, request, subscriber, subscription

from .samples import MINUTE, NOW, article, draft, keyed, load, row


def rows(store, table):
    with store.database.read() as connection:
        return len(connection.execute(table.select()).all())


def test_a_diary_is_kept_for_a_quarter_and_what_is_still_so_for_ever(store):
    for ended in (NOW, NOW + MINUTE):
        run = store.runs.start("collect", NOW - MINUTE)
        store.runs.finish(run, "ok", "", ended)
    store.runs.start("send", NOW - MINUTE)
    store.alerts.agree([Alert(Trouble.HELD, "3", "held"), Alert(Trouble.HELD, "4", "held")], NOW - MINUTE)
    store.alerts.told("mail", store.alerts.untold("mail", NOW), NOW)
    store.alerts.agree([Alert(Trouble.HELD, "4", "held")], NOW)

    said = sweep(store, NOW + DIARY + MINUTE / 2)

    assert said == "1 runs, 1 alerts"
    assert {run.job for run in store.runs.recent()} == {"collect", "send"}
    assert [each.alert.about for each in store.alerts.open()] == ["4"]
    assert sweep(store, NOW + DIARY + MINUTE / 2) == ""


def test_an_old_article_loses_its_words_is_no_news_again_and_its_issue_stays(store):
    old, young = article("old", aliases=("another address",)), article("young")
    issue = draft(store, [old]).id
    store.articles.add([young], NOW + timedelta(days=30))
    told, late = store.issues.inputs(issue), NOW + NEWS + timedelta(days=1)

    said = sweep(store, late)

    assert said == "1 articles"
    assert [each.id for each in store.articles.recent(9)] == [young.id]
    assert (store.articles.count(), rows(store, pool), rows(store, alias)) == (1, 0, 1)
    assert store.issues.inputs(issue) == told
    assert sweep(store, late) == ""
    # An outlet still lists it, without a date, at either address, or has renewed it.
    assert store.articles.add([old, replace(old, id="another address", aliases=())], late) == []
    with store.database.write() as connection:
        keeping.renew(connection, [replace(old, version="2")], late)
    assert store.articles.known(["another address"])["another address"].version == "2"
    assert [each.id for each in store.articles.unpooled("weekday")] == [young.id]
    assert store.articles.kept([old.id]) == {}


def signed_up(store, address, at):
    person, lists = Person(address, keyed(address)), ("weekday",)
    more = {"wording": "Yes.", "double_opt_in": True, "today": at.date(), "now": at}
    store.readers.sign_up(person, "brief", lists, "weekday", Preferences(), **more)
    (mail,) = (each for each in store.notices.claim(9, now=at) if each.kind is NoticeKind.CONFIRM)
    store.notices.record([(mail, Outcome(DeliveryState.ACCEPTED, 250, "2.0.0 ok"), None)], now=at)
    return mail.request


def test_of_a_sign_up_that_nobody_confirmed_nothing_is_kept_and_of_a_reader_everything(store):
    load(store, row("ada@mail.example"))
    signed_up(store, "bela@mail.example", NOW)
    confirmed = signed_up(store, "cato@mail.example", NOW)
    store.readers.confirm(confirmed, today=NOW.date(), now=NOW)
    signed_up(store, "dita@mail.example", NOW + timedelta(days=1))

    said = sweep(store, NOW + UNCONFIRMED + MINUTE)

    with store.database.read() as connection:
        left = {each.address for each in connection.execute(subscriber.select())}
    assert said == "1 sign-ups that nobody confirmed"
    assert left == {"ada@mail.example", "cato@mail.example", "dita@mail.example"}
    assert [rows(store, table) for table in (subscription, request, consent, notice)] == [3, 2, 4, 3]


def test_mails_to_single_readers_are_forgotten_after_a_quarter(store):
    confirmed = signed_up(store, "cato@mail.example", NOW)
    store.readers.confirm(confirmed, today=NOW.date(), now=NOW)

    said = sweep(store, NOW + DIARY + MINUTE)

    assert said == "1 mails to single readers"
    assert rows(store, notice) == 1  # the welcome still waits
