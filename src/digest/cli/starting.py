"""`init` and `demo`: the first minute."""

from __future__ import annotations

import asyncio
import shutil
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import show
from digest.cli.context import Json, at, run_of
from digest.cli.output import Voice, plural, table
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.pipeline import Built, Gathered, Sent

MARK = ".digest-demo"
"""The file that marks a folder as the demo's own, which the next demo may replace."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(init)
    app.command()(demo)


def starter() -> Path:
    """Return the folder of what a new working folder begins with; raises DigestError where digest is not installed."""
    found = Path(str(resources.files("digest") / "starter"))
    if not found.is_dir():
        raise DigestError(f"{found} is missing: run digest as installed (pip install .), not from its source")
    return found


def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder to make.")] = Path(),
    json: Json = False,
) -> None:
    """Make a working folder: settings, a look, sample lists. Overwrites nothing."""
    run = run_of(ctx, json=json)
    source = starter()
    taken = [entry.name for entry in sorted(source.iterdir()) if (folder / entry.name).exists()]
    if taken:
        raise DigestError(f"{folder} already has {', '.join(taken)}; nothing was written. Give another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir()):
        lay(entry, folder / entry.name)
    run.voice.say(
        f"Made {folder.resolve()}: digest.toml, templates/, subscribers/.\n"
        f"Next:  digest -c {folder / 'digest.toml'} collect   and   digest -c {folder / 'digest.toml'} build"
    )
    run.voice.data({"folder": str(folder.resolve())}, "")


def lay(source: Path, target: Path) -> None:
    """Copy a file or a folder, without what Python left in it."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)


def demo(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option("--dir", help="Where the demo works.")] = Path("digest-demo"),
    serve: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve", help="Show the caught mails on a page until stopped; else only on a terminal."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show the whole job on an invented wire: collect, build, approve, send to the built-in catcher."""
    run = run_of(ctx, json=json)
    make_room(folder)
    asyncio.run(show_off(folder, run.voice, serve=sys.stdout.isatty() if serve is None else serve))


def make_room(folder: Path) -> None:
    """Empty the demo's own folder; refuse one that is not the demo's."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise DigestError(f"{folder} is not empty and not the demo's; give another with --dir")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


async def show_off(folder: Path, voice: Voice, *, serve: bool) -> None:
    """Run the job once and say what it did; then show the mails, if asked to."""
    from digest import pipeline
    from digest.demo import Wire, mailbox, prepare
    from digest.parts import open_parts
    from digest.settings import load

    now = at("")
    shutil.copytree(starter() / "templates", folder / "templates")
    async with Wire(now=now) as wire:
        settings = load(prepare(folder, wire.url, now))
        with open_parts(settings) as parts:
            people = pipeline.sync(parts, now=now)
            with voice.progress("Reading sources", len(settings.sources)) as step:
                got = await pipeline.gather(parts, now=now, progress=lambda _: step(1))
            built = await asyncio.to_thread(pipeline.build, parts, next(iter(settings.editions)), now=now)
            pipeline.approve(parts, built.issue.id, by="demo", now=now)
            sent = await pipeline.send(parts, built.issue.id, clock=lambda: at(""))
            page = settings.data / "preview" / f"{built.issue.id}.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            pipeline.write(page, pipeline.page(parts, sent.issue).encode())
        mails = settings.data / "catcher"
        voice.data(outcome(got, built, sent, mails, page), lambda: report(got, built, sent, mails, page))
        if people.lists.problems:
            voice.say("\n".join(people.lists.problems))
        if serve:
            async with mailbox(mails) as url:
                voice.say(f"The caught mails: {url}   (Ctrl-C ends the demo)")
                await asyncio.Event().wait()


def outcome(got: Gathered, built: Built, sent: Sent, mails: Path, page: Path) -> dict[str, object]:
    """Return what the demo did, as JSON."""
    return {
        "sources": show.gathered_json(got)["sources"],
        "articles": got.articles,
        "passages": passages(built),
        "stories": built.content.stories,
        "subject": built.content.subject,
        "mails": sent.counts,
        "maildir": str(mails),
        "preview": str(page),
    }


def passages(built: Built) -> dict[str, int]:
    """Return how many passages stand behind each section's items, and how many were left out or dropped."""
    counts = {s.title: sum(len(item.passages) for item in s.items) for s in built.content.sections}
    return {**counts, "left out": len(built.content.left_out), "boilerplate": len(built.content.boilerplate)}


def report(got: Gathered, built: Built, sent: Sent, mails: Path, page: Path) -> str:
    """Return what the demo did, as a person reads it."""
    rows = [(f"  {r.name}", r.new, "articles" if not r.reason else r.reason) for r in got.reports]
    accepted = sent.counts.get("accepted", 0)
    return "\n".join(
        [
            f"Collected {plural(got.articles, 'article')} from {plural(len(got.reports), 'source')}",
            table(rows),
            "",
            f"Built No. {sent.issue.number}: {built.content.subject}",
            "  " + ", ".join(f"{name} {count}" for name, count in passages(built).items()) + " (passages)",
            "",
            show.outline(built.content),
            "",
            f"Sent to the catcher: {plural(accepted, 'mail')} accepted; nothing left this machine",
            f"  mails     {mails}",
            f"  preview   {page}",
        ]
    )
