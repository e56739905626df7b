"""The mails that answer readers, where these pages are served and no daemon is there to send them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from digest import pipeline
from digest.parts import Parts

log = logging.getLogger(__name__)

SOON: Final = 1.0
"""Seconds from a form to its mail, in which others' come along."""
AGAIN: Final = 60.0
"""Seconds after which what could not go is tried again."""
LONGEST: Final = 300.0
"""Seconds of one go: for as long a mail that was taken is nobody else's, and a server that hangs keeps us no longer."""


class Answering:
    """Pure ASGI over the application; beside it, `send` sends what forms queue unless a daemon leads this database."""

    def __init__(self, app: ASGIApp, parts: Parts, *, clock: Callable[[], datetime], soon: float = SOON) -> None:
        self._app, self._parts, self._clock, self._soon = app, parts, clock, soon
        self._said = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and take note of a form."""
        await self._app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "POST":
            self._said.set()

    async def send(self) -> None:
        """Send the mails, until cancelled. Begins with the first form: what waited before, a daemon may come for."""
        left = False
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._said.wait(), AGAIN if left else None)
            self._said.clear()
            await asyncio.sleep(self._soon)
            try:
                left = await asyncio.wait_for(self.once(), LONGEST)
            except Exception as error:  # whatever one turn meets, the next form is answered
                log.warning("mails to single readers wait", extra={"reason": str(error) or type(error).__name__})
                left = True

    async def once(self) -> bool:
        """Send what is due, unless a daemon does; return whether anything is left to us."""
        if await asyncio.to_thread(self._parts.store.lead().taken):
            return False
        done = await pipeline.send_notices(self._parts, clock=self._clock)
        if done.trouble:
            log.warning("mails to single readers wait", extra={"reason": done.trouble})
        return await asyncio.to_thread(self._parts.store.notices.waiting) > 0
