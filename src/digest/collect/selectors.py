"""What a source's CSS selectors find on a page (Selectors Level 3, and what cssselect knows of Level 4).

XPath finds what each simple part names; how the parts stand to each other is worked out here, in one walk through the
page for each, since the merging of node sets that XPath does for `div p` grows with the square of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from cssselect import HTMLTranslator, SelectorError, parse
from cssselect.parser import CombinedSelector
from lxml import etree
from lxml.html import HtmlElement

from digest.errors import ParseError

Found: TypeAlias = set[etree._Element]

_MOST_CHARS: Final = 500
_MOST_SIBLINGS: Final = 4_000
"""`:nth-child()` counts the children of an element for each of them."""
_TRANSLATOR: Final = HTMLTranslator()


def find(source: str, root: HtmlElement, selector: str) -> list[HtmlElement]:
    """Return the elements below `root` that a selector finds, in their order, none inside another one.

    ParseError for one that is none, and for a page on which it would take long.
    """
    if root.xpath("boolean(//*[count(*) > $most])", most=_MOST_SIBLINGS):
        raise ParseError(source, f"a page with more than {_MOST_SIBLINGS:,} elements in a row")
    try:
        found = _matches(root, selector[: _MOST_CHARS + 1])
    except (SelectorError, etree.XPathError, RecursionError) as e:
        raise ParseError(source, f"{selector[:60]!r} is no CSS selector") from e
    outermost, inside = [], 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element in found:
            if event == "start" and not inside and isinstance(element, HtmlElement):
                outermost.append(element)
            inside += 1 if event == "start" else -1
    return outermost


def _matches(root: HtmlElement, selector: str) -> Found:
    if len(selector) > _MOST_CHARS:
        raise SelectorError("longer than any that is meant")
    found: Found = set()
    for each in parse(selector):
        if each.pseudo_element:
            raise SelectorError("a pseudo-element has no text on the page")
        found |= _below(root, each.parsed_tree)
    return found


def _below(root: HtmlElement, part: Any) -> Found:
    if isinstance(part, CombinedSelector):
        left, right = _below(root, part.selector), _below(root, part.subselector)
        return _RELATIONS[part.combinator](root, left, right)
    named = etree.XPath(f"descendant-or-self::{_TRANSLATOR.xpath(part)}")(root)
    return {element for element in named if isinstance(element, etree._Element)} if isinstance(named, list) else set()


def _descendants(root: HtmlElement, left: Found, right: Found) -> Found:
    found: Found = set()
    above = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        above -= event == "end" and element in left
        if event == "start" and above and element in right:
            found.add(element)
        above += event == "start" and element in left
    return found


def _children(root: HtmlElement, left: Found, right: Found) -> Found:
    return {element for element in right if element.getparent() in left}


def _next(root: HtmlElement, left: Found, right: Found) -> Found:
    return {element for element in right if element.getprevious() in left}


def _later(root: HtmlElement, left: Found, right: Found) -> Found:
    found: Found = set()
    parents: Found = set()
    for element in root.iter():
        parent = element.getparent()
        if parent is None:
            continue
        if element in right and parent in parents:
            found.add(element)
        if element in left:
            parents.add(parent)
    return found


_RELATIONS: Final[Mapping[str, Callable[[HtmlElement, Found, Found], Found]]] = {
    " ": _descendants,
    ">": _children,
    "+": _next,
    "~": _later,
}
