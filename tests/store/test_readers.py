"""A reader's own words, one after another, in either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from digest.model.people import Consent, NoticeKind, Person, Preferences, Suppression
from digest.store import Leaving
from digest.store.refusals import lift, refuse, refused, refused_since
from digest.store.words import LATELY, noted, unwritten, words

from .samples import MINUTE, NOW, keyed, load, reader, row

LISTS = ("weekday", "desk")
ADA, BELA, CATO = "ada@mail.example", "bela@mail.example", "cato@mail.example"


def person(address):
    return Person(address, keyed(address))


def sign_up(store, address, now=NOW, **wish):
    more = {"wording": "Yes.", "double_opt_in": True, "today": now.date(), "now": now}
    store.readers.sign_up(person(address), "brief", LISTS, "weekday", Preferences(**wish), **more)
    return [each for each in store.notices.claim(9, now=now) if each.email == address]


def mailed(store):
    return [each.email for each in store.subscribers.audience(LISTS)]


def test_from_the_form_to_the_address_book_and_out_again(store):
    load(store, row(BELA))
    (asked,) = sign_up(store, ADA, language="uk")
    assert store.readers.confirm(asked.request, today=NOW.date(), now=NOW) is True
    assert store.readers.confirm(asked.request, today=NOW.date(), now=NOW) is False
    who = reader(store, ADA)

    assert store.readers.prefer(who, LISTS, Preferences(language="pl"), now=NOW) is True
    assert store.readers.pause(who, LISTS, date(2026, 12, 1), now=NOW) is True
    (word,) = words(store.database)
    noted(store.database, [word])
    ended = [store.readers.leave(Leaving(each, "brief", LISTS, "page"), now=NOW) for each in (who, 999)]
    back = store.readers.put_back(who, "brief", LISTS, now=NOW + timedelta(days=13))

    assert (word.row.email, word.running, word.row.preferences.language) == (ADA, True, "pl")
    assert (ended, back) == ([1, None], ["weekday"])
    assert mailed(store) == [BELA, ADA]
    assert unwritten(store.database) == 1
    assert [each.event for each in store.subscribers.events(ADA)] == [
        *("sign_up", "confirm", "prefer", "pause", "unsubscribe", "unsubscribe", "back")
    ]
    assert [(each.list, each.consent) for each in store.readers.by_id(who)] == [("weekday", Consent.ACTIVE)]


def test_a_file_touches_nothing_that_its_reader_said_before_it_is_written(store):
    load(store, row(ADA, language="en"))
    who = reader(store, ADA)
    store.readers.prefer(who, LISTS, Preferences(language="uk"), now=NOW)

    report = load(store, row(ADA, language="en"))
    gone = load(store)

    assert (report.changed, gone.removed) == (0, 0)
    assert store.subscribers.by_email(ADA)[0].preferences.language == "uk"


def test_a_row_that_says_again_what_it_said_before_a_word_of_late_is_an_older_copy(store):
    mine, other = row(ADA, language="en"), row(BELA)
    load(store, mine, other)
    who = reader(store, ADA)
    store.readers.prefer(who, LISTS, Preferences(language="uk"), now=NOW)
    noted(store.database, words(store.database))
    times = {"early": NOW - LATELY, "first": NOW - LATELY + MINUTE, "last": NOW + LATELY - MINUTE}

    older = {name: load(store, mine, other, now=at) for name, at in times.items() if name != "early"}
    stands = store.subscribers.by_email(ADA)[0].preferences.language
    another = load(store, replace(mine, preferences=Preferences(language="pl")), other)
    early = load(store, mine, other, now=times["early"])
    gone = load(store, other)

    assert {report.older for report in older.values()} == {((who, "weekday"),)}
    assert [report.changed for report in (*older.values(), another, early)] == [0, 0, 1, 1]
    assert (stands, another.older, early.older) == ("uk", (), ())
    assert (gone.removed, gone.overruled, mailed(store)) == (1, {"weekday": (who,)}, [BELA])


def test_an_older_copy_that_has_the_row_of_whom_a_file_had_dropped_brings_them_back_as_they_chose(store):
    mine, other = row(ADA, language="en"), row(BELA)
    load(store, mine, other)
    store.readers.prefer(reader(store, ADA), LISTS, Preferences(language="uk"), now=NOW)
    noted(store.database, words(store.database))
    load(store, other)

    back = load(store, mine, other)

    assert (back.added, back.older) == (1, ((reader(store, ADA), "weekday"),))
    assert store.subscribers.by_email(ADA)[0].preferences.language == "uk"


def test_what_was_said_before_old_words_is_forgotten(store):
    load(store, row(ADA, language="en"))
    who = reader(store, ADA)
    for at, language in ((NOW, "uk"), (NOW + MINUTE, "pl")):
        store.readers.prefer(who, LISTS, Preferences(language=language), now=at)

    swept = [store.sweep_earlier(NOW + MINUTE) for _ in range(2)]
    kept = [each["language"] for each in store.readers.all_of(who)["earlier_preferences"]]
    store.subscribers.erase(ADA, origin="operator", now=NOW)

    assert (swept, kept) == ([1, 0], ["uk"])
    assert store.readers.all_of(who)["earlier_preferences"] == []


def test_who_lets_no_form_write_to_them_is_written_to_by_none_and_joined_by_no_file(store):
    (asked,) = sign_up(store, ADA)

    done = [refuse(store.database, keyed(ADA), "k1-aaaaaa", NOW) for _ in range(2)]
    file = load(store, row(ADA), row(BELA))
    silent = sign_up(store, ADA, NOW + 20 * MINUTE)
    confirmed = store.readers.confirm(asked.request, today=NOW.date(), now=NOW)
    known = (refused_since(store.database, keyed(ADA)), refused(store.database, [keyed(ADA), keyed(BELA)]))
    keys = store.subscribers.suppression_keys()
    lift(store.database, keyed(ADA))
    again = sign_up(store, ADA, NOW + 40 * MINUTE)

    assert done == [True, False]
    assert (file.kept_out, mailed(store)) == ({"weekday": 1}, [BELA])
    assert (silent, confirmed, known, keys) == ([], False, (NOW, {keyed(ADA)}), {"k1-aaaaaa"})
    assert [notice.kind for notice in again] == [NoticeKind.CONFIRM]


def test_a_new_address_takes_over_and_another_readers_address_is_joined(store):
    load(store, row(ADA), row(BELA))
    ada, bela = reader(store, ADA), reader(store, BELA)
    for old, new in ((ADA, CATO), (CATO, BELA)):
        assert store.readers.ask_move(ada, "brief", LISTS, person(new), now=NOW) is True
        asked = next(n.request for n in store.notices.claim(9, now=NOW) if n.kind is NoticeKind.ADDRESS)
        assert store.readers.move(asked, person(new), person(old), now=NOW) is True
        assert store.readers.move(asked, person(new), person(old), now=NOW) is False

    told = [(word.row.email, word.running, set(word.formers)) for word in words(store.database)]
    assert told == [(CATO, False, set()), (BELA, True, {keyed(ADA), keyed(CATO)})]
    assert mailed(store) == [BELA]
    assert reader(store, BELA) == bela
    assert store.subscribers.gone("weekday") == {CATO}


def test_who_is_suppressed_is_written_to_by_no_form_and_confirmed_by_no_token(store):
    (asked,) = sign_up(store, ADA)
    store.subscribers.suppress([Suppression(keyed(ADA), "k1", "complaint", NOW.date())])

    assert sign_up(store, ADA, NOW + 20 * MINUTE) == []
    assert store.readers.confirm(asked.request, today=NOW.date(), now=NOW) is False
    assert mailed(store) == []


def test_a_mail_that_is_taken_comes_back_when_nobody_told_what_became_of_it(store):
    (first,) = sign_up(store, ADA)

    at_once = store.notices.claim(9, now=NOW + MINUTE)
    (later,) = store.notices.claim(9, now=NOW + 6 * MINUTE)

    assert at_once == []
    assert (later.id, first.attempts, later.attempts) == (first.id, 0, 1)
