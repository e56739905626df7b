"""What a source's CSS selectors find on a page (Selectors Level 3, and what cssselect knows of Level 4).

A page can be made for which XPath takes the square of its size: it is asked where that can be ended from outside.
"""

from __future__ import annotations

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from digest.errors import ParseError


def find(source: str, root: HtmlElement, selector: str) -> list[HtmlElement]:
    """Return the elements below `root` that a selector finds, in their order, none inside another one.

    ParseError for one that is none.
    """
    try:
        found = CSSSelector(selector, translator="html")(root)
    except (SelectorError, etree.XPathError, RecursionError) as e:
        raise ParseError(source, f"{selector[:60]!r} is no CSS selector") from e
    chosen = set(found) if isinstance(found, list) else set()
    outermost: list[HtmlElement] = []
    inside = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element in chosen:
            if event == "start" and not inside:
                outermost.append(element)
            inside += 1 if event == "start" else -1
    return outermost
