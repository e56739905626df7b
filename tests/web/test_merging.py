"""Two people at one issue, as a server answers them: what both wrote stands, or is to be chosen; nothing is lost."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import pytest

from digest import pipeline
from digest.edit import Reword, at
from digest.errors import Stale, Unchosen
from digest.lifecycle import stood
from digest.model.issue import State

from .conftest import NOW, PASSWORD
from .test_desk import edit, fields


def first(desk):
    return desk.parts.store.issues.find(1).content.sections[0].items[0]


def summary(desk):
    return " ".join(first(desk).summary)


def form_of(visitor, page="/issues/1/choose"):
    """What the first form of the page that asks for a choice has, but for its texts."""
    form = visitor.get(page).text.partition('class="choice"')[2].partition("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    return {name: value for name, value in found.items() if name != "was"}


def rewording(desk, **mine):
    """A form as the story's page sends it: both fields, changed or not."""
    return {"story": "military-1", "do": "reword", "headline": first(desk).headline, "summary": summary(desk)} | mine


def test_edits_in_different_places_both_stand_and_each_is_told_of_the_other(own_desk):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    old = rewording(own_desk, summary="What Ada wrote.")
    edit(tomas, **rewording(own_desk, headline="What Tomas wrote"))
    edit(tomas, revision=2, do="subject", text="Quiet night on the Tarn")

    answer = edit(ada, **old)

    page = ada.get(answer.goes_to).text
    assert "Meanwhile: edited the headline" in page
    assert "changed the subject to “Quiet night on the Tarn” (Tomas)." in page
    assert (first(own_desk).headline, summary(own_desk)) == ("What Tomas wrote", "What Ada wrote.")
    assert own_desk.parts.store.issues.find(1).content.subject == "Quiet night on the Tarn"


def test_a_move_of_stories_from_an_old_page_is_made_or_looked_at_again(own_desk):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    before = [item.anchor for item in own_desk.parts.store.issues.find(1).content.sections[0].items]
    edit(tomas, story=before[-1], do="hold")

    made, again = edit(ada, story=before[1], do="up"), edit(ada, story=before[1], do="up")
    refused = edit(ada, story=before[-1], do="lead")

    assert (made.status, again.status, refused.status) == (303, 303, 409)
    assert "No. 1 has gone on since you looked." in refused.text
    now = [item.anchor for item in own_desk.parts.store.issues.find(1).content.sections[0].items]
    assert now == [before[1], before[0], *before[2:-1]], "once, though it was asked for twice"


@pytest.fixture
def divided(own_desk):
    """A desk at which Tomas and Ada have both reworded one headline."""
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    own_desk.was = first(own_desk).headline
    mine = rewording(own_desk, headline="What <Ada> wrote", summary="And why.")
    edit(tomas, **rewording(own_desk, headline="What Tomas wrote"))
    assert edit(ada, **mine).goes_to == "/issues/1/choose"
    return own_desk


def test_two_texts_for_one_place_stand_side_by_side_with_their_common_ground_and_the_rest_is_made(divided):
    page = divided.visitor("Ada").get("/issues/1/choose").text

    assert ">What Tomas wrote</span>" in page
    assert ">What &lt;Ada&gt; wrote</span>" in page
    assert f'<p class="ground" dir="auto">{divided.was}</p>' in unescape(page)
    assert (first(divided).headline, summary(divided)) == ("What Tomas wrote", "And why.")
    assert "There is nothing to choose." in divided.visitor("Tomas").get("/issues/1/choose").text


def test_who_has_to_choose_neither_approves_nor_tests_and_others_may(divided):
    ada, page = divided.visitor("Ada"), divided.visitor("Ada").get("/issues/1").text
    revision = divided.parts.store.issues.find(1).revision

    assert "Choose between two texts" in page
    assert "/issues/1/approve" not in page
    for path in ("/issues/1/approve", "/issues/1/test"):
        assert ada.get(path).goes_to == "/issues/1/choose"
        assert ada.post(path, {"revision": revision, "to": "ada@aldovar.example"}).goes_to == "/issues/1/choose"
    with pytest.raises(Unchosen, match=r"a text of yours for No\. 1 waits for your choice"):
        pipeline.approve(divided.parts, 1, by="Ada", now=NOW)
    assert divided.visitor("Approver").get("/issues/1/test").status == 200


@pytest.mark.parametrize(
    ("take", "stands"),
    [("mine", "What <Ada> wrote"), ("theirs", "What Tomas wrote"), ("other", "What both wrote")],
)
def test_what_is_chosen_stands_and_the_rest_is_open_again(divided, take, stands):
    ada = divided.visitor("Ada")
    form = form_of(ada)
    assert ada.post("/issues/1/choose", form).status == 409, "one has to say which"

    answer = ada.post("/issues/1/choose", form | {"take": take, "text": "What both wrote"})

    assert answer.goes_to.startswith("/issues/1")
    assert first(divided).headline == stands
    assert "There is nothing to choose." in ada.get("/issues/1/choose").text
    assert ada.post("/issues/1/choose", form | {"take": take}).goes_to == "/issues/1", "it was chosen already"
    assert ada.get("/issues/1/test").status == 200


def test_an_old_page_answers_no_question_that_it_did_not_ask(divided):
    ada, tomas = divided.visitor("Ada"), divided.visitor("Tomas")
    old = form_of(ada)
    ada.post("/issues/1/choose", old | {"take": "theirs"})
    seen = divided.parts.store.issues.find(1).revision
    edit(tomas, revision=seen, do="subject", text="What Tomas calls it")
    edit(ada, revision=seen, do="subject", text="What Ada calls it")
    (asked,) = divided.parts.store.choices.of(1, "Ada")

    for take, status in (("mine", 409), ("theirs", 303), ("other", 409)):
        late = ada.post("/issues/1/choose", old | {"take": take, "text": "A third headline"})
        forged = ada.post("/issues/1/choose", old | {"choice": asked.id, "take": take, "text": "A third headline"})

        assert (late.status, forged.status) == (status, 409)
        assert "That was changed once more; choose again." in forged.text
    assert divided.parts.store.choices.of(1, "Ada") == (asked,)
    assert divided.parts.store.issues.find(1).content.subject == "What Tomas calls it"


@pytest.mark.parametrize("take", ["mine", "theirs"])
def test_words_typed_beside_another_choice_are_asked_about_once_and_then_let_go(divided, take):
    ada = divided.visitor("Ada")
    form = form_of(ada) | {"was": "What <Ada> wrote", "take": take, "text": "A third headline"}

    asked = ada.post("/issues/1/choose", form)

    assert asked.status == 409
    assert ">A third headline</textarea>" in asked.text
    assert 'value="other" required checked' in asked.text
    assert "data-kept" not in asked.text, "or the page would let go of words that it alone has"
    assert ada.post("/issues/1/choose", form | {"was": "A third headline"}).status == 303
    assert first(divided).headline == ("What <Ada> wrote" if take == "mine" else "What Tomas wrote")


def test_a_third_text_for_what_was_chosen_already_is_shown_unless_it_stands(divided):
    ada = divided.visitor("Ada")
    form = form_of(ada) | {"take": "other", "text": "What both wrote"}
    ada.post("/issues/1/choose", form)

    again, late = ada.post("/issues/1/choose", form), ada.post("/issues/1/choose", form | {"text": "Typed elsewhere"})

    assert again.goes_to == "/issues/1"
    assert late.status == 409
    assert ">Typed elsewhere</textarea>" in late.text


def test_two_who_come_to_the_same_words_have_nothing_to_choose(divided):
    ada, tomas = divided.visitor("Ada"), divided.visitor("Tomas")
    edit(tomas, revision=int(form_of(ada)["revision"]), **rewording(divided, headline="What <Ada> wrote"))

    assert ada.post("/issues/1/choose", form_of(ada) | {"take": "mine"}).goes_to == "/issues/1"

    assert divided.parts.store.choices.of(1, "Ada") == ()


def test_a_choice_that_is_overtaken_is_asked_for_once_more_with_what_was_typed(divided):
    ada, tomas = divided.visitor("Ada"), divided.visitor("Tomas")
    form = form_of(ada)
    edit(tomas, revision=int(form["revision"]), story="military-1", do="reword", headline="Tomas once more")

    kept = ada.post("/issues/1/choose", form | {"take": "theirs"})
    again = ada.post("/issues/1/choose", form | {"take": "other", "text": "What both wrote"})

    assert "That was changed once more; choose again." in kept.text
    assert again.goes_to == "/issues/1/choose"
    page = ada.get("/issues/1/choose").text
    assert page.count("<fieldset>") == 1
    assert '<p class="ground" dir="auto">What Tomas wrote</p>' in page
    assert ">What both wrote</textarea>" in page
    assert first(divided).headline == "Tomas once more"


def test_words_for_a_story_that_is_held_back_wait_until_it_is_back_or_they_are_let_go(divided):
    ada, tomas = divided.visitor("Ada"), divided.visitor("Tomas")
    form = form_of(ada)
    edit(tomas, revision=int(form["revision"]), story="military-1", do="hold")

    page = ada.get("/issues/1/choose").text
    assert "The story is not in the issue any more." in page
    assert "What &lt;Ada&gt; wrote" in page
    now = form_of(ada)
    assert ada.post("/issues/1/choose", now | {"take": "mine"}).status == 409
    assert ada.post("/issues/1/choose", now | {"take": "theirs"}).status == 303

    assert "There is nothing to choose." in ada.get("/issues/1/choose").text


def test_a_story_by_hand_that_is_sent_twice_is_written_once(own_desk):
    ada = own_desk.visitor("Ada")
    form = {"do": "write", "section": "diplomacy", "headline": "By hand", "summary": "One. Two."}

    answers = [edit(ada, **form), edit(ada, **form)]

    assert "It is so already." in ada.get(answers[1].goes_to).text
    stories = own_desk.parts.store.issues.find(1).content.sections[1].items
    assert [item.headline for item in stories].count("By hand") == 1


@pytest.mark.parametrize("after", ["touched", "held back", "taken back"])
def test_a_story_by_hand_that_is_sent_again_is_not_written_again_whatever_became_of_it(own_desk, after):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    once = re.search(r'name="once" value="(\w+)"', ada.get("/issues/1/add?section=diplomacy").text)[1]
    form = {"do": "write", "section": "diplomacy", "headline": "By hand", "summary": "One. Two.", "once": once}
    edit(ada, **form)
    anchor = own_desk.parts.store.issues.find(1).content.sections[1].items[-1].anchor
    if after == "taken back":
        tomas.post("/issues/1/undo", {"revision": 2})
    else:
        edit(tomas, 2, story=anchor, **({"do": "reword", "headline": "X"} if after == "touched" else {"do": "hold"}))

    old, new = edit(ada, **form), edit(ada, revision=3, **form)

    assert "It was made already." in ada.get(old.goes_to).text
    assert new.status == 303
    assert own_desk.parts.store.issues.find(1).revision == 3
    edit(ada, revision=3, **form | {"headline": "Another, from the page that one has gone back to"})
    assert own_desk.parts.store.issues.find(1).revision == 4, "other words are another story"


def test_words_typed_on_a_page_of_one_are_not_saved_by_another(own_desk):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    author = re.search(r'name="author" value="([^"]+)"', ada.get("/issues/1").text)[1]
    form = rewording(own_desk, headline="What Ada wrote") | {"author": author}

    theirs = edit(tomas, **form)
    stranger = own_desk.visitor()
    kept = unescape(re.search(r'name="kept" value="([^"]*)"', edit(stranger, **form).text)[1])
    inside = stranger.post("/sign-in", {"name": "Tomas", "password": PASSWORD, "kept": kept})

    for page in (theirs.text, inside.text):
        assert "These are the words of Ada." in page
        assert "readonly" in page
        assert ">What Ada wrote</textarea>" in page
        assert 'action="/issues/1/edit"' not in page
    assert own_desk.parts.store.issues.find(1).revision == 1
    assert stranger.get("/issues/1").status == 200, "he is in all the same"
    assert edit(ada, **form).status == 303


UNSENT = {
    "half a character": r'{"path": "/issues/1/edit", "form": {"text": "\ud800"}}',
    "many fields": json.dumps({"path": "/issues/1/edit", "form": {f"text{n}": "x" for n in range(61)}}),
    "a long one": json.dumps({"path": "/issues/1/edit", "form": {"text": "x" * 20_001}}),
}


def test_a_form_that_no_page_of_ours_sends_is_not_carried_and_signing_in_goes_on(own_desk):
    for what, kept in UNSENT.items():
        wrong = own_desk.visitor().post("/sign-in", {"name": "x" * 61, "password": "no", "kept": kept})
        assert wrong.status == 403, what
        assert 'name="kept"' not in wrong.text, what

    form = {"name": "Ada", "password": PASSWORD, "kept": UNSENT["half a character"], "next": "/issues/1"}
    assert own_desk.visitor().post("/sign-in", form).goes_to == "/issues/1"


def test_who_is_overtaken_while_a_move_is_made_has_it_merged_with_that_too(own_desk):
    parts, others = own_desk.parts, []

    def asked(content):
        if len(others) < 3:  # between reading the issue and writing it
            others.append(edit(own_desk.visitor("Tomas"), revision=len(others) + 1, do="subject", text=f"{others}"))
        return Reword(at(content, "military-1"), headline="What Ada wrote")

    met = pipeline.meet(parts, 1, asked, by="Ada", now=NOW, revision=1)

    assert [answer.status for answer in others] == [303] * 3
    assert (met.now.issue.revision, first(own_desk).headline) == (5, "What Ada wrote")
    assert len(met.since) == 3


def test_what_was_typed_without_a_session_goes_through_signing_in(own_desk):
    stranger = own_desk.visitor()

    asked = edit(stranger, **rewording(own_desk, headline="What <Ada> wrote"))
    assert asked.status == 403
    kept = unescape(re.search(r'name="kept" value="([^"]*)"', asked.text)[1])
    wrong = stranger.post("/sign-in", {"name": "Ada", "password": "no", "kept": kept})
    assert unescape(re.search(r'name="kept" value="([^"]*)"', wrong.text)[1]) == kept
    inside = stranger.post("/sign-in", {"name": "Ada", "password": PASSWORD, "kept": kept})

    assert "What you wrote is here, and not saved yet." in inside.text
    assert ">What &lt;Ada&gt; wrote</textarea>" in inside.text
    form = {name: unescape(value) for name, value in fields_of(inside.text).items()}
    assert stranger.post("/issues/1/edit", form | {"headline": "What <Ada> wrote"}).status == 303
    assert first(own_desk).headline == "What <Ada> wrote"


def fields_of(page):
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', page))


def test_an_approval_is_not_carried_through_signing_in_but_its_words_are_shown(own_desk):
    stranger = own_desk.visitor()

    asked = stranger.post("/issues/1/approve", {"revision": "1", "seen": "x", "reason": "Why it may go"})
    kept = unescape(re.search(r'name="kept" value="([^"]*)"', asked.text)[1])
    inside = stranger.post("/sign-in", {"name": "Ada", "password": PASSWORD, "kept": kept}).text

    assert "What you asked for was not done." in inside
    assert "Why it may go</textarea>" in inside
    assert 'action="/issues/1/approve"' not in inside


def test_a_form_of_another_site_is_carried_nowhere(own_desk):
    kept = '{"path": "//evil.example/issues/1/edit", "form": {"text": "x"}}'

    answer = own_desk.visitor().post("/sign-in", {"name": "Ada", "password": PASSWORD, "kept": kept})

    assert answer.goes_to == "/"


def test_what_cannot_be_saved_is_shown_as_it_was_typed(own_desk):
    ada = own_desk.visitor("Ada")

    answer = edit(ada, **rewording(own_desk, headline="x" * 301))

    assert answer.status == 409
    assert f"{'x' * 301}</textarea>" in answer.text


def test_how_an_issue_stood_is_compared_in_the_transaction_that_changes_it(own_desk):
    parts, seen = own_desk.parts, stood(own_desk.parts.store.issues.find(1))
    pipeline.hold(parts, 1, by="Tomas", reason="The map is wrong", now=NOW)

    for do in (pipeline.hold, pipeline.skip, pipeline.release, pipeline.pause, pipeline.resume, pipeline.stop):
        with pytest.raises(Stale, match="it is held now: The map is wrong"):
            do(parts, 1, by="Ada", now=NOW, stood=seen, reason="No news")
    with pytest.raises(Stale, match="it is held now: The map is wrong"):
        pipeline.unapprove(parts, 1, by="Ada", now=NOW, stood=seen)

    assert parts.store.issues.find(1).state is State.HELD


def test_a_move_from_before_an_approval_asks_before_it_takes_that_back(own_desk):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    edit(tomas, do="preheader", text="What Tomas wrote")
    pipeline.approve(own_desk.parts, 1, by="Approver", now=NOW, override="Why it may go")

    asked = edit(ada, do="subject", text="What <Ada> wrote")

    assert asked.status == 409
    assert "<li>Approved by Approver</li>" in asked.text
    assert ">What &lt;Ada&gt; wrote</textarea>" in asked.text
    assert own_desk.parts.store.issues.find(1).state is State.APPROVED
    assert "It is so already" in ada.get(edit(ada, do="preheader", text="What Tomas wrote").goes_to).text
    again = edit(ada, **fields_of(asked.text) | {"text": "What <Ada> wrote"})
    assert again.status == 303
    issue = own_desk.parts.store.issues.find(1)
    assert (issue.state, issue.content.subject) == (State.REVIEW, "What <Ada> wrote")


def test_a_text_that_this_version_cannot_read_is_shown_and_can_be_let_go(divided):
    store, ada = divided.parts.store, divided.visitor("Ada")
    for each in store.choices.of(1, "Ada"):
        later = replace(each, move='{"kind":"epigraph","words":["Quiet on the Tarn"]}')
        store.choices.keep(1, [later], each.id)

    page = ada.get("/issues/1/choose").text
    kept = ada.post("/issues/1/choose", form_of(ada) | {"take": "mine"})
    gone = ada.post("/issues/1/choose", form_of(ada) | {"take": "theirs"})

    assert "Quiet on the Tarn" in page
    assert "Let it go" in page
    assert (kept.status, gone.status) == (409, 303)
    assert store.choices.of(1, "Ada") == ()


def test_what_an_approval_binds_is_never_merged(own_desk):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    read = fields(ada, "/issues/1/approve")
    edit(tomas, do="preheader", text="What Tomas wrote")

    assert ada.post("/issues/1/approve", read | {"looked": "1"}).status == 409
    assert own_desk.parts.store.issues.find(1).state is State.REVIEW
