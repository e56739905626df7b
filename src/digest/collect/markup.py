"""HTML to blocks: a walk over a tree that keeps headings and paragraphs and drops what is no text of the article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from digest.collect.encoding import as_xml
from digest.collect.text import line
from digest.model.news import Block, BlockKind

_LEVELS: Final = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_ASIDE: Final = frozenset({"nav", "aside", "footer", "figcaption", "dialog", "menu"})
_SILENT: Final = _ASIDE | {
    *(
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
    ),
    *("button", "select", "textarea", "input", "head", "title", "graphic"),
}
_CAPTIONS: Final = frozenset(
    {
        *(
            "caption",
            "wp-caption",
            "wp-caption-text",
            "image-caption",
            "img-caption",
            "photo-caption",
            "picture-caption",
        ),
        *("media-caption", "figure-caption", "caption-text", "image-credit", "photo-credit", "picture-credit"),
    }
)
"""Classes of what stands below a picture where no `figcaption` does."""
_BREAKING: Final = _ASIDE | {
    *("address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset"),
    *("figure", "form", "header", "hr", "html", "legend", "li", "main", "ol", "p", "pre", "section", "summary"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "item", "list", "quote"),
}
MOST_TAGS: Final = 60_000
_MOST_ATTRIBUTES: Final = 2_000
# The first letter, then what is quoted as a whole; without any way back, so that it takes one look at each character.
_OPENING: Final = re.compile(r"""<[A-Za-z](?:[^>"']++|"[^"]*"|'[^']*')*+""")
_LONG_TAG: Final = 4_000
_FEW_CHARS: Final = 10_000
"""However many attributes there are in so little, they take no time."""
_QUOTED: Final = re.compile(r""""[^"]*"|'[^']*'""")
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def swarms(text: str) -> bool:
    """Return whether an element has thousands of attributes, over which parsers take minutes.

    >>> swarms("<p " + " ".join(f"a{n}='1'" for n in range(3_000)) + ">"), swarms("<p>" + "a = b. " * 9_000)
    (True, False)
    """
    if len(text) <= _FEW_CHARS:
        return False
    tags = (tag for tag in _OPENING.finditer(text) if tag.end() - tag.start() > _LONG_TAG)
    return any(_attributes(tag[0]) > _MOST_ATTRIBUTES for tag in tags)


def _attributes(tag: str) -> int:
    bare = _QUOTED.sub(" ", tag)
    return max(len(bare.split()), bare.count("="), bare.count("/"))


def tree(text: str) -> HtmlElement | None:
    """Return the tree of a page or a bit of HTML; None where there is nothing in it. No address in it is ever asked."""
    # Given as bytes: lxml refuses a str that names an encoding. The parser is new, since lxml locks one during a parse.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        return document_fromstring(as_xml(text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError):
        return None


def blocks_of(markup: str) -> tuple[Block, ...]:
    """Return the headings and paragraphs of a bit of HTML, such as a feed's own text.

    >>> [(b.kind.value, b.text) for b in blocks_of("<h3>Bridge</h3>Open<br><br>again <b>now</b><script>x</script>")]
    [('heading', 'Bridge'), ('paragraph', 'Open'), ('paragraph', 'again now')]
    """
    if not markup.strip() or markup.count("<") > MOST_TAGS or swarms(markup):
        return ()
    root = tree(f"<div>{markup}</div>")
    return tuple(walk(root)) if root is not None else ()


def walk(root: etree._Element) -> Iterator[Block]:
    """Yield the blocks below an element in reading order; it may be HTML or what trafilatura makes of it.

    What is no text of an article is passed over, but never the element itself.
    """
    text: list[str] = []
    level = breaks = depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else "script"
        silent = element is not root and _is_silent(element, tag)
        depth += silent if event == "start" else -silent
        if depth:
            continue
        head = _level(element, tag)
        broken = tag in _BREAKING or bool(head)
        if tag in ("br", "lb") and event == "start":
            breaks += 1
            text.append(" ")
            # Two line breaks in a row are how feeds without paragraphs write one.
            broken = breaks == 2
        if broken:
            yield from _block(text, level)
            text, breaks = [], 0
        if head:
            level = head if event == "start" else 0
        said = element.text if event == "start" else element.tail if element is not root else None
        if said:
            text.append(said)
            breaks = 0 if said.strip() else breaks
    yield from _block(text, level)


def _block(text: list[str], level: int) -> Iterator[Block]:
    words = line("".join(text))
    if any(c.isalnum() for c in words):
        yield Block(BlockKind.HEADING, words, level) if level else Block(BlockKind.PARAGRAPH, words)


def _level(element: etree._Element, tag: str) -> int:
    if tag == "head" and element.get("rend"):  # trafilatura's word for a heading
        return _LEVELS.get(element.get("rend", ""), 2)
    return _LEVELS.get(tag, 0)


def _is_silent(element: etree._Element, tag: str) -> bool:
    if tag == "head" and element.get("rend"):
        return False
    if tag in _SILENT or element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    classes = element.get("class")
    if classes and not _CAPTIONS.isdisjoint(classes.lower().split()):
        return True
    style = element.get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None
