"""`settle`: what is decided on messages of which nobody knows whether they were sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import Json, Now, at, issue_key, leave, parts_of, run_of
from digest.cli.log import HEAD, as_json, cells
from digest.cli.output import Voice, plural, table

if TYPE_CHECKING:
    from digest.model.delivery import Settled
    from digest.model.issue import Issue
    from digest.parts import Parts

AGAIN = 75
"""Exit code: some have to wait."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(settle)


def settle(
    ctx: typer.Context,
    issue: Annotated[str, typer.Argument(metavar="[ISSUE]", help="An issue's id, or `latest`.")] = "",
    resend: Annotated[bool, typer.Option("--resend", help="Send them again; some may get it twice.")] = False,
    assume_sent: Annotated[
        bool, typer.Option("--assume-sent", help="Count them as sent; some may not get it.")
    ] = False,
    address: Annotated[
        list[str] | None, typer.Option("--address", metavar="ADDRESS", help="Only this reader's; may be repeated.")
    ] = None,
    worker: Annotated[str, typer.Option("--worker", metavar="ID", help="A sender on a machine that is gone.")] = "",
    dead: Annotated[bool, typer.Option("--dead", help="That sender is dead: what it held is in doubt.")] = False,
    put_back: Annotated[
        bool, typer.Option("--put-back", help="The database that was put back has been looked at: mail may go out.")
    ] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Show the messages of which nobody knows whether they were sent, and decide on them."""
    run = run_of(ctx, json=json)
    wishes = (bool(issue), bool(worker), put_back)
    if sum(wishes) != 1 or (resend and assume_sent) or dead != bool(worker) or (issue and worker):
        raise typer.BadParameter(
            "give ISSUE (with --resend or --assume-sent to decide), or --worker ID --dead, or --put-back"
        )
    if not issue and (resend or assume_sent or address):
        raise typer.BadParameter("--resend, --assume-sent and --address are about an ISSUE")
    with parts_of(run) as parts:
        if put_back:
            accept(run.voice, parts)
        elif worker:
            declare(run.voice, parts, worker, now)
        else:
            found = parts.store.issues.find(issue_key(issue))
            if resend or assume_sent:
                decide(run.voice, parts, found, address or [], now, resend=resend)
            else:
                show_doubts(run.voice, parts, found, address or [], now)


def show_doubts(voice: Voice, parts: Parts, issue: Issue, addresses: Sequence[str], now: str) -> None:
    """List what is in doubt, and say what can be done."""
    from digest import pipeline

    wanted = {address.lower() for address in addresses}
    found = [
        pair
        for pair in pipeline.in_doubt(parts, issue.id, now=at(now))
        if not wanted or pair[1].email.lower() in wanted
    ]
    voice.data(
        [as_json(*pair) for pair in found], lambda: table([cells(*pair) for pair in found], HEAD) if found else ""
    )
    if found:
        voice.say(
            f"{plural(len(found), 'message')} of No. {issue.number} in doubt: the mail server's log may know\n"
            f"Next:  digest settle {issue.id} --assume-sent   or   digest settle {issue.id} --resend"
        )
    else:
        voice.say(f"No message of No. {issue.number} is in doubt")


def decide(voice: Voice, parts: Parts, issue: Issue, addresses: Sequence[str], now: str, *, resend: bool) -> None:
    """Have messages sent again, or count them as sent."""
    from digest import pipeline

    done = pipeline.settle(parts, issue.id, resend=resend, addresses=addresses, now=at(now))
    voice.say(decided(issue, done, resend=resend))
    until = done.wait_until and done.wait_until.isoformat()
    word = "resent" if resend else "assumed"
    voice.data({"issue": issue.id, word: done.count, "later": done.later, "wait_until": until}, "")
    leave(AGAIN if done.later else 0)


def decided(issue: Issue, done: Settled, *, resend: bool) -> str:
    """Return what was decided, in a sentence or two."""
    count = plural(done.count, "message")
    text = f"{count} of No. {issue.number} {'go out again' if resend else 'count as sent'}"
    if done.wait_until is not None:
        text += (
            f"\n{done.later:,} may still be sent by a worker that is not proven dead; ask again after "
            f"{done.wait_until:%H:%M:%S} UTC"
        )
    if resend and done.count:
        text += f"\nNext:  digest send {issue.id}"
    return text


def declare(voice: Voice, parts: Parts, worker: str, now: str) -> None:
    """Take a sender for dead."""
    from digest import pipeline

    said = pipeline.call_dead(parts, worker, now=at(now))
    if said.proven:
        voice.say(f"Worker {said.worker} is dead: its journal was here and has told what became of its messages")
    else:
        voice.say(f"Worker {said.worker} counts as dead; {plural(said.doubted, 'message')} in doubt")
    voice.data({"worker": said.worker, "in_doubt": said.doubted, "proven": said.proven}, "")


def accept(voice: Voice, parts: Parts) -> None:
    """Let mail go out again from a database that was put back."""
    was = parts.store.outbox.accept_put_back()
    voice.say("Mail may go out again" if was else "The database is as new as what was sent; mail may go out")
    voice.data({"accepted": was}, "")
