"""The digest.toml that this repository carries."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from digest.model.issue import Approval
from digest.settings import load
from digest.slots import reader_at, slot_on
from digest.subscribers import read_lists

FILE = Path(__file__).parents[2] / "digest.toml"


@pytest.fixture(scope="module")
def settings():
    return load(FILE, {})


def test_it_is_right_and_sends_nothing_out_of_the_machine(settings):
    assert settings.relays == ()
    assert settings.timezone == "Europe/Kyiv"
    assert [section.id for section in settings.sections] == ["military", "diplomacy", "peace_summit"]


def test_nothing_in_it_is_without_effect(settings):
    assert settings.not_yet == ()


@pytest.mark.parametrize("day", [date(2026, 1, 12), date(2026, 3, 30), date(2026, 7, 13), date(2026, 10, 26)])
def test_no_sample_reader_has_an_hour_that_their_edition_never_meets(settings, day):
    ids = [section.id for section in settings.sections]
    lists = read_lists(settings.subscribers, section_ids=ids, timezone=settings.timezone)

    for edition in settings.editions.values():
        slot = slot_on(edition, day)
        for row in (row for name in edition.lists for row in lists.rows[name]):
            at, why = reader_at(row.preferences, edition, slot, slot.send_at)
            assert at is not None, (row.email, why)
    assert all(lists.rows.values())


def test_it_has_a_weekday_and_a_sunday_edition(settings):
    weekday, sunday = settings.edition("weekday"), settings.edition("sunday")

    assert (weekday.send.days, weekday.send.slot) == (frozenset(range(5)), "07:00")
    assert (weekday.approval, weekday.lists) == (Approval.REQUIRED, ("weekday",))
    assert (sunday.send.days, sunday.lists) == (frozenset({6}), ("sunday",))
    assert sunday.approval is Approval.REQUIRED
    assert sunday.per_reader_timezone


def test_each_source_says_where_its_address_was_seen(settings):
    text = FILE.read_text(encoding="utf-8")

    for source in settings.sources:
        line = next(line for line in text.splitlines() if f'"{source.url}"' in line)
        assert re.search(r"# seen in (https://\S+|[\w.-]+/[\w.-]+/\S+)", line), source.name


def test_state_media_of_any_country_are_marked(settings):
    sides = {source.name: source.side for source in settings.sources if source.side}

    assert sides["TASS"] == sides["RT"] == "ru-state"
    assert sides["President of Ukraine"] == "ua-state"
    assert sides["Xinhua"] == "cn-state"


def test_no_term_stands_twice_in_a_section(settings):
    for section in settings.sections:
        names = [term.rpartition("^")[0] or term for term in section.match]
        assert len(set(names)) == len(names)
        assert len(names) >= 60


def test_every_value_names_its_line(settings):
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))

    written = [row for row in settings.origins() if row.origin.startswith("digest.toml:")]

    assert len(written) == sum(
        len(table) for table in [tables["digest"], *tables["section"], *tables["source"], *tables["edition"].values()]
    )
