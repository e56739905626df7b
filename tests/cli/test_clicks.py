"""Clicks as `digest clicks` tells them."""

from __future__ import annotations

import csv
import io

from digest.cli import clicks
from digest.model.clicks import LinkClicks

ROWS = (
    LinkClicks(1, "https://ilma.example/ferren", "Crossing at Ferren holds", "Ilma Courier", 120, 8, 3411),
    LinkClicks(2, "https://tarn.example/1", '=HYPERLINK("x")', "", 0, 0, 0),
)


def test_a_line_a_link_with_people_programs_and_who_may_be_either_apart():
    head, first, second = clicks.lines(ROWS).splitlines()

    assert head.split() == ["link", "human", "unsure", "machine", "story", "leads", "to"]
    assert first.split() == ["1", "120", "8", "3411", "Crossing", "at", "Ferren", "holds", "Ilma", "Courier"]
    assert second.endswith("https://tarn.example/1")
    assert clicks.lines(()) == ""


def test_no_headline_is_a_formula_to_a_spreadsheet(capsys):
    clicks.print_csv(ROWS)

    head, first, second = csv.reader(io.StringIO(capsys.readouterr().out))
    assert head == ["link", "url", "headline", "outlet", "human", "unsure", "machine"]
    assert first == ["1", "https://ilma.example/ferren", "Crossing at Ferren holds", "Ilma Courier", "120", "8", "3411"]
    assert not second[2].startswith("=")
