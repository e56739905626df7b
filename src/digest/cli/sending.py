"""`send`, `status`: an issue on its way, and how things stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import loop, show
from digest.cli.context import IssueArgument, Json, Now, agree, at, issue_key, leave, parts_of, run_of
from digest.cli.live import watching
from digest.cli.output import Voice, plural, table

if TYPE_CHECKING:
    from digest.model.issue import Issue
    from digest.parts import Parts
    from digest.pipeline import Rehearsal, Sent

PARTLY, AGAIN, HELD = 6, 75, 5
"""Exit codes: some refused or in doubt; some wait for a retry; nobody said yes."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(send)
    app.command()(status)


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
    run.voice.say(told(sent))
    run.voice.data({"issue": sent.issue.id, "state": sent.issue.state.value, "counts": sent.counts}, "")
    leave(code_for(sent.counts, expired=sent.expired))


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
        },
        f"No. {issue.number} would go to {plural(plan.recipients, 'subscriber')} of {', '.join(lists)}; "
        f"one mail has {plan.bytes:,} bytes",
    )


def told(sent: Sent) -> str:
    """Return what became of the messages, in a sentence or two."""
    parts = [f"{count:,} {state.replace('_', ' ')}" for state, count in sent.counts.items() if count]
    text = f"No. {sent.issue.number} is {sent.issue.state.value}: {', '.join(parts) or 'nobody to send to'}"
    if sent.tally.next_at:
        text += f"\nThe next try is due at {sent.tally.next_at:%H:%M} UTC; the daemon or `digest send` goes on then"
    if sent.tally.closed == "dead":
        text += "\nThis sender was called dead, or its journal was deleted, so it stopped; run it again to go on"
    return text


def code_for(counts: dict[str, int], *, expired: int = 0) -> int:
    """Return the exit code: 0 all accepted, 75 some wait, 6 some never got it.

    >>> code_for({"accepted": 3, "deferred": 0}), code_for({"accepted": 2, "refused": 1}), code_for({"deferred": 1})
    (0, 6, 75)
    """
    if any(counts.get(state) for state in ("queued", "claimed", "deferred")):
        return AGAIN
    return PARTLY if counts.get("refused") or counts.get("in_doubt") or expired else 0


def status(
    ctx: typer.Context,
    issue: Annotated[
        str,
        typer.Argument(
            metavar="ISSUE", help="An issue's id, `latest` or `draft`; without it, the newest of each edition."
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Say how things stand: the newest issue of each edition, or one issue with its deliveries."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        if issue:
            found = [parts.store.issues.find(issue_key(issue))]
        else:
            newest = (parts.store.issues.last(name) for name in parts.settings.editions)
            found = [i for i in newest if i]
        outbox = parts.store.outbox
        rows = [(i, outbox.counts(i.id), outbox.assumed(i.id), outbox.holders(i.id)) for i in found]
        put_back = outbox.put_back()
    if put_back:
        run.voice.say("Nothing is sent: the database was put back from a backup. Next:  digest settle --put-back")
    lines = [line for row in rows for line in standing(*row)]
    data = [
        {**show.issue_json(i, counts), "assumed": assumed, "holders": holders} for i, counts, assumed, holders in rows
    ]
    run.voice.data(data[0] if issue else data, lambda: "\n".join(lines) or "No issue yet. Next:  digest build")


def standing(issue: Issue, counts: dict[str, int], assumed: int, holders: dict[str, int]) -> list[str]:
    """Return how one issue stands, as lines.

    `assumed` of the accepted are so only because somebody said it; `holders` are the workers with claimed rows.
    """
    from digest.lifecycle import phrase

    text = f"{issue.edition} No. {issue.number} ({issue.local_date} {issue.slot}) is {phrase(issue.state)}"
    lines = [f"{text}: {issue.reason}" if issue.reason else text]
    if issue.override:
        lines.append(f"  approved by {issue.approved_by} although the check found red: {issue.override}")
    rows = [(f"  {state}", count) for state, count in counts.items() if count]
    if assumed:
        rows.append(("  assumed sent", assumed))
    lines += [table(rows)] if rows else []
    lines += [f"  worker {worker} has {count:,} of them in hand" for worker, count in holders.items()]
    if counts.get("in_doubt"):
        lines.append(f"Next:  digest settle {issue.id}")
    return lines
