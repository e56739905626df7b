"""`jobs`: what the daemon does, when it does it next, what came of it; and one job now, by hand."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from digest.cli import loop
from digest.cli.context import Json, Now, at, leave, parts_of, run_of
from digest.cli.output import table
from digest.cli.show import moment, told

if TYPE_CHECKING:
    from digest.model.issue import Edition, Slot
    from digest.parts import Parts

SHOWN: Final = 100
"""Characters of a run's text in the table; `--json` has all of it."""
NAME = Annotated[str, typer.Argument(metavar="NAME", help="A job, as `digest jobs list` calls it.")]

jobs = typer.Typer(help="What the daemon does: list, run, pause, resume, next, history.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(jobs, name="jobs")


@jobs.command("list")
def listed(ctx: typer.Context, json: Json = False) -> None:
    """List the jobs: how often each is woken, whether it rests, and its last run that had something to tell."""
    from digest.rounds import ALONGSIDE

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        resting, works = parts.store.jobs.paused(), parts.store.lead().taken()
        last = {name: parts.store.runs.recent(name, 1) for names, *_ in ALONGSIDE for name in names}
    rows, data = [], []
    for names, every, _ in ALONGSIDE:
        for name in names:
            newest = last[name][0] if last[name] else None
            since = resting.get(name)
            state = f"paused since {moment(since)}" if since else f"every {every}"
            shown = (
                (moment(newest.started_at), newest.result or "runs", shortened(newest.text)) if newest else ("", "", "")
            )
            rows.append((name, state, *shown))
            data.append(
                {
                    "job": name,
                    "every": every.total_seconds(),
                    "paused_at": told(since),
                    "last": newest and told(newest.started_at),
                    "result": newest.result if newest else "",
                    "text": newest.text if newest else "",
                }
            )
    if not works:
        run.voice.say("No daemon runs on this database. Next:  digest daemon")
    run.voice.data({"daemon": works, "jobs": data}, lambda: table(rows, ("job", "woken", "last run", "", "")))


@jobs.command("run")
def run_now(ctx: typer.Context, name: NAME, now: Now = "", json: Json = False) -> None:
    """Do one job now, whether or not a daemon runs; what is owed only once is done only once."""
    from digest import schedule
    from digest.errors import StoreError

    known(name)
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        began = at(now)
        diary = parts.store.runs
        entry = diary.start(name, began)

        async def once() -> list[schedule.Event]:
            from digest.cli.daemon import heed

            stop = asyncio.Event()
            heed(stop)
            clock = (lambda: began) if now else lambda: at("")
            return [event async for event in schedule.done(name, schedule.Watch(parts, clock, stop))]

        result, said = "cut off", ""
        try:
            events = loop.run(once())
            result = "failed" if any(event.failed for event in events) else "ok"
            said = "; ".join(event.text for event in events) or "nothing was owed"
        finally:
            try:
                diary.finish(entry, result, said, at(now))
            except StoreError as error:
                run.voice.say(str(error))
    for event in events:
        run.voice.say(f"{event.job}: {event.text}")
    if not events:
        run.voice.say("Nothing is owed.")
    run.voice.data({"run": entry, "result": result, "events": [e.text for e in events]}, "")
    leave(1 if result == "failed" else 0)


@jobs.command()
def pause(ctx: typer.Context, name: NAME, now: Now = "", json: Json = False) -> None:
    """Let a job rest until it is resumed, in every daemon on the database; what it has in hand it ends."""
    known(name)
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        changed = parts.store.jobs.pause(name, at(now))
    run.voice.say(f"{name} rests. Next:  digest jobs resume {name}" if changed else f"{name} rested already")
    run.voice.data({"job": name, "paused": True, "changed": changed}, "")


@jobs.command()
def resume(ctx: typer.Context, name: NAME, json: Json = False) -> None:
    """Let a job go on; what it owes from the time between is done as after any downtime."""
    known(name)
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        changed = parts.store.jobs.resume(name)
    run.voice.say(f"{name} goes on" if changed else f"{name} did not rest")
    run.voice.data({"job": name, "paused": False, "changed": changed}, "")


@jobs.command("next")
def coming(
    ctx: typer.Context,
    count: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 5,
    now: Now = "",
    json: Json = False,
) -> None:
    """Tell the next issues: when each is drafted and leaves, in its edition's zone, and what the clock does to it."""
    from digest.slots import clock_note

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        slots = planned(parts, at(now), count)
        editions = parts.settings.editions
    rows = [
        (local(slot.send_at, e), e.id, f"draft {local(slot.draft_at, e)}", clock_note(e, slot))
        for slot in slots
        for e in [editions[slot.edition]]
    ]
    data: list[dict[str, Any]] = [
        {
            "edition": slot.edition,
            "local_date": slot.local_date.isoformat(),
            "slot": slot.slot,
            "draft_at": slot.draft_at.isoformat(),
            "send_at": slot.send_at.isoformat(),
            "note": clock_note(editions[slot.edition], slot),
        }
        for slot in slots
    ]
    run.voice.data(data, lambda: table(rows) or "No edition has a slot ahead.")


@jobs.command()
def history(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A job; without it, all.")] = "",
    count: Annotated[int, typer.Option("-n", min=1, max=10_000, help="How many.")] = 20,
    json: Json = False,
) -> None:
    """Show the last runs that had something to tell, the newest first; they are kept for a quarter."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        runs = parts.store.runs.recent(name, count)
    rows = [
        (
            each.id,
            moment(each.started_at),
            each.job,
            each.result or "runs",
            took(each.started_at, each.ended_at),
            shortened(each.text),
        )
        for each in runs
    ]
    data = [
        {
            "run": each.id,
            "job": each.job,
            "about": dict(each.about),
            "started_at": told(each.started_at),
            "ended_at": told(each.ended_at),
            "result": each.result,
            "text": each.text,
        }
        for each in runs
    ]
    run.voice.data(data, lambda: table(rows, ("run", "job", "began", "took", "", "")) or "No run yet.")


def known(name: str) -> None:
    """Refuse a job that there is not. Raises UnknownError."""
    from digest.errors import UnknownError
    from digest.schedule import JOBS

    if name not in JOBS:
        raise UnknownError(f"there is no job {name!r}; there are {', '.join(JOBS)}")


def planned(parts: Parts, now: datetime, count: int) -> list[Slot]:
    """Return the next slots of all editions, the nearest first."""
    from heapq import merge
    from itertools import islice

    from digest.slots import upcoming

    coming = (upcoming(edition, now) for edition in parts.settings.editions.values())
    return list(islice(merge(*coming, key=lambda slot: slot.send_at), count))


def local(moment_: datetime, edition: Edition) -> str:
    """Return an instant on the edition's clock, with the name that its zone has then: `Mon 30 Mar 2026 07:00 CEST`."""
    shown = moment_.astimezone(ZoneInfo(edition.timezone))
    return f"{shown:%a} {shown.day} {shown:%b %Y %H:%M %Z}"


def took(began: datetime, ended: datetime | None) -> str:
    """Return how long a run took, to the second; empty while it runs."""
    return f"{(ended - began).total_seconds():.0f} s" if ended else ""


def shortened(text: str) -> str:
    """Return what of a run's text a table has room for."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
