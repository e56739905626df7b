"""The rules of a robots.txt (RFC 9309): what is said in one, and whether it lets us fetch a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from digest.collect.escapes import respelt

AGENT: Final = "digest"
"""The name by which rules address us."""
MOST_BYTES: Final = 500 * 1_024
"""Of a robots.txt that are read (RFC 9309, 2.5); the rest is as if it were not there."""
_DELAY: Final = re.compile(r"\d{1,5}(?:\.\d{1,3})?")
_TOKEN: Final = re.compile(r"[A-Za-z_-]+|\*")
_STARS: Final = re.compile(r"\*{2,}")
_LINE: Final = re.compile(r"\r\n?|\n")
_SAFE: Final = "!$&'()*+,;=:@/?[]"
"""What may stand in an address as it is."""
_IN_QUERY: Final = ":/?[]@"
"""What says the same in a query whether escaped or not, as the example of RFC 9309, 2.2.2 has it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host asks of us."""

    patterns: tuple[tuple[str, bool], ...] = ()
    """Each with whether it allows; the most specific first."""
    delay: timedelta = timedelta()
    """How long it wants us to wait between two pages; nothing where it does not say."""

    def allow(self, url: str) -> bool:
        """Return whether a page may be fetched: the longest pattern decides, and of two as long the one that allows.

        >>> Rules((("/news/*.html$", True), ("/news/", False))).allow("https://ilma.example/news/a.html")
        True
        """
        parts = urlsplit(url)
        asked = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        path = _spelt(asked).replace("*", "%2A").replace("$", "%24")
        return path == "/robots.txt" or next((allows for said, allows in self.patterns if matches(said, path)), True)


def parse(body: bytes, agent: str = AGENT) -> Rules:
    r"""Return the rules for us in a robots.txt: those of all groups that name us, else of all groups for everyone.

    Lines that cannot be read are passed over. A Crawl-delay is no part of the standard, yet many ask for one.

    >>> parse(b"\xef\xbb\xbfUser-agent: *\nCrawl-delay: 2\nDisallow: /paid/\nAllow: /paid/free\n")
    Rules(patterns=(('/paid/free', True), ('/paid/', False)), delay=datetime.timedelta(seconds=2))
    """
    groups = list(_groups(_fields(body), agent.lower()))
    own = [(name, value) for names, name, value in groups if agent.lower() in names]
    named = any(agent.lower() in names for names, _, _ in groups)
    ours = own if named else [(name, value) for names, name, value in groups if "*" in names]
    lines = {(value, name == "allow") for name, value in ours if name in ("allow", "disallow") and value}
    said = {(_pattern(value), allows) for value, allows in lines}
    delays = [float(value) for name, value in ours if name == "crawl-delay" and _DELAY.fullmatch(value)]
    return Rules(
        tuple(sorted(said, key=lambda each: (-len(each[0]), not each[1], each[0]))),
        timedelta(seconds=max(delays, default=0)),
    )


def matches(pattern: str, path: str) -> bool:
    """Return whether a path begins as a pattern says: `*` is any characters, `$` at the end the end of the path.

    Both are spelt alike. Takes no more than a look at each character for each part of the pattern.

    >>> [matches(p, "/news/a.html") for p in ("/news", "/*.html$", "/*/b", "/news$", "/n*a*$")]
    [True, True, False, False, True]
    """
    ends = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not others:
        return not ends or at == len(path)
    *middle, last = others
    for part in middle:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return len(path) - len(last) >= at and path.endswith(last) if ends else path.find(last, at) >= 0


def _fields(body: bytes) -> Iterator[tuple[str, str]]:
    text = body[:MOST_BYTES].decode("utf-8-sig", "replace")
    lines = _LINE.split(text)
    if len(body) > MOST_BYTES:
        lines.pop()  # cut, it might say what nobody meant
    for each in lines:
        name, _, value = each.partition("#")[0].partition(":")
        yield name.strip().lower(), value.strip()


def _groups(fields: Iterable[tuple[str, str]], agent: str) -> Iterator[tuple[frozenset[str], str, str]]:
    """Yield each rule with those of `*` and the agent whom its group is for; each group also an empty rule."""
    names: set[str] = set()
    open_group = False
    for name, value in fields:
        if name == "user-agent":
            names = names if open_group else set()
            open_group = True
            token = _TOKEN.match(value)
            names |= {agent, "*"} & {token[0].lower()} if token else set()
            yield frozenset(names), "", ""
        elif name in ("allow", "disallow", "crawl-delay"):
            # Only rules end the list of names: what else there is "MUST NOT interfere" (RFC 9309, 2.2.4).
            open_group = open_group and name == "crawl-delay"
            yield frozenset(names), name, value


def _pattern(value: str) -> str:
    said = _STARS.sub("*", _spelt(value if value.startswith(("/", "*")) else f"/{value}"))
    end = "$" if said.endswith("$") else ""
    return said.removesuffix("$").replace("$", "%24") + end


def _spelt(address: str) -> str:
    path, mark, query = address.partition("?")
    return respelt(path, _SAFE) + mark + respelt(query, _SAFE, _IN_QUERY)
