"""`daemon`: everything, by the clock."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import loop
from digest.cli.context import Json, Now, Run, at, leave, parts_of, run_of, settings_of

if TYPE_CHECKING:
    from digest.cli.output import Voice
    from digest.parts import Parts


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(daemon)


def daemon(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
    no_web: Annotated[bool, typer.Option("--no-web", help="Serve no pages.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Collect, build and send by the clock and serve the pages, until stopped; only the approval is left to an editor.

    A second one on the same database waits until the first is gone.
    """
    run = run_of(ctx, json=json)
    if now and not once:
        raise typer.BadParameter("--now goes with --once")
    with parts_of(run) as parts:
        if once:
            leave(single(parts, run.voice, now))
        else:
            loop.run(forever(parts, run, web=not no_web))


def single(parts: Parts, voice: Voice, now: str) -> int:
    """Take one turn; return the exit code."""
    from digest import schedule

    moment = at(now)

    async def turn() -> list[schedule.Event]:
        stop = asyncio.Event()
        heed(stop)
        return await schedule.turn(schedule.Watch(parts, lambda: moment, stop))

    events = loop.run(turn())
    for event in events:
        voice.say(f"{event.job}: {event.text}")
    if not events:
        voice.say("Nothing is owed.")
    voice.data([{"job": e.job, "text": e.text, "failed": e.failed} for e in events], "")
    return 1 if any(event.failed for event in events) else 0


def heed(stop: asyncio.Event) -> None:
    """Let whatever ends the process (the system, the keyboard, a terminal that closes) set `stop` instead."""
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        running.add_signal_handler(number, stop.set)


async def forever(parts: Parts, run: Run, *, web: bool) -> None:
    """Be the daemon, or its standby, until the system or the keyboard says stop; its log goes to stderr."""
    from digest.cli.process import Process
    from digest.operate import logs

    voice = run.voice
    level = logging.WARNING if voice.quiet else logging.DEBUG if voice.verbose else logging.INFO
    logs.begin(sys.stderr, as_json=voice.json or not sys.stderr.isatty(), level=level)
    process = Process(parts, reread=lambda: settings_of(run), web=web)
    await process()
    if process.left:
        logging.shutdown()
        os._exit(0)  # Python would wait for the thread at its end; what it leaves is taken up again like after a kill
