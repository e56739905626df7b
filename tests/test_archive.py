"""Which issues everybody may read, and how their pages lead from one to the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import feedparser
import lxml.html
import pytest

from digest.errors import UnknownError
from digest.lifecycle import Move
from digest.model.issue import Slot
from digest.parts import open_parts
from digest.pipeline import open_archive
from digest.pipeline.archive import NEWEST, is_public, is_shown
from digest.render import Ways
from digest.settings import load
from digest.subscribers import ListSettings
from tests.render.samples import TEMPLATES
from tests.settings.conftest import BASE
from tests.store.samples import article, content, inputs

SUNDAY = '\n[edition.sunday]\ntitle = "Brief on Sunday"\nlists = ["sunday"]\ndraft = "Sun 06:00"\nsend = "Sun 07:00"\n'
LISTS = "[weekday]\narchive = true\n[sunday]\narchive = true\n"
FIRST = date(2026, 10, 19)
WAYS = Ways.served("https://brief.example")


@pytest.fixture
def parts(tmp_path):
    (tmp_path / "subscribers").mkdir()
    (tmp_path / "subscribers/lists.toml").write_text(LISTS)
    address = 'public_url = "https://brief.example"\n'
    text = BASE.replace('timezone = "', f'{address}templates = "{TEMPLATES}"\ntimezone = "', 1) + SUNDAY
    (tmp_path / "digest.toml").write_text(text)
    with open_parts(load(tmp_path / "digest.toml", {})) as parts:
        yield parts


def built(parts, day, edition="weekday"):
    """An issue of that day, in review."""
    send_at = datetime.combine(day, time(7), ZoneInfo("Europe/Helsinki"))
    slot = Slot(edition, day, "07:00", send_at - timedelta(hours=1), send_at)
    issue, _ = parts.store.issues.claim_slot(slot, send_at + timedelta(hours=18), send_at)
    kept = (article(f"{edition}-{day}"),)
    parts.store.articles.add(kept, send_at)
    made = replace(
        content(kept, issue.number), edition=edition, local_date=day, built_at=send_at, subject=f"News of {day}"
    )
    return parts.store.issues.write(issue.id, made, inputs(kept), kept, {}, send_at, move=Move.SUBMIT)


def sent(parts, day, edition="weekday"):
    """The id of an issue of that day, on its way."""
    issue = built(parts, day, edition)
    parts.store.issues.move(issue.id, Move.APPROVE, now=issue.send_at, by="ada", binding="b")
    parts.store.outbox.freeze(issue.id, lists=[edition], cohorts={}, skeletons={}, now=issue.send_at)
    return issue.id


def days(n):
    return [FIRST + timedelta(days=each) for each in range(n)]


def links(page, path):
    return [(a.text_content(), a.get("href")) for a in lxml.html.document_fromstring(page).findall(path)]


def test_only_what_left_for_its_readers_is_shown(parts):
    first, second, third = days(3)
    was = sent(parts, first)
    waiting = built(parts, second)
    skipped = built(parts, third)
    parts.store.issues.move(skipped.id, Move.SKIP, now=skipped.send_at)

    archive = open_archive(parts)

    assert [issue.id for issue in archive.issues] == [was]
    for other in (waiting.id, skipped.id, 999):
        with pytest.raises(UnknownError, match=f"issue {other} is not in the archive"):
            archive.issue(other, WAYS)


def test_an_issue_leads_to_those_of_its_edition_before_and_after_it(parts):
    first, second, third = days(3)
    one, _, three, five = (
        sent(parts, first),
        sent(parts, second, "sunday"),
        sent(parts, second),
        sent(parts, third),
    )

    archive = open_archive(parts)

    turn = ".//nav[@class='turn']//a"
    assert links(archive.issue(three, WAYS), turn) == [
        (f"News of {first}", f"https://brief.example/archive/{one}"),
        (f"News of {third}", f"https://brief.example/archive/{five}"),
    ]
    assert len(links(archive.issue(one, WAYS), turn)) == len(links(archive.issue(five, WAYS), turn)) == 1


def test_the_first_page_and_the_feed_hold_the_newest_and_the_months_hold_all(parts):
    ids = [sent(parts, day) for day in days(25)]

    archive = open_archive(parts)

    addresses = [f"https://brief.example/archive/{issue}" for issue in reversed(ids)]
    first = archive.first_page(WAYS)
    assert [href for _, href in links(first, ".//article//h2/a")] == addresses[:1]
    assert [href for _, href in links(first, ".//li/a")] == addresses[1:NEWEST]
    assert [entry.link for entry in feedparser.parse(archive.feed()).entries] == addresses[:NEWEST]
    assert archive.months == ("2026-11", "2026-10")
    shown = [href for month in archive.months for _, href in links(archive.month(month, WAYS), ".//li/a")]
    assert shown == addresses
    with pytest.raises(UnknownError, match="no issue of 2026-09"):
        archive.month("2026-09", WAYS)


def test_a_list_that_closes_its_archive_takes_its_editions_issues_with_it(parts):
    kept = sent(parts, FIRST)
    sent(parts, FIRST, "sunday")
    (parts.settings.subscribers / "lists.toml").write_text("[weekday]\narchive = true\nnoindex = true\n[sunday]\n")

    archive = open_archive(parts)

    assert [(issue.id, issue.noindex) for issue in archive.issues] == [(kept, True)]


def test_an_edition_is_for_everybody_if_it_has_lists_and_all_of_them_say_so():
    settings = {"open": ListSettings("Open", archive=True), "closed": ListSettings("Closed")}

    assert is_public({"open"}, settings)
    assert not is_public({"open", "closed"}, settings)
    assert not is_public({"open", "unnamed"}, settings)
    assert not is_public(set(), settings)


@pytest.mark.parametrize(
    ("lists", "shown"),
    [(LISTS, True), ("[weekday]\narchive = true\n[sunday]\n", False), ("", False), ("[weekday\n", True)],
    ids=["all", "one is not", "no list", "damaged"],
)
def test_an_edition_is_shown_if_all_of_its_lists_are_and_a_damaged_file_changes_nothing(parts, lists, shown):
    (parts.settings.subscribers / "lists.toml").write_text(lists)
    edition = replace(parts.settings.editions["weekday"], lists=("weekday", "sunday"))

    assert is_shown(parts, edition) is shown
