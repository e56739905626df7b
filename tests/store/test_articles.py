from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from digest.errors import UnknownError
from digest.lifecycle import Move

from .samples import NOW, article, content, draft, inputs, slot


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
    assert store.articles.knows([copy.id]) == set()

    assert store.articles.add([copy], NOW) == []

    assert store.articles.knows([copy.id, one.id, "0" * 16]) == {copy.id, one.id}
    assert store.articles.knows_fingerprints([copy.fingerprint, "x"]) == {one.fingerprint}
    assert store.articles.unpooled("brief") == [one]


def test_an_article_is_known_by_every_address_that_leads_to_it(store):
    short = article("s")
    one = article("a", aliases=(short.id,))

    store.articles.add([one], NOW)

    assert store.articles.knows([short.id]) == {short.id}
    assert store.articles.add([short], NOW) == []


def test_asking_for_an_article_nobody_kept_names_it(store):
    with pytest.raises(UnknownError, match=article("a").id):
        store.articles.get([article("a").id])


def test_thousands_of_ids_are_asked_for_at_once(store):
    store.articles.add([article("a")], NOW)
    ids = [f"{n:016x}" for n in range(2500)] + [article("a").id]

    assert store.articles.knows(ids) == {article("a").id}


def test_collectors_side_by_side_keep_each_article_once(store, open_again):
    news = [article(f"n{n}") for n in range(40)]
    together = threading.Barrier(3)

    def collect(order):
        mine = open_again()
        together.wait()
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
