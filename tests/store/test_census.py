"""Who stands on an edition's lists, counted for the check."""

from __future__ import annotations

from digest.lifecycle import Move
from digest.model.people import Census, Suppression
from tests.store.samples import NOW, approved, draft, keyed, load, reader, row

LISTS = ("weekday", "desk")


def test_a_census_counts_who_may_be_mailed_by_list_and_everybody_else_by_the_reason(store):
    load(
        store,
        row("mira@mail.example"),
        row("mira@mail.example", of_list="desk"),
        row("joon@uni.example"),
        row("pia@uni.example", of_list="desk"),
        row("gone@uni.example"),
        row("never@uni.example"),
        row("elsewhere@uni.example", of_list="sunday"),
    )
    store.subscribers.unsubscribe(reader(store, "gone@uni.example"), LISTS, now=NOW, origin="link")
    store.subscribers.suppress([Suppression(keyed("never@uni.example"), "k1", "asked us", NOW.date())])

    census = store.subscribers.census(LISTS)

    assert census == Census(
        lists=(("weekday", 2), ("desk", 2)),
        suppressed=1,
        unconfirmed=0,
        left=1,
        domains={"mail.example": 1, "uni.example": 2},
    )


def test_a_census_of_lists_that_nobody_is_on_is_all_noughts(store):
    assert store.subscribers.census(("weekday",)) == Census((("weekday", 0),), 0, 0, 0, {})


def test_why_an_issue_was_approved_over_red_is_kept_until_the_approval_goes(store):
    issue = draft(store)
    store.issues.move(issue.id, Move.SUBMIT, now=NOW)

    with_reason = store.issues.move(
        issue.id, Move.APPROVE, now=NOW, by="ada", binding="b", override="read on this machine only"
    )
    held = store.issues.move(issue.id, Move.HOLD, now=NOW)

    assert (with_reason.override, held.override) == ("read on this machine only", "")


def test_an_ordinary_approval_says_nothing_of_red(store):
    assert approved(store).override == ""
