"""What the readers' pages say: the mail's labels with the words of the pages laid over them, a language each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from digest.render import Look
from digest.render.labels import Labels, nearest
from digest.web.templates import PAGES

LONGEST: Final = 500
"""Characters of an Accept-Language header that are looked at."""


@cache
def spoken() -> Mapping[str, Mapping[str, str]]:
    """Return the pages' own words by language."""
    files = sorted((PAGES / "readers" / "words").glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in files}


def words(pages: Look) -> dict[str, Labels]:
    """Return the labels of every language that both the mail and the pages speak, each with all its words."""
    found = {}
    for language, own in spoken().items():
        if language in pages.labels:
            mail = pages.labels[language]
            found[language] = replace(mail, messages={**mail.messages, **own})
    return found


def choose(known: Mapping[str, Labels], *, asked: str, own: str, accept: str, site: str) -> Labels:
    """Return the words for a reader: in the language they ask for, chose once, or their browser names; or the site's.

    `asked` comes from the page's switch, `own` from their subscription, `accept` is an Accept-Language header.
    Raises LookError where no language at all has words.
    """
    return nearest(known, *(name for name in (asked, own, *accepted(accept), site) if name))


def accepted(header: str) -> Iterable[str]:
    """Return the languages of an Accept-Language header (RFC 9110, 12.5.4), the most wanted first.

    >>> accepted("de-AT;q=0.8, uk, *;q=0.1, pl;q=0, en;q=nan")
    ['uk', 'de-AT']
    """
    wanted = []
    for part in header[:LONGEST].split(","):
        tag, _, weight = part.partition(";")
        quality = _quality(weight)
        if quality > 0 and tag.strip() not in ("", "*"):
            wanted.append((quality, tag.strip()))
    return [tag for _, tag in sorted(wanted, key=lambda each: -each[0])]


def _quality(text: str) -> float:
    """Return the weight that `q=…` gives, 1 where there is none, 0 for what is no weight."""
    _, found, value = text.partition("=")
    if not found:
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
