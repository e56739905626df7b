"""Make the pictures of the README from the demo: the mail as its readers get it, and the desk that it was approved at.

    PYTHONPATH=src .venv/bin/python tools/pictures.py

Needs Debian's chromium. The demo's hour is always the same, so the pictures change only when what they show does.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from digest import pipeline
from digest.demo import Wire, prepare
from digest.model.editors import Right
from digest.parts import Parts, open_parts
from digest.settings import load
from digest.web import create_app, serve

ROOT: Final = Path(__file__).parents[1]
PICTURES: Final = ROOT / "docs" / "pictures"
NOW: Final = datetime(2026, 11, 20, 4, 50, 18, tzinfo=UTC)
VISIT: Final = "pictures"


async def build(folder: Path) -> None:
    """Collect the demo's wire and build its issue."""
    async with Wire(now=NOW) as wire:
        with open_parts(load(prepare(folder, wire.url, NOW), environ={})) as parts:
            pipeline.sync(parts, now=NOW)
            await pipeline.gather(parts, now=NOW)
            await asyncio.to_thread(pipeline.build, parts, "daily", now=NOW)
            parts.store.editors.add("Ada", Right.APPROVER, "", NOW)
            mark = hashlib.sha256(VISIT.encode()).hexdigest()
            parts.store.editors.begin(mark, "Ada", NOW, NOW + timedelta(days=1))


@contextmanager
def served(parts: Parts) -> Iterator[str]:
    """Yield the address of the desk."""
    loop, stop, found = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    urls: list[str] = []

    def ready(url: str) -> None:
        urls.append(url)
        found.set()

    app = create_app(parts, clock=lambda: NOW)
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve(app, "127.0.0.1", 0, stop, ready=ready)))
    thread.start()
    try:
        found.wait(20)
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def take(browser: Browser, url: str) -> None:
    """Take both pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    context.add_cookies([{"name": "digest_session", "value": VISIT, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/issues/1?checks=1")
    page.frame_locator("#stage iframe").locator("h3").first.wait_for()
    page.screenshot(path=str(PICTURES / "desk.png"))
    page.set_viewport_size({"width": 720, "height": 960})
    page.goto(f"{url}/issues/1/preview/1.html")
    page.screenshot(path=str(PICTURES / "mail.png"))
    context.close()


def main() -> int:
    """Build the demo in a folder of its own and take the pictures."""
    with tempfile.TemporaryDirectory(prefix="digest-pictures-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "templates", folder / "templates")
        asyncio.run(build(folder))
        with (
            open_parts(load(folder / "digest.toml", environ={})) as parts,
            served(parts) as url,
            sync_playwright() as play,
        ):
            args = ["--no-sandbox", "--disable-lcd-text"]
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=args)
            take(browser, url)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
