"""`status`: how things stand, once or again and again."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from digest.cli import gauge, show
from digest.cli.context import Json, Now, at, issue_key, parts_of, run_of
from digest.cli.output import Voice, table
from digest.cli.overview import overview

if TYPE_CHECKING:
    from digest.deliver import Estimate
    from digest.model.issue import Issue
    from digest.model.standing import Reply, Standing
    from digest.parts import Parts

PAUSE, LONG_PAUSE = 2.0, 10.0
"""Seconds between two looks on a terminal, and off it."""
SHARE = 20.0
"""How many times as long as a look took nothing is looked at: a million deliveries take most of a second."""

Seen: TypeAlias = tuple[Any, str]
"""How things stand, for programs and for people."""


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(status)


def status(
    ctx: typer.Context,
    issue: Annotated[
        str,
        typer.Argument(
            metavar="ISSUE", help="An issue's id, `latest` or `draft`; without it, the newest of each edition."
        ),
    ] = "",
    watch: Annotated[bool, typer.Option("--watch", help="Look again every few seconds, until Ctrl-C.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Say how things stand: the newest issue of each edition, or one issue with its deliveries."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        if issue and parts.store.outbox.put_back():
            run.voice.say("Nothing is sent: the database was put back from a backup. Next:  digest settle --put-back")
        if watch:
            watched(run.voice, lambda: seen(parts, issue, at(now)))
            return
        data, text = seen(parts, issue, at(now))
    run.voice.data(data, text)


def seen(parts: Parts, issue: str, now: datetime) -> Seen:
    """Return how the issue stands; how everything does, where none is named."""
    if not issue:
        return overview(parts, now=now)
    found, outbox = parts.store.issues.find(issue_key(issue)), parts.store.outbox
    row = found, outbox.standing(found.id, now=now), outbox.holders(found.id), now
    return as_json(*row), "\n".join(standing(*row))


def watched(voice: Voice, look: Callable[[], Seen], sleep: Callable[[float], None] = time.sleep) -> None:
    """Show how things stand until Ctrl-C: in place on a terminal, elsewhere once for each change."""
    pause, last = PAUSE if voice.terminal else LONG_PAUSE, ""
    with suppress(KeyboardInterrupt), _place(voice) as draw:
        while True:
            began = time.monotonic()
            data, text = look()
            if voice.terminal or text != last:
                draw(data, text)
            last = text
            sleep(max(pause, SHARE * (time.monotonic() - began)))


@contextmanager
def _place(voice: Voice) -> Iterator[Callable[[Any, str], None]]:
    if not voice.terminal:

        def print_(data: Any, text: str) -> None:
            voice.data(data, text)
            sys.stdout.flush()

        yield print_
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    with Live(console=Console(no_color=None if voice.color else True), auto_refresh=False) as live:
        yield lambda _, text: live.update(Text(f"{text}\n(Ctrl-C ends)"), refresh=True)


def standing(issue: Issue, found: Standing, holders: dict[str, int], now: datetime) -> list[str]:
    """Return how one issue stands, as lines; `holders` are the workers with claimed rows."""
    from digest.lifecycle import phrase

    text = f"{issue.edition} No. {issue.number} ({issue.local_date} {issue.slot}) is {phrase(issue.state)}"
    lines = [f"{text}: {issue.reason}" if issue.reason else text]
    if issue.override:
        lines.append(f"  approved by {issue.approved_by} although the check found red: {issue.override}")
    rows = [(f"  {state.value}", count) for state, count in found.counts.items() if count]
    if found.assumed:
        rows.append(("  assumed sent", found.assumed))
    lines += [table(rows)] if rows else []
    lines += [f"  {line}" for line in (*paced(issue, found, now), *answered(found))]
    lines += [f"  worker {worker} has {count:,} of them in hand" for worker, count in holders.items()]
    return [*lines, *next_steps(issue, found)]


def paced(issue: Issue, found: Standing, now: datetime) -> Iterator[str]:
    """Yield how fast it goes, when it will be through, and when it began and ended."""
    rate, due = rate_of(found, now), estimated(issue, found, now)
    if rate and due.messages:
        yield f"{gauge.speed(rate)} in the last minute" + (f", {due}" if str(due) else "")
    if found.first_at and found.last_at:
        took = f", {gauge.clock(found.last_at - found.first_at)} apart"
        yield f"first answer {show.moment(found.first_at)}, last {show.moment(found.last_at)}{took}"
    if found.next_try_at:
        yield f"the next try of what is deferred is due at {show.moment(found.next_try_at)}"


def answered(found: Standing) -> Iterator[str]:
    """Yield what servers said where they did not accept, and why messages are suppressed."""
    if found.replies:
        yield "what servers said: " + "; ".join(
            f"{said(reply)} ({reply.count:,} {reply.state.value})" for reply in found.replies
        )
    if found.reasons:
        yield "suppressed: " + "; ".join(f"{reason} ({count:,})" for reason, count in found.reasons.items())


def said(reply: Reply) -> str:
    """Return a reply's codes.

    >>> from digest.model.delivery import DeliveryState
    >>> from digest.model.standing import Reply
    >>> said(Reply(DeliveryState.REFUSED, 550, "5.1.1", 9)), said(Reply(DeliveryState.DEFERRED, 0, "", 1))
    ('550 5.1.1', 'no reply')
    """
    return f"{reply.code} {reply.enhanced}".strip() if reply.code else "no reply"


def next_steps(issue: Issue, found: Standing) -> Iterator[str]:
    """Yield what can be done about messages that nobody has."""
    from digest.model.delivery import DeliveryState

    if found.counts[DeliveryState.IN_DOUBT]:
        yield f"Next:  digest settle {issue.id}"
    if found.counts[DeliveryState.REFUSED]:
        yield f"Who was refused:  digest log {issue.id} --state refused"


def rate_of(found: Standing, now: datetime) -> float:
    """Return the answers a second within the last minute, or since the first answer."""
    if not (found.lately and found.first_at):
        return 0.0
    return found.lately / min(60.0, max(1.0, (now - found.first_at).total_seconds()))


def estimated(issue: Issue, found: Standing, now: datetime) -> Estimate:
    """Return when an issue that is being sent will be through."""
    from digest.deliver import estimate
    from digest.model.delivery import DeliveryState
    from digest.model.issue import State

    waiting = found.waiting if issue.state is State.SENDING else 0
    return estimate(waiting, rate=rate_of(found, now), deferred=found.counts[DeliveryState.DEFERRED])


def as_json(issue: Issue, found: Standing, holders: dict[str, int], now: datetime) -> dict[str, Any]:
    """Return the same for programs."""
    due = estimated(issue, found, now)
    duration = due.duration if due.messages else None
    return {
        **show.issue_json(issue, {state.value: count for state, count in found.counts.items()}),
        "assumed": found.assumed,
        "holders": holders,
        "rate": round(rate_of(found, now), 2),
        "through_in_seconds": None if duration is None else round(duration / timedelta(seconds=1)),
        "first_at": show.told(found.first_at),
        "last_at": show.told(found.last_at),
        "next_try_at": show.told(found.next_try_at),
        "replies": [
            {"state": each.state.value, "code": each.code, "enhanced": each.enhanced, "count": each.count}
            for each in found.replies
        ],
        "suppressed": dict(found.reasons),
    }
