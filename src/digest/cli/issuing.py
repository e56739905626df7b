"""`issues`, `preview`, `export`, `approve`, `hold`, `release`, `skip`: an issue looked at and decided on."""

from __future__ import annotations

import getpass
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import show
from digest.cli.context import IssueArgument, Json, Reason, agree, at, issue_key, parts_of, run_of
from digest.cli.output import Voice, plural, table
from digest.cli.starting import require_folder
from digest.cli.watching import watched

if TYPE_CHECKING:
    from digest.model.delivery import Cut
    from digest.model.issue import Issue

As = Annotated[str, typer.Option("--as", metavar="ADDRESS", help="As the subscriber with this address gets it.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    for command in (issues, preview, export, approve, hold, release, skip):
        app.command()(command)


def issues(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many, the newest first.")] = 20,
    json: Json = False,
) -> None:
    """List the issues, the newest first."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.issues.all(limit)
    rows = [
        (i.id, i.edition, i.number, f"{i.local_date} {i.slot}", i.state.value, i.content.subject if i.content else "")
        for i in found
    ]
    head = ("issue", "edition", "No.", "slot", "state", "subject")
    run.voice.data([show.issue_json(i) for i in found], lambda: table(rows, head))


def preview(
    ctx: typer.Context,
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="An issue's id, `latest` or `draft`.")] = "latest",
    reader: As = "",
    text: Annotated[bool, typer.Option("--text", help="The text part instead of the page.")] = False,
    web: Annotated[bool, typer.Option("--web", help="The issue's page on the web, as everybody will see it.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The file to write; else one in the data folder, and the text to the terminal.",
        ),
    ] = None,
    look: Annotated[
        str, typer.Option("--look", metavar="NAME", help="In another look than the edition's, as its files stand now.")
    ] = "",
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Show it on a page on this machine, anew with every change of the look's files."),
    ] = False,
    json: Json = False,
) -> None:
    """Show an issue's mail as it would be sent: the page, or its text part; or its page on the web."""
    from digest.pipeline import flaws, page, proof, web_page, write

    run = run_of(ctx, json=json)
    if watch and (text or out or web):
        raise typer.BadParameter("--watch goes without --text, --out and --web")
    if web and (text or reader or look):
        raise typer.BadParameter("--web is the same for everybody, in every look, and has no text part")
    with parts_of(run) as parts:
        found = parts.store.issues.find(issue_key(issue))
        agree(parts, run.voice)
        if watch:
            watched(parts, found, run.voice, reader=reader, look=look, browser=open_)
            return
        said: dict[str, object] = {"issue": found.id}
        if web:
            shown = web_page(parts, found)
        else:
            preview = proof(parts, found, address=reader, look=look) if look else page(parts, found, address=reader)
            shown = preview.text if text else preview.html
            said["cut"] = show.cut_json(preview.cut)
            tell_cut(run.voice, found, preview.cut)
            for flaw in flaws(parts, found, look=look):
                run.voice.say(flaw)
        name = f"{found.id}-web.html" if web else f"{found.id}.html"
        target = out or (None if text else parts.settings.data / "preview" / name)
    if target is None:
        run.voice.data({**said, "text": shown}, shown)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    write(target, shown.encode())
    run.voice.data({**said, "file": str(target)}, str(target))
    if open_:
        webbrowser.open(target.resolve().as_uri())


def export(
    ctx: typer.Context,
    issue: IssueArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to.")],
    reader: As = "",
    sample: Annotated[int | None, typer.Option("--sample", min=0, metavar="N", help="Only the first N mails.")] = None,
    json: Json = False,
) -> None:
    """Write an issue's page, text, content, and its mails byte for byte as SMTP gets them."""
    from digest.pipeline import write_export

    run = run_of(ctx, json=json)
    if reader and sample is not None:
        raise typer.BadParameter("give --as or --sample, not both")
    require_folder(out)
    with parts_of(run) as parts:
        found = parts.store.issues.find(issue_key(issue))
        agree(parts, run.voice)
        with run.voice.progress("Writing mails", None) as step:
            made = write_export(parts, found, out, address=reader, sample=sample, progress=step)
    run.voice.say(f"No. {found.number}: issue.html, issue.txt, issue.json and {plural(made.mails, 'mail')} in {out}")
    for cut in dict.fromkeys(made.cuts.values()):
        tell_cut(run.voice, found, cut)
    cuts = {name: show.cut_json(cut) for name, cut in made.cuts.items()}
    run.voice.data({"issue": found.id, "out": str(out), "mails": made.mails, "cuts": cuts}, "")


def approve(
    ctx: typer.Context,
    issue: IssueArgument,
    rev: Annotated[
        int | None, typer.Option("--rev", metavar="N", help="The revision you read; any other is refused.")
    ] = None,
    override: Annotated[
        str,
        typer.Option("--override", metavar="WHY", help="Why it may go although `check` finds red; kept with it."),
    ] = "",
    json: Json = False,
) -> None:
    """Let an issue go out as it stands, if `check` finds no red; any later change undoes the approval."""
    from digest import pipeline

    with parts_of(run_of(ctx, json=json)) as parts:
        moved = pipeline.approve(parts, issue_key(issue), by=person(), now=at(""), revision=rev, override=override)
    tell(ctx, moved, f"approved, revision {moved.revision}\nNext:  digest send {moved.id}", json=json)


def hold(ctx: typer.Context, issue: IssueArgument, reason: Reason = "", json: Json = False) -> None:
    """Keep an issue from going out until it is released."""
    from digest import pipeline

    with parts_of(run_of(ctx, json=json)) as parts:
        moved = pipeline.hold(parts, issue_key(issue), by=person(), reason=reason, now=at(""))
    tell(ctx, moved, f"held\nNext:  digest release {moved.id}   or   digest skip {moved.id}", json=json)


def release(ctx: typer.Context, issue: IssueArgument, reason: Reason = "", json: Json = False) -> None:
    """Put a held issue back to review."""
    from digest import pipeline

    with parts_of(run_of(ctx, json=json)) as parts:
        moved = pipeline.release(parts, issue_key(issue), by=person(), reason=reason, now=at(""))
    tell(ctx, moved, f"back in review\nNext:  digest approve {moved.id}", json=json)


def skip(ctx: typer.Context, issue: IssueArgument, reason: Reason = "", json: Json = False) -> None:
    """Give an issue up; its articles may stand in the next one."""
    from digest import pipeline

    with parts_of(run_of(ctx, json=json)) as parts:
        moved = pipeline.skip(parts, issue_key(issue), by=person(), reason=reason, now=at(""))
    tell(ctx, moved, "skipped; its articles go to the next issue while they are young enough", json=json)


def tell(ctx: typer.Context, issue: Issue, text: str, *, json: bool) -> None:
    """Say what became of the issue."""
    voice = run_of(ctx, json=json).voice
    voice.say(f"No. {issue.number} is {text}")
    voice.data(show.issue_json(issue), "")


def tell_cut(voice: Voice, issue: Issue, cut: Cut) -> None:
    """Say what a mail of the issue leaves to the web page."""
    if issue.content and (text := show.cut(issue.content, cut)):
        voice.say(text)


def person() -> str:
    """Return who is at the keyboard, for the record."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
