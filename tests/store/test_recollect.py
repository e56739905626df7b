"""What an edition remembers of the issues it sent."""

from __future__ import annotations

import pytest

from digest.lifecycle import Move
from digest.pipeline.recollect import recollect

from .samples import ALL, EDITION, EXPIRES, NOW, article, draft, skeleton, slot

FERRY = article("ferry", text="The ferry Marena sank off Tarnmouth.")
BRIDGE = article("bridge", text="The bridge of Ferren holds.")


@pytest.fixture
def now(store):
    """The issue that is being built."""
    return store.issues.claim_slot(slot(20), EXPIRES, NOW)[0]


@pytest.fixture
def sent(store):
    def sent(*articles, at):
        issue = draft(store, articles, at=at)
        store.issues.move(issue.id, Move.SUBMIT, now=NOW)
        store.issues.move(issue.id, Move.APPROVE, now=NOW, by="ada", binding="b1")
        store.outbox.freeze(issue.id, lists=("weekday",), cohorts={}, skeletons={ALL: skeleton()}, now=NOW)
        return issue

    return sent


def test_a_story_is_remembered_by_its_summary_and_by_how_its_articles_put_it(store, sent, now):
    issue = sent(FERRY, at=slot(18))

    _, (told,) = recollect(store, EDITION, now)

    assert (told.number, told.day, told.headline) == (issue.number, slot(18).local_date, FERRY.title)
    assert told.text == "The ferry Marena sank off Tarnmouth.\nOn the river"
    assert (told.url, told.at) == (FERRY.url, FERRY.at)


def test_the_newest_issue_is_remembered_first_and_none_that_is_long_gone_or_still_to_come(store, sent, now):
    sent(article("old"), at=slot(2))
    sent(FERRY, at=slot(18))
    sent(BRIDGE, at=slot(19))
    sent(article("later"), at=slot(23))

    _, told = recollect(store, EDITION, now)

    assert [each.headline for each in told] == [BRIDGE.title, FERRY.title]


def test_what_was_built_and_not_sent_is_not_remembered(store, now):
    draft(store, [FERRY], at=slot(19))

    assert recollect(store, EDITION, now)[1] == ()


def test_words_are_counted_in_what_earlier_issues_drew_on(store, now):
    ferries = [article(f"ferry {n}", text=f"Ferry number {n} sank off Tarnmouth.") for n in range(4)]
    draft(store, ferries, at=slot(19))
    draft(store, [BRIDGE], at=slot(20))

    archive, _ = recollect(store, EDITION, now)

    assert archive.texts == 4
    assert dict(archive.counts)["tarnmouth"] == 4
    assert "bridg" not in dict(archive.counts)
