"""`daemon`: everything, by the clock."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import loop
from digest.cli.context import Json, Now, at, leave, parts_of, run_of

if TYPE_CHECKING:
    from digest.cli.output import Voice
    from digest.parts import Parts


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(daemon)


def daemon(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Collect, build and send by the clock, until stopped; only the approval is left to an editor."""
    run = run_of(ctx, json=json)
    if now and not once:
        raise typer.BadParameter("--now goes with --once")
    with parts_of(run) as parts:
        if once:
            leave(single(parts, run.voice, now))
        else:
            loop.run(forever(parts, run.voice))


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


async def forever(parts: Parts, voice: Voice) -> None:
    """Take turns until the system or the keyboard says stop."""
    from digest import schedule
    from digest.remarks import remarks

    stop = asyncio.Event()
    heed(stop)

    def tell(event: schedule.Event) -> None:
        now = datetime.now(UTC)
        value = {"at": now.isoformat(), "job": event.job, "text": event.text, "failed": event.failed}
        if voice.json:
            voice.data(value, "")
        else:
            voice.say(f"{now:%Y-%m-%d %H:%M:%S} {event.job}: {event.text}")

    tell(schedule.Event("daemon", "begins; it stops at SIGTERM or Ctrl-C, after what it has in hand"))
    for line in remarks(parts.settings):
        tell(schedule.Event("daemon", line))
    await schedule.run(schedule.Watch(parts, lambda: datetime.now(UTC), stop), tell)
    tell(schedule.Event("daemon", "has stopped"))
