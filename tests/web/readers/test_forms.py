"""What forms bring, read into values; what pages say, in every language; how often one place may ask."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from digest.model.issue import Schedule
from digest.model.people import Preferences
from digest.render import open_pages
from digest.web.readers.forms import Choice, Offer, is_one_click, read_address, read_choice, read_day
from digest.web.readers.picture import dots, till, week
from digest.web.readers.rates import PLACES, Bucket
from digest.web.readers.reading import coming, sentence, usual, week_of, wished
from digest.web.readers.rhythm import days_of, less_often, rhythms
from digest.web.readers.words import choose, spoken, words
from digest.web.readers.zones import offered
from digest.web.templates import PAGES
from tests.render.samples import EDITION, TEMPLATES

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TOLD = {"daily": ("war", "talks"), "sunday": ("talks",)}
OFFER = Offer(TOLD, (time(7), time(8)), {"Europe/Kyiv", "UTC"}, ("en", "uk"))
USUAL = Choice("daily", ("war", "talks"), time(7), "Europe/Kyiv", "en")
names = st.sampled_from(["edition", "section", "hour", "zone", "language", "email", "x"])
LANGUAGES = ("ar", "de", "en", "es", "fr", "pl", "uk")


def test_what_is_offered_is_taken_as_it_is_chosen():
    fields = {"edition": ["sunday"], "section": ["talks"], "hour": ["08:00"], "zone": ["UTC"], "language": ["uk"]}

    assert read_choice(fields, OFFER, USUAL) == (Choice("sunday", ("talks",), time(8), "UTC", "uk"), ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("edition", "hourly"),
        ("section", "sport"),
        ("hour", "07:30"),
        ("hour", "25:00"),
        ("hour", "07:00+00:00"),
        ("hour", "07:00+02:00"),
        ("zone", "Europe/Nowhere"),
        ("language", "tlh"),
    ],
)
def test_what_is_not_offered_is_told_and_never_taken(name, value):
    fields = {"section": ["war"], name: ["war", value] if name == "section" else [value]}

    assert read_choice(fields, OFFER, USUAL)[1] == ("wrong_choice",)


def test_no_section_at_all_is_a_slip_and_not_a_wish_for_all():
    assert read_choice({}, OFFER, USUAL)[1] == ("wrong_sections",)


def test_only_sections_that_the_chosen_edition_lacks_are_a_slip_and_beside_others_they_are_no_wish(tmp_path):
    labels, talks = words(open_pages(TEMPLATES))["en"], EDITION.sections[0]
    short = replace(EDITION, sections=(talks, EDITION.sections[1]))

    slip = read_choice({"edition": ["sunday"], "section": ["war"]}, OFFER, USUAL)
    right = read_choice({"edition": ["sunday"], "section": ["war", "talks"]}, OFFER, USUAL)
    wish = wished(replace(usual(Preferences(), EDITION, labels), sections=(talks.id, "sport")), short)

    assert (slip[0].sections, slip[1]) == (("war",), ("wrong_sections",))
    assert right == (replace(USUAL, edition="sunday"), ())
    assert wish.sections == (talks.id,)


@settings(max_examples=60)
@given(st.dictionaries(names, st.lists(st.text(max_size=12), max_size=3)))
def test_whatever_a_form_brings_is_a_choice_or_a_problem_in_words(fields):
    choice, problems = read_choice(fields, OFFER, USUAL)
    email, wrong = read_address(fields)
    day = read_day(fields, NOW.date())

    assert set(problems) | set(wrong) <= set(spoken()["en"])
    assert problems or (choice.edition in OFFER.editions and choice.at in OFFER.hours and choice.zone in OFFER.zones)
    assert wrong or "@" in email
    assert day is None


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-12-01", date(2026, 12, 1)), ("2026-11-20", None), ("2029-01-01", None), ("soon", None), ("", None)],
)
def test_a_pause_ends_on_a_day_ahead_within_a_year(text, day):
    assert read_day({"until": [text]}, NOW.date()) == day


def test_only_the_very_word_is_one_click():
    assert is_one_click({"List-Unsubscribe": ["One-Click"]})
    for fields in ({}, {"List-Unsubscribe": ["one-click"]}, {"List-Unsubscribe": ["One-Click", "One-Click"]}):
        assert not is_one_click(fields)


def test_a_wish_survives_the_form_and_what_the_edition_has_goes_along_with_it(tmp_path):
    labels = words(open_pages(TEMPLATES))["en"]
    own = Preferences(("diplomacy",), "weekly", time=time(18), timezone="Asia/Seoul", language="de")

    assert wished(usual(own, EDITION, labels), EDITION) == own
    assert wished(usual(Preferences(language="en"), EDITION, labels), EDITION) == Preferences(language="en")


# ------------------------------------------------------------------------------------------------------- what comes


def test_a_pause_and_an_hour_of_ones_own_move_what_comes():
    own = Preferences(time=time(9), timezone=EDITION.timezone)
    until = date(2026, 11, 25)

    first = next(coming(own, EDITION, NOW, until))

    assert (first.date() >= until, f"{first:%H:%M}") == (True, "09:00")


def test_the_hour_that_is_told_is_never_before_the_issue_is_made():
    labels = words(open_pages(TEMPLATES))["en"]
    early = Preferences(time=time(0, 30), timezone=EDITION.timezone)

    assert f"{EDITION.send.at:%H:%M}" in sentence(early, EDITION, labels, NOW)


def test_who_reads_once_a_week_is_told_so_and_who_waits_for_great_news_is_promised_no_day():
    labels = words(open_pages(TEMPLATES))["en"]

    assert "on Friday at" in sentence(Preferences(frequency="weekly"), EDITION, labels, NOW)
    assert "only when something big happens" in sentence(Preferences(frequency="alerts"), EDITION, labels, NOW)
    assert next(coming(Preferences(frequency="alerts"), EDITION, NOW), None) is None


def test_the_line_of_days_says_in_words_what_its_picture_shows():
    labels = words(open_pages(TEMPLATES))["en"]

    line = week_of(Preferences(), EDITION, labels, NOW)

    assert [day.name for day in line.days][:2] == ["Today", "Sat"]
    arabic = week_of(Preferences(), EDITION, words(open_pages(TEMPLATES))["ar"], NOW)
    assert [day.name for day in arabic.days][1:3] == ["سبت", "أحد"]
    assert line.picture.count("<circle") == sum(bool(day.hour) for day in line.days) > 0
    assert all(isinstance(drawn, Markup) and "aria-hidden" in drawn for drawn in (week([True]), till(), dots({1})))


def test_less_often_is_the_nearest_edition_that_comes_on_fewer_days():
    daily, twice, once = (
        replace(EDITION, id=name, send=Schedule(frozenset(days), time(7)))
        for name, days in (("daily", range(7)), ("twice", (1, 4)), ("once", (6,)))
    )

    assert less_often(daily, "all", [daily, once, twice]) == (twice, "all")
    assert less_often(twice, "all", [daily, twice]) == (twice, "weekly")
    assert less_often(daily, "weekly", [daily]) is None
    assert less_often(once, "all", [daily, once, twice]) is None


def test_an_edition_alone_is_offered_on_some_of_its_days_too_and_a_wish_of_before_is_kept():
    daily = replace(EDITION, id="daily", send=Schedule(frozenset(range(7)), time(7)))

    assert list(rhythms([daily])) == ["daily", "daily:weekdays", "daily:weekly"]
    assert list(rhythms([EDITION])) == ["weekday", "weekday:weekly"]
    assert list(rhythms([daily, EDITION], "daily:sundays")) == ["daily", "weekday", "daily:sundays"]
    assert days_of(daily, "alerts") == frozenset()


# ------------------------------------------------------------------------------------------------------------ words


def test_every_language_of_the_mail_has_every_word_of_the_pages():
    shipped = {path.stem: tomllib.loads(path.read_text()) for path in (PAGES / "readers/words").glob("*.toml")}
    holes = {language: {key: holes_of(text) for key, text in own.items()} for language, own in shipped.items()}

    assert tuple(sorted(shipped)) == LANGUAGES == tuple(sorted(words(open_pages(TEMPLATES))))
    assert all(own == holes["en"] for own in holes.values())


def test_every_word_is_said_somewhere_and_every_said_word_is_there():
    templates = "".join(path.read_text() for path in (PAGES / "readers").glob("*.j2"))
    code = "".join(path.read_text() for path in Path(PAGES.parent, "readers").glob("*.py"))
    known = words(open_pages(TEMPLATES))["en"].messages
    asked = set(re.findall(r'say\("(\w+)"', templates + code))

    assert asked <= set(known)
    assert {key for key in spoken()["en"] if f'"{key}"' not in templates + code} == set()


@pytest.mark.parametrize(
    ("asked", "own", "accept", "language"),
    [
        ("pl", "de", "fr", "pl"),
        ("", "de", "fr", "de"),
        ("", "", "tlh, fr-CA;q=0.9, de;q=0.8", "fr"),
        ("", "", ";;q=,*", "uk"),
    ],
)
def test_a_page_speaks_what_is_asked_for_then_chosen_then_the_browsers_then_the_sites(asked, own, accept, language):
    known = words(open_pages(TEMPLATES))

    assert choose(known, asked=asked, own=own, accept=accept, site="uk").language == language


def test_zones_run_from_west_to_east_and_hold_the_one_that_is_chosen():
    locale = words(open_pages(TEMPLATES))["uk"].locale

    zones = offered(NOW, locale, also=["Asia/Kathmandu"])

    away = [NOW.astimezone(ZoneInfo(zone.name)).utcoffset() for zone in zones]
    assert away == sorted(away)
    assert ("Asia/Kathmandu", "UTC+5:45") in [(zone.name, zone.offset) for zone in zones]
    assert "Київ" in [zone.town for zone in zones]


def holes_of(text):
    return sorted(re.findall(r"{(\w+)}", text))


# ------------------------------------------------------------------------------------------------------------ rates


def test_a_bucket_gives_so_many_at_once_and_one_more_after_each_pause():
    bucket, pause = Bucket(3, timedelta(seconds=10)), timedelta(seconds=10)

    taken = [bucket.take("a", NOW) for _ in range(4)]

    assert taken == [timedelta(0)] * 3 + [pause]
    assert bucket.take("b", NOW) == timedelta(0)
    assert bucket.take("a", NOW + pause) == timedelta(0)
    assert bucket.take("a", NOW + pause) == pause


def test_a_bucket_forgets_who_was_quiet_longest():
    bucket = Bucket(1, timedelta(days=1))

    for place in range(PLACES + 1):
        bucket.take(place, NOW)

    assert bucket.take(0, NOW) == timedelta(0)
    assert bucket.take(PLACES, NOW) > timedelta(0)
