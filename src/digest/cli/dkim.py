"""`dkim`: the keys that sign messages, and what to publish of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Final

import typer

from digest.cli.context import Json, run_of, settings_of
from digest.cli.output import plural
from digest.errors import SettingsError

if TYPE_CHECKING:
    from digest.cli.output import Voice
    from digest.render.dkim import SigningKey
    from digest.settings import Settings

group = typer.Typer(help="The keys that sign messages (DKIM), and their DNS records.", no_args_is_help=True)

STRING: Final = 255
"""Octets that one string of a TXT record may have (RFC 1035, 3.3.14); receivers put several together."""
USUAL: Final = ("d1", "d1e")
"""Selectors where the settings name none: an RSA key, which every receiver knows, and an Ed25519 key beside it."""

Selectors = Annotated[
    list[str] | None,
    typer.Argument(metavar="SELECTOR...", help="Names of the keys; without any, those that [dkim] names."),
]
Kind = Annotated[
    str,
    typer.Option(
        "--kind",
        metavar="rsa|ed25519",
        help="Of the keys made; without it Ed25519 for the second and further that [dkim] names, else RSA.",
    ),
]
Domain = Annotated[str, typer.Option("--domain", help="Whose name signs; without it that of [dkim], else of `from`.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(group, name="dkim")


@group.command()
def keygen(
    ctx: typer.Context, selectors: Selectors = None, kind: Kind = "", domain: Domain = "", json: Json = False
) -> None:
    """Make the keys that are missing, and print the DNS records to publish; no key is ever written over."""
    from digest.settings.fields import key_name
    from digest.signing import ED25519, RSA, key_file, make_key, require_new

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    if kind not in ("", RSA, ED25519):
        raise typer.BadParameter(f"{kind!r} is neither rsa nor ed25519", param_hint="--kind")
    try:
        named = [key_name(selector) for selector in selectors or ()]
    except ValueError as e:
        raise typer.BadParameter(str(e), param_hint="SELECTOR") from None
    domain = domain_of(settings, domain)
    folder = settings.data / "keys"
    wanted = named or list(settings.dkim.selectors or USUAL)
    require_new(folder, named)
    missing = [selector for selector in wanted if not key_file(folder, selector).exists()]
    for selector in missing:
        usual = ED25519 if selector in (settings.dkim.selectors or USUAL)[1:] else RSA
        file = make_key(folder, selector, kind or usual)
        run.voice.say(f"Made {file}; it belongs into the backup, and to nobody else")
    if not missing:
        run.voice.say(f"{plural(len(wanted), 'key')} there already, none made; a new key needs a new selector")
    tell(run.voice, read(settings, domain, wanted))
    if missing and not set(wanted) <= set(settings.dkim.selectors):
        every = list(dict.fromkeys((*settings.dkim.selectors, *wanted)))
        names = ", ".join(f'"{selector}"' for selector in every)
        run.voice.say(
            f'Publish the records, and when they answer write into digest.toml:\n\n[dkim]\ndomain = "{domain}"\n'
            f"selectors = [{names}]"
        )


@group.command()
def show(ctx: typer.Context, json: Json = False) -> None:
    """Print the DNS records of the keys that [dkim] names."""
    run = run_of(ctx, json=json)
    settings = settings_of(run)
    if not settings.dkim.selectors:
        raise SettingsError("no [dkim] here, so nothing is signed. Next:  digest dkim keygen", where=str(settings.path))
    tell(run.voice, read(settings, settings.dkim.domain, settings.dkim.selectors))


def domain_of(settings: Settings, given: str) -> str:
    """Return whose name signs: as given, else as the settings have it; SettingsError where nobody says."""
    from digest.settings.build import NOWHERE
    from digest.settings.fields import domain as read_domain

    if given:
        try:
            return read_domain(given)
        except ValueError as e:
            raise typer.BadParameter(str(e), param_hint="--domain") from None
    found = settings.dkim.domain or settings.sender.from_[1].rpartition("@")[2]
    if found == NOWHERE:
        raise SettingsError(
            "nobody says whose name signs; set `from` in [sender], or give --domain", where=str(settings.path)
        )
    return found


def read(settings: Settings, domain: str, selectors: Iterable[str]) -> list[SigningKey]:
    """Return the keys of some selectors; raises SettingsError."""
    from digest.signing import read_key

    return [read_key(settings.data / "keys", domain, selector) for selector in selectors]


def tell(voice: Voice, keys: list[SigningKey]) -> None:
    """Put out the keys' DNS records: as a zone file has them, or as JSON."""
    voice.data(
        [
            {"selector": key.selector, "kind": key.kind, "name": key.place, "type": "TXT"}
            | {"value": key.record, "strings": strings(key.record)}
            for key in keys
        ],
        lambda: "\n".join(zone_line(key.place, key.record) for key in keys),
    )


def strings(text: str) -> list[str]:
    """Return a record's text in strings of at most 255 characters.

    >>> [len(part) for part in strings("k" * 600)]
    [255, 255, 90]
    """
    return [text[at : at + STRING] for at in range(0, len(text), STRING)]


def zone_line(name: str, text: str) -> str:
    """Return a TXT record as a zone file has it (RFC 1035, 5.1).

    >>> zone_line("d1._domainkey.brief.example", "v=DKIM1; k=rsa; p=MII")
    'd1._domainkey.brief.example. IN TXT ( "v=DKIM1; k=rsa; p=MII" )'
    """
    quoted = " ".join(f'"{part}"' for part in strings(text))
    return f"{name}. IN TXT ( {quoted} )"
