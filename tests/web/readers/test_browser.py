"""The readers' pages in a real browser: narrow and wide, light and dark, with scripts and without."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from digest.pipeline import readers
from digest.pipeline.refusing import never_again, never_token
from digest.subscribers import Purpose

from ..browsing import PATIENCE, PLACE, SHOTS, chromium, resized, violations
from .conftest import LATER

WIDTHS = (320, 1280)
SCHEMES = ("light", "dark")
TARGETS = """[...document.querySelectorAll('.btn, .big, .field input, .field select')]
    .filter(each => each.getClientRects().length && each.getBoundingClientRect().height < 44)
    .map(each => each.outerHTML)"""
"""Buttons and fields that are lower than a fingertip is wide."""


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def tab(browser, pages):
    """Opens a tab; what it asked of other hosts, and what its console complained of, fails the test."""
    opened, complaints = [], []

    def open_tab(width, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **PLACE | options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(pages.url) else complaints.append(asked.url))
        opened.append(context)
        return page

    yield open_tab
    for context in opened:
        context.close()
    expected = ("status of 404", "status of 422")
    assert [each for each in complaints if not any(word in each for word in expected)] == []


@pytest.fixture(scope="module")
def ways(pages):
    """Every page, by its name."""
    parts, gone = pages.parts, "o.fell@pharmacy.example"
    readers.leave(parts, pages.token(address=gone), origin="page", now=LATER)
    wish = parts.store.subscribers.by_email("mira@mail.example")[0].preferences
    readers.sign_up(parts, readers.Form("new@mail.example", "daily", wish, "yes"), now=LATER)
    readers.move_address(parts, pages.token(), "mira@post.example", now=LATER)
    out = f"/u/{pages.token(Purpose.UNSUBSCRIBE)}"
    edition = parts.settings.edition("daily")
    never = f"/never/{never_token(parts, 'never@mail.example', edition)}"
    readers.sign_up(parts, readers.Form(gone, "daily", wish, "yes"), now=LATER)
    never_again(parts, never_token(parts, gone, edition), now=LATER)
    return {
        "subscribe": "/subscribe",
        "confirm": f"/confirm/{parts.tokens.make(Purpose.CONFIRM, 1, 'daily')}",
        "move": f"/address/{parts.tokens.make(Purpose.ADDRESS, 2, 'daily')}",
        "preferences": f"/prefs/{pages.token()}?done=saved",
        "preferences-ar": f"/prefs/{pages.token()}?lang=ar",
        "leave": out,
        "leave-ar": f"{out}?lang=ar",
        "fewer": f"{out}/fewer",
        "left": f"/u/{pages.token(Purpose.UNSUBSCRIBE, gone)}",
        "link": "/link",
        "closed": "/prefs/none",
        "done": f"/confirm/{parts.tokens.make(Purpose.CONFIRM, 3, 'daily')}",
        "never": never,
        "nevered": f"/never/{never_token(parts, gone, edition)}",
        "nevered-ar": f"/never/{never_token(parts, gone, edition)}?lang=ar",
        "archive": "/archive",
        "issue": "/archive/1",
    }


def test_every_page_fits_its_window_and_has_nothing_that_axe_finds(tab, pages, ways):
    page = tab(WIDTHS[0])

    for name, way in ways.items():
        page.goto(pages.url + way)
        for width in WIDTHS:
            fits_and_is_plain(page, name, width)


def fits_and_is_plain(page, name, width):
    """Fail where a page is wider than its window, has a small button, or axe finds anything, light or dark."""
    resized(page, width, 800)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert page.evaluate(TARGETS) == [], (name, width)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        picture(page, f"{name}-{width}-{scheme}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert found_by_axe(page) == [], (name, width, scheme)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")


@pytest.mark.parametrize(("width", "address"), [(320, "kit@ropewalk.example"), (1280, "hedda@ropewalk.example")])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_reader_comes_chooses_leaves_and_is_put_back(tab, pages, width, address, scripts):
    page = tab(width, java_script_enabled=scripts)
    who = address if scripts else f"plain.{address}"

    page.goto(f"{pages.url}/subscribe")
    page.get_by_label("Peace summit").uncheck()
    page.get_by_label("Hour", exact=True).select_option("18:00")
    page.get_by_label("Your address").fill(who)
    page.get_by_role("button", name="Subscribe").click()
    headed(page, "Now look in your inbox.")
    if scripts and width == WIDTHS[0]:
        fits_and_is_plain(page, "inbox", width)
    page.goto(f"{pages.url}/confirm/{pages.parts.tokens.make(Purpose.CONFIRM, last_request(pages), 'daily')}")
    page.get_by_role("button", name="Yes, send it to me").click()
    headed(page, "You are subscribed.")
    if scripts and width == WIDTHS[0]:
        fits_and_is_plain(page, "confirmed", width)
    assert pages.state(who) == {"daily": "active"}

    page.get_by_role("link", name="your preferences").click()
    page.get_by_label("Diplomacy").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved")
    headed(page, re.compile("^Military situation, every day at 18:00"))

    page.get_by_role("link", name="Unsubscribe").click()
    page.get_by_role("button", name="Unsubscribe").click()
    headed(page, "It is done. We will not write again.")
    assert pages.state(who) == {"daily": "unsubscribed"}
    page.get_by_role("button", name="Put me back").click()
    headed(page, "Welcome back.")
    page.reload()
    headed(page, "Welcome back.")
    assert pages.state(who) == {"daily": "active"}


def headed(page, words):
    """Wait for the page that is headed so: a click may return before the page it leads to is there."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_a_slip_leaves_the_focus_where_it_is_to_be_put_right(tab, pages):
    page = tab(320)

    page.goto(f"{pages.url}/subscribe")
    page.evaluate("document.forms[0].noValidate = true")
    page.get_by_label("Your address").fill("kit@")
    page.get_by_role("button", name="Subscribe").click()

    field = page.get_by_label("Your address")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    assert field.input_value() == "kit@"
    picture(page, "slip-320")
    assert found_by_axe(page) == []


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Europe/Kyiv", "Europe/Kyiv"), ("Atlantic/Azores", "Atlantic/Azores"), ("UTC", "Europe/Helsinki")],
)
def test_the_zone_of_the_machine_is_proposed_where_it_tells_one(tab, pages, zone, shown):
    page = tab(1280, timezone_id=zone)

    page.goto(f"{pages.url}/subscribe")

    expect(page.get_by_label("In the time of")).to_have_value(shown)


def last_request(pages):
    from sqlalchemy import text

    with pages.parts.store.database.read() as connection:
        return connection.execute(text("SELECT max(id) FROM request WHERE kind = 'sign_up'")).scalar()


def found_by_axe(page):
    return json.loads(violations(page))


def picture(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
