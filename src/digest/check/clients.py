"""What mail programs make of a page: the features it uses against what each of them knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from digest.check.features import features
from digest.check.finding import Area, Finding, Level, some
from digest.check.page import Page
from digest.check.proof import Proof

HARMLESS: Final[Mapping[str, str]] = {
    "css-at-font-face": "the next font of the stack is taken",
    "css-at-media": "the page is fluid without it",
    "css-at-media-hover": "it is an ornament",
    "css-at-media-prefers-color-scheme": "the page stays light",
    "css-at-media-prefers-reduced-motion": "nothing moves",
    "css-animation": "it is an ornament",
    "css-at-keyframes": "it is an ornament",
    "css-border-collapse": "the attributes cellspacing and cellpadding say it too",
    "css-border-radius": "corners are square",
    "css-border-spacing": "the attribute cellspacing says it too",
    "css-box-shadow": "it is an ornament",
    "css-box-sizing": "widths stand in attributes too",
    "css-color-scheme": "the page stays light",
    "css-cursor": "it is an ornament",
    "css-pseudo-class-lang": "long words are set whole",
    "css-direction": "the attribute dir says it too",
    "css-height": "a box grows with what it holds, and spacers have a line height",
    "css-hyphens": "lines break between words",
    "css-important": "it is for the styles by night and on phones only",
    "css-letter-spacing": "letters stand as the font has them",
    "css-max-height": "what is hidden by it is hidden by display too",
    "css-max-width": "tables have their widths",
    "css-min-width": "tables have their widths",
    "css-orphans": "it is for print only",
    "css-outline": "the program draws its own",
    "css-overflow": "what is hidden by it is hidden by display too",
    "css-overflow-wrap": "long words make the page wider",
    "css-pseudo-class-active": "links look as ever",
    "css-pseudo-class-focus": "the program draws its own",
    "css-pseudo-class-hover": "links look as ever",
    "css-pseudo-class-link": "links look as ever",
    "css-pseudo-class-root": "it only says that the page knows the dark",
    "css-pseudo-class-visited": "links look as ever",
    "css-selector-attribute": "it is for one program's own dark",
    "css-selector-child": "it is for the styles by night and on phones only",
    "css-table-layout": "tables have their widths",
    "css-text-decoration-color": "the line has the text's colour",
    "css-text-decoration-thickness": "the line is as thick as ever",
    "css-text-overflow": "the text goes on",
    "css-text-shadow": "it is an ornament",
    "css-text-underline-offset": "the line is where it ever is",
    "css-text-wrap": "lines break where they do",
    "css-transition": "it is an ornament",
    "css-visibility": "what is hidden by it is hidden by display too",
    "css-white-space": "a line breaks earlier",
    "css-widows": "it is for print only",
    "css-word-break": "long words make the page wider",
    "css-word-spacing": "words stand as the font has them",
    "css-word-wrap": "long words make the page wider",
    "html-anchor-links": "the link leads nowhere, and the section stands below",
    "html-aria-hidden": "an ornament is read out",
    "html-aria-label": "the page is read without its name",
    "html-body": "its colours stand on what is within",
    "html-dir": "it stands on the page and again within",
    "html-doctype": "programs put their own",
    "html-hidden": "what is hidden by it is hidden by display too",
    "html-lang": "it stands on the page and again within",
    "html-meta-color-scheme": "the page stays light",
    "html-role": "tables are read out as tables",
    "html-semantics": "it is read as a plain block",
    "html-target": "the link opens as ever",
}
"""What some programs do not know and readers do not miss, and why."""
LOST: Final = 0.2
"""Share of readers to whom a feature may be lost before somebody should look."""
AT: Final = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Outlook": ("outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk", "outlook.de", "hotmail.fr"),
    "Apple Mail": ("icloud.com", "me.com", "mac.com"),
    "Yahoo": ("yahoo.com", "ymail.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "aol.com"),
}
"""Mail providers with programs of their own."""


class Table(NamedTuple):
    """What mail programs know."""

    date: str
    """Of the facts, ISO."""
    clients: tuple[str, ...]
    features: Mapping[str, str]
    """For each feature a letter a client: y knows it, a partly, n does not, u nobody knows."""


@lru_cache(maxsize=1)
def table() -> Table:
    """Return the facts that come with the program; `tools/clients.py` makes them."""
    head, *rows = (files("digest.check") / "data" / "clients.tsv").read_text("utf-8").splitlines()
    date, *clients = head.removeprefix("# ").split("\t")
    return Table(date, tuple(clients), dict(row.split("\t") for row in rows))


def clients(proof: Proof, page: Page) -> Iterator[Finding]:
    """Yield which features of a page are lost to many readers, and what the look's lint holds against it."""
    known = table()
    shares = weights(known.clients, proof.crowd.domains)
    used = sorted(features(page) & known.features.keys())
    found = [finding for name in used if (finding := _lost(name, known, shares))]
    found += [Finding(Level.AMBER, Area.CLIENTS, "The look has a fault", fault) for fault in proof.faults]
    yield from found
    if not found:
        text = f"{len(used)} features of HTML and CSS; what programs lack is not missed"
        yield Finding(Level.GREEN, Area.CLIENTS, text, f"facts of {known.date}")


def weights(clients: tuple[str, ...], domains: Mapping[str, int]) -> dict[str, float]:
    """Return the share of readers that each program is supposed to have; their sum is 1.

    People at a provider with programs of its own count to those, all others evenly to all.

    >>> weights(("Gmail on iOS", "Thunderbird"), {"gmail.com": 3, "brief.example": 1})
    {'Gmail on iOS': 0.875, 'Thunderbird': 0.125}
    """
    total = sum(domains.values())
    shares = dict.fromkeys(clients, 0.0)
    rest = 1.0
    for family, its in AT.items():
        own = [client for client in clients if client.startswith(family)]
        share = sum(domains.get(domain, 0) for domain in its) / total if total and own else 0.0
        rest -= share
        for client in own:
            shares[client] += share / len(own)
    return {client: share + rest / len(clients) for client, share in shares.items()}


def _lost(name: str, known: Table, shares: Mapping[str, float]) -> Finding | None:
    if name in HARMLESS:
        return None
    without = [client for client, letter in zip(known.clients, known.features[name], strict=True) if letter == "n"]
    share = sum(shares[client] for client in without)
    if share < LOST:
        return None
    what = name.removeprefix("css-").removeprefix("html-")
    text = f"{'CSS' if name.startswith('css-') else 'HTML'} {what} is lost to about {share:.0%} of readers"
    cure = "do without it in the look, or see that nothing depends on it"
    return Finding(Level.AMBER, Area.CLIENTS, text, some(without, 4), cure=cure)
