"""`preview --watch`: an issue's mail on a page that follows the files of its look."""

from __future__ import annotations

import asyncio
import sys
import webbrowser
from typing import TYPE_CHECKING

from digest.cli.daemon import heed

if TYPE_CHECKING:
    from digest.cli.output import Voice
    from digest.model.issue import Issue
    from digest.parts import Parts


def watched(parts: Parts, issue: Issue, voice: Voice, *, reader: str, look: str, browser: bool) -> None:
    """Show the mail on loopback until Ctrl-C. Raises MoveError for an issue that has no stories."""
    from digest import pipeline
    from digest.errors import LookError
    from digest.proof import proof

    def render() -> tuple[str, str]:
        shown = pipeline.proof(parts, issue, address=reader, look=look)
        return shown.html, shown.text

    async def show() -> None:
        stop = asyncio.Event()
        heed(stop)
        async with proof(render, parts.settings.templates, f"No. {issue.number}") as url:
            voice.say(f"Watching {parts.settings.templates}   (Ctrl-C ends)")
            voice.data({"issue": issue.id, "url": url}, url)
            sys.stdout.flush()
            if browser:
                webbrowser.open(url)
            await stop.wait()

    try:
        render()
    except LookError as mistake:  # to mend it is what the page is for
        voice.say(str(mistake))
    asyncio.run(show())
