"""`retry`: messages that were refused or deferred, sent once more because somebody says so."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import IssueArgument, Json, Now, agree, at, issue_key, leave, parts_of, run_of
from digest.cli.output import plural

if TYPE_CHECKING:
    from digest.model.delivery import DeliveryState

HELD = 5
"""Exit code: nobody said yes."""


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(retry)


def retry(
    ctx: typer.Context,
    issue: IssueArgument,
    state: Annotated[
        list[str] | None, typer.Option("--state", metavar="STATE", help="refused or deferred; may be repeated.")
    ] = None,
    code: Annotated[
        list[str] | None,
        typer.Option(
            "--code", metavar="CODE", help="Only what was answered so, such as 550 or 4.2.2; may be repeated."
        ),
    ] = None,
    address: Annotated[
        list[str] | None, typer.Option("--address", metavar="ADDRESS", help="Only this reader's; may be repeated.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say how many it would be.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Have messages of an issue that were refused or deferred sent once more, now; others stay as they are."""
    from digest.model.issue import State

    states, codes = [retriable(name) for name in state or ()], [code_of(text) for text in code or ()]
    if not (states or codes or address):
        raise typer.BadParameter("say which: --state refused, --state deferred, --code CODE or --address ADDRESS")
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.issues.find(issue_key(issue))
        agree(parts, run.voice, now=now)
        again = partial(parts.store.outbox.retry, found.id, states=states, codes=codes, addresses=address or ())
        count = again(pretend=True, now=at(now))
        what = f"{plural(count, 'message')} of No. {found.number}"
        if dry_run or not count:
            run.voice.data({"issue": found.id, "retried": 0, "would_retry": count}, f"{what} would go out again")
            return
        if not yes and not run.voice.confirm(f"Send {what} again? What has gone out cannot be taken back."):
            run.voice.say(f"Nothing was done; --yes agrees where nobody can be asked. It would be {what}")
            leave(HELD)
        count = again(now=at(now))
        state_now = parts.store.issues.find(found.id).state
    tries = f"{plural(count, 'message')} of No. {found.number} {'waits' if count == 1 else 'wait'} for another try"
    paused = state_now is State.PAUSED
    how = "" if paused else "; the daemon goes on by itself"
    run.voice.say(f"{tries}{how}\nNext:  digest {'resume' if paused else 'send'} {found.id}")
    run.voice.data({"issue": found.id, "retried": count, "state": state_now.value}, "")


def retriable(name: str) -> DeliveryState:
    """Return the state of that name, from which messages may be taken back."""
    from digest.model.delivery import DeliveryState

    if name in (DeliveryState.REFUSED, DeliveryState.DEFERRED):
        return DeliveryState(name)
    cures = {
        DeliveryState.IN_DOUBT.value: "it may have arrived, and `digest settle` decides on it",
        DeliveryState.SUPPRESSED.value: "who is suppressed is never mailed",
    }
    cure = cures.get(name, "only what was refused or deferred can")
    raise typer.BadParameter(f"{name} cannot be tried again: {cure}")


def code_of(text: str) -> str:
    """Return a reply's code.

    >>> code_of("550"), code_of("4.2.2")
    ('550', '4.2.2')
    """
    from digest.store.retrying import CODE

    if not CODE.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is no code of a reply, such as 550 or 4.2.2")
    return text
