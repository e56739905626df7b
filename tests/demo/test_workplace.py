"""The demo's folder is one that digest works in, whatever the hour."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from digest.collect import read_document
from digest.demo import prepare
from digest.model.issue import Approval
from digest.settings import load
from digest.slots import candidates
from digest.subscribers import read_lists

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def test_the_settings_are_sound(tmp_path):
    path = prepare(tmp_path, "http://127.0.0.1:8123", NOW)

    settings = load(path, environ={})

    assert path == tmp_path / "digest.toml"
    assert settings.title == "The Aldovar Brief"
    assert [section.id for section in settings.sections] == ["military", "diplomacy", "peace_summit"]
    assert next(iter(settings.editions)) == "daily"
    assert settings.edition("daily").approval is Approval.REQUIRED
    assert [source.url for source in settings.sources][:2] == [
        "http://127.0.0.1:8123/ilma-courier/rss.xml",
        "http://127.0.0.1:8123/karsk-wire/rss.xml",
    ]
    assert {source.side for source in settings.sources} == {"", "sorvat-state"}


@pytest.mark.parametrize("hour", range(24))
def test_the_issue_is_of_the_next_hour_whatever_the_hour(tmp_path, hour):
    now = datetime(2026, 11, 20, hour, 59, 59, tzinfo=UTC)

    edition = load(prepare(tmp_path, "http://127.0.0.1:1", now), environ={}).edition("daily")

    slot = next(candidates(edition, now))
    late = max(slot.send_at, now) - min(slot.send_at, now)
    assert late.total_seconds() <= 3600
    assert slot.local_date == slot.send_at.astimezone(ZoneInfo("Europe/Helsinki")).date()


def test_the_readers_stand_on_two_lists_without_a_fault(tmp_path):
    settings = load(prepare(tmp_path, "http://127.0.0.1:1", NOW), environ={})

    lists = read_lists(
        settings.subscribers, section_ids=[section.id for section in settings.sections], timezone=settings.timezone
    )

    assert lists.problems == ()
    assert {name: len(rows) for name, rows in lists.rows.items()} == {"daily": 7, "sunday": 3}
    assert len({row.preferences.sections for row in lists.rows["daily"]}) >= 4
    assert all(row.email.endswith(".example") for rows in lists.rows.values() for row in rows)


def test_the_dropped_articles_can_be_read(tmp_path):
    prepare(tmp_path, "http://127.0.0.1:1", NOW)

    articles = {path.suffix: read_document(path, now=NOW) for path in (tmp_path / "inbox").iterdir()}

    assert set(articles) == {".txt", ".md"}
    assert articles[".md"].title == "Letter from the customs house"
    assert len(articles[".txt"].blocks) > 15


def test_preparing_again_is_harmless(tmp_path):
    first = prepare(tmp_path, "http://127.0.0.1:1", NOW).read_text()

    second = prepare(tmp_path, "http://127.0.0.1:1", NOW).read_text()

    assert first == second
