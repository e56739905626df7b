"""A page to an article's parts: trafilatura says what is text, the page itself its order and its headings.

Passages depend on sub-headings, and what sorts text from menus is apt to drop short lines; so every heading between
the first and the last paragraph of the text is kept, whatever it says; boilerplate among them is another stage's.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from configparser import ConfigParser
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import DEFAULT_CONFIG

from digest.collect.dates import read_date
from digest.collect.encoding import decode
from digest.collect.markup import MOST_TAGS, swarms, tree, walk
from digest.collect.pages.metadata import metadata
from digest.collect.pages.selectors import find
from digest.collect.pages.stubs import CONSENT, PAYWALL, Signs, gap, is_shell, left
from digest.collect.text import line
from digest.errors import ParseError
from digest.model.news import Block, BlockKind, Image

MOST_CHARS: Final = 3_000_000
_MOST_ATTRIBUTES: Final = 100_000
"""In the whole page, which is copied several times over before its text is found."""
_MOST_BREAKS: Final = 20_000
"""So many take a second; from there on the time grows with their square."""
_NOISE: Final = (
    "//nav | //aside | //footer | //script | //style | //noscript"
    " | //header[not(ancestor::article or ancestor::main or descendant::article)]"
)
_EMPTY_PLACE: Final = (
    "//body//*[@id='root' or @id='app' or @id='__next' or @id='__nuxt'][not(*) and not(normalize-space())]"
)
"""Where the usual frameworks write what is not there yet."""
_AGREEMENT: Final = 0.8
"""The part of the text that must be found again in the page for its order to be taken from there."""
_SHORT_CHARS: Final = 1_000
_SHORT: Final = deepcopy(DEFAULT_CONFIG)
_SHORT["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"
_MARKS: Final = re.compile(r"[\W_]+")

# It reports every page without text as an error of the program; here that is a value.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says."""

    title: str
    blocks: tuple[Block, ...]
    """Without the title; never empty, unless `gap` says why."""
    language: str = ""
    author: str = ""
    published_at: datetime | None = None
    """As the page's metadata say, believed by nobody yet."""
    canonical: str = ""
    """Its `rel=canonical` as it stands there."""
    outlet: str = ""
    """The site's own name."""
    image: Image | None = None
    types: tuple[str, ...] = ()
    """What it declares to be, in the words of schema.org."""
    section: str = ""
    gap: str = ""
    """Why the article's text is not on it; `blocks` is what there is of it."""
    notes: tuple[str, ...] = ()
    """What the operator should know, in phrases that begin with what is wrong."""


def page(
    source: str,
    body: bytes,
    *,
    charset: str = "",
    title_known: str = "",
    url: str = "",
    select: str = "",
    remove: str = "",
    timezone: str = "",
) -> Page:
    """Return the article of a page; ParseError where there is no text in it.

    `title_known` is the headline a feed gave: like the page's own it is not repeated among the blocks. `url` is where
    the page was found; a date without a zone is one of `timezone` (IANA, else UTC). `select` and `remove` are CSS
    selectors: of the elements whose text is the article, and of what is none wherever it stands. Where `select` finds
    nothing the page is read as without it, and `notes` says so.
    """
    root = _root(source, body, charset)
    if remove:
        for element in find(source, root, remove):
            if element is not root:
                element.drop_tree()
    about = metadata(root, url)
    shell, chosen = _is_shell(root), _chosen(source, root, select)
    for noise in root.xpath(_NOISE):
        noise.drop_tree()
    seen = tuple(walk(root))
    found = chosen or _article_blocks(source, root, seen)
    blocks = _without_titles(found, (title_known, about.title))
    declared = about.is_article or bool(about.published)
    why = gap(Signs(blocks, seen, about.title, url, about.free, declared, shell))
    if not why and not _has_text(blocks):
        raise ParseError(source, "no text found on the page")
    if why == CONSENT:
        return Page("", (), gap=why)  # whatever it says, it says of itself
    return Page(
        title=about.title,
        blocks=blocks if not why else left(blocks) if why == PAYWALL else (),
        language=about.language,
        author=about.author,
        published_at=read_date(about.published, ZoneInfo(timezone) if timezone else UTC),
        canonical=about.canonical,
        outlet=about.outlet,
        image=about.image,
        types=about.types,
        section=about.section,
        gap=why,
        notes=("`select` finds no text",) if select and not chosen else (),
    )


def _root(source: str, body: bytes, charset: str) -> HtmlElement:
    text = decode(body, charset)
    if len(text) > MOST_CHARS:
        raise ParseError(source, f"a page of more than {MOST_CHARS:,} characters")
    if text.count("<") > MOST_TAGS or swarms(text):
        raise ParseError(source, "a page of too many tags or attributes")
    root = tree(text)
    if root is None:
        raise ParseError(source, "an empty page")
    if root.xpath("count(//@*)") > _MOST_ATTRIBUTES or root.xpath("count(//br)") > _MOST_BREAKS:
        raise ParseError(source, "a page of too many tags or attributes")
    return root


def _chosen(source: str, root: HtmlElement, select: str) -> tuple[Block, ...]:
    """The text of the elements that a selector finds; empty where there is none in them."""
    blocks = tuple(block for each in find(source, root, select) for block in walk(each)) if select else ()
    return blocks if _has_text(blocks) else ()


def _is_shell(root: HtmlElement) -> bool:
    told = (line(each.text_content()[:1_000]) for each in islice(root.iter("noscript"), 10))
    return is_shell(told, bool(root.xpath(_EMPTY_PLACE)))


def _has_text(blocks: Sequence[Block]) -> bool:
    return any(block.kind is BlockKind.PARAGRAPH for block in blocks)


def _article_blocks(source: str, root: HtmlElement, seen: Sequence[Block]) -> Sequence[Block]:
    text = _text(source, root, DEFAULT_CONFIG)
    if _chars(text) < _SHORT_CHARS:
        # What it takes for too short, it runs together into one paragraph with all that stands around.
        apart = _text(source, root, _SHORT)
        text = apart if 2 * _chars(apart) >= _chars(text) else text
    return arrange(seen, text)


def _text(source: str, root: HtmlElement, config: ConfigParser) -> Sequence[Block]:
    try:
        # It works on the tree it is given, and takes it apart.
        found = trafilatura.bare_extraction(
            deepcopy(root), include_comments=False, include_tables=False, deduplicate=False, config=config
        )
    except Exception as e:  # hostile markup trips it in more ways than it names
        raise ParseError(source, "no text found on the page") from e
    body = getattr(found, "body", None)
    return tuple(walk(body)) if body is not None else ()


def _chars(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def arrange(seen: Sequence[Block], text: Sequence[Block]) -> Sequence[Block]:
    """Return the blocks of the text as the page has them, with every heading that the page has between them.

    `seen` is all that the page shows, `text` what was taken for its article; where the two disagree, only the text.
    """
    wanted = Counter(_key(block) for block in text)
    kept: list[int] = []
    for n, block in enumerate(seen):
        if wanted[_key(block)] > 0:
            wanted[_key(block)] -= 1
            kept.append(n)
    paragraphs = [n for n in kept if seen[n].kind is BlockKind.PARAGRAPH]
    if not paragraphs or sum(len(seen[n].text) for n in kept) < _AGREEMENT * _chars(text):
        return text
    chosen = set(kept)
    between = range(paragraphs[0], paragraphs[-1])
    return [b for n, b in enumerate(seen) if n in chosen or (n in between and b.kind is BlockKind.HEADING)]


def _without_titles(blocks: Sequence[Block], titles: Sequence[str]) -> tuple[Block, ...]:
    known = [key for name in titles if (key := _MARKS.sub("", name.casefold()))]
    return tuple(
        b for b in blocks if not (b.kind is BlockKind.HEADING and any(_repeats(_key(b), key) for key in known))
    )


def _repeats(heading: str, headline: str) -> bool:
    # One of the two often carries the outlet's name behind it.
    return heading == headline or (
        len(heading) > 30 and len(headline) > 30 and (heading.startswith(headline) or headline.startswith(heading))
    )


def _key(block: Block) -> str:
    return _MARKS.sub("", block.text.casefold())
