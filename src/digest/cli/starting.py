"""`init` and `demo`: the first minute."""

from __future__ import annotations

import asyncio
import shutil
import sys
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import show
from digest.cli.context import Json, at, run_of
from digest.cli.output import Voice, plural, table
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.model.issue import IssueSection
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
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to make; it may be there already.")
    ] = Path(),
    json: Json = False,
) -> None:
    """Make a working folder: settings, a look, sample lists. Overwrites nothing."""
    run = run_of(ctx, json=json)
    source = starter()
    require_folder(folder)
    taken = [entry.name for entry in sorted(source.iterdir()) if (folder / entry.name).exists()]
    if taken:
        raise DigestError(f"{folder} already has {', '.join(taken)}; nothing was written. Give another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir()):
        lay(entry, folder / entry.name)
    run.voice.say(
        f"Made {folder.resolve()}: digest.toml, templates/, subscribers/.\n"
        f"Next:  digest -c {folder / 'digest.toml'} collect   then   digest -c {folder / 'digest.toml'} build"
    )
    run.voice.data({"folder": str(folder.resolve())}, "")


def require_folder(folder: Path) -> None:
    """Refuse a name that a file has."""
    if folder.exists() and not folder.is_dir():
        raise DigestError(f"{folder} is a file; nothing was written. Give a folder")


def lay(source: Path, target: Path) -> None:
    """Copy a file or a folder, without what Python left in it."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)


def demo(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Where the demo works; emptied first if it is its own.")
    ] = Path("digest-demo"),
    serve: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve",
            help="Show the caught mails on a page until Ctrl-C; without either, on a terminal only.",
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
    require_folder(folder)
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
            pipeline.write(page, pipeline.page(parts, sent.issue).html.encode())
        mails = settings.data / "catcher"
        voice.data(
            outcome(got, built, sent, mails, page) | {"settings": str(settings.path)},
            lambda: f"{report(got, built, sent, mails, page)}\n  settings  {settings.path}",
        )
        if people.lists.problems:
            voice.say("\n".join(people.lists.problems))
        if serve:
            async with mailbox(mails) as url:
                voice.say(f"The caught mails: {url}   (Ctrl-C ends the demo)")
                with suppress(asyncio.CancelledError):  # Ctrl-C: the demo is over, and nothing went wrong
                    await asyncio.Event().wait()


def outcome(got: Gathered, built: Built, sent: Sent, mails: Path, page: Path) -> dict[str, object]:
    """Return what the demo did, as JSON."""
    return {
        "sources": show.gathered_json(got)["sources"],
        "articles": got.articles,
        "passages": {s.id: passages(s) for s in built.content.sections},
        "left_out": len(built.content.left_out),
        "boilerplate": len(built.content.boilerplate),
        "stories": built.content.stories,
        "subject": built.content.subject,
        "mails": sent.counts,
        "maildir": str(mails),
        "preview": str(page),
    }


def passages(section: IssueSection) -> int:
    """Return how many passages the stories of a section stand on."""
    return sum(len(item.passages) for item in section.items)


def report(got: Gathered, built: Built, sent: Sent, mails: Path, page: Path) -> str:
    """Return what the demo did, as a person reads it."""
    content = built.content
    rows = [(f"  {r.name}", r.reason or plural(r.new, "article")) for r in got.reports]
    placed = ", ".join(f"{section.title} {passages(section)}" for section in content.sections)
    accepted = sent.counts.get("accepted", 0)
    return "\n".join(
        [
            f"Collected {plural(got.articles, 'article')} from {plural(len(got.reports), 'source')}",
            table(rows),
            "",
            f"Built No. {sent.issue.number}, {plural(content.stories, 'story', 'stories')}: {content.subject}",
            f"  passages  {placed}; left out {len(content.left_out)}; boilerplate {len(content.boilerplate)}",
            "",
            show.outline(content),
            "",
            f"Sent to the catcher: {plural(accepted, 'mail')} accepted; nothing left this machine",
            f"  mails     {mails}",
            f"  preview   {page}",
        ]
    )
