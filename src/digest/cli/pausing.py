"""`pause`, `resume`, `stop`: an issue on its way is made to wait, goes on, or ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import show
from digest.cli.context import IssueArgument, Json, Now, Reason, at, issue_key, leave, parts_of, run_of
from digest.cli.issuing import person
from digest.cli.output import Voice, plural

if TYPE_CHECKING:
    from digest.model.issue import Issue

HELD = 5
"""Exit code: nobody said yes."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    for command in (pause, resume, stop):
        app.command()(command)


def pause(ctx: typer.Context, issue: IssueArgument, reason: Reason = "", now: Now = "", json: Json = False) -> None:
    """Have an issue that is being sent wait, until it is resumed or expires."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        moved = pipeline.pause(parts, issue_key(issue), by=person(), reason=reason, now=at(now))
        counts = parts.store.outbox.counts(moved.id)
    until = f"{moved.expires_at:%Y-%m-%d %H:%M} UTC"
    text = (
        f"is paused: {counts['accepted']:,} accepted, {to_go(counts)}. What was begun still gets its answer, "
        f"nothing more begins\nIt expires at {until}. Next:  digest resume {moved.id}   or   digest stop {moved.id}"
    )
    tell(run.voice, moved, counts, text)


def resume(ctx: typer.Context, issue: IssueArgument, reason: Reason = "", now: Now = "", json: Json = False) -> None:
    """Let a paused issue go on, also past the brake; what was refused until now is accepted, and no more than that."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        moved = pipeline.resume(parts, issue_key(issue), by=person(), reason=reason, now=at(now))
        counts, brake = parts.store.outbox.counts(moved.id), parts.store.outbox.brake(moved.id)
    text = f"goes on: {to_go(counts)}"
    if brake is not None and brake.let_go > brake.percent:
        text += f". The brake now holds it where clearly more than {brake.let_go:.0f} % are refused"
    tell(run.voice, moved, counts, f"{text}\nThe daemon sends it, or:  digest send {moved.id}")


def stop(
    ctx: typer.Context,
    issue: IssueArgument,
    reason: Reason = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """End an issue that is being sent or paused, for good: who has not got it never will."""
    from digest import pipeline
    from digest.lifecycle import Move, require

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.issues.find(issue_key(issue))
        require(Move.STOP, found.state, issue=found.id, number=found.number)
        before = parts.store.outbox.counts(found.id)
        if not yes and not run.voice.confirm(f"Stop No. {found.number} for good? {to_go(before)}; they never get it."):
            run.voice.say(f"Not stopped. To stop without being asked: digest stop {found.id} --yes")
            leave(HELD)
        moved = pipeline.stop(parts, found.id, by=person(), reason=reason, now=at(now))
        counts = parts.store.outbox.counts(moved.id)
    text = f"is stopped for good: {counts['accepted']:,} accepted, {plural(counts['suppressed'], 'message')} suppressed"
    if counts["claimed"]:
        text += f"; {plural(counts['claimed'], 'message')} in a sender's hands still get their answer or come back"
    tell(run.voice, moved, counts, text)


def to_go(counts: dict[str, int]) -> str:
    """Return how many have not got it yet.

    >>> to_go({"queued": 1200, "claimed": 0, "deferred": 3}), to_go({"queued": 0, "claimed": 0, "deferred": 0})
    ('1,203 to go, 3 of them deferred', '0 to go')
    """
    waiting = sum(counts[state] for state in ("queued", "claimed", "deferred"))
    deferred = f", {counts['deferred']:,} of them deferred" if counts["deferred"] else ""
    return f"{waiting:,} to go{deferred}"


def tell(voice: Voice, issue: Issue, counts: dict[str, int], text: str) -> None:
    """Say what became of the issue."""
    voice.say(f"No. {issue.number} {text}")
    voice.data(show.issue_json(issue, counts), "")
