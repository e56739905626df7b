"""A move made on an issue that has gone on meanwhile: nothing is written over unseen, and nothing asked for twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.edit import (
    BringIn,
    Correct,
    Down,
    HoldBack,
    Lead,
    Merge,
    Preheader,
    Reword,
    Split,
    Subject,
    To,
    ToSection,
    Up,
    Write,
    applied,
    ref_of,
    stepped,
)
from digest.edit.merge import Both, Ground, Merged, Refused, merge
from digest.edit.places import Places
from digest.edit.words import apart, standing_at, text_of

from .samples import NOW, SECTIONS, cases, content, item, items, order, ref, unedited


class Issue:
    """An issue as it was composed, and moves made on it one after the other."""

    def __init__(self, composed, moves=()):
        self.composed, self.moves = composed, tuple(moves)
        self.content = applied(unedited(composed), self.moves).content

    @property
    def ground(self):
        return Ground(self.content, self.content.subject, self.content.preheader)

    def after(self, move):
        step = stepped(move, self.content) if isinstance(move, Up | Down) else move
        return Issue(self.composed, (*self.moves, *([step] if step else [])))

    @property
    def fields(self):
        """All that moves change, but for the order of stories."""
        places, told = Places(self.content), {}
        for name, each in places.items.items():
            told |= {(name, "headline"): each.headline, (name, "summary"): each.summary}
            told[name, "section"] = places.section(name)
        put_right = {(each.number, each.headline): each.text for each in self.content.corrections}
        return told | put_right | {"subject": self.content.subject, "preheader": self.content.preheader}


def moves_on(issue, words):
    """Moves as a page of that issue can ask for them; its texts are of these words."""
    one = st.sampled_from([ref_of(each) for each in items(issue.content)])
    section, place, text = st.sampled_from([s.id for s in SECTIONS]), st.none() | st.integers(0, 3), st.just(words)
    parted = st.sampled_from([ref_of(each) for each in items(issue.content)]).map(
        lambda whole: Split(whole, whole.passages[-1:], item(words, anchor="-"))
    )
    return st.one_of(
        st.builds(Up, one),
        st.builds(Down, one),
        st.builds(To, one, st.integers(0, 3), st.none() | one),
        st.builds(ToSection, one, section, place),
        st.builds(Lead, one),
        st.builds(HoldBack, one),
        st.builds(Merge, one, one),
        parted,
        st.builds(Reword, one, st.none() | text, st.none() | st.tuples(text)),
        st.builds(Write, text, section, st.tuples(text), anchor=st.just(f"written-{words}"), at=st.just(NOW)),
        st.builds(Correct, st.integers(1, 2), text, at=st.just(NOW)),
        st.builds(Subject, text),
        st.builds(Preheader, text),
    )


@st.composite
def meetings(draw):
    """An issue that two editors look at, and what each of them asks for."""
    composed, before = draw(cases())
    seen = Issue(composed, before)
    if not items(seen.content):
        seen = Issue(composed)
    return seen, draw(moves_on(seen, "Tomas")), draw(moves_on(seen, "Ada"))


@settings(max_examples=20)
@given(meetings())
def test_a_move_made_twice_is_made_once(meeting):
    seen, _, move = meeting
    now = seen.after(move)

    if now.content != seen.content:
        assert merge(move, seen.ground, now.ground) == Merged(None)


@settings(max_examples=20)
@given(meetings())
def test_nothing_that_somebody_changed_is_changed_again_unseen(meeting):
    seen, theirs, mine = meeting
    now = seen.after(theirs)
    found = merge(mine, seen.ground, now.ground)

    then = now.after(found.move) if isinstance(found, Merged) and found.move else now
    changed = {place: what for place, what in now.fields.items() if seen.fields.get(place) != what}
    assert {place: then.fields.get(place) for place in changed} == changed
    if isinstance(theirs, Lead) and now.content != seen.content:
        first = Places(now.content).row(Places(seen.content).name(theirs.story))[0]
        assert Places(then.content).row(first)[:1] == [first]


@settings(max_examples=20)
@given(meetings())
def test_every_word_that_was_typed_stands_or_waits_for_a_choice(meeting):
    seen, theirs, mine = meeting
    now = seen.after(theirs)
    if not isinstance(mine, Reword | Subject | Preheader | Correct):
        return
    found = merge(mine, seen.ground, now.ground)

    assert isinstance(found, Merged), "words are never refused"
    then = now.after(found.move) if found.move else now
    waits = [text_of(each.move) for each in found.both]
    for each in apart(mine):
        unchanged = text_of(each) == standing_at(each, seen.content)
        assert unchanged or text_of(each) in waits or standing_at(each, then.content) == text_of(each)


@settings(max_examples=20)
@given(meetings())
def test_edits_in_different_places_come_to_the_same_whoever_is_first(meeting):
    seen, one, other = meeting
    after_one, after_other = seen.after(one), seen.after(other)
    second, first = merge(other, seen.ground, after_one.ground), merge(one, seen.ground, after_other.ground)

    if all(isinstance(found, Merged) and found.move and not found.both for found in (first, second)):
        assert after_one.after(second.move).fields == after_other.after(first.move).fields


# --------------------------------------------------------------------------------------------------- case by case

COMPOSED = content([item(name) for name in "abcd"], [item("e"), item("f")])


@pytest.fixture
def seen():
    return Issue(COMPOSED)


def story(name):
    return ref(COMPOSED, f"Story {name}")


def told(found, now):
    assert isinstance(found, Merged), found
    return order(now.after(found.move).content)


def test_the_headline_of_one_and_the_summary_of_the_other_both_stand(seen):
    now = seen.after(Reword(story("b"), headline="What Tomas wrote"))

    form = Reword(story("b"), headline="Story b", summary=("What Ada wrote.",))  # as the page sends both fields
    found = merge(form, seen.ground, now.ground)

    assert found == Merged(Reword(story("b"), summary=("What Ada wrote.",)))


def test_two_texts_for_one_place_wait_for_a_choice_with_their_common_ground_and_the_other_field_stands(seen):
    now = seen.after(Reword(story("b"), headline="What Tomas wrote"))

    found = merge(Reword(story("b"), "What Ada wrote", ("And why.",)), seen.ground, now.ground)

    assert found == Merged(
        Reword(story("b"), summary=("And why.",)), (Both(Reword(story("b"), headline="What Ada wrote"), "Story b"),)
    )


def test_words_for_a_story_that_is_held_back_by_now_wait(seen):
    now = seen.after(HoldBack(story("b")))

    found = merge(Reword(story("b"), headline="What Ada wrote"), seen.ground, now.ground)

    assert (found.move, [text_of(each.move) for each in found.both]) == (None, ["What Ada wrote"])


def test_a_subject_that_followed_its_lead_was_changed_by_nobody(seen):
    first = replace(seen.ground, content=replace(seen.content, subject="Story a"))
    second = replace(seen.ground, content=replace(seen.content, subject="Story b"))

    assert merge(Subject("Ada’s"), first, second) == Merged(Subject("Ada’s"))
    assert merge(Subject("Story a"), first, second) == Merged(None), "she left it as it was"
    theirs = replace(second, subject="Story b")
    assert merge(Subject("Ada’s"), first, theirs) == Merged(None, (Both(Subject("Ada’s"), "Story a"),))


@pytest.mark.parametrize(
    ("theirs", "mine", "military"),
    [
        (HoldBack("a"), Up("d"), "bdc"),
        (HoldBack("d"), Up("b"), "bac"),
        (Lead("d"), Up("c"), "dacb"),
        (HoldBack("c"), Lead("d"), "dab"),
        (ToSection("d", "diplomacy"), Down("b"), "acb"),
        (ToSection("e", "military", 0), To("d", 1), "eadbc"),
        (HoldBack("c"), To("a", 3), "bda"),
        (ToSection("e", "military", 0), ToSection("f", "military", 1), "eafbcd"),
        (Reword("b", headline="Story b2"), Down("b"), "acbd"),
        (Subject("Another"), Merge("a", "b"), "acd"),
        (Down("a"), HoldBack("d"), "bac"),
        (Write("Story x", "military", anchor="written-9", at=NOW), HoldBack("d"), "abcx"),
    ],
)
def test_a_move_whose_ground_is_as_it_was_is_made_on_the_issue_as_it_is(seen, theirs, mine, military):
    now = seen.after(of(theirs))

    found = told(merge(of(mine), seen.ground, now.ground), now)

    assert "".join(each.removeprefix("Story ")[0] for each in found["military"]) == military


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        (Down("b"), Up("c")),
        (Lead("c"), Lead("d")),
        (Lead("d"), To("c", 0)),
        (ToSection("b", "diplomacy"), Up("b")),
        (ToSection("b", "diplomacy"), ToSection("b", "peace_summit")),
        (Lead("b"), HoldBack("b")),
        (Reword("b", headline="Other"), HoldBack("b")),
        (Reword("b", headline="Other"), Merge("a", "b")),
        (HoldBack("b"), Lead("b")),
        (Merge("a", "b"), Split("a", ())),
        (HoldBack("a"), To("d", 0)),
    ],
)
def test_a_move_whose_ground_has_gone_is_looked_at_again(seen, theirs, mine):
    now = seen.after(of(theirs))

    found = merge(of(mine), seen.ground, now.ground)

    assert isinstance(found, Merged if found == Merged(None) else Refused)
    assert found != Merged(None) or (theirs, mine) == (Down("b"), Up("c")), "b and c changed places, as both wanted"


def of(move):
    """The move with its stories, which are called by a letter."""
    named = {name: story(each) for name in ("story", "other") if isinstance(each := getattr(move, name, None), str)}
    return replace(move, **named)


def test_what_is_brought_in_where_somebody_has_put_it_elsewhere_is_looked_at_again(seen):
    spare = ref_of(item("x"))
    mine, theirs = BringIn(spare, "military", item=item("x")), BringIn(spare, "diplomacy", item=item("x"))

    now = seen.after(theirs)

    assert isinstance(merge(mine, seen.ground, now.ground), Refused)
    assert merge(theirs, seen.ground, now.ground) == Merged(None)


@pytest.mark.parametrize(
    ("built", "mine", "kept"),
    [
        ("acd", HoldBack(story("b")), HoldBack(story("b"))),
        ("cabd", Lead(story("c")), Lead(story("c"))),
        ("bacd", Up(story("b")), To(story("b"), 0, story("a"))),
        ("acbd", Down(story("b")), To(story("b"), 2, story("d"))),
    ],
)
def test_what_a_build_has_made_so_is_kept_and_what_a_move_has_made_so_is_not(seen, built, mine, kept):
    now = Ground(content([item(name) for name in built], [item("e"), item("f")]))

    assert merge(mine, seen.ground, now, []) == Merged(kept, so=True)
    assert merge(mine, seen.ground, now, [(seen.content, now.content)]) == Merged(None)


def test_words_that_a_build_has_brought_by_itself_are_kept(seen):
    mine, now = (
        Reword(story("b"), headline="What both wrote"),
        seen.after(Reword(story("b"), headline="What both wrote")),
    )

    assert merge(mine, seen.ground, now.ground, []).so
    assert merge(mine, seen.ground, now.ground, [(seen.content, now.content)]) == Merged(None)
