"""An editor's moves on an issue as it was really built: made, taken back, made again after the next collect."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from digest import pipeline
from digest.cli.app import app
from digest.collect.identity import article_id, fingerprint
from digest.edit import (
    HELD,
    Correct,
    Down,
    HoldBack,
    Lead,
    Merge,
    Preheader,
    Reword,
    Split,
    Subject,
    ToSection,
    Up,
    Write,
    at,
)
from digest.errors import MoveError, Stale, UnknownError
from digest.lifecycle import Move
from digest.model.editing import Did
from digest.model.issue import State
from digest.model.learning import What
from digest.model.news import OTHER, Article, Block, BlockKind
from digest.parts import Parts, open_parts
from digest.pipeline.learn import told
from digest.settings import load
from tests.render.samples import TEMPLATES

NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
"""A Friday, 06:30 in the edition's zone."""
SETTINGS = f"""\
[digest]
title = "The Aldovar Brief"
timezone = "Europe/Helsinki"
templates = "{TEMPLATES}"

[[section]]
id = "military"
title = "Military situation"
max_stories = 4
match = ["drone*^2", "shelling^2", "brigade*"]

[[section]]
id = "diplomacy"
title = "Diplomacy"
match = ["envoy*^2", "sanction*^2", "minister*"]

[[section]]
id = "peace_summit"
title = "Peace summit"
match = ["peace summit^3"]

[[source]]
name = "Ilma Courier"
url = "https://ilma-courier.example/feed"

[[source]]
name = "Karsk Wire"
url = "https://karsk-wire.example/feed"

[edition.weekday]
draft = "Mon-Fri 06:00"
send = "Mon-Fri 07:00"
"""


def article(name: str, source: str, title: str, *paragraphs: str, hours: int = 3, kept_at: datetime = NOW) -> Article:
    url = f"https://{source.lower().replace(' ', '-')}.example/{name}"
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs)
    return Article(
        id=article_id(url),
        source=source,
        url=url,
        title=title,
        blocks=blocks,
        fingerprint=fingerprint(title, blocks, url=url),
        collected_at=kept_at,
        published_at=NOW - timedelta(hours=hours),
        language="en",
    )


def strike(town: str, number: int, hours: int) -> Article:
    return article(
        f"strike-{town}",
        "Ilma Courier",
        f"Drones strike the harbour of {town}",
        f"Drones struck the harbour of {town} before dawn, and shelling went on there until {number} in the morning.",
        f"The brigade that holds {town} said {number} drones were shot down over the river.",
        f"Nobody was hurt in {town}, though {number} boats sank at their moorings.",
        hours=hours,
    )


ENVOYS = article(
    "envoys",
    "Karsk Wire",
    "Envoys agree on sanctions against tankers",
    "Envoys of nine states agreed in Calder on sanctions against 40 tankers, the foreign minister said.",
    "The sanctions of the envoys begin in a week, and the minister will name the tankers.",
)
KARSK = strike("Karsk", 37, 3)
NEWS = (
    strike("Tarnmouth", 11, 1),
    strike("Ferren", 24, 2),
    KARSK,
    strike("Minsha", 48, 4),
    strike("Hollin", 52, 5),
    strike("Veldt", 57, 6),
    ENVOYS,
    article(
        "loan",
        "Karsk Wire",
        "Minister asks for a loan of 90 million crowns",
        "The finance minister asked envoys in Norrmark for a loan of 90 million crowns.",
        "Sanctions have cost the country twice that, the minister told the envoys.",
        hours=6,
    ),
    article(
        "match",
        "Karsk Wire",
        "Rovers draw with Veldt in front of 4,000 people",
        "Rovers drew with Veldt on Saturday, and the striker scored from forty metres in the last minute.",
    ),
)


@contextmanager
def opened(folder):
    with open_parts(load(folder / "digest.toml", {})) as parts:
        yield parts


@pytest.fixture(scope="module")
def morning(tmp_path_factory):
    """A working folder with an issue in review."""
    folder = tmp_path_factory.mktemp("morning")
    (folder / "digest.toml").write_text(SETTINGS)
    with opened(folder) as parts:
        parts.store.articles.add(NEWS, NOW)
        assert pipeline.build(parts, "weekday", now=NOW).issue.state is State.REVIEW
    return folder


@pytest.fixture
def parts(morning, tmp_path):
    """The same folder, of this test alone."""
    shutil.copytree(morning, tmp_path / "desk")
    with opened(tmp_path / "desk") as parts:
        yield parts


class Desk:
    """An editor who always sees the present revision."""

    def __init__(self, parts):
        self.parts = parts
        self.now = pipeline.look_in(parts, 1)

    def __call__(self, move, by="ada"):
        self.now = pipeline.edit(self.parts, 1, move, by=by, now=NOW, revision=self.now.issue.revision)
        return self.now

    def undo(self, by="ada"):
        self.now = pipeline.undo(self.parts, 1, by=by, now=NOW, revision=self.now.issue.revision)
        return self.now

    def redo(self):
        self.now = pipeline.redo(self.parts, 1, by="ada", now=NOW, revision=self.now.issue.revision)
        return self.now

    def again(self, *news):
        """Collect these, and build the issue again."""
        self.parts.store.articles.add(news, NOW)
        built = pipeline.build(self.parts, "weekday", now=NOW)
        self.now = pipeline.look_in(self.parts, 1)
        return built

    def ref(self, words):
        return at(self.now.content, self.item(words).anchor)

    def item(self, words):
        return next(i for s in self.now.content.sections for i in s.items if words in i.headline)

    @property
    def order(self):
        """The headlines' last words, by section."""
        return {s.id: [i.headline.split()[-1] for i in s.items] for s in self.now.content.sections}


@pytest.fixture
def desk(parts):
    return Desk(parts)


BUILT = {"military": ["Tarnmouth", "Ferren", "Karsk", "Minsha"], "diplomacy": ["tankers", "crowns"]}


def test_moves_are_kept_taken_back_and_made_again(desk):
    assert desk.order == BUILT
    before = desk.now.content

    first = desk(Down(desk.ref("Tarnmouth")))
    assert (first.said, first.undo, first.redo) == (
        first.undo,
        "Moved “Drones strike the harbour of Tarnmouth” down",
        "",
    )
    assert first.content.subject == "Drones strike the harbour of Ferren"
    second = desk(ToSection(desk.ref("Karsk"), "peace_summit"))
    assert desk.order == {
        "military": ["Ferren", "Tarnmouth", "Minsha"],
        "diplomacy": ["tankers", "crowns"],
        "peace_summit": ["Karsk"],
    }

    third = desk.undo(by="tomas")
    assert third.said == "Took back: moved “Drones strike the harbour of Karsk” to Peace summit"
    assert (third.undo, third.redo, third.content) == (first.undo, second.undo, first.content)
    assert desk.undo().content == before
    assert desk.redo().content == first.content
    assert desk.redo().content == second.content
    assert [each.by for each in desk.parts.store.edits.history(1)] == [
        "build",
        "ada",
        "ada",
        "tomas",
        "ada",
        "ada",
        "ada",
    ]

    with pytest.raises(MoveError, match="no move that could be made again"):
        desk.redo()


def test_moves_outlive_what_is_collected_later_and_the_issue_can_be_made_again_to_the_byte(desk):
    desk(Lead(desk.ref("Minsha")))
    desk(HoldBack(desk.ref("Ferren")))
    desk(Reword(desk.ref("tankers"), headline="Nine states agree"))
    desk(Write("By hand", "diplomacy", ("Ada wrote this.",)))
    desk(Subject("Minsha under fire"))

    built = desk.again(strike("Calder", 63, 0))

    assert built.remarks == ()
    assert desk.order == {
        "military": ["Minsha", "Calder", "Tarnmouth", "Karsk"],
        "diplomacy": ["agree", "crowns", "hand"],
    }
    assert desk.now.content.subject == "Minsha under fire"
    assert [item.headline.split()[-1] for _, item in desk.now.held] == ["Ferren"]
    assert (desk.now.issue.revision, desk.now.undo) == (7, "Changed the subject to “Minsha under fire”")
    assert pipeline.verify(desk.parts, 1).differences == ()


def test_a_move_whose_story_is_gone_is_told_and_comes_back_with_it(desk):
    desk(Lead(desk.ref("Karsk")))
    muted = replace(desk.parts.settings.editions["weekday"], mute_words=("Karsk",))
    settings = desk.parts.settings
    settings.editions["weekday"] = muted

    built = desk.again()
    (lost,) = desk.now.lost
    assert lost == (
        "Made “Drones strike the harbour of Karsk” the lead of Military situation: "
        "the story is not in the issue any more"
    )
    assert built.remarks == (f"A move does not apply any more: {lost}",)

    settings.editions["weekday"] = replace(muted, mute_words=())
    desk.again()
    assert desk.now.lost == ()
    assert desk.order["military"][0] == "Karsk"


def test_a_story_that_a_build_dropped_before_it_was_held_back_stays_out_when_it_comes_again(desk):
    seen, karsk = desk.now.issue.revision, desk.ref("Karsk")
    settings = desk.parts.settings
    whole = settings.editions["weekday"]
    settings.editions["weekday"] = replace(whole, mute_words=("Karsk",))
    desk.again()

    met = pipeline.meet(desk.parts, 1, lambda _: HoldBack(karsk), by="ada", now=NOW, revision=seen)
    twice = pipeline.meet(desk.parts, 1, lambda _: HoldBack(karsk), by="ada", now=NOW, revision=seen)

    assert (twice.now.said, twice.now.issue.revision) == ("", met.now.issue.revision), "kept once"
    assert met.now.said == "Held back “Drones strike the harbour of Karsk”"
    settings.editions["weekday"] = whole
    desk.again()
    assert "Karsk" not in desk.order["military"]


def test_two_tabs_never_overwrite_each_other_silently(desk):
    seen = desk.now.issue.revision
    karsk = Lead(desk.ref("Karsk"))
    desk(Lead(desk.ref("Ferren")))

    with pytest.raises(Stale) as refusal:
        pipeline.edit(desk.parts, 1, karsk, by="tomas", now=NOW, revision=seen)
    with pytest.raises(Stale):
        pipeline.undo(desk.parts, 1, by="tomas", now=NOW, revision=seen)
    with pytest.raises(Stale):
        pipeline.approve(desk.parts, 1, by="tomas", now=NOW, revision=seen, override="in a hurry")

    assert refusal.value.revision == seen + 1
    assert refusal.value.since == ("Made “Drones strike the harbour of Ferren” the lead of Military situation (ada)",)
    assert pipeline.look_in(desk.parts, 1) == replace(desk.now, said="")


def test_a_move_takes_an_approval_back_and_says_so(desk):
    pipeline.approve(desk.parts, 1, by="tomas", now=NOW, override="the catcher takes all")

    after = desk(Lead(desk.ref("Ferren")))

    assert after.issue.state is State.REVIEW
    assert after.said.endswith("; tomas had approved the issue, which is in review again")


def test_what_is_given_up_is_not_edited(desk):
    desk.parts.store.issues.move(1, Move.SKIP, now=NOW, reason="a holiday")

    with pytest.raises(MoveError, match=r"No\. 1 is skipped, so it cannot be edited; digest build"):
        desk(Lead(desk.ref("Ferren")))


@pytest.mark.parametrize(
    ("move", "why"),
    [
        (lambda desk: Up(desk.ref("Tarnmouth")), "stands first in its section already"),
        (lambda desk: Lead(desk.ref("Tarnmouth")), "it is so already"),
        (lambda desk: ToSection(desk.ref("Tarnmouth"), "sport"), "no section sport"),
        (lambda desk: Reword(desk.ref("Tarnmouth")), "give a headline or a summary"),
        (lambda desk: Reword(desk.ref("Tarnmouth"), headline=" \u200b\n"), "needs a headline"),
        (lambda desk: Reword(desk.ref("Tarnmouth"), headline="x" * 301), "has 301 characters, and room for 300"),
        (lambda desk: Reword(desk.ref("Tarnmouth"), summary=("One. " * 9,)), "9 sentences, and room for 8"),
        (lambda desk: Write("By hand", "military", url="javascript:alert(1)"), "must begin with http"),
        (lambda desk: Correct(0, "Wrong."), "names the number"),
        (lambda desk: Split(desk.ref("Tarnmouth"), ()), "some of its passages off"),
        (lambda desk: Subject("x" * 151), "room for 150"),
        (lambda desk: pipeline.bring_in("[]", "military"), "not in the issue any more"),
        (lambda desk: pipeline.bring_in('[["0000000000000000",-1,""]]', "military"), "not kept any more"),
        (lambda desk: pipeline.bring_in("{}", "military"), "search for it again"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_cure_and_nothing_changes(desk, move, why):
    with pytest.raises(MoveError, match=why):
        desk(move(desk))

    assert len(desk.parts.store.edits.history(1)) == 1


def test_the_last_story_is_not_held_back(desk):
    for words in ("Tarnmouth", "Ferren", "Karsk", "Minsha", "tankers"):
        desk(HoldBack(desk.ref(words)))

    with pytest.raises(MoveError, match=r"no story left; bring another one in first, or .*digest skip 1"):
        desk(HoldBack(desk.ref("crowns")))


def test_words_from_a_form_are_cleaned_like_those_of_a_feed(desk):
    story = Write(
        "\u202eFire\x00\r\nBcc: all", "military", ("First.\x1b Second.",), "https://karsk.example/a b", "Karsk\nWire"
    )

    desk(story)
    desk(Preheader("A\u2028line"))
    after = desk(Correct(411, "Wrong\x07.", "A\tfire"))

    item = after.content.sections[0].items[-1]
    assert (item.headline, item.summary, item.url) == (
        "Fire Bcc: all",
        ("First.", "Second."),
        "https://karsk.example/a%20b",
    )
    assert [(credit.name, credit.url) for credit in item.credits] == [("Karsk Wire", item.url)]
    assert after.content.preheader == "A line"
    assert [(each.headline, each.text) for each in after.content.corrections] == [("A fire", "Wrong.")]


def test_what_is_offered_says_why_it_is_not_in_and_can_be_brought_in(desk):
    desk(HoldBack(desk.ref("Karsk")))
    desk.parts.store.articles.add([strike("Calder", 63, 0)], NOW + timedelta(minutes=1))

    offers = pipeline.offered(desk.parts, desk.now.issue, now=NOW)

    told_of = [(offer.headline.split()[-1], offer.outlet, offer.age, offer.section) for offer in offers]
    assert told_of == [
        ("Karsk", "Ilma Courier", "3 h old", "military"),
        ("Hollin", "Ilma Courier", "5 h old", "military"),
        ("Veldt", "Ilma Courier", "6 h old", "military"),
        ("people", "Karsk Wire", "3 h old", ""),
        ("Calder", "Ilma Courier", "just in", ""),
    ]
    reasons = [offer.reason for offer in offers]
    assert reasons[0] == HELD
    assert reasons[1].startswith("below the line in military: rank 5, the section holds 4; score ")
    assert reasons[3].startswith("fits no section")
    assert reasons[4] == "collected since this issue was built"

    for place, offer in enumerate(offers):
        desk(pipeline.bring_in(offer.key, "peace_summit", place))
    assert desk.order["peace_summit"] == ["Karsk", "Hollin", "Veldt", "people", "Calder"]
    assert desk.item("Hollin").summary[0].startswith("Drones struck the harbour of Hollin")
    assert desk.now.content.left_out == ()
    assert desk.parts.store.articles.unpooled("weekday") == []
    assert not [f for f in pipeline.examine(desk.parts, desk.now.issue, now=NOW) if "source" in f.text]


def test_a_story_is_merged_with_one_that_fell_below_the_line(desk):
    (hollin, *_) = pipeline.offered(desk.parts, desk.now.issue, now=NOW)

    desk(Merge(desk.ref("Tarnmouth"), pipeline.bring_in(hollin.key, "").story))

    assert desk.now.said == "Merged “Drones strike the harbour of Hollin” into “Drones strike the harbour of Tarnmouth”"
    assert desk.order == BUILT
    assert len(desk.item("Tarnmouth").passages) == 2
    assert pipeline.offered(desk.parts, desk.now.issue, now=NOW)[0].headline == "Drones strike the harbour of Veldt"


def test_what_was_brought_in_stays_when_the_issue_is_built_again_and_is_told_once(desk):
    late = strike("Calder", 63, 0)
    desk.parts.store.articles.add([late], NOW + timedelta(minutes=1))
    (offer,) = pipeline.offered(desk.parts, desk.now.issue, now=NOW, query="calder HARB")
    desk(pipeline.bring_in(offer.key, "diplomacy", 0))
    brought = desk.item("Calder")

    desk.again()

    assert desk.order["diplomacy"] == ["Calder", "tankers", "crowns"]
    assert "Calder" not in desk.order["military"]
    assert desk.item("Calder").passages[0].article == brought.passages[0].article == late.id
    assert pipeline.verify(desk.parts, 1).same


def test_offers_are_sought_by_words_and_their_beginnings(desk):
    def sought(query, **more):
        found = pipeline.offered(desk.parts, desk.now.issue, now=NOW, query=query, **more)
        return [offer.headline.split()[-1] for offer in found]

    assert sought("rov saturday") == ["people"]
    assert sought("ilma courier drones", limit=1) == ["Hollin"]
    assert sought("Tarnmouth") == []
    assert sought("nobody knows") == []


def test_a_story_says_why_it_is_here(desk):
    desk(Merge(desk.ref("Ferren"), desk.ref("Karsk")))
    desk(Lead(desk.ref("Ferren")))

    why = pipeline.why(desk.parts, desk.now.issue, desk.item("Ferren").anchor)

    assert (why.section, why.title, why.place) == ("military", "Military situation", 1)
    assert [(part.outlet, part.title.split()[-1], part.told) for part in why.parts] == [
        ("Ilma Courier", "Ferren", True),
        ("Ilma Courier", "Karsk", False),
    ]
    assert all(part.evidence and part.score > 0.5 for part in why.parts)
    assert why.reasons[-1] == "merged by an editor with “Drones strike the harbour of Karsk”"
    assert [each.said.split()[0] for each in why.moves] == ["Merged", "Made"]
    with pytest.raises(MoveError, match="no story nowhere"):
        pipeline.why(desk.parts, desk.now.issue, "nowhere")


def test_a_story_is_parted_as_it_was_merged_whichever_part_is_pointed_at(desk):
    desk(Merge(desk.ref("Ferren"), desk.ref("Karsk")))
    ferren, karsk = desk.ref("Ferren").passages

    desk(Split(desk.ref("Ferren"), (ferren,)))

    assert desk.order == BUILT
    assert desk.item("Karsk").passages[0].article == karsk.article
    assert desk.now.said == "Split “Drones strike the harbour of Karsk” off “Drones strike the harbour of Ferren”"


def test_a_story_that_becomes_the_lead_is_told_as_fully_as_one(desk):
    short = desk.item("Minsha").summary

    desk(Lead(desk.ref("Minsha")))

    assert len(desk.item("Minsha").summary) > len(short)


def test_moves_teach_and_undoing_takes_the_lesson_back(desk):
    desk(ToSection(desk.ref("Karsk"), "diplomacy"))
    desk(HoldBack(desk.ref("tankers"), strange=True))
    desk(HoldBack(desk.ref("crowns")))
    desk(Merge(desk.ref("Tarnmouth"), desk.ref("Ferren")))

    kept = desk.parts.store.examples.all()
    assert [(each.what, each.was, each.becomes) for each in kept[:3]] == [
        (What.SECTION, "military", "diplomacy"),
        (What.DROP, "diplomacy", OTHER),
        (What.DROP, "diplomacy", "diplomacy"),
    ]
    assert (kept[0].editor, kept[0].title, kept[0].text.split("\n\n")[0]) == (
        "ada",
        KARSK.title,
        KARSK.blocks[0].text,
    )
    assert kept[3].what is What.MERGE
    assert [(example.label, example.title) for example in told(kept)] == [
        ("diplomacy", KARSK.title),
        (OTHER, ENVOYS.title),
    ]

    while desk.now.undo:
        desk.undo()
    assert told(desk.parts.store.examples.all()) == []
    desk.redo()
    assert [example.label for example in told(desk.parts.store.examples.all())] == ["diplomacy"]


def test_undoing_one_of_two_moves_of_a_story_leaves_what_the_other_taught(desk):
    desk(ToSection(desk.ref("Karsk"), "diplomacy"))
    desk(ToSection(desk.ref("Karsk"), "peace_summit"))
    assert [example.label for example in told(desk.parts.store.examples.all())] == ["peace_summit"]

    desk.undo()

    assert [example.label for example in told(desk.parts.store.examples.all())] == ["diplomacy"]


def test_a_move_of_another_version_is_told_and_left_alone(desk):
    issue = desk.now.issue
    desk.parts.store.edits.add(
        issue.id, desk.now.content, seen=1, did=Did.MOVE, move="{}", said="Waved", by="ada", now=NOW
    )

    assert Desk(desk.parts).now.lost == ("Waved: another version of digest wrote it",)
    desk.now = pipeline.look_in(desk.parts, 1)
    assert desk.undo().said == "Took back: waved"


@dataclass(frozen=True)
class Interrupted(Parts):
    """Parts of a build that is about to be kept when an editor makes a move."""

    moves: list[tuple[Parts, Lead]] = field(default_factory=list)

    def mail(self, edition):
        while self.moves:
            theirs, move = self.moves.pop()
            pipeline.edit(theirs, 1, move, by="ada", now=NOW, revision=1)
        return super().mail(edition)


def test_a_move_that_comes_while_the_issue_is_built_is_not_lost(desk):
    theirs = desk.parts
    building = Interrupted(theirs.settings, theirs.store, moves=[(theirs, Lead(desk.ref("Ferren")))])

    pipeline.build(building, "weekday", now=NOW)

    desk.now = pipeline.look_in(theirs, 1)
    assert desk.order["military"] == ["Ferren", "Tarnmouth", "Karsk", "Minsha"]
    assert [each.did.value for each in theirs.store.edits.history(1)] == ["build", "move", "build"]


def test_an_issue_is_edited_from_the_terminal_as_well(morning, tmp_path):
    shutil.copytree(morning, tmp_path / "desk")

    def digest(*words):
        before = ["-c", str(tmp_path / "desk/digest.toml"), "edit", "1"]
        done = CliRunner().invoke(app, [*before, *words], catch_exceptions=False)
        return done.exit_code, done.stdout, done.stderr

    listed, moved = digest(), digest("lead", "military-3", "--rev", "1")
    brought, taken = digest("bring-in", "1", "peace_summit", "--json"), digest("undo")

    assert "military-3   Drones strike the harbour of Karsk" in listed[1]
    assert "1  Drones strike the harbour of Hollin" in listed[1]
    assert moved == (0, "", "Made “Drones strike the harbour of Karsk” the lead of Military situation\n")
    assert json.loads(brought[1])["sections"]["peace_summit"][0]["headline"] == "Drones strike the harbour of Hollin"
    assert taken[2].startswith("Took back: brought “Drones strike the harbour of Hollin” into Peace summit")
    for words in (["fly"], ["lead"], ["undo", "all"]):
        assert digest(*words)[0] == 2
    with pytest.raises(UnknownError, match="no story x; there are: military-3, "):
        digest("lead", "x")
    with pytest.raises(UnknownError, match="no offer 9; there are: 1 to 3"):
        digest("bring-in", "9", "military")
    with pytest.raises(Stale):
        digest("redo", "--rev", "1")
