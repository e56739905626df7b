"""Which features of HTML and CSS a mail's page uses, by the names that the table of clients has for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from digest.check.css import Declaration, Rule, at_rules, declarations, rules
from digest.check.page import Page
from digest.model.words import listed

ELEMENTS: Final = {f"h{n}": "h1-h6" for n in range(1, 7)} | {
    **dict.fromkeys(("ul", "ol", "dl"), "lists"),
    **dict.fromkeys(
        listed("article aside details figcaption figure footer header main mark nav section summary time"), "semantics"
    ),
}
"""Elements that the table has under another name."""
ATTRIBUTES: Final = listed(
    """
    align aria-describedby aria-hidden aria-label aria-labelledby aria-live background cellpadding cellspacing dir
    height hidden lang popover required role target valign width
    """
)
OTHER_ATTRIBUTES: Final = {
    "loading": "loading-attribute",
    "srcset": "srcset",
    "sizes": "srcset",
    "usemap": "image-maps",
}
PROPERTIES: Final = {
    **dict.fromkeys(("left", "right", "top", "bottom"), "left-right-top-bottom"),
    **dict.fromkeys(("row-gap", "column-gap"), "gap"),
    **dict.fromkeys(("grid-template-columns", "grid-template-rows", "grid-template-areas"), "grid-template"),
    **{f"{box}-{side}": box for box in ("margin", "padding", "border") for side in ("top", "right", "bottom", "left")},
}
"""Properties that the table has under another name."""
FUNCTIONS: Final = {
    "calc": "unit-calc", "clamp": "function-clamp", "min": "function-min", "max": "function-max",
    "light-dark": "function-light-dark", "var": "variables", "rgb": "rgb", "rgba": "rgba",
    "linear-gradient": "linear-gradient", "radial-gradient": "radial-gradient", "conic-gradient": "conic-gradient",
    **dict.fromkeys(("lab", "oklab", "lch", "oklch"), "modern-color"),
}  # fmt: skip
CALL: Final = re.compile(r"([a-z-]+)\(")
UNIT: Final = re.compile(r"(?<![\w#])-?[\d.]+(ch|cm|em|ex|in|mm|pc|pt|px|rem|vh|vmax|vmin|vw|%)(?!\w)")
SYSTEM_FONT: Final = re.compile(r"\b(?:system-ui|ui-(?:serif|sans-serif|rounded|monospace))\b")
STRINGS: Final = re.compile(r"\"[^\"]*\"|'[^']*'|url\([^)]*\)")
PSEUDO: Final = re.compile(r"(::?)([a-z-]+)")
MEDIA: Final = ("prefers-color-scheme", "prefers-reduced-motion", "orientation", "hover", "device-pixel-ratio")
IMAGE: Final = re.compile(r"\.(apng|avif|bmp|gif|heif|ico|jpe?g|mp4|png|svg|tiff?|webp)(?:[?#]|$)", re.IGNORECASE)


def features(page: Page) -> frozenset[str]:
    """Return the names of all that a page uses, known to the table or not."""
    found: set[str] = set()
    for element in page.elements:
        found.update(_of_element(element))
        if style := element.get("style"):
            found.update(name for each in declarations(style) for name in _of_declaration(each))
    for rule in rules(page.sheets):
        found.update(_of_selector(rule))
        found.update(name for each in rule.declarations for name in _of_declaration(each))
    for head in at_rules(page.sheets):
        found.update(_of_at_rule(head))
    if page.html.lstrip().lower().startswith("<!doctype html>"):
        found.add("html-doctype")
    return frozenset(found)


def _of_element(element: HtmlElement) -> Iterator[str]:
    tag = str(element.tag)
    if tag in ("input", "button"):
        yield f"html-{tag}-{(element.get('type') or 'text').lower()}"
    else:
        yield f"html-{ELEMENTS.get(tag, tag)}"
    for name, value in element.attrib.items():
        if name in ATTRIBUTES:
            yield f"html-{name}"
        elif name in OTHER_ATTRIBUTES:
            yield f"html-{OTHER_ATTRIBUTES[name]}"
        elif name == "href" and tag == "a":
            yield from ("html-mailto-links",) if value.startswith("mailto:") else ()
            yield from ("html-anchor-links",) if value.startswith("#") else ()
        elif name == "src" and tag == "img":
            yield from _of_image(str(value))
    if tag == "meta" and element.get("name") == "color-scheme":
        yield "html-meta-color-scheme"


def _of_image(source: str) -> Iterator[str]:
    if source.startswith("data:"):
        yield "image-base64"
    elif found := IMAGE.search(source):
        kind = found[1].lower()
        yield f"image-{ {'jpeg': 'jpg', 'tif': 'tiff'}.get(kind, kind) }"


def _of_declaration(each: Declaration) -> Iterator[str]:
    if each.name.startswith(("mso-", "-ms-", "-webkit-", "-moz-")):
        return  # of one client, and nothing to the others
    name = "variables" if each.name.startswith("--") else PROPERTIES.get(each.name, each.name)
    yield f"css-{name}"
    value = STRINGS.sub("", each.value.lower())
    if name in ("display", "flex-wrap"):
        yield f"css-{name}-{value}"
    yield from (f"css-{FUNCTIONS[call]}" for call in CALL.findall(value) if call in FUNCTIONS)
    yield from (f"css-unit-{'percent' if unit == '%' else unit}" for unit in UNIT.findall(value))
    if value == "initial":
        yield "css-unit-initial"
    if name in ("font", "font-family") and SYSTEM_FONT.search(value):
        yield "css-sytem-ui"  # as the table spells it
    if each.important:
        yield "css-important"


def _of_selector(rule: Rule) -> Iterator[str]:
    bare = STRINGS.sub("", rule.selector)
    if "[" in bare:
        yield "css-selector-attribute"
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    for colons, name in PSEUDO.findall(bare):
        yield f"css-pseudo-{'element' if colons == '::' else 'class'}-{name}"
    for mark, name in ((">", "child"), ("+", "adjacent-sibling"), ("~", "general-sibling"), ("*", "universal")):
        if mark in bare:
            yield f"css-selector-{name}"
    yield from ("css-selector-class",) if "." in bare else ()
    yield from ("css-selector-id",) if "#" in bare else ()


def _of_at_rule(head: str) -> Iterator[str]:
    name = head[1:].split(" ")[0]
    yield f"css-at-{name.partition('(')[0]}"
    if name.startswith("media"):
        yield from (f"css-at-media-{each}" for each in MEDIA if each in head)
