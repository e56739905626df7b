"""`status`: how things stand, once or again and again."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from digest.cli import gauge, show
from digest.cli.context import Json, Now, at, issue_key, parts_of, run_of
from digest.cli.output import Voice, redraws, table
from digest.cli.overview import overview
from digest.cli.sending import paused as waits_for

if TYPE_CHECKING:
    from digest.brake import Brake
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


@dataclass(frozen=True, slots=True)
class Look:
    """An issue as it stood at one moment."""

    issue: Issue
    found: Standing
    holders: dict[str, int]
    """The workers with claimed rows, each with how many."""
    brake: Brake | None
    usual: Estimate
    """How long what waits would take at the usual pace."""
    now: datetime

    @property
    def rate(self) -> float:
        """Answers a second within the last minute, or since the first answer; 0 where there were none."""
        return self.found.rate(self.now)


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
    from digest.pipeline import forecast

    found, outbox = parts.store.issues.find(issue_key(issue)), parts.store.outbox
    stands = outbox.standing(found.id, now=now)
    usual = forecast(parts, found, stands.waiting)
    look = Look(found, stands, outbox.holders(found.id), outbox.brake(found.id), usual, now)
    return as_json(look), "\n".join(standing(look))


def watched(voice: Voice, look: Callable[[], Seen], sleep: Callable[[float], None] = time.sleep) -> None:
    """Show how things stand until Ctrl-C: in place on a terminal, elsewhere once for each change."""
    place = voice.terminal and redraws(sys.stdout)
    pause, last = PAUSE if place else LONG_PAUSE, ""
    with suppress(KeyboardInterrupt), _drawing(voice, place=place) as draw:
        while True:
            began = time.monotonic()
            data, text = look()
            if place or text != last:
                draw(data, text)
            last = text
            sleep(max(pause, SHARE * (time.monotonic() - began)))


@contextmanager
def _drawing(voice: Voice, *, place: bool) -> Iterator[Callable[[Any, str], None]]:
    if not place:

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


def standing(look: Look) -> list[str]:
    """Return how one issue stands, as lines."""
    from digest.lifecycle import phrase

    issue, found = look.issue, look.found
    text = f"{issue.edition} No. {issue.number} ({issue.local_date} {issue.slot}) is {phrase(issue.state)}"
    lines = [f"{text}: {issue.reason}" if issue.reason else text]
    if issue.override:
        lines.append(f"  approved by {issue.approved_by} although the check found red: {issue.override}")
    rows = [(f"  {state.value}", count) for state, count in found.counts.items() if count]
    if found.assumed:
        rows.append(("  assumed sent", found.assumed))
    lines += [table(rows)] if rows else []
    lines += [f"  {line}" for line in (*paced(look), *carried(look), *answered(found))]
    if found.folded_at:
        lines.append(f"  only these counts are kept since {found.folded_at:%Y-%m-%d}, not what became of each message")
    lines += [f"  worker {worker} has {count:,} of them in hand" for worker, count in look.holders.items()]
    return [*lines, *next_steps(issue, found)]


def paced(look: Look) -> Iterator[str]:
    """Yield how fast it goes, when it will be through, and when it began and ended."""
    found, due = look.found, estimated(look)
    if look.brake and look.brake.canary and due.messages:
        yield f"canary: {look.brake}"
    if due.messages:
        told = [f"{gauge.speed(look.rate)} in the last minute"] if look.rate else []
        yield ", ".join([*told, str(due) or "nobody knows yet when it will be through"])
    if found.first_at and found.last_at:
        took = f", {gauge.clock(found.last_at - found.first_at)} apart"
        yield f"first answer {show.moment(found.first_at)}, last {show.moment(found.last_at)}{took}"
    if found.next_try_at:
        yield f"the next try of what is deferred is due at {show.moment(found.next_try_at)}"


def carried(look: Look) -> Iterator[str]:
    """Yield what became of the messages through each relay, and how fast it goes there, where one is known."""
    relays = look.found.relays
    if not any(each.relay for each in relays):
        return
    for each in relays:
        told = [f"{count:,} {state.value.replace('_', ' ')}" for state, count in each.counts.items() if count]
        if pace := look.found.pace(each, look.now):
            told.append(f"{gauge.speed(pace)} in the last minute")
        yield f"{f'through {each.relay}' if each.relay else 'through no relay that is known'}: {', '.join(told)}"


def answered(found: Standing) -> Iterator[str]:
    """Yield what servers said where they did not accept, and why messages are suppressed."""
    if found.replies:
        told = [f"{said(reply)} ({reply.count:,} {reply.state.value})" for reply in found.replies]
        yield f"what servers said: {'; '.join(told)}"
    if found.domains:
        told = [f"{name or 'erased'} ({number:,})" for name, number in found.domains.items()]
        yield f"to whom it does not get through: {'; '.join(told)}"
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
    from digest.model.issue import State

    if issue.state is State.PAUSED:
        yield waits_for(issue).splitlines()[-1]
    if found.counts[DeliveryState.IN_DOUBT]:
        yield f"Next:  digest settle {issue.id}"
    if found.counts[DeliveryState.REFUSED] and not found.folded_at:
        yield f"Who was refused:  digest log {issue.id} --state refused"


def estimated(look: Look) -> Estimate:
    """Return when an issue that is being sent will be through: as it goes now, else as it usually does."""
    from digest.deliver import estimate
    from digest.model.delivery import DeliveryState
    from digest.model.issue import State

    if look.issue.state is not State.SENDING:
        return estimate(0)
    deferred = look.found.counts[DeliveryState.DEFERRED]
    now = estimate(look.found.waiting, rate=look.rate, deferred=deferred)
    return now if look.rate else replace(look.usual, deferred=deferred)


def as_json(look: Look) -> dict[str, Any]:
    """Return the same for programs."""
    found, due, brake = look.found, estimated(look), look.brake
    return {
        **show.issue_json(look.issue, {state.value: count for state, count in found.counts.items()}),
        "assumed": found.assumed,
        "holders": look.holders,
        "rate": round(look.rate, 2),
        "takes": show.estimate_json(due) if due.messages else None,
        "brake": brake
        and {
            "canary": brake.canary,
            "pulled": brake.pulled,
            "answers": brake.answers,
            "refused": brake.refused,
            "percent": brake.limit,
        },
        "first_at": show.told(found.first_at),
        "last_at": show.told(found.last_at),
        "next_try_at": show.told(found.next_try_at),
        "replies": [
            {"state": each.state.value, "code": each.code, "enhanced": each.enhanced, "count": each.count}
            for each in found.replies
        ],
        "relays": [
            {
                "relay": each.relay or None,
                **{state.value: count for state, count in each.counts.items()},
                "rate": round(found.pace(each, look.now), 2),
            }
            for each in found.relays
        ],
        "domains": dict(found.domains),
        "folded_at": show.told(found.folded_at),
        "suppressed": dict(found.reasons),
    }
