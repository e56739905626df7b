"""Who says so, and on what outlets differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose import compose
from digest.compose.claims import claimants, signed
from digest.model.issue import Figure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two boats left, the harbour master of Tarn said.", ()),
        ("Two boats left, the regional governor said.", ("the regional governor",)),
        ("Russian authorities say the depot is intact.", ("Russian authorities",)),
        ("The depot burned, according to the Norrmark coast guard.", ("the Norrmark coast guard",)),
        ("Ukraine says it sank a ship, which Moscow denied.", ("Ukraine", "Moscow")),
        ("The U.N. nuclear watchdog said the plant runs.", ("The U.N. nuclear watchdog",)),
        ("The bridge was built according to the Norrmark model, engineers learned.", ()),
        ("Trains run according to schedule, according to the ministry.", ("the ministry",)),
        ("Nobody knows.", ()),
        ("", ()),
    ],
)
def test_an_office_that_says_something_is_named_as_it_stands_there(text, expected):
    assert claimants(text) == expected


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("Four dead in Karsk - governor", ("governor",)),
        ("Four dead in Karsk, - Ilma Rehn", ("Ilma Rehn",)),
        ("The bridge - and what became of it", ()),
        ("Four dead in Karsk", ()),
    ],
)
def test_a_short_name_behind_a_headline_s_dash_signs_it(headline, expected):
    assert signed(headline) == expected


@given(st.text(alphabet="the of according to ministry said. U’-A,", max_size=2_000))
def test_claimants_stand_in_the_text(text):
    assert all(name in text for name in claimants(text))


def test_figures_on_which_outlets_differ_stand_side_by_side_with_who_gave_them(article, placed, edition, slot, now):
    text = "people were killed when a missile hit the port of Tarnmouth early on Friday, the mayor said."
    told = [("a", "Seven", "Ilma Courier"), ("b", "Nine", "Radio Tarn"), ("c", "Seven", "Karsk Wire")]
    articles = [
        article(name, f"{count} killed as missile hits port of Tarnmouth", f"{count} {text}", source=source)
        for name, count, source in told
    ]

    content = compose(
        [placed(a) for a in articles], articles, edition, sources=(), number=1, slot=slot, now=now
    ).content

    (item,) = content.sections[0].items
    assert item.figures == (Figure("dead", ((9, ("Radio Tarn",)), (7, ("Ilma Courier", "Karsk Wire")))),)
    assert item.claimed_by == ("the mayor",)
