"""`subscribers show`, `add`, `remove`, `erase`: one reader."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from digest.cli.context import Json, Now, at, leave, parts_of, run_of
from digest.cli.output import table

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Their address.")]
AddressOrNumber = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="Their address, or the number by which a sync names them.")
]
Of = Annotated[str, typer.Option("--list", metavar="LIST", help="The list.")]

KEPT = 1
"""Nothing was done: it was not agreed to."""


def add_to(group: typer.Typer) -> None:
    """Hang the commands under `subscribers`."""
    for command in (show, add, remove, erase):
        group.command()(command)


def show(ctx: typer.Context, address: AddressOrNumber, json: Json = False) -> None:
    """Print all that is kept of an address: its lists, each word of consent, and whether it may be mailed."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        known = pipeline.look_up(parts, address)
    barred = known.suppression
    data = {
        "subscriptions": [
            {
                "list": each.list,
                "id": each.subscriber.id,
                "email": each.subscriber.email,
                "name": each.subscriber.name,
                "consent": each.consent.value,
                "since": each.since,
                "joined": each.joined_on,
                "sections": list(each.preferences.sections),
                "time": each.preferences.time,
                "timezone": each.preferences.timezone,
                "language": each.preferences.language,
                "frequency": each.preferences.frequency,
                "paused_until": each.paused_until,
            }
            for each in known.subscriptions
        ],
        "events": [
            {"at": e.at, "list": e.list, "event": e.event, "origin": e.origin, "wording": e.wording}
            for e in known.events
        ],
        "suppressed": {"since": barred.since, "reason": barred.reason} if barred else None,
        "refused_since": known.refused_since,
    }
    run.voice.data(data, lambda: _told(data))


def _told(data: dict[str, Any]) -> str:
    lines = [
        f"{each['list']}: {each['consent']} since {each['since']:%Y-%m-%d %H:%M}, "
        f"{', '.join(each['sections']) or 'all sections'}"
        + (f", at {each['time']:%H:%M}" if each["time"] else "")
        + (f", paused until {each['paused_until']}" if each["paused_until"] else "")
        for each in data["subscriptions"]
    ]
    events = [(f"{e['at']:%Y-%m-%d %H:%M}", e["list"], e["event"], e["origin"], e["wording"]) for e in data["events"]]
    if events:
        lines += ["", table(events, ("at", "list", "event", "origin", "agreed to"))]
    if data["suppressed"]:
        lines.append(f"Never mailed, since {data['suppressed']['since']}: {data['suppressed']['reason']}")
    if data["refused_since"]:
        lines.append(
            f"No form writes there since {data['refused_since']:%Y-%m-%d %H:%M}, and nobody puts them on a list: "
            'they said "never again", and only they lift it, by the link in the mail that they had'
        )
    return "\n".join(lines).strip()


def add(
    ctx: typer.Context,
    address: Address,
    name: Of,
    called: Annotated[str, typer.Option("--name", help="What they are called.")] = "",
    sections: Annotated[str, typer.Option("--sections", help="Ids with ; between them; all where it is empty.")] = "",
    time: Annotated[str, typer.Option("--time", help="Their hour, HH:MM.")] = "",
    timezone: Annotated[str, typer.Option("--timezone", help="Their zone, such as Europe/Kyiv.")] = "",
    language: Annotated[str, typer.Option("--language", help="Of the mail's own words, such as uk.")] = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Put someone on a list. Who unsubscribed or is suppressed comes back by their own word only."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    moment = at(now)
    cells = {
        "email": address,
        "name": called,
        "sections": sections,
        "time": time,
        "timezone": timezone,
        "language": language,
        "joined": moment.date().isoformat(),
    }
    with parts_of(run) as parts:
        new = pipeline.enlist(parts, name, cells, now=moment)
    said = f"{address} is on {name} now." if new else f"{address} was on {name} already; nothing was changed."
    run.voice.data({"list": name, "added": new}, said)


def remove(
    ctx: typer.Context,
    address: Address,
    name: Of = "",
    asked: Annotated[
        bool, typer.Option("--asked", help="They wish it: no file or import brings them back to the list.")
    ] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Take someone off a list, or off all."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        lists = pipeline.delist(parts, address, [name] if name else [], asked=asked, now=at(now))
    word = "unsubscribed from" if asked else "off"
    run.voice.data({"lists": lists, "unsubscribed": asked}, f"{address} is {word} {', '.join(lists)}.")


def erase(
    ctx: typer.Context,
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Forget a person and keep their wish: a keyed hash stays, so that no list ever mails them again.

    There is no way back.
    """
    from digest import pipeline

    run = run_of(ctx, json=json)
    if not yes and not run.voice.confirm(f"Forget {address} for good?"):
        run.voice.say("Nothing was done; --yes agrees where nobody can be asked.")
        leave(KEPT)
    with parts_of(run) as parts:
        done = pipeline.forget(parts, address, now=at(now))
    words = [f"Forgotten; was on {', '.join(done.lists) or 'no list'}."]
    words += [f"{why}. It may still name them: mend it, and forget them once more." for why in done.held]
    run.voice.data({"lists": done.lists, "held": done.held}, "\n".join(words))
