"""`send`: an issue on its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import loop, show
from digest.cli.context import IssueArgument, Json, Now, agree, at, issue_key, leave, parts_of, run_of
from digest.cli.gauge import clock, speed
from digest.cli.live import watching
from digest.cli.output import Voice, plural

if TYPE_CHECKING:
    from digest.model.issue import Issue
    from digest.parts import Parts
    from digest.pipeline import Rehearsal, Sent

PARTLY, AGAIN, HELD = 6, 75, 5
"""Exit codes: some refused or in doubt; some wait for a retry; nobody said yes, or it is paused."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(send)


def send(
    ctx: typer.Context,
    issue: IssueArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first. It does not approve.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Send nothing; say how many it would go to.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Send an approved issue now, or go on where an earlier run stopped."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.issues.find(issue_key(issue))
        agree(parts, run.voice, now=now)
        plan = pipeline.rehearse(parts, found)
        who = plural(plan.recipients, "subscriber")
        if dry_run:
            say_plan(run.voice, parts, found, plan)
            return
        pipeline.require_sendable(parts, found, now=at(now))
        if not yes and not run.voice.confirm(f"Send No. {found.number} to {who} now?"):
            run.voice.say(f"Not sent. To send without being asked: digest send {found.id} --yes")
            leave(HELD)
        try:
            with watching(run.voice, f"Sending No. {found.number}") as report:
                sent = loop.run(pipeline.send(parts, found.id, clock=lambda: at(now), progress=report))
        except KeyboardInterrupt:
            run.voice.say(put_down(found, parts.store.outbox.counts(found.id)))
            raise
    run.voice.say(told(sent) + lasted(sent))
    run.voice.data({"issue": sent.issue.id, "state": sent.issue.state.value, "counts": sent.counts}, "")
    leave(HELD if is_paused(sent.issue) else code_for(sent.counts, expired=sent.expired))


def put_down(issue: Issue, counts: Mapping[str, int]) -> str:
    """Return what became of the messages of a send that was interrupted, and how to go on."""
    waiting = counts["queued"] + counts["claimed"]
    said = [
        f"{counts[state]:,} {state.replace('_', ' ')}" for state in ("accepted", "deferred", "refused") if counts[state]
    ]
    lines = [
        f"No. {issue.number}: {', '.join(said) or 'nothing sent yet'}; {waiting:,} not tried yet. All of it is kept"
    ]
    if counts["in_doubt"]:
        lines.append(f"{plural(counts['in_doubt'], 'message')} in doubt. Next:  digest settle {issue.id}")
    return "\n".join([*lines, f"To go on:  digest send {issue.id}"])


def say_plan(voice: Voice, parts: Parts, issue: Issue, plan: Rehearsal) -> None:
    """Say to whom the issue would go."""
    from digest.pipeline import edition_of

    lists = edition_of(parts, issue).lists
    voice.data(
        {
            "issue": issue.id,
            "recipients": plan.recipients,
            "lists": list(lists),
            "bytes": plan.bytes,
            "at": issue.send_at.isoformat(),
            "takes": show.estimate_json(plan.takes),
        },
        f"No. {issue.number} would go to {plural(plan.recipients, 'subscriber')} of {', '.join(lists)}; "
        f"one mail has {plan.bytes:,} bytes{f'; {plan.takes}' if str(plan.takes) else ''}",
    )


def again(issue: Issue) -> str:
    """Return the command that has those tried once more whom the brake speaks of: refused, or without an answer."""
    return f"digest settle {issue.id}" if "in doubt" in issue.reason else f"digest retry {issue.id} --state refused"


def told(sent: Sent) -> str:
    """Return what became of the messages, in a sentence or two."""
    parts = [f"{count:,} {state.replace('_', ' ')}" for state, count in sent.counts.items() if count]
    text = f"No. {sent.issue.number} is {sent.issue.state.value}: {', '.join(parts) or 'nobody to send to'}"
    if is_paused(sent.issue):
        return f"{text}\n{paused(sent.issue)}"
    if braked(sent.issue):
        text += f"\n{sentence(sent.issue.reason)}\nNext:  {look(sent.issue)}   then   {again(sent.issue)}"
    if sent.tally.next_at:
        text += f"\nThe next try is due at {sent.tally.next_at:%H:%M} UTC; the daemon or `digest send` goes on then"
    if sent.tally.closed == "dead":
        text += "\nThis sender was called dead, or its journal was deleted, so it stopped; run it again to go on"
    return text


def lasted(sent: Sent) -> str:
    """Return how long a run took and how fast it went, as a line to add; empty where that says nothing."""
    from digest.deliver.progress import ANSWERED

    answers = sum(sent.tally.counts.get(state, 0) for state in ANSWERED)
    seconds = sent.tally.lasted.total_seconds()
    return f"\n{clock(sent.tally.lasted)} at {speed(answers / seconds)}" if answers and seconds >= 1 else ""


def is_paused(issue: Issue) -> bool:
    """Say whether it waits for somebody to resume it."""
    from digest.model.issue import State

    return issue.state is State.PAUSED


def braked(issue: Issue) -> bool:
    """Say whether the brake has paused it, or it ended with it."""
    from digest.brake import BRAKE

    return issue.reason.startswith(BRAKE)


def paused(issue: Issue) -> str:
    """Return why an issue waits, and what can be done."""
    why = f"{sentence(issue.reason)}\n" if issue.reason else ""
    first = f"{look(issue)}   then   " if braked(issue) else ""
    return f"{why}Next:  {first}digest resume {issue.id}   or   digest stop {issue.id}"


def sentence(reason: str) -> str:
    """Return a reason as a line of its own begins."""
    return f"{reason[:1].upper()}{reason[1:]}"


def look(issue: Issue) -> str:
    """Return the command that shows what an issue's brake speaks of."""
    return f"digest log {issue.id} --state {'in_doubt' if 'in doubt' in issue.reason else 'refused'}"


def code_for(counts: dict[str, int], *, expired: int = 0) -> int:
    """Return the exit code: 0 all accepted, 75 some wait, 6 some never got it.

    >>> code_for({"accepted": 3, "deferred": 0}), code_for({"accepted": 2, "refused": 1}), code_for({"deferred": 1})
    (0, 6, 75)
    """
    if any(counts.get(state) for state in ("queued", "claimed", "deferred")):
        return AGAIN
    return PARTLY if counts.get("refused") or counts.get("in_doubt") or expired else 0
