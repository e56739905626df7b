"""Moves on an issue: nothing is lost, nothing told twice, and all of it is found again after the next build."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.edit import (
    HELD,
    BringIn,
    Correct,
    Down,
    HoldBack,
    Lead,
    Merge,
    PassageRef,
    Preheader,
    Ref,
    Reword,
    Split,
    Subject,
    To,
    ToSection,
    Up,
    Write,
    applied,
    dump,
    load,
    ref_of,
    said,
    stepped,
)
from digest.model.issue import Cited, Content, LeftOut

from .samples import NOW, SECTIONS, cases, content, issues, item, items, order, ref, unedited

DAY = content([item("a"), item("b"), item("c")], [item("d"), item("e")])


def made(*moves, issue: Content = DAY) -> Content:
    outcome = applied(unedited(issue), moves)
    assert outcome.lost == ()
    return outcome.content


def passages(found) -> Counter:
    return Counter((cited.article, cited.position) for each in found for cited in each.passages)


# ------------------------------------------------------------------------------------------------- whatever is done


@settings(max_examples=150, deadline=None)
@given(cases())
def test_whatever_moves_are_made_every_story_is_told_or_held_back_once(case):
    issue, moves = case

    outcome = applied(unedited(issue), moves)

    after, held = items(outcome.content), [each for _, each in outcome.held]
    assert passages([*after, *held]) == passages(items(issue))
    anchors = [each.anchor for each in [*after, *held]]
    assert len(anchors) == len(set(anchors))
    known = [section.id for section in SECTIONS]
    assert [section.id for section in outcome.content.sections] == [
        name for name in known if name in order(outcome.content)
    ]
    assert all(section.items for section in outcome.content.sections)
    assert all(lost.why for lost in outcome.lost)


@settings(max_examples=80, deadline=None)
@given(cases())
def test_moves_outlive_their_json(case):
    issue, moves = case

    again = [load(dump(move)) for move in moves]

    assert again == moves
    assert applied(unedited(issue), again) == applied(unedited(issue), moves)


@settings(max_examples=80, deadline=None)
@given(issues(), st.data())
def test_a_move_that_the_program_has_made_by_itself_since_changes_nothing(issue, data):
    one = data.draw(st.sampled_from(items(issue)))
    other = data.draw(st.sampled_from(items(issue)))
    move = data.draw(
        st.sampled_from(
            [
                Lead(ref_of(one)),
                To(ref_of(one), 1, ref_of(other)),
                ToSection(ref_of(one), "peace_summit", 0),
                Merge(ref_of(one), ref_of(other)),
                Reword(ref_of(one), "Another headline", ("A sentence.",)),
            ]
        )
    )
    once = applied(unedited(issue), [move]).content

    assert applied(unedited(once), [move]).content == once


@settings(max_examples=80, deadline=None)
@given(issues(), st.data())
def test_after_another_build_a_story_is_found_by_what_it_is_made_of(issue, data):
    one = data.draw(st.sampled_from(items(issue)))
    others = data.draw(st.permutations([each for each in items(issue) if each is not one]))
    grown = replace(one, headline="By another outlet", passages=(Cited("new", 4, "", 0.9, ()), *one.passages))
    again = content([*others, item("fresh"), grown])

    moves = [Lead(ref_of(one)), *(HoldBack(ref_of(each)) for each in others[:1])]
    outcome = applied(unedited(again), moves)

    assert outcome.lost == ()
    assert outcome.content.lead.headline == "By another outlet"
    assert len(items(outcome.content)) == len(others) + 2 - bool(others)


# ------------------------------------------------------------------------------------------------------- each move


@pytest.mark.parametrize(
    ("step", "story", "after", "words"),
    [
        (Down, "Story a", ["Story b", "Story a", "Story c"], "Moved “Story a” down"),
        (Down, "Story b", ["Story a", "Story c", "Story b"], "Moved “Story b” down"),
        (Up, "Story c", ["Story a", "Story c", "Story b"], "Moved “Story c” up"),
        (Up, "Story b", ["Story b", "Story a", "Story c"], "Moved “Story b” up"),
    ],
)
def test_a_step_goes_past_one_story_and_says_which_way(step, story, after, words):
    move = stepped(step(ref(DAY, story)), DAY)

    assert order(made(move))["military"] == after
    assert said(move, DAY, unedited(DAY)) == words


@pytest.mark.parametrize(("step", "story"), [(Up, "Story a"), (Down, "Story c"), (Up, "Story d")])
def test_there_is_no_step_beyond_the_end_of_a_section(step, story):
    assert stepped(step(ref(DAY, story)), DAY) is None


def test_a_story_goes_in_front_of_the_one_it_was_put_before_wherever_that_stands_now():
    move = To(ref(DAY, "Story c"), 0, ref(DAY, "Story a"))
    again = content([item("new"), item("b"), item("a"), item("c")])

    assert order(made(move, issue=again))["military"] == ["Story new", "Story b", "Story c", "Story a"]


def test_a_story_that_goes_to_an_empty_section_opens_it():
    after = made(ToSection(ref(DAY, "Story e"), "peace_summit"))

    assert order(after)["peace_summit"] == ["Story e"]
    assert [section.title for section in after.sections][-1] == "Peace summit"


def test_the_last_story_of_a_section_takes_the_section_with_it():
    after = made(ToSection(ref(DAY, "Story d"), "military"), ToSection(ref(DAY, "Story e"), "military", 0))

    assert order(after) == {"military": ["Story e", "Story a", "Story b", "Story c", "Story d"]}


def test_what_is_held_back_is_left_out_for_that_reason_and_comes_back_as_it_was():
    reworded = Reword(ref(DAY, "Story b"), "In other words")
    hold = HoldBack(ref(DAY, "Story b"))

    without = made(reworded, hold)
    again = made(reworded, hold, BringIn(ref(DAY, "Story b"), "diplomacy", 0))

    assert [(left.article, left.reason) for left in without.left_out] == [("b", HELD)]
    assert order(again)["diplomacy"] == ["In other words", "Story d", "Story e"]
    assert again.left_out == ()


def test_what_is_brought_in_is_no_longer_left_out():
    out = (
        LeftOut("z", "", "Text of z.", 0.4, "below the line in military: rank 6", 0),
        LeftOut("y", "", "", 0.0, "old"),
    )
    day = content([item("a")], left_out=out)
    told = item("z", anchor="military-2")

    after = made(BringIn(ref_of(told), "military", 0, told), issue=day)

    assert order(after)["military"] == ["Story z", "Story a"]
    assert [left.article for left in after.left_out] == ["y"]


def test_a_story_that_was_brought_in_and_is_built_by_itself_since_is_told_once():
    told = item("c", anchor="-")
    move = BringIn(ref_of(told), "diplomacy", 0, told)

    assert order(made(move))["diplomacy"] == ["Story c", "Story d", "Story e"]


def test_an_article_that_was_brought_in_and_is_composed_into_sections_since_is_told_once():
    parts = [Cited("z", n, f"Head {n}", 0.8, ()) for n in range(3)]
    whole = item("z", *parts, anchor="-")
    rebuilt = content([item("a"), item("z0", parts[0])], [item("d"), item("z1", parts[1])], [item("z2", parts[2])])

    after = applied(unedited(rebuilt), [BringIn(ref_of(whole), "military", 0, whole)])

    assert [lost.why for lost in after.lost] == ["another story tells what it tells"]
    assert order(after.content) == order(rebuilt)


@pytest.mark.parametrize(
    "move",
    [
        lambda story: HoldBack(story),
        lambda story: Reword(story, "Another headline"),
        lambda story: Merge(story, Ref((PassageRef("d", 0),))),
        lambda story: Merge(Ref((PassageRef("d", 0),)), story),
    ],
    ids=["hold", "reword", "merge", "merge-other"],
)
@pytest.mark.parametrize("below", [False, True], ids=["told", "below the line"])
def test_what_would_hit_another_story_is_not_done_to_one_that_took_up_a_part_of_it(move, below):
    small = Ref((PassageRef("z", 0), PassageRef("b", 0)))
    big = item("big", *(Cited(name, 0, "", 0.8, ()) for name in ("y", "b", "c")))
    own = item("own", *(Cited(name, 0, "", 0.8, ()) for name in ("z", "b", "c", "y")))
    day = unedited(content([item("a")] if below else [item("a"), big], [item("d")]), [big] if below else [])

    lost = applied(day, [move(small)])
    still = applied(unedited(content([item("a"), own], [item("d")])), [move(small)])

    assert [each.no for each in lost.lost] == [0]
    assert order(lost.content) == order(day.content)
    assert still.lost == ()


def test_a_story_that_lost_the_passage_it_told_is_the_same_while_most_of_it_is_together():
    story = Ref(tuple(PassageRef(name, 0) for name in ("z", "b", "c")))
    rest = item("rest", *(Cited(name, 0, "", 0.8, ()) for name in ("c", "b")))

    after = applied(unedited(content([item("a"), rest])), [HoldBack(story)])

    assert after.lost == ()
    assert [held.headline for _, held in after.held] == ["Story rest"]


def test_merged_stories_have_each_outlet_once_and_the_words_of_the_one():
    one, other = item("a", Cited("a", 0, "", 1, ()), Cited("q", 0, "", 1, ())), item("b", voices=2)
    day = content([one, item("c"), other])

    (merged, _) = made(Merge(ref(day, "Story a"), ref(day, "Story b")), issue=day).sections[0].items

    assert (merged.headline, merged.anchor) == ("Story a", "military-1")
    assert [cited.article for cited in merged.passages] == ["a", "q", "b"]
    assert [credit.name for credit in merged.credits] == ["Ilma Courier", "Karsk Wire"]
    assert merged.voices == 2
    assert merged.reasons[-1] == "merged by an editor with “Story b”"


def test_what_is_split_off_stands_behind_its_story_with_its_own_outlet():
    one = item("a", Cited("a", 0, "", 1, ()), Cited("q", 3, "", 1, ()))
    day = content([one, item("c")])
    move = Split(ref(day, "Story a"), ref(day, "Story a").passages[1:], item("q"), ("Karsk Wire",))

    after = made(move, issue=day).sections[0].items

    assert [each.headline for each in after] == ["Story a", "Story q", "Story c"]
    assert [[cited.article for cited in each.passages] for each in after] == [["a"], ["q"], ["c"]]
    assert [credit.name for credit in after[0].credits] == ["Ilma Courier"]
    assert len({each.anchor for each in after}) == 3


def test_an_editors_words_are_marked_and_the_sources_words_are_not():
    after = made(Reword(ref(DAY, "Story a"), "Ada's headline", ("What a is about.", "Ada adds this."))).lead

    assert after.written == ("Ada's headline", "Ada adds this.")
    back = made(Reword(ref(DAY, "Story a"), "Ada's"), Reword(ref(DAY, "Story a"), None, ())).lead
    assert (back.headline, back.summary, back.written) == ("Ada's", (), ("Ada's",))


def test_a_story_that_goes_up_is_told_with_the_room_of_its_new_place_unless_an_editor_told_it():
    fuller = Lead(ref(DAY, "Story c"), summary=("What c is about.", "And how it went on."))
    reworded = Reword(ref(DAY, "Story c"), None, ("Ada tells it.",))

    assert made(fuller).lead.summary == ("What c is about.", "And how it went on.")
    assert made(reworded, fuller).lead.summary == ("Ada tells it.",)


def test_a_story_written_by_hand_can_be_moved_and_held_back_like_any_other():
    write = Write("By hand", "diplomacy", ("A sentence.",), anchor="written-4", at=NOW)
    mine = Ref(anchor="written-4")

    moved = made(write, Lead(mine))
    held = applied(unedited(DAY), [write, HoldBack(mine)])

    assert order(moved)["diplomacy"][0] == "By hand"
    assert moved.sections[1].items[0].written == ("By hand", "A sentence.")
    assert [each.headline for _, each in held.held] == ["By hand"]


def test_a_correction_stands_first_and_another_on_the_same_story_takes_its_place():
    first, second = Correct(411, "Wrong.", "A fire", NOW), Correct(410, "Also wrong.", at=NOW)

    both = made(first, second, Correct(411, "Quite wrong.", "A fire", NOW)).corrections
    none = made(first, Correct(411, "", "A fire", NOW)).corrections

    assert [(each.number, each.text) for each in both] == [(411, "Quite wrong."), (410, "Also wrong.")]
    assert none == ()


def test_subject_and_preheader_are_the_programs_unless_an_editor_wrote_them():
    assert (made(Subject("Ada's"), Preheader("Hers")).subject, made(Subject("Ada's"), Subject("")).subject) == (
        "Ada's",
        "",
    )


def test_a_storys_other_sections_are_named_after_it_moved():
    day = content([item("a")], [item("b", Cited("b", 0, "", 1, ()), Cited("a", 2, "On the river", 1, ()))])

    after = made(Lead(ref(day, "Story a")), issue=day)
    together = made(ToSection(ref(day, "Story a"), "diplomacy"), issue=day)

    assert [each.also_in for each in items(after)] == [("diplomacy",), ()]
    assert [each.also_in for each in items(together)] == [(), ()]


def test_a_story_that_fell_below_the_line_since_an_editor_moved_it_comes_back_for_that():
    moved, low = Lead(ref_of(item("q"))), item("q", anchor="military-4", score=0.1)
    built = unedited(
        replace(DAY, left_out=(LeftOut("q", "", "Text of q.", 0.1, "below the line", 0),)), [item("p"), low]
    )

    after = applied(built, [moved])

    assert after.lost == ()
    assert order(after.content)["military"] == ["Story q", "Story a", "Story b", "Story c"]
    assert after.content.left_out == ()
    assert applied(built, [HoldBack(ref_of(low))]).held == (("military", low),)
    brought = applied(built, [BringIn(ref_of(low), "diplomacy", 0, replace(low, headline="As it was"))]).content
    assert order(brought)["diplomacy"] == ["Story q", "Story d", "Story e"]


# ---------------------------------------------------------------------------------------------------------- lost


@pytest.mark.parametrize(
    ("move", "why"),
    [
        (lambda gone, here: Lead(gone), "the story is not in the issue any more"),
        (lambda gone, here: Merge(here, gone), "the story is not in the issue any more"),
        (lambda gone, here: ToSection(here, "sport"), "the edition has no section sport"),
        (lambda gone, here: BringIn(gone, "military"), "the story is not in the issue any more"),
    ],
)
def test_a_move_that_cannot_be_made_says_why_and_costs_no_other(move, why):
    moves = [move(ref_of(item("gone")), ref(DAY, "Story d")), Lead(ref(DAY, "Story c"))]

    outcome = applied(unedited(DAY), moves)

    assert [(lost.no, lost.why) for lost in outcome.lost] == [(0, why)]
    assert outcome.content.lead.headline == "Story c"


def test_a_move_on_a_story_that_is_held_back_says_so():
    outcome = applied(unedited(DAY), [HoldBack(ref(DAY, "Story a")), Lead(ref(DAY, "Story a"))])

    assert [lost.why for lost in outcome.lost] == ["the story is held back"]


def test_a_story_of_which_too_little_is_left_together_is_not_found():
    whole = item("a", *(Cited(f"p{n}", 0, "", 1, ()) for n in range(5)))
    day = content([item("x", *whole.passages[:2]), item("y", *whole.passages[2:4]), item("z", *whole.passages[4:])])

    assert [lost.no for lost in applied(unedited(day), [Lead(ref_of(whole))]).lost] == [0]


def test_a_passage_that_an_update_shifted_is_found_by_its_heading_or_by_its_article():
    headed, bare = item("a", Cited("a", 1, "On the river", 1, ())), item("b", Cited("b", 1, "", 1, ()))
    moves = [Lead(ref_of(headed)), ToSection(ref_of(bare), "diplomacy")]
    again = content([item("c"), item("a", Cited("a", 2, "On the river", 1, ())), item("b", Cited("b", 3, "", 1, ()))])

    assert order(made(*moves, issue=again)) == {"military": ["Story a", "Story c"], "diplomacy": ["Story b"]}


# -------------------------------------------------------------------------------------------------------- in words


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (Lead(ref(DAY, "Story c")), "Made “Story c” the lead of The military situation"),
        (To(ref(DAY, "Story a"), 2), "Moved “Story a” down to place 3"),
        (ToSection(ref(DAY, "Story c"), "peace_summit"), "Moved “Story c” to Peace summit"),
        (HoldBack(ref(DAY, "Story c")), "Held back “Story c”"),
        (BringIn(Ref(), "diplomacy", None, item("q")), "Brought “Story q” into Diplomacy"),
        (Merge(ref(DAY, "Story a"), ref(DAY, "Story b")), "Merged “Story b” into “Story a”"),
        (Split(ref(DAY, "Story a"), (), item("q")), "Split “Story q” off “Story a”"),
        (Reword(ref(DAY, "Story a"), "X"), "Edited the headline of “Story a”"),
        (Reword(ref(DAY, "Story a"), None, ()), "Edited the summary of “Story a”"),
        (Reword(ref(DAY, "Story a"), "X", ()), "Edited the headline and summary of “Story a”"),
        (Write("By hand", "military"), "Wrote “By hand” into The military situation"),
        (Correct(411, "Wrong.", "A fire"), "Corrected No. 411, “A fire”"),
        (Correct(411, ""), "Took out the correction of No. 411"),
        (Subject("X" * 99), f"Changed the subject to “{'X' * 79}…”"),
        (Subject(""), "Took the edition’s own subject"),
        (Preheader("X"), "Changed the preview line"),
        (Preheader(""), "Took the program’s own preview line"),
        (Lead(ref_of(item("gone"))), "Made a story the lead of its section"),
    ],
)
def test_a_move_says_what_it_does(move, words):
    assert said(move, DAY, unedited(DAY)) == words


@pytest.mark.parametrize("text", ["", "{}", '{"kind":"explode"}', '{"kind":"lead"}', "[1]", '{"kind":"to","story":7}'])
def test_what_is_no_move_of_this_version_is_refused(text):
    with pytest.raises(ValueError, match="validation error"):
        load(text)
