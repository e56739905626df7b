"""Editors' moves as revisions: of two who saw the same one, one gets through, on either database."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from digest.errors import MoveError, Stale, Unchosen, UnknownError
from digest.lifecycle import Move, stood
from digest.model.editing import Choice, Did
from digest.model.editors import Right
from digest.model.issue import State, Unedited
from digest.model.learning import Correction, What
from digest.store.choices import keep
from digest.store.edits import BROUGHT
from digest.store.schema import choice, material, pool

from .samples import EDITION, EXPIRES, MINUTE, NOW, approved, article, content, draft, inputs, sending, slot


def add(store, issue, says=None, *, seen=None, did=Did.MOVE, **changes):
    """A move on the issue, as somebody makes it who sees its present revision."""
    values = {"move": '{"kind":"lead"}', "said": "Made “X” the lead", "by": "ada", "now": NOW + MINUTE, **changes}
    return store.edits.add(issue.id, says or issue.content, seen=seen or issue.revision, did=did, **values)


def reasons(store, issue):
    with store.database.read() as connection:
        rows = connection.execute(select(pool.c.article, pool.c.reason).where(pool.c.issue == issue.id)).all()
    return {row.article: row.reason for row in rows}


def test_a_move_is_a_revision_that_says_who_did_what(store):
    issue = draft(store, [article("a")])
    other = replace(issue.content, subject="Another subject")

    after = add(store, issue, other)

    assert (after.revision, after.content, after.state) == (2, other, State.DRAFT)
    assert store.issues.find(issue.id) == after
    built, moved = store.edits.history(issue.id)
    assert (built.number, built.did, built.sentence) == (1, Did.BUILD, "Built")
    assert (moved.number, moved.did, moved.by, moved.at) == (2, Did.MOVE, "ada", NOW + MINUTE)
    assert (moved.move, moved.said) == ('{"kind":"lead"}', "Made “X” the lead")


def test_what_was_built_is_kept_beside_what_editors_made_of_it(store):
    news = (article("a"), article("b"))
    issue = draft(store, news)
    add(store, issue, content(news[1:]))

    opened = store.edits.opened(issue.id)

    assert opened.unedited == Unedited(content(news), EDITION)
    assert opened.issue.content == content(news[1:])
    assert [each.number for each in opened.history] == [1, 2]


def test_an_issue_of_before_there_were_moves_was_built_as_it_stands(store):
    issue = draft(store, [article("a")])
    with store.database.write() as connection:
        connection.execute(update(material).values(unedited=None))

    assert store.edits.opened(issue.id).unedited == Unedited(issue.content, EDITION)


def test_the_moves_that_stand_are_among_what_an_issue_is_made_from(store):
    issue = draft(store, [article("a")])
    second = add(store, issue, move="one")
    third = add(store, second, move="two")
    add(store, third, did=Did.UNDO, move="two")

    known, _ = store.issues.inputs(issue.id)

    assert known.overrides == ("one",)


def test_of_two_who_change_the_same_revision_one_is_told_what_the_other_did(store):
    issue = draft(store, [article("a")])
    add(store, issue)

    with pytest.raises(Stale, match="at revision 2, and you changed 1; since then: Made “X” the lead") as refusal:
        add(store, issue, by="tomas")

    assert (refusal.value.revision, refusal.value.since) == (2, ("Made “X” the lead (ada)",))
    assert store.issues.find(issue.id).revision == 2


def test_who_opens_a_revision_that_is_gone_is_told_so(store):
    issue = draft(store, [article("a")])
    store.issues.write(issue.id, content([]), inputs([]), [], {}, NOW)

    with pytest.raises(Stale) as refusal:
        store.edits.opened(issue.id, seen=1)

    assert refusal.value.since == ("Built again",)


def test_a_build_that_was_begun_before_a_move_does_not_overwrite_it(store):
    issue = draft(store, [article("a")])
    add(store, issue)

    with pytest.raises(Stale, match="built on 1"):
        store.issues.write(issue.id, content([]), inputs([]), [], {}, NOW, seen=1)


def test_of_many_tabs_that_save_at_once_one_does(store):
    issue = draft(store, [article("a")])
    together = threading.Barrier(5)

    def save(n):
        together.wait(60)
        try:
            return add(store, issue, by=f"editor {n}").revision
        except Stale:
            return None

    with ThreadPoolExecutor(5) as threads:
        saved = list(threads.map(save, range(5)))

    assert sorted(saved, key=str) == [2, None, None, None, None]
    assert len(store.edits.history(issue.id)) == 2


def test_a_move_takes_an_approval_back_and_leaves_a_hold(store):
    issue = approved(store)
    held = draft(store, at=slot(21))
    store.issues.move(held.id, Move.HOLD, now=NOW, reason="one source is in doubt")

    after, still = add(store, issue), add(store, held)

    assert (after.state, after.approved_by, after.approved_at, after.binding) == (State.REVIEW, "", None, "")
    assert (still.state, still.reason) == (State.HELD, "one source is in doubt")


def test_what_is_on_its_way_is_not_edited(store):
    issue = store.issues.find(sending(store))

    with pytest.raises(MoveError, match="being sent, so it cannot be edited"):
        add(store, issue)

    assert store.issues.find(issue.id).revision == 1


def test_there_is_nothing_to_edit_before_anything_is_built(store):
    issue, _ = store.issues.claim_slot(slot(), EXPIRES, NOW)

    with pytest.raises(MoveError, match="nothing to edit"):
        store.edits.opened(issue.id)
    with pytest.raises(UnknownError, match="no issue 99"):
        store.edits.opened(99)


def test_an_article_that_is_brought_in_is_in_no_other_pool_until_it_is_taken_out_again(store):
    built, late = article("a"), article("late")
    issue = draft(store, [built])
    store.articles.add([late], NOW)

    brought = add(store, issue, content([built, late]))
    assert store.articles.unpooled("brief") == []
    again = store.issues.write(issue.id, content([built, late]), inputs([built]), [built], {}, NOW)
    assert reasons(store, issue) == {built.id: "", late.id: BROUGHT}

    add(store, again, content([built]))
    assert brought.revision == 2
    assert store.articles.unpooled("brief") == [late]


def test_an_article_of_another_issue_stays_in_that_ones_pool(store):
    first = draft(store, [article("a")])
    second = draft(store, [article("b")], at=slot(21))

    add(store, second, content([article("a"), article("b")]))

    assert reasons(store, first) == {article("a").id: ""}


def test_what_a_move_teaches_is_kept_with_it_or_not_at_all(store):
    issue = draft(store, [article("a")])
    lesson = Correction(What.SECTION, "ada", NOW, "military", "diplomacy", "A text.")

    add(store, issue, learned=[lesson])
    with pytest.raises(Stale):
        add(store, issue, learned=[lesson])

    assert store.examples.all() == [lesson]


def test_articles_are_sought_by_what_stands_in_them_in_any_case(store):
    bridge, tower = article("a", text="The Ferren’s Bridge holds."), article("b", text="The tower leans.")
    store.articles.add([bridge, tower], NOW)
    ids = [bridge.id, tower.id]

    assert store.articles.having(ids, ["ferren's bridge"]) == {bridge.id: bridge}
    assert store.articles.having(ids, ["the", "report"]).keys() == set(ids)
    assert store.articles.having(ids, []).keys() == set(ids)
    assert store.articles.latest(1) == [(tower.id, NOW)]
    assert store.articles.latest(9, since=NOW) == []


def waiting(text, *, by="Ada", revision=1):
    return Choice(0, revision, by, NOW, f'{{"kind":"subject","text":"{text}"}}', "What it was")


def test_what_waits_for_a_choice_is_kept_with_the_move_or_not_at_all(store):
    issue = draft(store, [article("a")])

    after = add(store, issue, replace(issue.content, subject="Another"), waits=[waiting("mine"), waiting("also mine")])
    with pytest.raises(Stale):
        add(store, issue, waits=[waiting("never")])

    mine, other = store.choices.of(issue.id, "Ada")
    assert (mine.move, mine.ground, mine.revision, mine.by, mine.at) == (*_known(waiting("mine")), "ada", NOW)
    assert store.choices.of(issue.id, "Tomas") == ()
    add(store, after, replace(issue.content, subject="Mine"), chosen=mine.id)
    assert store.choices.of(issue.id, "Ada") == (other,)
    store.choices.keep(issue.id, [waiting("also mine", revision=3)], 0)
    assert [each.revision for each in store.choices.of(issue.id, "Ada")] == [3], "what is typed again waits once"


def _known(choice):
    return choice.move, choice.ground, choice.revision


def test_who_has_to_choose_approves_nothing_and_others_do(store):
    issue = draft(store, [article("a")])
    store.issues.move(issue.id, Move.SUBMIT, now=NOW)
    store.choices.keep(issue.id, [waiting("mine")])

    with pytest.raises(Unchosen, match="waits for your choice"):
        store.issues.move(issue.id, Move.APPROVE, now=NOW, by="Ada", binding="x", revision=1)

    assert (
        store.issues.move(issue.id, Move.APPROVE, now=NOW, by="Tomas", binding="x", revision=1).approved_by == "Tomas"
    )


def test_a_choice_has_a_number_that_no_other_ever_has(store):
    issue = draft(store, [article("a")])
    store.choices.keep(issue.id, [waiting("mine")])
    (first,) = store.choices.of(issue.id, "Ada")
    store.choices.keep(issue.id, [], first.id)

    store.choices.keep(issue.id, [waiting("something else")])

    assert store.choices.of(issue.id, "Ada")[0].id > first.id


def test_what_waits_is_its_editors_however_the_name_is_written_and_nobodys_once_they_are_gone(store):
    issue = draft(store, [article("a")])
    store.editors.add("Ada", Right.EDITOR, "", NOW)
    store.choices.keep(issue.id, [waiting("mine", by="Ada")])
    assert len(store.choices.of(issue.id, " ADA ")) == 1

    store.editors.remove("ada")
    store.editors.add("Ada", Right.EDITOR, "", NOW)

    assert store.choices.of(issue.id, "Ada") == ()


def test_nobody_chooses_in_an_issue_that_is_not_edited_any_more(store):
    issue = draft(store, [article("a")])
    store.choices.keep(issue.id, [waiting("mine")])
    assert store.choices.of(issue.id, "Ada")

    store.issues.move(issue.id, Move.SKIP, now=NOW, by="Tomas", reason="No news")

    with store.database.read() as connection:
        assert connection.execute(select(choice.c.id)).all() == []
    with store.database.write() as connection:
        keep(connection, issue.id, [waiting("from before")])
    assert store.choices.of(issue.id, "Ada") == (), "nor where some is left"


def test_what_waits_is_kept_under_the_lock_of_its_issue(store):
    with pytest.raises(UnknownError, match="no issue 7"):
        store.choices.keep(7, [waiting("mine")])


def test_an_edition_that_approves_by_itself_waits_for_nobody_of_that_name(store):
    issue = draft(store, [article("a")])
    store.issues.move(issue.id, Move.SUBMIT, now=NOW)
    store.choices.keep(issue.id, [waiting("mine", by="Auto")])

    approved = store.issues.move(issue.id, Move.APPROVE, now=NOW, by="auto", binding="x", revision=1, itself=True)

    assert approved.state is State.APPROVED


def test_an_issue_that_stands_otherwise_by_then_is_left_as_it_is(store):
    issue = draft(store, [article("a")])
    seen = stood(store.issues.find(issue.id))
    store.issues.move(issue.id, Move.HOLD, now=NOW, by="Tomas", reason="The map is wrong")

    with pytest.raises(Stale) as stale:
        store.issues.move(issue.id, Move.SKIP, now=NOW, by="Ada", reason="No news", stood=seen)

    assert stale.value.since == ("it is held now: The map is wrong",)
    assert store.issues.find(issue.id).state is State.HELD
