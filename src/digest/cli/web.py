"""`web`: the desk and the readers' pages."""

from __future__ import annotations

import asyncio
import secrets
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from digest.cli import loop
from digest.cli.context import Json, parts_of, run_of
from digest.cli.daemon import heed

if TYPE_CHECKING:
    from digest.cli.output import Voice
    from digest.parts import Parts


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(web)


def web(ctx: typer.Context, json: Json = False) -> None:
    """Serve the editor's desk and the readers' pages, until stopped; nothing is built or sent by the clock.

    The mails that answer readers' forms are sent from here while no daemon does.
    """
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        loop.run(served(parts, run.voice))


async def served(parts: Parts, voice: Voice) -> None:
    """Serve until the system or the keyboard says stop. Raises WebError."""
    from digest.web import Answering, create_app, serve

    stop = asyncio.Event()
    heed(stop)
    settings = parts.settings.web
    once = once_for(parts)

    def clock() -> datetime:
        return datetime.now(UTC)

    app = Answering(create_app(parts, clock=clock, once=once), parts, clock=clock)

    def ready(url: str) -> None:
        voice.say("The desk is open   (Ctrl-C ends)")
        if once:
            voice.say("It has no editors yet; this link opens it once. For good:  digest editors add NAME")
        address = f"{url}/sign-in/once/{once}" if once else url
        voice.data({"url": address}, address)
        sys.stdout.flush()

    sending = asyncio.create_task(app.send())
    try:
        await serve(app, settings.host, settings.port, stop, ready=ready)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


def once_for(parts: Parts) -> str:
    """Return a secret that opens a desk without editors once, on this machine only; else nothing."""
    from digest.settings import is_loopback

    web = parts.settings.web
    open_to_all = web.auth != "password" or not is_loopback(web.host) or parts.store.editors.there_are_any()
    return "" if open_to_all else secrets.token_urlsafe(24)
