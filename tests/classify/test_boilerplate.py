"""Lines that are not the article, by their wording and by their company."""

from __future__ import annotations

import time

import pytest

from digest.classify.boilerplate import verdicts
from digest.classify.rules import opens_related, rule_of
from digest.model.news import Block, BlockKind

BOILERPLATE_LINES = [
    ("Welcome to ilma-courier.example!", "greeting"),
    ("By Ilma Karsk and Tarn Lindholm", "byline"),
    ("by Norrmark Post staff", ""),
    ("Edited by: Tarn Ferren", "byline"),
    ("Reporting by Ilma Karsk; Editing by Tarn Ferren", "byline"),
    ("A burned mill by the Tarn, February 3. (Handout via the town hall)", "photo caption"),
    ("Firefighters at the Ferren bridge on Monday [Ilma Karsk/Radio Tarn]", "photo caption"),
    ("The mayor is pictured at the mill on Sunday.", "photo caption"),
    ("The mill at dusk. Tarn Ferren—Getty Images", "photo caption"),
    ("Sign up for our weekly newsletter", "newsletter form"),
    ("Get instant alerts and updates on what matters to you.", "newsletter form"),
    ("Підписуйтесь на наш канал", "newsletter form"),
    ("We use cookies to make this site work.", "cookie notice"),
    ("© 2026 The Aldovar Ledger", "rights notice"),
    ("The Aldovar Ledger. All rights reserved.", "rights notice"),
    ("Alle Rechte vorbehalten", "rights notice"),
    ("Share this article", "share bar"),
    ("Facebook Twitter WhatsApp", "share bar"),
    ("Поделиться", "share bar"),
    ("Advertisement", "advertisement"),
    ("Anzeige", "advertisement"),
    ("إعلان", "advertisement"),
    ("Show more content from Radio Tarn on Google Search", "site notice"),
    ("This article first appeared in the Calder Gazette.", "site notice"),
    ("Your browser does not support the video tag.", "player notice"),
    ("Friday, 20 November 2026, 06:40", "date line"),
    ("20 листопада 2026, 06:40", "date line"),
    ("06:40", "date line"),
    ("Read more: The bridge that fell twice", "related links"),
    ("Читайте також: Міст упав удруге", "related links"),
    ("***", "no words"),
]

GOOD_LINES = [
    "By Friday the water had reached the second arch of the Ferren bridge.",
    "By dawn the brigade had left, and nobody at the mill could say where it went.",
    "Welcome to the front, the sergeant told the recruits as the shells came in.",
    "Ministers share the view that talks should open in May, the envoy said.",
    "The newsletter of the mill union was banned in 2019, its editor told Radio Tarn.",
    "She was photographed by a neighbour, then taken to Karsk. Nobody heard of her since. No one will say more.",
    "The governor read more than the law asked of him, and signed it on 3 May.",
    "Drones hit the depot at 04:30, the council of Tarnmouth said (in a statement of two lines).",
    "“We do not accept cookies as pay,” said the baker, who has worked through four winters of war.",
    "Most read the order twice before they obeyed it.",
    "Related charges were dropped in the spring, when the witness left for Sorvat.",
    "The archive, they said, was the source of the fire, and the pool of oil behind it did the rest.",
    "In May 2026 the Tarn rose by two metres.",
    "Nobody may subscribe to that reading of the treaty, the court of Aldovar held on Tuesday.",
    "According to the mayor, eleven houses on the quay lost their roofs.",
    "Video from the quay shows two boats adrift and a third on fire.",
    "Add to that the four villages on the far bank, which nobody has reached since Monday.",
    "Der Minister sagte am Freitag, die Brücke werde bis zum Mai wieder offen sein.",
    "Міністр сказав у п’ятницю, що міст відкриють до травня.",
    "Министр сказал в пятницу, что мост откроют к маю.",
    "قال الوزير يوم الجمعة إن الجسر سيفتح في مايو.",
]


@pytest.mark.parametrize(("line", "rule"), BOILERPLATE_LINES)
def test_a_line_that_is_not_the_article_is_named(line, rule):
    assert rule_of(line) == rule


@pytest.mark.parametrize("line", GOOD_LINES)
def test_a_sentence_of_the_article_stays(line):
    assert rule_of(line) == ""
    assert not opens_related(line)


@pytest.mark.parametrize(
    "line",
    [
        "You may also like",
        "READ MORE",
        "Related:",
        "Most read",
        "Recommended for you",
        "Lesen Sie auch:",
        "Читайте також:",
        "Читайте также",
        "À lire aussi",
        "Lea también",
        "Czytaj też",
        "اقرأ أيضا",
    ],
)
def test_headings_over_links_are_known_in_eight_languages(line):
    assert opens_related(line)


def judged(*lines: str, title: str = "") -> list[str]:
    blocks = [
        Block(BlockKind.HEADING, line.removeprefix("## "), 2)
        if line.startswith("## ")
        else Block(BlockKind.PARAGRAPH, line)
        for line in lines
    ]
    return verdicts(title, blocks)


TEXT = "The ferry of Tarnmouth will sail again on Monday, two years after the fire."


def test_of_several_titles_under_a_related_heading_the_last_heads_the_text():
    assert judged(TEXT, "## Related", "## Ten walks", "## Five mills", "## What comes next", TEXT + " Soon.") == [
        "",
        "related links",
        "related links",
        "related links",
        "",
        "",
    ]


def test_a_single_title_under_a_related_heading_goes_with_it():
    assert judged(TEXT, "## Read more", "## Ten walks along the canal", TEXT + " Soon.")[1:3] == ["related links"] * 2


def test_full_sentences_under_a_related_heading_go_when_they_close_the_article():
    found = judged(
        TEXT,
        "Useful reading:",
        "Two mills burned in May, the council said.",
        "A third was saved.",
        "Tags:",
        "mills",
        "fires",
    )

    assert found == ["", "related links", "related links", "related links", "tags", "tags", "tags"]


def test_full_sentences_under_a_related_heading_stay_in_the_middle():
    more = [f"The council of Tarnmouth met for the {n}th time and found no money." for n in range(4, 11)]

    assert judged(TEXT, "Read more:", *more)[2:] == [""] * 7


def test_a_list_of_titles_with_hours_is_dropped():
    found = judged("06:10", "Ferry sails again", "06:05", "Mill burns at Karsk", "05:50", "Choir wins prize", TEXT)

    assert found == ["date line", "time-stamped list"] * 3 + [""]


def test_a_menu_is_dropped():
    assert judged("World", "Business", "Sport", "Opinion", "Photo gallery", TEXT + " Soon.", TEXT)[:4] == [
        "menu"
    ] * 4 or (judged("World", "Business", "Sport", "Opinion", "Photo gallery", TEXT)[:4] == ["list of titles"] * 4)


def test_bulleted_titles_behind_the_last_paragraph_are_dropped():
    found = judged(
        TEXT, "* Karsk Mill Burns Again", "* Choir of Tarnmouth Wins First Prize", "* Who Owns the Ferren Bridge?"
    )

    assert found == ["", *["list of titles"] * 3]


def test_a_list_of_facts_in_the_article_stays():
    facts = ["two boats lost at the quay", "eleven houses without a roof", "no deaths so far", "the bridge is closed"]

    assert judged(TEXT, *facts, TEXT + " Soon.") == [""] * 6


def test_a_caption_said_twice_is_dropped_twice():
    line = "Firefighters at the Ferren bridge on Monday"

    assert judged(line, line + " [Ilma Karsk/Radio Tarn]", TEXT) == ["photo caption", "photo caption", ""]


def test_the_title_repeated_over_the_text_is_dropped():
    assert judged("Ferry of Tarnmouth sails again", TEXT, title="Ferry of Tarnmouth sails again | Radio Tarn") == [
        "said before",
        "",
    ]


def test_a_text_without_sentence_marks_is_not_taken_for_a_list():
    lines = [f"line {n} of a text nobody has punctuated" for n in range(12)]

    assert judged(*lines) == [""] * 12


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ("Subscribe to our daily letter", True),
        ("Support our newsroom with a small donation", True),
        ("Follow our reporters on Instagram", True),
        ("Photos by the press service of the river guard, Norrmark Post", True),
        ("The ferry of Tarnmouth sailed again on Monday with two hundred people aboard.", False),
        ("Ilma Karsk wins the mayor's race in Lindholm", False),
        ("Поромники Тарнмута знову вийшли на воду", False),
    ],
)
def test_kin_of_the_known_wordings_is_dropped_and_the_text_stays(line, taken):
    assert judged(TEXT, line, TEXT + " Soon.")[1] == ("reads like boilerplate" if taken else "")


def test_titles_before_the_text_are_one_list_though_dropped_lines_stand_between():
    titles = [f"Ferry of Tarnmouth sails for the {n}th time" for n in range(4, 10)]

    found = judged(*titles[:3], "09:15", *titles[3:], "12 March 2026", TEXT)

    assert found == [*["list of titles"] * 3, "date line", *["list of titles"] * 2, "", "date line", ""]


@pytest.mark.parametrize(
    "pattern",
    [
        ("Ferry sails again", "09:15"),
        ("Ferry sails again", "Share"),
        ("Ferry Sails Again", "Mill Burns", "© Radio Tarn"),
        ("News", "Sport"),
        ("Subscribe to our daily letter",),
    ],
)
def test_many_lines_cost_little_more_each_than_few(pattern):
    lines = [TEXT, *pattern * 8_000, TEXT + " Soon."]
    began = time.process_time()

    assert len(judged(*lines)) == len(lines)

    assert time.process_time() - began < 10
