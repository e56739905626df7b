"""A mail's page as a mail program would style it: each run of text with its colours and its size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final, NamedTuple

import lxml.html
from cssselect import ExpressionError, HTMLTranslator, SelectorError, parse
from lxml.etree import XPath
from lxml.html import HtmlElement

from digest.check.colours import Colour, colour
from digest.check.css import Rule, declarations, rules

WHITE: Final = Colour(255, 255, 255)
BLACK: Final = Colour(0, 0, 0)
BODY_SIZE: Final = 16.0
PROPERTIES: Final = frozenset(
    {"color", "background-color", "background", "font-size", "font-weight", "display", "line-height", "font"}
)
LENGTH: Final = re.compile(r"(-?[0-9]{0,9}\.?[0-9]{1,20})(px|pt|em|rem|%)?")
WEIGHT: Final = re.compile(r"[0-9]{1,4}")
SCREEN_WIDTH: Final = re.compile(r"\(max-width:([0-9]{1,9})px\)")
PHONE: Final = 375


class Scheme(Enum):
    """What a page is shown on."""

    LIGHT = "light"
    DARK = "dark"
    PHONE = "on a phone"


class Run(NamedTuple):
    """A run of text as it is seen."""

    text: str
    element: HtmlElement
    colour: Colour
    ground: Colour
    size: float
    """CSS pixels."""
    bold: bool


class _Seen(NamedTuple):
    colour: Colour
    ground: Colour
    size: float
    bold: bool


Style = dict[str, str]
_Weight = tuple[bool, tuple[int, int, int, int], int]


@dataclass(frozen=True)
class Page:
    """A mail's HTML, parsed once."""

    html: str

    @cached_property
    def root(self) -> HtmlElement:
        """The `html` element."""
        return lxml.html.document_fromstring(self.html.encode("utf-8"), lxml.html.HTMLParser(encoding="utf-8"))

    @cached_property
    def sheets(self) -> str:
        """The text of all style elements."""
        return "\n".join(element.text or "" for element in self.root.iter("style"))

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of its style sheets that speak of colour, size or display."""
        every = rules(self.sheets)
        return tuple(rule for rule in every if any(each.name in PROPERTIES for each in rule.declarations))

    @cached_property
    def elements(self) -> tuple[HtmlElement, ...]:
        """Its elements in order, comments aside."""
        return tuple(element for element in self.root.iter() if isinstance(element.tag, str))

    def runs(self, scheme: Scheme) -> Iterator[Run]:
        """Yield the text that can be seen, run by run."""
        body = self.root.find("body")
        if body is None:
            return
        styles = self._styles(scheme)
        yield from _runs(body, styles, _seen(self.root, styles, _Seen(BLACK, WHITE, BODY_SIZE, bold=False)))

    def _styles(self, scheme: Scheme) -> dict[HtmlElement, Style]:
        """Return for each element what the sheets and its own attribute say, the stronger word kept (CSS Cascade 4)."""
        won: dict[HtmlElement, dict[str, tuple[_Weight, str]]] = {}

        def say(element: HtmlElement, name: str, value: str, weight: _Weight) -> None:
            said = won.setdefault(element, {})
            if name not in said or said[name][0] <= weight:
                said[name] = (weight, value)

        for order, rule in enumerate(self.rules):
            if not _holds(rule.media, scheme):
                continue
            for specificity, path in _selected(rule.selector):
                for element in matched(path, self.root):
                    for each in rule.declarations:
                        if each.name in PROPERTIES:
                            say(element, each.name, each.value, (each.important, (0, *specificity), order))
        for element in self.elements:
            if ground := element.get("bgcolor"):
                say(element, "background-color", ground, (False, (-1, 0, 0, 0), -1))
            for each in declarations(element.get("style") or ""):
                if each.name in PROPERTIES:
                    say(element, each.name, each.value, (each.important, (1, 0, 0, 0), 0))
        return {element: {name: value for name, (_, value) in said.items()} for element, said in won.items()}


def matched(path: XPath, root: HtmlElement) -> list[HtmlElement]:
    """Return the elements that a path leads to."""
    found = path(root)
    return [each for each in found if isinstance(each, HtmlElement)] if isinstance(found, list) else []


_KNOWN: dict[str, list[tuple[tuple[int, int, int], XPath]]] = {}


def _selected(selector: str) -> list[tuple[tuple[int, int, int], XPath]]:
    """Return a selector's specificity and its path; nothing for one that no standing page matches (`:hover`)."""
    if selector not in _KNOWN:
        try:
            made = [
                (each.specificity(), XPath(HTMLTranslator().selector_to_xpath(each, translate_pseudo_elements=False)))
                for each in parse(selector)
                if each.pseudo_element is None
            ]
        except (SelectorError, ExpressionError):
            made = []
        if len(_KNOWN) > 1_000:
            _KNOWN.clear()
        _KNOWN[selector] = made
    return _KNOWN[selector]


def _holds(media: tuple[str, ...], scheme: Scheme) -> bool:
    for condition in media:
        width = SCREEN_WIDTH.search(condition)
        if "print" in condition and "screen" not in condition:
            return False
        if "prefers-color-scheme:dark" in condition and scheme is not Scheme.DARK:
            return False
        if width and not (scheme is Scheme.PHONE and int(width[1]) >= PHONE):
            return False
    return True


def _runs(element: HtmlElement, styles: dict[HtmlElement, Style], around: _Seen) -> Iterator[Run]:
    if styles.get(element, {}).get("display", "").startswith("none") or element.tag in ("style", "script", "title"):
        return
    seen = _seen(element, styles, around)
    pieces = [element.text or ""]
    for inner in element:
        if isinstance(inner.tag, str):
            yield from _runs(inner, styles, seen)
        pieces.append(inner.tail or "")
    text = " ".join(" ".join(pieces).replace("\u00a0", " ").split())
    if text:
        yield Run(text, element, *seen)


def _seen(element: HtmlElement, styles: dict[HtmlElement, Style], around: _Seen) -> _Seen:
    style = styles.get(element, {})
    ground = colour(style.get("background-color") or style.get("background", ""), around.ground) or around.ground
    weight = style.get("font-weight", "")
    heading = element.tag in ("h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th")
    bold = (weight in ("bold", "bolder") or (bool(WEIGHT.fullmatch(weight)) and int(weight) >= 600)) if weight else None
    return _Seen(
        colour(style.get("color", ""), ground) or around.colour,
        ground,
        pixels(style.get("font-size", ""), around.size),
        bold=heading or around.bold if bold is None else bold,
    )


def pixels(value: str, around: float) -> float:
    """Return a length in CSS pixels, `around` where it is none; `em` and `%` are of `around`.

    >>> pixels("1.5em", 16), pixels("12pt", 16), pixels("large", 16)
    (24.0, 16.0, 16)
    """
    found = LENGTH.fullmatch(value.strip().lower())
    if found is None:
        return around
    number, unit = float(found[1]), found[2] or "px"
    factor = {"px": 1.0, "pt": 4 / 3, "em": around, "rem": BODY_SIZE, "%": around / 100}[unit]
    return number * factor
