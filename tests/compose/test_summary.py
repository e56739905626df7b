"""The sentences shown: whole, few, and the source's own."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.compose.headlines import clean, headline
from digest.compose.sentences import sentences
from digest.compose.summary import BRIEF, LEAD, NORMAL, summarise
from digest.model.news import Passage
from digest.model.words import listed

VOCABULARY = listed(
    "Tarnmouth drone Mr. Dr. U.S. No. 5 1.5 said “not now” He the council, seven … i.e. “ ” ( ) міст мосту؟ الجسر"
)
WORDS = st.sampled_from(sorted(VOCABULARY))
SENTENCES = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)
PARAGRAPHS = st.lists(
    st.one_of(st.tuples(SENTENCES, st.sampled_from(".!?…؟")).map("".join), st.text(max_size=200)), max_size=8
)


@settings(max_examples=200, deadline=None)
@given(
    paragraphs=PARAGRAPHS, title=st.one_of(SENTENCES, st.text(max_size=60)), room=st.sampled_from([LEAD, NORMAL, BRIEF])
)
def test_every_sentence_shown_is_found_word_for_word_in_the_passage(paragraphs, title, room):
    shown = summarise(paragraphs, title, room)

    assert all(any(sentence in paragraph for paragraph in paragraphs) for sentence in shown)
    assert len(shown) == len(set(shown)) <= room.sentences
    assert all(sentence == sentence.strip() != "" for sentence in shown)


@given(st.text(alphabet='ab. !?”"A1…', max_size=80))
def test_splitting_loses_nothing_but_spaces(text):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One fell. Two stood.", ["One fell.", "Two stood."]),
        ("The U.S. envoy came. He left.", ["The U.S. envoy came.", "He left."]),
        ("It came from the U.S. The mayor knew.", ["It came from the U.S.", "The mayor knew."]),
        ("Mr. Karsk and Gen. J. T. Lind met. Both spoke.", ["Mr. Karsk and Gen. J. T. Lind met.", "Both spoke."]),
        ("About 1.5 metres. No. 5 Quay flooded.", ["About 1.5 metres.", "No. 5 Quay flooded."]),
        ("He said no. “Not now.” Then he left.", ["He said no.", "“Not now.”", "Then he left."]),
        ("“Is it over?” she asked. Nobody knew.", ["“Is it over?” she asked.", "Nobody knew."]),
        ("It burned … and burned. It stopped.", ["It burned … and burned.", "It stopped."]),
        ("Міст упав. Мер м. Тарн мовчить.", ["Міст упав.", "Мер м.", "Тарн мовчить."]),
        ("Сгорело 5 тыс. тонн. Пожар потушен.", ["Сгорело 5 тыс. тонн.", "Пожар потушен."]),
        ("هل سقط الجسر؟ نعم سقط.", ["هل سقط الجسر؟", "نعم سقط."]),
        ("桥塌了。没有人受伤！", ["桥塌了。", "没有人受伤！"]),
        ("no marks at all", ["no marks at all"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "View " * 100_000,
        "Photo: " * 80_000,
        "." * 300_000,
        "A. " * 100_000,
        "a" * 1_000_000,
        '."' * 150_000,
        "x " * 300_000,
        "? " * 150_000,
    ],
)
def test_hostile_text_is_split_in_time(text):
    began = time.process_time()

    sentences(text)
    summarise([text], "A title", LEAD)

    assert time.process_time() - began < 5


def test_the_first_sentence_opens_the_summary_and_repetition_is_cut():
    text = (
        "An oil depot near Karsk burned for six hours after a drone came down on it. "
        "The depot near Karsk burned six hours after the drone. "
        "Two of its tanks, which hold the winter oil of eleven towns, were emptied in time by the crews."
    )

    shown = summarise([text], "Fire at Karsk", LEAD)

    assert shown == (text.split(". ")[0] + ".", text.split(". ")[2])


def test_a_sentence_that_only_repeats_the_headline_is_not_shown():
    shown = summarise(
        ["Oil depot burns near Karsk.", "Two tanks were emptied in time by crews from Tarnmouth."],
        "Oil depot burns near Karsk",
        NORMAL,
    )

    assert shown == ("Two tanks were emptied in time by crews from Tarnmouth.",)


def test_a_sentence_that_leans_on_another_does_not_stand_without_it():
    crews = "The governor came to the depot near Karsk on Friday to thank the crews who had fought the fire."
    towns = "Eleven towns get their winter oil from the depot near Karsk, which stood full when the drone hit."
    leans = "He also spoke of the depot near Karsk and its oil for the winter."

    assert summarise([crews, leans], "Depot near Karsk", NORMAL) == (crews, leans)
    assert leans not in summarise(["x", leans, towns, crews], "Depot near Karsk", NORMAL)


def test_quotation_marks_are_shown_in_pairs_where_there_is_a_choice():
    text = [
        "“We saw it fall, the miller of Tarnmouth said to the crews on Friday.",
        "The bridge at Ferren fell at dawn, said the council of the town.",
    ]

    assert summarise(text, "Bridge falls", NORMAL) == (text[1],)


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (
            "The miller of Tarnmouth addressed the council View photo news. Two boats left the harbour at noon.",
            ("Two boats left the harbour at noon.",),
        ),
        ("The miller of Tarnmouth addressed the council of the town View photo news.", None),
        (
            "Two boats left the harbour at noon. Photo: Ilma Karsk, Radio Tarn, who was there on Friday.",
            ("Two boats left the harbour at noon.",),
        ),
        (
            "Two boats left the harbour at noon. Read also: Ferren bridge falls and nobody is hurt.",
            ("Two boats left the harbour at noon.",),
        ),
        (
            "Two boats left the harbour at noon. The crews had been told by the council of the...",
            ("Two boats left the harbour at noon.",),
        ),
        (
            "See photos of the ferry at the museum of Lindholm from Friday on.",
            ("See photos of the ferry at the museum of Lindholm from Friday on.",),
        ),
    ],
)
def test_debris_of_a_site_is_not_shown(paragraph, expected):
    shown = summarise([paragraph], "A day", NORMAL)

    assert shown == (expected or ("The miller of Tarnmouth addressed the council of the town",))


def test_words_of_somebody_unnamed_do_not_stand_without_the_sentence_that_names_him():
    quote = "“The depot near Karsk and its oil are lost for the winter,” he said."
    plain = "Eleven towns get their winter oil from the depot near Karsk, which stood full when the drone hit."

    assert quote not in summarise(["The governor came.", plain, "x" * 30 + ".", quote], "Depot near Karsk", NORMAL)


@pytest.mark.parametrize("paragraphs", [[], [""], ["🎉🎉🎉"], ["word"], ["short."]])
def test_what_holds_no_sentence_gives_no_summary(paragraphs):
    assert summarise(paragraphs, "", NORMAL) == ()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Ferren bridge falls - Radio Tarn", "Ferren bridge falls"),
        ("Ferren bridge falls | Region | Radio Tarn", "Ferren bridge falls"),
        ("Radio Tarn | Ferren bridge falls at dawn", "Ferren bridge falls at dawn"),
        ("Ferren bridge falls — governor", "Ferren bridge falls — governor"),
        ("Ferren bridge: Ferren bridge falls. VIDEO&PHOTOS", "Ferren bridge falls"),
        ("  Ferren\n bridge falls ", "Ferren bridge falls"),
        ("Ferren bridge falls - Reuters", "Ferren bridge falls"),
        ("", ""),
    ],
)
def test_a_headline_is_the_outlet_s_own_without_its_name(article, title, expected):
    assert clean(title, article("a", title, source="Radio Tarn")) == expected


def test_an_untitled_article_is_called_by_its_first_words(article):
    text = "The bridge of Ferren fell at dawn, " + "and fell, " * 30 + "said the council."

    made = headline(article("a", ""), Passage("a", 0, "", (text,)))

    assert made.startswith("The bridge of Ferren fell at dawn")
    assert made.endswith("…")
    assert len(made) <= 141
