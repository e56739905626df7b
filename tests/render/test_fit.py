"""An issue that would be cut off on its way is made to fit, and says what it lost."""

from __future__ import annotations

import re
from dataclasses import replace

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import LookError
from digest.model.delivery import Cut, Variant
from digest.model.issue import Correction, IssueSection
from digest.render import fields_for, open_look, render, shown, titled
from digest.render.fit import Fitted, fit, least
from digest.render.room import LIMIT

from .samples import ADA, EDITION, MAIL, NOW, SECTIONS, TEMPLATES, content, credit, item
from .test_message import fields

LOOK = open_look(TEMPLATES, "brief")
EVERYONE = Variant(tuple(section.id for section in SECTIONS), "en")
SENTENCE = "Engineers at the Ferren crossing counted {n} lorries before the fog came down over the Ilma valley"


def long(stories: int, sentences: int = 8, outlets: int = 6):
    """Return an issue with so many stories a section."""
    told = [credit(f"Outlet {n}", n) for n in range(1, outlets + 1)]
    return content(
        sections=tuple(
            IssueSection(
                section.id,
                section.title,
                tuple(
                    item(
                        f"{section.id}-{n}",
                        f"Crossing {n} at Ferren holds through the night",
                        ". ".join(SENTENCE.format(n=n * 100 + s) for s in range(sentences)),
                        *told,
                    )
                    for n in range(1, stories + 1)
                ),
            )
            for section in SECTIONS
        )
    )


def rendered(issue, variant=EVERYONE, look=LOOK):
    return render(titled(issue, look, EDITION), look, [variant], MAIL, edition=EDITION)[variant.id]


def words(fitted: Fitted) -> int:
    return sum(len(i.headline) + sum(map(len, i.summary)) for s in fitted.content.sections for i in s.items)


def test_an_issue_that_fits_loses_nothing():
    skeleton = rendered(content())

    assert skeleton.cut == Cut()
    assert "more on the web" not in skeleton.html + skeleton.text


def test_summaries_shorten_before_any_story_goes():
    issue = long(stories=12, sentences=12)

    skeleton = rendered(issue)

    assert skeleton.cut.shortened
    assert not skeleton.cut.folded
    assert all(i.headline in skeleton.text for s in issue.sections for i in s.items)


def test_leads_keep_their_summaries_while_others_have_something_to_give():
    issue = long(stories=4)
    leads = {section.items[0].anchor for section in issue.sections}
    others = 3 * 3

    def fitted(steps):
        return fit(issue, lambda made: 0 if made.steps >= steps else 1, 0)

    assert leads.isdisjoint(fitted(others * 7).shortened)
    assert len(fitted(others * 7 + 1).shortened) == others + 1
    assert set(least(issue).shortened) == leads


@pytest.mark.parametrize(("look", "stories"), [("brief", 30), ("plain", 40)])
def test_the_last_stories_fold_into_a_line_that_leads_to_them(look, stories):
    issue = long(stories)

    skeleton = rendered(issue, look=open_look(TEMPLATES, look))

    html, text = shown(skeleton, fields())
    page = lxml.html.document_fromstring(html)
    links = {a.get("href"): " ".join(a.text_content().split()) for a in page.iter("a") if "#" in a.get("href")}
    for section in SECTIONS:
        gone = [anchor for anchor in skeleton.cut.folded if anchor.startswith(section.id)]
        kept = stories - len(gone)
        assert 0 < kept < stories
        assert gone == [f"{section.id}-{n}" for n in range(kept + 1, stories + 1)]
        address = f"https://brief.example/archive/412#{gone[0]}"
        assert links[address] == f"{len(gone)} more on the web"
        assert f"{len(gone)} more on the web:\r\n  {address}\r\n" in text
    assert f"{3 * stories - len(skeleton.cut.folded)} stories from 14 sources" in text


def test_a_filled_mail_stays_within_what_arrives_whole_and_uses_most_of_it():
    for stories in (20, 60):
        skeleton = rendered(long(stories))

        size = len(shown(skeleton, fields())[0].encode())
        assert skeleton.cut.folded
        assert LIMIT * 0.9 < size <= LIMIT, stories


def test_long_names_of_sections_and_of_the_address_are_counted_before_they_are_filled_in():
    titles = tuple(replace(s, title=f"{s.title} " + "<&>" * 400) for s in SECTIONS)
    edition = replace(EDITION, id="w" * 60, sections=titles)
    mail = replace(MAIL, public_url="https://brief.example/" + "a&" * 300)
    issue = titled(replace(long(20), edition=edition.id), LOOK, edition)
    skeleton = render(issue, LOOK, [EVERYONE], mail, edition=edition)[EVERYONE.id]
    reader = replace(ADA, sections=("military", "diplomacy"))

    token = "t" * 130
    filled = fields_for(
        reader, issue=412, due_at=issue.built_at, edition=edition, look=LOOK, mail=mail, tokens=lambda _: token
    )

    assert len(shown(skeleton, filled)[0].encode()) <= LIMIT


def test_the_same_issue_is_cut_the_same_way():
    assert rendered(long(30)) == rendered(long(30))


def test_a_reader_of_one_section_loses_less():
    whole, one = rendered(long(30)), rendered(long(30), Variant(("military",), "en"))

    assert len(one.cut.folded) < len([a for a in whole.cut.folded if a.startswith("military")])


def heavy(sections: int, address: str, name: str = "Outlet"):
    """Return an issue of so many sections and as many leads, each with six outlets at long addresses."""
    told = tuple(replace(credit(f"{name} {n}", n), url=f"{address}{n}") for n in range(1, 7))
    story = replace(item("x", "A heavy story", "It holds. Fog came down. It lifted", *told), url=f"{address}0")
    return content(
        sections=tuple(
            IssueSection(f"s{n}", f"Section {n}", (replace(story, anchor=f"s{n}-1", also_in=()),))
            for n in range(sections)
        )
    )


def everything(issue):
    return Variant(tuple(section.id for section in issue.sections), "en")


@pytest.mark.parametrize("tail", ["&" * 1_900, "a" * 900, "&" * 180, "ї" * 150])
def test_no_address_however_long_keeps_an_issue_from_being_built(tail):
    issue = heavy(14, "https://ilma-courier.example/?" + tail)

    skeleton = rendered(issue, everything(issue))

    assert skeleton.html.count("A heavy story") >= 14
    assert len(shown(skeleton, fields())[0].encode()) <= LIMIT


def test_outlets_lose_their_links_before_their_names_and_only_when_nothing_else_is_left():
    issue = heavy(3, "https://ilma-courier.example/")
    sentences = sum(len(s.items[0].summary) - 1 for s in issue.sections)

    def fitted(steps):
        return fit(issue, lambda made: 0 if made.steps >= steps else 1, 0)

    def outlets(steps):
        return [[(c.name, bool(c.url)) for c in s.items[0].credits] for s in fitted(steps).content.sections]

    whole, unlinked = ([(f"Outlet {n}", linked) for n in range(1, 7)] for linked in (True, False))
    assert outlets(sentences) == [whole] * 3
    assert outlets(sentences + 2) == [unlinked, unlinked, whole]
    assert outlets(sentences + 4) == [unlinked[:1], unlinked, unlinked]
    assert fitted(sentences).cut.bare == ()
    assert fitted(sentences + 1).cut.bare == ("s0-1",)
    assert least(issue).cut.bare == ("s0-1", "s1-1", "s2-1")
    assert all(s.items[0].url for s in least(issue).content.sections)


def test_an_issue_that_nothing_makes_small_enough_names_the_section_and_the_cure():
    issue = heavy(60, "https://ilma-courier.example/?" + "a" * 900)

    with pytest.raises(LookError, match=r"bytes of HTML.*92,160.*Section s0.*'A heavy story'.*mute_outlets"):
        rendered(issue, everything(issue))


def test_corrections_that_take_most_are_named_instead_of_a_section():
    wrong = Correction(411, "Crossing at Ferren shelled", "It was the other bridge. " * 30, NOW)

    with pytest.raises(LookError, match=r"92,160.*The corrections take most, 200 of them"):
        rendered(replace(long(2), corrections=(wrong,) * 200))


ISSUES = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=6), min_size=1, max_size=4).map(
    lambda sections: content(
        sections=tuple(
            IssueSection(
                f"s{s}",
                f"Section {s}",
                tuple(
                    replace(
                        item(f"s{s}-{n}", f"Story {n}", "x", credit("Radio Tarn", 1)),
                        summary=tuple(SENTENCE[: 10 + 7 * n + k] for k in range(sentences)),
                    )
                    for n, sentences in enumerate(stories)
                ),
            )
            for s, stories in enumerate(sections)
        )
    )
)


@settings(max_examples=80, deadline=None)
@given(ISSUES, st.floats(0, 1.2))
def test_whatever_the_room_leads_stay_order_stays_and_one_step_less_would_be_too_much(issue, share):
    smallest, largest = words(least(issue)), words(Fitted(issue))
    limit = int(smallest + share * (largest - smallest))

    fitted = fit(issue, words, limit)

    assert fitted is not None
    assert words(fitted) <= limit
    for before, after in zip(issue.sections, fitted.content.sections, strict=True):
        assert [i.anchor for i in before.items] == [
            *(i.anchor for i in after.items),
            *fitted.folded.get(before.id, ()),
        ]
        assert after.items
        for was, now in zip(before.items, after.items, strict=False):
            assert was.summary[: len(now.summary)] == now.summary
            assert bool(was.summary) == bool(now.summary)
            assert (was.summary != now.summary) == (was.anchor in fitted.cut.shortened)
    if fitted.steps:
        assert fit(issue, lambda made: words(made) if made.steps >= fitted.steps else limit + 1, limit) == fitted
        assert words(Fitted(issue)) > limit
    assert fit(issue, words, smallest - 1) is None


def test_the_cut_of_an_issue_is_in_no_message():
    sent = b"".join(part for part in rendered(long(30)).parts if isinstance(part, bytes))

    assert not re.search(rb"shortened|folded", sent)
