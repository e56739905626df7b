from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.errors import UnknownError
from digest.lifecycle import Move
from digest.model.news import Known, SourceState

from .samples import MINUTE, NOW, article, content, draft, inputs, slot


def test_a_new_article_is_kept_and_read_as_it_was(store):
    one, other = article("a"), article("b")

    assert store.articles.add([one, other], NOW) == [one.id, other.id]
    assert store.articles.get([other.id, one.id]) == [other, one]
    assert store.articles.count() == 2


def test_an_article_seen_again_is_not_new(store):
    one = article("a")
    store.articles.add([one], NOW)

    assert store.articles.add([one, article("b"), one], NOW) == [article("b").id]
    assert store.articles.count() == 2


def test_a_copy_at_another_address_is_not_new_but_known_from_then_on(store):
    one, copy = article("a", text="The bridge holds."), article("a-again", text="The bridge holds.")
    store.articles.add([one], NOW)
    assert set(store.articles.known([copy.id])) == set()

    assert store.articles.add([copy], NOW) == []

    assert set(store.articles.known([copy.id, one.id, "0" * 16])) == {copy.id, one.id}
    assert store.articles.knows_fingerprints([copy.fingerprint, "x"]) == {one.fingerprint}
    assert store.articles.unpooled("brief") == [one]


def test_an_article_is_known_by_every_address_that_leads_to_it(store):
    short = article("s")
    one = article("a", aliases=(short.id,))

    store.articles.add([one], NOW)

    assert set(store.articles.known([short.id])) == {short.id}
    assert store.articles.add([short], NOW) == []


def test_asking_for_an_article_nobody_kept_names_it(store):
    with pytest.raises(UnknownError, match=article("a").id):
        store.articles.get([article("a").id])


def test_thousands_of_ids_are_asked_for_at_once(store):
    store.articles.add([article("a")], NOW)
    ids = [f"{n:016x}" for n in range(2500)] + [article("a").id]

    assert set(store.articles.known(ids)) == {article("a").id}


def test_an_article_is_remembered_with_its_version_by_each_of_its_addresses(store):
    short = article("s")
    one = replace(article("a", aliases=(short.id,)), version="v1")
    store.articles.add([one], NOW)

    known = Known(one.id, "v1", one.source, NOW)
    assert store.articles.known([one.id, short.id, "0" * 16]) == {one.id: known, short.id: known}


def test_new_words_of_a_known_article_take_the_place_of_its_old_ones(store):
    short = article("s")
    one = replace(article("a", aliases=(short.id,)), version="v1")
    store.articles.add([one, article("b")], NOW)
    new = replace(article("a", text="Closed."), aliases=one.aliases, version="v2", updated_at=NOW + MINUTE)

    store.keep([], [new], [], NOW + MINUTE)

    assert store.articles.get([one.id]) == [new]
    assert store.articles.unpooled("brief") == [new, article("b")]
    assert store.articles.known([short.id]) == {short.id: Known(one.id, "v2", one.source, NOW)}
    assert store.articles.knows_fingerprints([one.fingerprint, new.fingerprint]) == {new.fingerprint}


def test_an_article_that_takes_over_the_words_of_another_one_stays_as_it_was(store):
    one, other = article("a"), article("b")
    store.articles.add([one, other], NOW)

    store.keep([], [replace(one, blocks=other.blocks, fingerprint=other.fingerprint, version="v2")], [], NOW + MINUTE)

    assert store.articles.get([one.id]) == [one]
    assert store.articles.known([one.id])[one.id].version == "v2"


def test_an_update_of_an_article_nobody_kept_is_passed_over(store):
    store.keep([], [article("a")], [], NOW)

    assert store.articles.count() == 0


def test_what_a_poll_brought_is_kept_whole_or_not_at_all(store):
    state = SourceState("Ilma Courier", body_hash="ab", last_try_at=NOW)
    bad = replace(state, name="Karsk Wire", next_at=NOW.replace(tzinfo=None))

    with pytest.raises(Exception, match="time zone"):
        store.keep([article("a")], [], [state, bad], NOW)
    assert (store.articles.count(), store.sources.all()) == (0, [])

    assert store.keep([article("a")], [], [state], NOW) == [article("a").id]
    assert (store.articles.count(), store.sources.states(["Ilma Courier", "x"])) == (
        1,
        {"Ilma Courier": state, "x": SourceState("x")},
    )


def test_collectors_side_by_side_keep_each_article_once(store, open_again):
    news = [article(f"n{n}") for n in range(40)]
    together = threading.Barrier(3)

    def collect(order):
        mine = open_again()
        together.wait(60)
        return mine.articles.add(order, NOW)

    with ThreadPoolExecutor(3) as pool:
        added = [each for part in pool.map(collect, [news, news[::-1], news[20:] + news[:20]]) for each in part]

    assert sorted(added) == sorted(each.id for each in news)
    assert store.articles.count() == 40


def test_what_no_issue_took_is_free_in_the_order_of_collection(store):
    first, second, third = (article(name) for name in "zma")
    store.articles.add([first, second], NOW)
    store.articles.add([third], NOW)

    assert store.articles.unpooled("brief") == [first, second, third]


def test_what_an_issue_took_or_left_out_is_free_for_other_editions_and_for_that_issue_only(store):
    taken, left, free = (article(name) for name in "abc")
    store.articles.add([taken, left, free], NOW)
    issue, _ = store.issues.claim_slot(slot(), NOW, NOW)
    store.issues.write(issue.id, content([taken]), inputs([taken]), [taken], {left.id: "older than 72 h"}, NOW)

    assert store.articles.unpooled("brief") == [free]
    assert store.articles.unpooled("brief", issue=issue.id) == [taken, left, free]
    assert store.articles.unpooled("sunday") == [taken, left, free]


@pytest.mark.parametrize("move", [Move.SKIP, Move.FAIL])
def test_the_articles_of_an_issue_that_comes_to_nothing_are_free_again(store, move):
    issue = draft(store, [article("a")])

    store.issues.move(issue.id, move, now=NOW)

    assert store.articles.unpooled("brief") == [article("a")]


def test_what_other_issues_of_an_edition_drew_on_comes_the_last_kept_first(store):
    *_, last = (draft(store, [article(f"{day}"), article(f"{day} too")], at=slot(day)) for day in (18, 19, 20))
    draft(store, [article("sunday")], at=slot(20, edition="sunday"))
    free = article("free")
    store.articles.add([free], NOW)

    drawn_on = [each.title for each in store.articles.drawn_on("brief", 3, but=last.id)]

    assert drawn_on == [article(name).title for name in ("19 too", "19", "18 too")]
    assert len(store.articles.drawn_on("brief", 10, but=0)) == 6


def test_articles_that_are_not_kept_are_passed_over(store):
    one = article("a")
    store.articles.add([one], NOW)

    assert store.articles.kept([one.id, "0" * 16]) == {one.id: one}


def test_what_each_source_brought_lately_is_counted_with_its_beginning(store):
    day = timedelta(days=1)
    store.articles.add([article("old")], NOW - 30 * day)
    store.articles.add([article("a"), article("b")], NOW - 7 * day)
    store.articles.add([replace(article("c"), source="Karsk Wire"), article("d")], NOW)
    store.articles.add([replace(article("e"), source="Radio Tarn")], NOW - 8 * day)

    assert store.articles.kept_by_source(NOW - 7 * day) == {
        "Ilma Courier": (3, NOW - 30 * day),
        "Karsk Wire": (1, NOW),
    }
