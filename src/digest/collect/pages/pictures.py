"""The lead picture of an article: what its page names for it, else the first that it shows in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from digest.collect.pages.linked import Node, name, values
from digest.collect.text import line, shorten, web_link
from digest.model.news import Image

_ALT_CHARS: Final = 300
_SMALLEST: Final = 100
"""Pixels a side; what is smaller is a sign, a face beside a name, or counts who reads."""
_MOST: Final = 50
_SOURCES: Final = ("src", "data-src", "data-original", "data-lazy-src")
_FIGURES: Final = (
    "//figure//img[not(ancestor::nav or ancestor::aside or ancestor::footer"
    " or ancestor::header[not(ancestor::article or ancestor::main)])]"
)
_EMPTY: Final = re.compile(r"(?:^|[/_.-])(?:pixel|1x1|blank|spacer|transparent|placeholder)(?:[/_.-]|$)", re.IGNORECASE)


def lead_image(root: HtmlElement, main: Node, metas: Mapping[str, str], base: str) -> Image | None:
    """Return the lead picture; None where there is none at an http or https address.

    `main` is what the page describes as its article, `metas` its meta elements by name, `base` what links start from.
    What the page shows in a figure counts only with a text for those who do not see it.
    """
    shown = tuple(_shown(root, base))
    for url, alt in (_opened(metas, base), *_declared(main, base)):
        if url:
            return Image(url, _alt(alt) or next((other for link, other in shown if _same(link, url)), ""))
    return next((Image(url, alt) for url, alt in shown if alt), None)


def _opened(metas: Mapping[str, str], base: str) -> tuple[str, str]:
    links = (metas.get(key, "") for key in ("og:image:secure_url", "og:image", "og:image:url", "twitter:image"))
    tiny = _is_tiny(metas.get("og:image:width", "")) or _is_tiny(metas.get("og:image:height", ""))
    url = next((url for link in links if (url := _picture(link, base))), "")
    return ("" if tiny else url), metas.get("og:image:alt", "") or metas.get("twitter:image:alt", "")


def _declared(main: Node, base: str) -> Iterator[tuple[str, str]]:
    for each in (*values(main.get("image")), *values(main.get("thumbnailUrl"))):
        if isinstance(each, str):
            yield _picture(each, base), ""
        elif isinstance(each, dict) and not any(_is_tiny(str(each.get(side, ""))[:20]) for side in ("width", "height")):
            yield _picture(name(each.get("url") or each.get("contentUrl")), base), name(each.get("caption"))


def _shown(root: HtmlElement, base: str) -> Iterator[tuple[str, str]]:
    for img in islice(root.xpath(_FIGURES), _MOST):
        if any(_is_tiny(img.get(side, "")) for side in ("width", "height")):
            continue
        links = (*(img.get(key, "") for key in _SOURCES), img.get("srcset", "")[:2_000].strip().partition(" ")[0])
        if url := next((url for link in links if (url := _picture(link, base))), ""):
            yield url, _alt(img.get("alt", ""))


def _picture(link: str, base: str) -> str:
    link = link[:3_000].strip()
    url = web_link(link, base) if link else ""
    return "" if _EMPTY.search(urlsplit(url).path) else url


def _same(one: str, other: str) -> bool:
    return one.partition("?")[0] == other.partition("?")[0]


def _is_tiny(size: str) -> bool:
    number = re.match(r"\d{1,6}", size.strip())
    return number is not None and int(number[0]) < _SMALLEST


def _alt(text: str) -> str:
    return shorten(line(text[: 10 * _ALT_CHARS]), _ALT_CHARS)
