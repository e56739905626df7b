"""Where a mail's links lead: whether they may stand there, and, where somebody asked, whether they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from digest.check.finding import Area, Finding, Level, count, some
from digest.check.page import Page
from digest.check.proof import Proof
from digest.model.links import Asked

TRACKING: Final = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|mc_[ce]id|_hs(?:enc|mi)|mkt_tok"
    r"|oly_(?:anon|enc)_id|vero_id|wickedid|at_(?:medium|campaign|link)\w*|ns_(?:campaign|mchannel)|cmpid|ocid",
    re.IGNORECASE,
)
INSIDE: Final = re.compile(r"(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp)\.?$", re.IGNORECASE)
UNSAID: Final = frozenset({401, 402, 403, 405, 406, 429, 451, 503})
"""Statuses that many sites give to programs and not to people: they say nothing about the page."""


def links(proof: Proof, page: Page) -> Iterator[Finding]:
    """Yield what is to be said of the links."""
    hrefs = list(dict.fromkeys(element.get("href") or "" for element in page.root.iter("a") if element.get("href")))
    found = [*_nowhere(proof), *_hidden(proof, hrefs), *_kinds(proof, hrefs)]
    yield from found
    if proof.asked is not None:
        yield from answers(proof.asked)
    elif not found:
        yield Finding(Level.GREEN, Area.LINKS, f"{count(len(hrefs), 'link')}, not asked: --links asks them")


def targets(html: str, public_url: str) -> tuple[str, ...]:
    """Return the distinct addresses of a page that are somebody else's, without their fragments, as they stand.

    A reader's own links carry tokens, and nobody but the reader may follow them.
    """
    page = Page(html)
    hrefs = (urlsplit(element.get("href") or "")._replace(fragment="").geturl() for element in page.root.iter("a"))
    outside = (href for href in hrefs if href.startswith(("http://", "https://")))
    return tuple(dict.fromkeys(href for href in outside if not href.startswith(f"{public_url}/")))


def _nowhere(proof: Proof) -> Iterator[Finding]:
    for item in proof.items:
        if not item.url and not any(credit.url for credit in item.credits):
            yield Finding(
                Level.AMBER,
                Area.LINKS,
                "A story without a link",
                item.headline[:60],
                (item.anchor,),
                "readers cannot look it up; add `url:` to the front matter of its file, if it is on the web",
            )


def _hidden(proof: Proof, hrefs: Sequence[str]) -> Iterator[Finding]:
    """Yield the issue's own page where it is not shown: its mail leads there, and may leave stories to it alone."""
    page = proof.way.hidden_page
    if page and any(href.partition("#")[0] == page for href in hrefs):
        lost = max(one.folded for one in proof.prints)
        yield Finding(
            Level.RED if lost else Level.AMBER,
            Area.LINKS,
            "The mail leads to a page that is not shown",
            page + (f"; {count(lost, 'story', 'stories')} would stand there alone" if lost else ""),
            cure=f"say archive = true in lists.toml for each of its lists: {', '.join(proof.edition.lists)}",
        )


def _kinds(proof: Proof, hrefs: Sequence[str]) -> Iterator[Finding]:
    own = proof.way.public_url
    others = [href for href in hrefs if href != own and not href.startswith(f"{own}/")]
    inside = [href for href in others if href.startswith("http") and leads_inside(href)]
    if proof.way.leaves and inside:
        yield Finding(
            Level.RED,
            Area.LINKS,
            "Links that lead into this network",
            some(_hosts(inside)),
            cure="readers elsewhere cannot follow them; link what is public, or hold the story back",
        )
    if proof.way.leaves and leads_inside(own):
        yield Finding(
            Level.RED,
            Area.LINKS,
            "The readers' own pages are in this network",
            own,
            cure="set `public_url` in [digest] to an https address that readers reach",
        )
    plain = [href for href in others if href.startswith("http://") and href not in inside]
    if plain:
        yield _amber(
            f"{count(len(plain), 'link')} without encryption", some(_hosts(plain)), "use https where the site has it"
        )
    if tracked := [href for href in others if _tracking(href)]:
        names = sorted({name for href in tracked for name in _tracking(href)})
        yield _amber(f"{count(len(tracked), 'link')} with tracking", some(names), "take the parameters out")


def leads_inside(url: str) -> bool:
    """Return whether an address can only be one of a private network, by what stands in it.

    >>> [leads_inside(url) for url in ("http://10.0.0.7/a", "http://desk/a", "https://wiki.local/", "https://a.example/")]
    [True, True, True, False]
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host.rstrip(".") or bool(INSIDE.search(host))


def _tracking(url: str) -> list[str]:
    return [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True) if TRACKING.fullmatch(name)]


def _hosts(hrefs: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(urlsplit(href).netloc for href in hrefs))


# ------------------------------------------------------------------------------------------------------------ answers


def answers(asked: Sequence[Asked]) -> Iterator[Finding]:
    """Yield what links answered: one finding for each that is dead, and one line for all."""
    unsaid = [one for one in asked if one.status in UNSAID]
    dead = [one for one in asked if not _lives(one) and one not in unsaid]
    for one in dead:
        said = one.reason or f"answered {one.status}"
        yield _amber(
            "A link that does not answer", f"{one.url}: {said}", "look at it in a browser; link another report"
        )
    for one in asked:
        if _lives(one) and urlsplit(one.url).scheme == "https" and urlsplit(one.at).scheme == "http":
            yield _amber(
                "A link that gives up encryption", f"{one.url} leads to {one.at}", "link where it leads safely"
            )
    if not dead:
        slow = max((one.took.total_seconds() for one in asked), default=0.0)
        elsewhere = [one for one in asked if _lives(one) and _place(one.at) != _place(one.url)]
        seen = [f"slowest {slow:.1f} s"]
        seen += [f"{len(unsaid)} refuse programs"] if unsaid else []
        seen += [f"{urlsplit(one.url).netloc} leads to {one.at}" for one in elsewhere[:2]]
        yield Finding(Level.GREEN, Area.LINKS, f"{len(asked) - len(unsaid)} of {len(asked)} answer", "; ".join(seen))


def _lives(one: Asked) -> bool:
    return 200 <= one.status < 400


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc.removeprefix("www."), parts.path.rstrip("/")


def _amber(text: str, seen: str, cure: str) -> Finding:
    return Finding(Level.AMBER, Area.LINKS, text, seen, cure=cure)
