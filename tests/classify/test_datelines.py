"""Where an agency says it wrote is kept apart from what it wrote."""

from __future__ import annotations

import pytest

from digest.classify import classify
from digest.classify.datelines import parted

TEXT = "The ferry of Tarnmouth sailed again on Monday, two years after the fire."


@pytest.mark.parametrize(
    ("before", "dateline"),
    [
        ("TARNMOUTH, 3 May (Karsk Wire) — ", "TARNMOUTH, 3 May (Karsk Wire)"),
        ("TARNMOUTH, Nov. 28, 2026 – ", "TARNMOUTH, Nov. 28, 2026"),
        ("TARNMOUTH, November 28. /KARSK/. ", "TARNMOUTH, November 28. /KARSK/"),
        ("LOWER FERREN, Aldovar (KW) - ", "LOWER FERREN, Aldovar (KW)"),
        ("Tarnmouth (Karsk Wire) — ", "Tarnmouth (Karsk Wire)"),
        ("TARNMOUTH — ", "TARNMOUTH"),
        ("ТАРНМУТ — ", "ТАРНМУТ"),
    ],
)
def test_a_dateline_is_parted_from_the_first_sentence(article, sections, before, dateline):
    assert parted(before + TEXT) == (dateline, TEXT)

    (placement,) = classify(article(before + TEXT), sections)

    assert (placement.passage.dateline, placement.passage.paragraphs) == (dateline, (TEXT,))


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "",
        "Tarnmouth - the town of ferries - has had none for two years, and nobody knows when one will come.",
        "NATO — the alliance of thirty-two — met on Monday in the old mill of Karsk and ate fish.",
        "In May (as in June) — the ferry did not sail, and the people of Tarnmouth rowed over the water.",
        "TARNMOUTH, 3 May (Karsk Wire) — Short.",
        "A" * 100_000,
        "A. " * 50_000,
        "AB " * 50_000,
        "AB, " * 50_000,
    ],
)
def test_what_is_no_dateline_stays(text):
    assert parted(text) == ("", text)


def test_only_the_first_paragraph_has_one(article, sections):
    (placement,) = classify(article(TEXT, "KARSK, 4 May (Karsk Wire) — " + TEXT), sections)

    assert placement.passage.dateline == ""
    assert placement.passage.paragraphs[1].startswith("KARSK, 4 May")
