"""An article becomes placements: its passages in their sections, what is not the article named."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.classify import classify
from digest.model.news import BOILERPLATE, OTHER, Block, BlockKind

GREETING = "Welcome to karsk.example."
OPENING = (
    "Marenia threatened on Friday to answer any crossing of the Tarn with missiles, and Aldovar moved a "
    "brigade to the river."
)
DRONES = (
    "Sixty drones crossed the front before dawn. The air force brought down fifty of them over Tarnmouth, "
    "and shells fell on the mill."
)
VISIT = (
    "The Marenian foreign minister flew to Sorvat, the first visit in nine years. His hosts called "
    "Marenia an ally and spoke against sanctions."
)
SUMMIT = (
    "Aldovar will host a second peace summit at Lindholm in May. The peace plan asks for a ceasefire "
    "along the Tarn and talks on prisoners."
)
DEPOT = "An oil depot near Karsk burned for six hours after a drone came down on it. Two tanks were emptied in time."
CLOSING = (
    "The fall of the depot marks a new chapter. The coming weeks will prove decisive, and the world will "
    "watch the Tarn."
)

CHOIR = (
    "The mill choir of Tarnmouth sang for its allies from the coast, and then again for the children of the town until "
    "late in the evening, when the last of the lanterns on the old quay went out and the singers walked home. The "
    "mayor thanked them from the steps of the town hall and promised a new piano for the winter, since the old one had "
    "stood in the rain for the whole of the autumn and nobody could play it any more."
)


@pytest.fixture
def feature(article):
    return article(
        GREETING,
        OPENING,
        "## A night of drones over Tarnmouth",
        DRONES,
        "## You may also like:",
        "## Ten walks along the old canal",
        "## Marenia and Sorvat renew their ties",
        VISIT,
        "## A second summit at Lindholm",
        SUMMIT,
        "## Fire at Karsk",
        DEPOT,
        CLOSING,
        title="Marenia threatens the Tarn; Aldovar plans a second summit",
    )


def test_one_article_feeds_three_sections(feature, sections):
    placements = classify(feature, sections)

    assert [(p.section, p.passage.heading) for p in placements if p.section not in (BOILERPLATE, OTHER)] == [
        ("military", ""),
        ("military", "A night of drones over Tarnmouth"),
        ("diplomacy", "Marenia and Sorvat renew their ties"),
        ("peace_summit", "A second summit at Lindholm"),
        ("military", "Fire at Karsk"),
    ]


def test_greeting_related_heading_and_its_title_are_boilerplate_with_the_rule_named(feature, sections):
    dropped = [p for p in classify(feature, sections) if p.section == BOILERPLATE]

    assert [(p.passage.text, p.evidence) for p in dropped] == [
        (GREETING, ("greeting",)),
        ("You may also like:", ("related links",)),
        ("Ten walks along the old canal", ("related links",)),
    ]


def test_a_closing_editorial_paragraph_belongs_to_no_section(feature, sections):
    last = classify(feature, sections)[-1]

    assert (last.section, last.passage.text) == (OTHER, CLOSING)
    assert last.evidence == ("closing paragraph that sums up",)


def test_positions_count_the_reading_order(feature, sections):
    placements = classify(feature, sections)

    assert [p.passage.position for p in placements] == list(range(len(placements)))
    texts = [block.text for block in feature.blocks]
    firsts = [texts.index(p.passage.heading or p.passage.paragraphs[0]) for p in placements]
    assert firsts == sorted(firsts)


def test_evidence_is_said_as_in_the_passage_and_in_its_order(feature, sections):
    for placement in classify(feature, sections):
        if placement.section in (BOILERPLATE, OTHER) or not placement.passage.heading:
            continue
        whole = placement.passage.heading + "\n" + placement.passage.text
        places = [whole.index(told.rpartition(" ")[0]) for told in placement.evidence]
        assert places == sorted(places)
        assert places


def test_no_text_of_the_article_is_lost(feature, sections):
    said = [text for p in classify(feature, sections) for text in (p.passage.heading, *p.passage.paragraphs) if text]

    assert sorted(said) == sorted(block.text for block in feature.blocks)


def test_a_passage_that_fits_no_section_says_which_came_closest(article, sections):
    (placement,) = classify(
        article(
            CHOIR,
            title="Choir sings",
        ),
        sections,
    )

    assert placement.section == OTHER
    (told,) = placement.evidence
    name, _, chance = told.removeprefix("closest: ").partition(" ")
    assert name in {section.id for section in sections}
    assert 0 < float(chance) < placement.score


def test_a_fallback_section_takes_what_fits_none(article, sections):
    with_fallback = (*sections[:2], replace(sections[2], fallback=True))
    (placement,) = classify(article("The mill choir of Tarnmouth sang until late in the evening."), with_fallback)

    assert placement.section == "peace_summit"


def test_an_article_without_a_body_is_placed_by_its_standfirst(article, sections):
    (placement,) = classify(
        article(title="Ferren", standfirst="Drones crossed the front near Ferren bridge."), sections
    )

    assert placement.section == "military"
    assert placement.passage.paragraphs == ("Drones crossed the front near Ferren bridge.",)


def test_an_article_that_is_only_a_title_is_placed_by_it(article, sections):
    placements = classify(article("Peace summit opens at Lindholm.", title="Peace summit opens at Lindholm"), sections)

    good = [p for p in placements if p.section != BOILERPLATE]
    assert [(p.section, p.passage.paragraphs) for p in good] == [("peace_summit", ())]
    assert [p.evidence for p in placements if p.section == BOILERPLATE] == [("said before",)]


def test_a_long_stretch_without_headings_is_cut_where_it_turns(article, sections):
    war = [f"Drones struck post {n} at the front and soldiers of the brigade fell back." for n in range(5)]
    embassy = [f"The minister received envoy {n} and spoke of sanctions with the allies." for n in range(5)]

    good = [p for p in classify(article(*war, *embassy, title="A long day"), sections) if p.section != BOILERPLATE]

    assert [(p.section, len(p.passage.paragraphs)) for p in good] == [("military", 5), ("diplomacy", 5)]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "uk",
            (
                "Над Тарнмутом уночі збили п’ятдесят дронів, повідомили військові.",
                "Мер міста сказав, що пожежу загасили до ранку.",
            ),
        ),
        (
            "ru",
            (
                "Ночью над Тарнмутом сбили пятьдесят дронов, сообщили военные.",
                "Мэр города сказал, что пожар потушили к утру.",
            ),
        ),
        (
            "de",
            (
                "In der Nacht wurden über Tarnmouth fünfzig Drohnen abgeschossen.",
                "Das Feuer war am Morgen gelöscht, sagte die Bürgermeisterin.",
            ),
        ),
        (
            "ar",
            (
                "أسقطت الدفاعات خمسين طائرة مسيرة فوق تارنموث خلال الليل، بحسب الجيش.",
                "وقال رئيس البلدية إن الحريق أخمد قبل الفجر.",
            ),
        ),
    ],
)
def test_articles_in_other_languages_pass_without_loss(article, sections, language, lines):
    placements = classify(article(*lines, title="Tarnmouth"), sections)

    assert [text for p in placements for text in p.passage.paragraphs] == list(lines), language
    assert all(p.section != BOILERPLATE for p in placements)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "word",
        "🎉🎉🎉",
        "no marks at all " * 40,
        "a" * 1_000_000,
        "ab " * 330_000,
        "“" * 100_000,
        "by " * 50_000,
        "[/" * 50_000,
        "1. " * 100_000,
    ],
)
def test_wrong_input_ends_quickly_and_quietly(article, sections, text):
    began = time.process_time()

    placements = classify(article(text, title=text[:200]), sections)

    assert len(placements) <= 2
    assert time.process_time() - began < 5


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.tuples(st.booleans(), st.text(max_size=90)), max_size=14), title=st.text(max_size=40))
def test_every_line_of_any_article_ends_in_exactly_one_placement(article, sections, lines, title):
    blocks = tuple(
        Block(BlockKind.HEADING if head else BlockKind.PARAGRAPH, text, 2 if head else 0) for head, text in lines
    )
    placements = classify(replace(article(title=title), blocks=blocks), sections)

    said = [text for p in placements for text in (p.passage.heading, *p.passage.paragraphs) if text]
    assert sorted(said) == sorted(block.text.strip() for block in blocks if block.text.strip())
    assert all(0 <= p.score <= 1 for p in placements)
