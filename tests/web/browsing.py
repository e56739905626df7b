"""A real browser for the pages: Debian's chromium, what it complains of, axe, and screenshots for whoever looks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
AXE = "4.14.1"
FOLDER = Path(sys.prefix) / "npm" / f"axe-core-{AXE}"
"""Beside the packages of the tests, so that it is fetched once."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SHOTS = os.environ.get("DESK_SHOTS", "")
"""A folder for screenshots; without it none are taken."""
PATIENCE = 30_000
"""Milliseconds that anything may take to show."""


@contextmanager
def chromium():
    if not Path(CHROMIUM).exists():
        pytest.skip(f"NOT LOOKED AT in a browser: {CHROMIUM} is not here (Debian: apt-get install chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
        )
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@cache
def axe():
    """The source of axe-core; skips loudly where it cannot be had."""
    source = FOLDER / "node_modules/axe-core/axe.min.js"
    if not source.is_file():
        npm = shutil.which("npm")
        if not npm:
            pytest.skip("NOT CHECKED with axe-core: there is no npm here (Debian: apt-get install npm)")
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = (npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", f"axe-core@{AXE}")
        try:
            subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, timeout=55)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"NOT CHECKED with axe-core: it cannot be fetched ({error})")
    return source.read_text(encoding="utf-8")


@contextmanager
def tab(browser, *, width=1440, height=900, scheme="light", cookies=(), scripts=True, missing=0, failing=0):
    """A page; the test fails over whatever the browser complains of.

    But for so many pages that are `missing`, and so many answers that are `failing`: refusals, or lost on the way.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts
    )
    context.set_default_timeout(PATIENCE)
    context.add_cookies(list(cookies))
    page, said = context.new_page(), []
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        yield page
        gone = [line for line in said if "404 (Not Found)" in line]
        failed = [line for line in said if line.startswith("Failed to load resource") and line not in gone]
        rest = [line for line in said if line not in gone and line not in failed]
        assert (len(gone), len(failed), rest) == (missing, failing, []), f"the browser complains: {said}"
    finally:
        context.close()


def violations(page):
    """What axe holds against a page, a line each. It is put in from outside, past the page's own policy."""
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame})["executionContextId"]
    session.send("Runtime.evaluate", {"expression": axe(), "contextId": world})
    asked = f"axe.run(document, {RULES!r}).then(r => JSON.stringify(r.violations.map(v => " + (
        "v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.any.map(a => a.message).join(' ')).join(' | '))))"
    )
    found = session.send(
        "Runtime.evaluate",
        {"expression": asked, "contextId": world, "awaitPromise": True, "returnByValue": True},
    )
    session.detach()
    return found["result"]["value"]


def shot(page, name):
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))
