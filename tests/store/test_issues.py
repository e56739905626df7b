from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from digest.errors import MoveError, StoreError, UnknownError
from digest.lifecycle import Move
from digest.model.issue import State
from digest.store.schema import issue as rows

from .samples import EXPIRES, MINUTE, NOW, approved, article, content, draft, inputs, sending, slot


def test_who_claims_a_slot_first_has_its_issue(store):
    first, mine = store.issues.claim_slot(slot(), EXPIRES, NOW)
    second, not_mine = store.issues.claim_slot(slot(), EXPIRES + MINUTE, NOW)

    assert (mine, not_mine) == (True, False)
    assert first == second
    assert (first.state, first.number, first.revision, first.content) == (State.DRAFT, 1, 0, None)
    assert (first.draft_at, first.send_at, first.expires_at) == (slot().draft_at, slot().send_at, EXPIRES)


def test_of_many_threads_that_claim_a_slot_one_wins(store):
    together = threading.Barrier(6)

    def race(_):
        together.wait(60)
        return store.issues.claim_slot(slot(), EXPIRES, NOW)

    with ThreadPoolExecutor(6) as pool:
        ended = list(pool.map(race, range(6)))

    assert [mine for _, mine in ended].count(True) == 1
    assert len({issue.id for issue, _ in ended}) == 1


def test_numbers_count_within_the_edition(store):
    for day in (20, 21):
        for edition in ("brief", "sunday"):
            store.issues.claim_slot(slot(day, edition=edition), EXPIRES, NOW)

    numbers = [(issue.edition, issue.local_date.day, issue.number) for issue in store.issues.all()]
    assert sorted(numbers) == [("brief", 20, 1), ("brief", 21, 2), ("sunday", 20, 1), ("sunday", 21, 2)]


def test_a_missed_slot_is_noted_once_and_no_issue_is_overwritten_by_it(store):
    missed = store.issues.missed(slot(20), NOW, "its hour was gone")
    claimed, _ = store.issues.claim_slot(slot(21), EXPIRES, NOW)

    again = store.issues.missed(slot(20), NOW, "another reason")
    untouched = store.issues.missed(slot(21), NOW, "its hour was gone")

    assert (missed.state, missed.reason) == (State.MISSED, "its hour was gone")
    assert again == missed
    assert untouched == claimed


def test_after_a_week_off_the_numbers_go_on_where_they_stopped(store):
    first, _ = store.issues.claim_slot(slot(20), EXPIRES, NOW)
    off = [store.issues.missed(slot(day), NOW, "its hour was gone") for day in (21, 22, 23)]

    second, mine = store.issues.claim_slot(slot(24), EXPIRES, NOW)

    assert [issue.number for issue in (first, *off, second)] == [1, 0, 0, 0, 2]
    assert mine
    assert store.issues.find("latest") == second
    assert store.issues.find(off[0].id) == off[0]


def test_what_a_clock_that_was_ahead_called_missed_is_still_to_come(store):
    store.issues.claim_slot(slot(20), EXPIRES, NOW)
    store.issues.missed(slot(21), NOW + 600 * MINUTE, "its hour was gone")

    ahead = store.issues.calendar("brief", slot(20).draft_at)
    before = store.issues.calendar("brief", slot(20).draft_at - MINUTE)
    later = store.issues.calendar("brief", slot(21).draft_at)
    claimed, mine = store.issues.claim_slot(slot(21), EXPIRES, NOW)

    assert (ahead, before) == ((slot(20).local_date, frozenset()), (None, frozenset({slot(20).local_date})))
    assert later == (slot(21).local_date, frozenset())
    assert (mine, claimed.state, claimed.number) == (True, State.DRAFT, 2)


def test_how_issues_stand_is_read_without_their_content(store):
    waits = draft(store, [article("a")], at=slot(17))
    over = approved(store, at=slot(18))
    store.issues.move(over.id, Move.SKIP, now=NOW)
    late = approved(store, at=slot(19))
    store.issues.move(late.id, Move.SKIP, now=NOW)

    found = store.issues.bare(slot(19).send_at)

    assert [(issue.id, issue.state, issue.content) for issue in found] == [
        (late.id, State.SKIPPED, None),
        (waits.id, State.DRAFT, None),
    ]


def test_an_edition_that_begins_with_a_missed_slot_begins_with_number_one(store):
    store.issues.missed(slot(20), NOW, "its hour was gone")

    issue, _ = store.issues.claim_slot(slot(21), EXPIRES, NOW)

    assert issue.number == 1


def test_two_issues_of_an_edition_never_have_one_number(store):
    draft(store, at=slot(20))
    other = draft(store, at=slot(21))

    with pytest.raises(StoreError), store.database.write() as connection:
        connection.execute(rows.update().where(rows.c.id == other.id).values(number=1))


def test_a_built_issue_has_its_content_and_what_it_was_made_from(store):
    news = (article("a"), article("b"))

    issue = draft(store, news)

    assert (issue.state, issue.revision) == (State.DRAFT, 1)
    assert issue.content == content(news)
    assert store.issues.find(issue.id) == issue
    assert store.issues.inputs(issue.id) == (inputs(news), news)


def test_an_issue_keeps_the_texts_it_was_built_from(store):
    issue = draft(store, [article("a")])
    edited = article("a", text="Another text.")
    store.articles.add([edited], NOW)

    _, frozen = store.issues.inputs(issue.id)

    assert frozen == (article("a"),)


def test_building_again_makes_the_next_revision_and_replaces_the_pool(store):
    issue = draft(store, [article("a"), article("b")])
    store.articles.add([article("c")], NOW)
    news = (article("b"), article("c"))

    again = store.issues.write(issue.id, content(news), inputs(news), news, {}, NOW + MINUTE, by="ada")

    assert (again.revision, again.content) == (2, content(news))
    assert store.issues.inputs(issue.id) == (inputs(news), news)
    assert store.articles.unpooled("brief") == [article("a")]


@pytest.mark.parametrize(
    ("move", "state"), [(Move.SUBMIT, State.REVIEW), (Move.HOLD, State.HELD), (Move.SKIP, State.SKIPPED)]
)
def test_a_draft_is_built_and_put_where_it_belongs_in_one_step(store, move, state):
    issue, _ = store.issues.claim_slot(slot(), EXPIRES, NOW)
    news = (article("a"),)
    store.articles.add(news, NOW)

    built = store.issues.write(
        issue.id, content(news), inputs(news), news, {}, NOW, by="build", move=move, reason="1 story"
    )

    assert (built.state, built.revision, built.content, built.reason) == (state, 1, content(news), "1 story")
    assert store.issues.find(issue.id) == built
    # Skipped, its articles are free for the next issue.
    assert store.articles.unpooled("brief") == ([article("a")] if move is Move.SKIP else [])


def test_a_held_issue_that_is_built_again_may_be_released_with_it(store):
    issue = draft(store)
    store.issues.move(issue.id, Move.HOLD, now=NOW, reason="1 story")

    after = store.issues.write(issue.id, content([]), inputs([]), [], {}, NOW, move=Move.RELEASE)

    assert (after.state, after.revision, after.reason) == (State.REVIEW, 2, "")


def test_a_move_that_is_refused_takes_the_new_revision_with_it(store):
    issue = draft(store, [article("a")])

    with pytest.raises(MoveError, match="a draft"):
        store.issues.write(issue.id, content([]), inputs([]), [], {}, NOW, move=Move.RELEASE)

    assert store.issues.find(issue.id) == issue
    assert store.articles.unpooled("brief") == []
    assert store.issues.inputs(issue.id) == (inputs([article("a")]), (article("a"),))


@pytest.mark.parametrize("move", [Move.APPROVE, Move.START, Move.FAIL])
def test_what_was_just_built_is_not_approved_or_started_unseen(store, move):
    issue = draft(store)

    with pytest.raises(ValueError, match=move.value):
        store.issues.write(issue.id, content([]), inputs([]), [], {}, NOW, move=move)

    assert store.issues.find(issue.id) == issue


def test_an_article_stands_in_one_issue_of_an_edition(store):
    first = draft(store, [article("a")])
    second, _ = store.issues.claim_slot(slot(21), EXPIRES, NOW)
    news = (article("b"), article("a"))
    store.articles.add(news, NOW)

    with pytest.raises(StoreError, match=f"article {article('a').id} stands in issue {first.id} already"):
        store.issues.write(second.id, content(news), inputs(news), news, {}, NOW)

    assert store.issues.find(second.id) == second
    assert store.articles.unpooled("brief") == [article("b")]


def test_an_article_that_was_never_collected_is_refused(store):
    issue, _ = store.issues.claim_slot(slot(), EXPIRES, NOW)

    with pytest.raises(StoreError):
        store.issues.write(issue.id, content([]), inputs([]), [article("a")], {}, NOW)


def test_an_approved_issue_is_not_built_again(store):
    issue = approved(store)

    with pytest.raises(MoveError, match="approved"):
        store.issues.write(issue.id, content([article("a")]), inputs([]), [], {}, NOW)

    assert store.issues.find(issue.id) == issue


def test_an_approval_keeps_who_when_and_what(store):
    issue = draft(store)
    store.issues.move(issue.id, Move.SUBMIT, now=NOW)

    after = store.issues.move(issue.id, Move.APPROVE, now=NOW, by="ada", binding="b1", revision=1)

    assert (after.state, after.approved_by, after.approved_at, after.binding) == (State.APPROVED, "ada", NOW, "b1")


def test_an_approval_of_a_revision_that_is_gone_is_refused(store):
    issue = draft(store)
    store.issues.write(issue.id, content([]), inputs([]), [], {}, NOW)
    store.issues.move(issue.id, Move.SUBMIT, now=NOW)

    with pytest.raises(MoveError, match="at revision 2, and you approved 1"):
        store.issues.move(issue.id, Move.APPROVE, now=NOW, by="ada", binding="b1", revision=1)

    assert store.issues.find(issue.id).state is State.REVIEW


def test_an_approval_binds_something(store):
    issue = draft(store)
    store.issues.move(issue.id, Move.SUBMIT, now=NOW)

    with pytest.raises(ValueError, match="binds"):
        store.issues.move(issue.id, Move.APPROVE, now=NOW, by="ada")


@pytest.mark.parametrize("move", [Move.UNAPPROVE, Move.HOLD, Move.SKIP])
def test_a_move_before_sending_takes_the_approval_back(store, move):
    issue = approved(store)

    after = store.issues.move(issue.id, move, now=NOW, by="ada", reason="the bridge fell")

    assert (after.approved_by, after.approved_at, after.binding) == ("", None, "")
    assert after.reason == "the bridge fell"


def test_a_move_while_sending_leaves_the_approval(store):
    issue_id = sending(store)

    after = store.issues.move(issue_id, Move.PAUSE, now=NOW)

    assert (after.state, after.approved_by, after.binding) == (State.PAUSED, "ada", "b1")


def test_a_move_the_state_forbids_changes_nothing(store):
    issue = draft(store)

    with pytest.raises(MoveError):
        store.issues.move(issue.id, Move.PAUSE, now=NOW)

    assert store.issues.find(issue.id) == issue


@pytest.mark.parametrize("move", [Move.START, Move.FINISH, Move.REBUILD])
def test_moves_with_a_door_of_their_own_are_not_made_here(store, move):
    issue = approved(store)

    with pytest.raises(ValueError, match=move.value):
        store.issues.move(issue.id, move, now=NOW)


def test_of_two_editors_who_decide_at_once_one_is_told_no(store, open_again):
    issue = draft(store)
    store.issues.move(issue.id, Move.SUBMIT, now=NOW)
    together = threading.Barrier(2)

    def decide(editor, move):
        together.wait(60)
        try:
            return editor.issues.move(issue.id, move, now=NOW, by="ada", binding="b1").state
        except MoveError:
            return None

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(decide, [store, open_again()], [Move.APPROVE, Move.APPROVE]))

    assert sorted(ended, key=str) == [None, State.APPROVED]


def test_issues_are_found_by_id_or_by_what_they_are(store):
    older = approved(store, at=slot(20))
    newer = draft(store, at=slot(21))
    store.issues.missed(slot(19), NOW, "gone")

    assert store.issues.find(older.id) == older
    assert store.issues.find(str(older.id)) == older
    assert store.issues.find("latest") == newer
    assert store.issues.find("draft") == newer
    store.issues.move(newer.id, Move.SKIP, now=NOW)
    with pytest.raises(UnknownError, match="no issue draft"):
        store.issues.find("draft")


@pytest.mark.parametrize("which", ["99", "-1", "newest", "", "9" * 40, "1; DROP TABLE issue", "\u0663"])
def test_an_issue_nobody_knows_is_answered_with_those_there_are(store, which):
    issue = draft(store)

    with pytest.raises(UnknownError, match=f"the last ones are {issue.id}"):
        store.issues.find(which)


def test_without_any_issue_the_cure_is_to_build_one(store):
    with pytest.raises(UnknownError, match="there is none yet: digest build"):
        store.issues.find("latest")


def test_inputs_of_an_issue_that_was_never_built_are_unknown(store):
    issue, _ = store.issues.claim_slot(slot(), EXPIRES, NOW)

    with pytest.raises(UnknownError, match=f"issue {issue.id} has nothing built yet"):
        store.issues.inputs(issue.id)


def test_what_is_unfinished_is_seen_whatever_edition_it_is_of(store):
    later = approved(store, at=slot(22))
    earlier = draft(store, at=slot(20, edition="sunday"))
    on_its_way = sending(store, at=slot(21, edition="weekly"))
    over = draft(store, at=slot(19))
    store.issues.move(over.id, Move.SKIP, now=NOW)
    store.issues.missed(slot(18), NOW, "gone")

    assert [issue.id for issue in store.issues.unfinished()] == [earlier.id, on_its_way, later.id]


def test_an_editions_last_issue_is_that_of_its_latest_slot(store):
    approved(store, at=slot(20))
    second = draft(store, at=slot(21))
    gone = store.issues.missed(slot(22), NOW, "gone")
    other = draft(store, at=slot(23, edition="sunday"))

    assert store.issues.last("brief") == gone
    assert store.issues.last("weekly") is None
    assert [issue.id for issue in store.issues.all(limit=2)] == [other.id, gone.id]
    assert store.issues.at_slot("brief", slot(21).local_date, "07:00") == second
    assert store.issues.at_slot("brief", slot(21).local_date, "08:00") is None


def test_what_an_edition_sent_of_late_is_what_left_or_is_leaving(store):
    was, on_its_way = sending(store, at=slot(17)), sending(store, at=slot(19))
    sending(store, at=slot(19, edition="sunday"))
    approved(store, at=slot(20))
    store.issues.missed(slot(18), NOW, "gone")

    def between(first, last):
        return [issue.id for issue in store.issues.sent_between("brief", slot(first).send_at, slot(last).send_at)]

    assert between(10, 21) == [on_its_way, was]
    assert between(17, 19) == [was]
    assert between(18, 19) == []


def test_what_left_or_is_leaving_is_found_for_every_edition_the_latest_slot_first(store):
    was, other = sending(store, at=slot(17)), sending(store, at=slot(18, edition="sunday"))
    on_its_way = sending(store, at=slot(19))
    approved(store, at=slot(20))
    draft(store, at=slot(21))
    store.issues.missed(slot(22), NOW, "gone")

    assert store.issues.left() == [(on_its_way, "brief"), (other, "sunday"), (was, "brief")]
