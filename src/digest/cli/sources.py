"""`sources`: where articles come from, how each one does, and more of them."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from digest.cli.context import Json, Now, at, leave, parts_of, run_of, settings_of
from digest.cli.output import plural, table
from digest.errors import DigestError, SettingsError
from digest.model.news import Source, SourceKind

if TYPE_CHECKING:
    from digest.collect import Outline
    from digest.settings import Settings

group = typer.Typer(help="Where articles come from: list and test the sources, add more.")


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(group, name="sources")


DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be changed, but change nothing.")]
Failing = Annotated[bool, typer.Option("--failing", help="Only those that do not work.")]


@group.callback(invoke_without_command=True)
def bare(ctx: typer.Context, failing: Failing = False, json: Json = False) -> None:
    """List the sources where no command follows."""
    ctx.obj = run_of(ctx, json=json)
    if ctx.invoked_subcommand is None:
        list_(ctx, failing=failing)
    elif failing:
        raise typer.BadParameter("it goes with `sources list`", param_hint="--failing")


@group.command("list")
def list_(ctx: typer.Context, failing: Failing = False, now: Now = "", json: Json = False) -> None:
    """List the sources and how each one does: last success, articles a day, next poll, what is wrong."""
    from digest.cli import health

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        every = health.doing(parts, at(now))
    shown = health.broken(every) if failing else every
    text = health.glance if run.voice.terminal else health.columns
    run.voice.data([health.as_json(it) for it in shown], lambda: text(shown) if shown else "")
    run.voice.say(health.summary(every))


@group.command("test")
def try_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As it is called in digest.toml.")],
    now: Now = "",
    json: Json = False,
) -> None:
    """Read one source and show what it offers, how long that takes, and what its server says; nothing is kept."""
    from digest.cli import trial
    from digest.pipeline import gather

    run, moment = run_of(ctx, json=json), at(now)
    with parts_of(run) as parts:
        began = time.perf_counter()
        got = asyncio.run(gather(parts, now=moment, names=(name,), keep=False, anew=True))
        took = timedelta(seconds=time.perf_counter() - began)
    run.voice.data(trial.tried_json(got, took), lambda: trial.tried(got, took, moment))
    leave(75 if got.failed else 0)


@group.command()
def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Of a feed, or of a page that names one.")],
    name: Annotated[str, typer.Option("--name", help="What readers see; without it the feed's title.")] = "",
    weight: Annotated[float, typer.Option("--weight", help="What its word counts in ranking.")] = 1.0,
    side: Annotated[str, typer.Option("--side", help="Whose side it speaks for.")] = "",
    every: Annotated[str, typer.Option("--every", metavar="DURATION", help="How often it is read.")] = "15m",
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Whether the pages behind it are read.")] = True,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="It may live on loopback or a private address.")
    ] = False,
    dry_run: DryRun = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Find the feed of a site and write it into digest.toml."""
    from digest.collect import discover
    from digest.settings import add_sources, free_name
    from digest.settings.when import read_duration

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    try:
        pause = read_duration(every)
    except ValueError as e:
        raise typer.BadParameter(str(e), param_hint="--every") from None
    address = url.strip() if "://" in url else f"https://{url.strip()}"
    require_new(settings, address)
    found = asyncio.run(discover(address, now=at(now), user_agent=settings.user_agent, allow_private=allow_private))
    require_new(settings, found.feed_url)
    taken = [source.name for source in settings.sources]
    called = name or free_name((found.title, host_of(found.feed_url)), taken)
    source = Source(
        called,
        SourceKind.FEED,
        url=found.feed_url,
        every=pause,
        weight=weight,
        side=side,
        follow=follow,
        allow_private=allow_private,
    )
    add_sources(settings.path, [source], dry_run=dry_run)
    if found.guessed:
        run.voice.say(f"The page names no feed; {found.feed_url} lies where sites usually keep one")
    if found.others:
        run.voice.say(f"The page names more feeds, which were not taken: {', '.join(found.others)}")
    then = "" if dry_run else f"\nNext:  digest sources test {quote(called)}"
    run.voice.say(f"{'Would add' if dry_run else 'Added'} {called!r} to {settings.path}{then}")
    run.voice.data(
        {
            "name": called,
            "url": found.feed_url,
            "others": list(found.others),
            "guessed": found.guessed,
            "file": str(settings.path),
            "dry_run": dry_run,
        },
        f"{called}  {found.feed_url}",
    )


@group.command()
def remove(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As it is called in digest.toml.")],
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Take a source out of digest.toml; the articles that were collected from it stay."""
    from digest.settings import remove_source

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    _, taken = remove_source(settings.path, name, dry_run=dry_run)
    run.voice.say(f"{'Would take' if dry_run else 'Took'} {name!r} out of {settings.path}; its articles stay")
    run.voice.data({"name": name, "table": taken, "file": str(settings.path), "dry_run": dry_run}, taken.rstrip("\n"))


def require_new(settings: Settings, url: str) -> None:
    """Refuse a feed that is there already."""
    from digest.collect import feed_key

    for source in settings.sources:
        if source.url and feed_key(source.url) == feed_key(url):
            raise DigestError(f"{url} is there already, as {source.name!r}")


def host_of(url: str) -> str:
    """Return the host of an address, which names its feed where nothing else does.

    >>> host_of("https://ilma.example/feed")
    'ilma.example'
    """
    return urlsplit(url).hostname or "feed"


@group.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OPML, as other readers of feeds write it.")],
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Write the feeds of an OPML file into digest.toml: all that are not there yet, or none."""
    from digest.collect import feed_key, read_opml_file
    from digest.settings import add_sources, free_names

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    outlines = read_opml_file(file)
    known = {feed_key(source.url) for source in settings.sources if source.url}
    fresh: dict[str, Outline] = {}
    for outline in outlines:
        if (key := feed_key(outline.url)) not in known:
            fresh.setdefault(key, outline)
    wanted = [(outline.name, host_of(outline.url)) for outline in fresh.values()]
    names = free_names(wanted, [source.name for source in settings.sources])
    new = [
        Source(name, SourceKind.FEED, url=outline.url, language=outline.language)
        for name, outline in zip(names, fresh.values(), strict=True)
    ]
    if new:
        add_sources(settings.path, new, dry_run=dry_run)
    run.voice.say(
        f"{'Would add' if dry_run else 'Added'} {plural(len(new), 'source')}; "
        f"{len(outlines) - len(new):,} of {len(outlines):,} were there already"
    )
    run.voice.data(
        {
            "added": [{"name": source.name, "url": source.url} for source in new],
            "duplicates": len(outlines) - len(new),
            "dry_run": dry_run,
        },
        lambda: table([(source.name, source.url) for source in new]),
    )


@group.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A new file; without it, to stdout.")] = None,
    now: Now = "",
    json: Json = False,
) -> None:
    """Write the feeds as OPML 2.0, as other readers of feeds take it."""
    from digest.collect import write_opml
    from digest.files import create

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    text = write_opml(settings.sources, title=settings.title, now=at(now))
    if file is None:
        run.voice.data({"opml": text}, text.rstrip("\n"))
        return
    if not create(file, text.encode(), mode=0o644):
        raise SettingsError("there is such a file already; name a new one", where=str(file))
    run.voice.data({"file": str(file)}, str(file))
