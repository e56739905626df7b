"""The mails that follow forms, where only the pages are served."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

from digest.deliver.catcher import caught
from digest.web import Answering

from ..site import PATIENCE
from .conftest import letterbox

A_WHILE = 0.2
"""Seconds in which nothing is to happen."""


@asynccontextmanager
async def sending(parts, clock, app):
    answering = Answering(app, parts, clock=clock, soon=0)
    task = asyncio.create_task(answering.send())
    try:
        yield answering
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(true, what):
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.02)
    assert true(), what


def test_what_a_form_queues_is_sent_soon_after_unless_a_daemon_does_that(sent, tmp_path):
    with letterbox(sent, tmp_path / "demo") as pages:
        parts, lead = pages.parts, pages.parts.store.lead()
        mails = sum(1 for _ in caught(parts.settings.data / "catcher"))

        async def form(scope, receive, send):
            """Whatever a request does is done already."""

        async def come_by():
            async with sending(parts, pages.clock, form) as answering:
                pages.visitor.post("/link", {"email": "mira@mail.example"})
                assert lead.take()
                beside = await answering.once(), parts.store.notices.waiting()
                lead.leave()
                await answering({"type": "http", "method": "GET"}, None, None)
                await asyncio.sleep(A_WHILE)
                unasked = parts.store.notices.waiting()
                await answering({"type": "http", "method": "POST"}, None, None)
                await until(lambda: not parts.store.notices.waiting(), "the mail to be sent")
                return beside, unasked

        assert asyncio.run(come_by()) == ((False, 1), 1)
        assert sum(1 for _ in caught(parts.settings.data / "catcher")) == mails + 1
