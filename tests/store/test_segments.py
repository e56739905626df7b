"""Saved filters over readers, in the database that chooses whom an issue goes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from digest.model.delivery import Plan
from digest.model.people import Segment

from .samples import ALL, NOW, approved, load, row, skeleton

LISTS = ("weekday", "desk")
WHO = {
    "ada": {"sections": ("diplomacy",), "timezone": "Europe/Kyiv", "language": "uk", "frequency": "weekly"},
    "bela": {"sections": ("military", "diplomacy_east"), "timezone": "America/Lima"},
    "cato": {},
}


@pytest.fixture
def people(store):
    rows = [row(f"{name}@mail.example", **wish) for name, wish in WHO.items()]
    later = replace(row("dita@tarn.example", sections=("military",)), joined_on=date(2026, 9, 1))
    abroad = row("gil@lima.example", sections=("harbour",), language="pt-BR", timezone="Asia/Seoul")
    load(store, *rows, later, abroad, replace(row("ada@mail.example", of_list="desk")))
    return store


@pytest.mark.parametrize(
    ("asked", "fit"),
    [
        ({"sections": ("diplomacy",)}, "ada cato"),
        ({"sections": ("military",)}, "bela cato dita"),
        ({"zones": ("Europe/Kyiv",)}, "ada"),
        ({"zones": ("America/*", "Asia/*")}, "bela gil"),
        ({"zones": ("Europe/*",), "at_home": True}, "ada cato dita"),
        ({"languages": ("uk",)}, "ada"),
        ({"languages": ("en",), "by_default": True}, "bela cato dita"),
        ({"frequencies": ("weekly",)}, "ada"),
        ({"domains": ("tarn.example",)}, "dita"),
        ({"joined_since": date(2026, 9, 1)}, "dita"),
        ({"joined_until": date(2026, 8, 31)}, "ada bela cato gil"),
        ({"sections": ("diplomacy",), "languages": ("uk",)}, "ada"),
        ({"zones": ("%",)}, ""),
        ({"zones": ("europe/kyiv", "AMERICA/*")}, "ada bela"),
        ({"languages": ("UK", "pt-br")}, "ada gil"),
        ({"languages": ("PT-*",)}, "gil"),
        ({"sections": ("MILITARY",), "domains": ("tarn.example",)}, "dita"),
    ],
)
def test_who_fits_every_condition_by_one_of_its_values_is_in_the_segment(people, asked, fit):
    found = people.subscribers.audience(LISTS, None, [Segment("some", **asked)])

    assert " ".join(sorted(each.email.partition("@")[0] for each in found)) == fit


def test_an_issue_for_two_segments_goes_to_who_fits_either(people):
    segments = [Segment("far", zones=("America/*",)), Segment("new", joined_since=date(2026, 9, 1))]
    issue = approved(people)
    cohorts = people.subscribers.cohorts(LISTS, segments)

    people.outbox.freeze(
        issue.id,
        lists=LISTS,
        segments=segments,
        cohorts={wish: Plan(ALL, NOW) for wish in cohorts},
        skeletons={ALL: skeleton()},
        now=NOW,
    )

    assert [to.email for _, to in people.outbox.deliveries(issue.id)] == ["bela@mail.example", "dita@tarn.example"]
    assert sum(people.subscribers.census(LISTS, segments).domains.values()) == 2
