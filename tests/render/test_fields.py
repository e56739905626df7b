"""A reader's own fields: address, links, and the sentence that says what they chose."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.errors import LookError
from digest.model.issue import Schedule
from digest.render import fields_for, open_look
from digest.render.fields import dated, settings_line

from .samples import ADA, EDITION, MAIL, NOW, TEMPLATES, tokens

LOOK = open_look(TEMPLATES, "brief")


def fields(recipient=ADA, **changes):
    given = {"issue": 412, "due_at": NOW, "edition": EDITION, "look": LOOK, "mail": MAIL, "tokens": tokens, **changes}
    return fields_for(recipient, **given)


def test_every_link_leads_to_the_readers_own_page():
    made = fields()

    assert made["unsubscribe_url"] == f"https://brief.example/u/{tokens('unsubscribe')}"
    assert made["preferences_url"] == f"https://brief.example/prefs/{tokens('preferences')}"
    assert made["web_url"] == "https://brief.example/archive/412"
    assert made["unsubscribe_mailto"] == f"mailto:leave@brief.example?subject={tokens('unsubscribe')}"
    assert not [value for name, value in made.items() if name != "to" and "ada" in value.lower()]


def test_a_message_id_belongs_to_one_issue_and_one_subscriber():
    made = {fields(replace(ADA, subscriber=s), issue=i)["message_id"] for s in range(40) for i in range(1, 6)}

    assert len(made) == 200
    assert fields()["message_id"] == fields(due_at=NOW + timedelta(hours=1))["message_id"]


@pytest.mark.parametrize(
    ("email", "name", "to"),
    [
        ("ada@tarnmouth.example", "", "ada@tarnmouth.example"),
        ("ada@tärn.example", "Ada", "Ada <ada@xn--trn-qla.example>"),
        ("ада@tarnmouth.example", "", "ада@tarnmouth.example"),
        ("a@b.example", "Rehn, Ada", '"Rehn, Ada" <a@b.example>'),
        ("a@b.example", "Ада", "=?utf-8?b?0JDQtNCw?= <a@b.example>"),
        ("a@b.example", "A\r\nBcc: x", '"A Bcc: x" <a@b.example>'),
    ],
)
def test_a_reader_is_addressed_by_name(email, name, to):
    assert fields(replace(ADA, email=email, name=name))["to"] == to


@pytest.mark.parametrize(
    "email", ["", "ada", "@b.example", "a b@c.example", "a@b\r\nBcc: x", "<a@b.example>", "a,b@c.example"]
)
def test_what_is_no_address_is_refused(email):
    with pytest.raises(LookError, match="not a mail address"):
        fields(replace(ADA, email=email))


@pytest.mark.parametrize("token", ["", "short", "a b" * 9, "../" * 9, "ü" * 20, "a" * 20 + "\r\n"])
def test_a_token_that_does_not_fit_a_url_is_refused(token):
    with pytest.raises(LookError, match="unsubscribe token"):
        fields(tokens=lambda _: token)


def test_a_date_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        fields(due_at=datetime(2026, 11, 20, 7))  # noqa: DTZ001 - the very thing that is refused


@pytest.mark.parametrize(
    ("sections", "line"),
    [
        ((), "You read all three sections, on weekdays at 07:00 (Europe/Kyiv)."),
        (("peace_summit", "diplomacy", "military"), "You read all three sections, on weekdays at 07:00 (Europe/Kyiv)."),
        (("peace_summit",), "You read Peace summit, on weekdays at 07:00 (Europe/Kyiv)."),
        (
            ("peace_summit", "military"),
            "You read Military situation and Peace summit, on weekdays at 07:00 (Europe/Kyiv).",
        ),
        (("gone",), "You read all three sections, on weekdays at 07:00 (Europe/Kyiv)."),
    ],
)
def test_the_settings_line_says_which_sections_a_reader_gets(sections, line):
    assert settings_line(replace(ADA, sections=sections), EDITION, LOOK) == line


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (range(7), "every day"),
        ((5, 6), "at weekends"),
        ((6,), "on Sunday"),
        ((0, 2, 4), "on Monday, Wednesday and Friday"),
    ],
)
def test_the_settings_line_says_on_which_days(days, said):
    edition = replace(EDITION, send=Schedule(frozenset(days), time(9, 30)))

    assert settings_line(ADA, edition, LOOK) == f"You read all three sections, {said} at 09:30 (Europe/Kyiv)."


def test_the_settings_line_names_the_readers_own_hour_and_zone_where_the_edition_keeps_them():
    reader = replace(ADA, timezone="America/Lima")

    assert "at 07:00 (Europe/Kyiv)" in settings_line(reader, EDITION, LOOK)
    assert "at 07:00 (America/Lima)" in settings_line(reader, replace(EDITION, per_reader_timezone=True), LOOK)
    assert "at 21:15 (America/Lima)" in settings_line(reader, EDITION, LOOK, time(21, 15))


def test_an_instant_is_dated_as_the_clock_of_its_zone_shows_it():
    at = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)

    told = [dated(at), dated(at.astimezone(ZoneInfo("Europe/Helsinki"))), dated(at)]

    assert told == [
        "Mon, 02 Mar 2026 05:00:00 +0000",
        "Mon, 02 Mar 2026 07:00:00 +0200",
        "Mon, 02 Mar 2026 05:00:00 +0000",
    ]
