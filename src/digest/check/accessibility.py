"""What a reader with a screen reader, weak eyes or a thumb would hold against a mail (WCAG 2.2, AA)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from digest.check.colours import ENOUGH, ENOUGH_LARGE, contrast
from digest.check.css import declarations
from digest.check.finding import Area, Finding, Level, quoted, some
from digest.check.page import Page, Run, Scheme, pixels

VAGUE: Final = frozenset(
    {
        *("here", "click", "click here", "more", "read more", "link", "this", "this link", "continue", "details"),
        *("тут", "далі", "здесь", "далее", "hier", "mehr", "ici", "aquí", "tutaj", "więcej", "هنا"),
    }
)
"""Names of links that say nothing without the sentence around them."""
HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
READING: Final = 14.0
"""CSS pixels of what most of a mail is set in, at least."""
SMALLEST: Final = 12.0
LARGE, LARGE_BOLD = 24.0, 18.66
"""CSS pixels from which text is large (WCAG 2.2: 18 points, or 14 bold)."""
TAP: Final = 44.0
"""CSS pixels that a button is high, at least."""
FACTOR: Final = re.compile(r"[0-9]{0,9}\.?[0-9]{1,20}")
"""A line's height in sizes of its font."""
SPACER: Final = re.compile(r"^\W*$")


def accessibility(page: Page) -> Iterator[Finding]:
    """Yield what is to be said of a mail's page."""
    found = [
        *_document(page),
        *_headings(page),
        *_images(page),
        *_tables(page),
        *_links(page),
        *_contrast(page),
        *_sizes(page),
        *_taps(page),
    ]
    yield from found
    if not found:
        yield Finding(Level.GREEN, Area.ACCESSIBILITY, "Language, headings, contrast by day and night, sizes, links")


def _document(page: Page) -> Iterator[Finding]:
    language = (page.root.get("lang") or "").lower()
    if not language or language == "und":
        yield _amber("The page does not say its language", cure='set lang on <mjml>: <mjml lang="{{ page.language }}">')
    title = page.root.find("head/title")
    if title is None or not (title.text or "").strip():
        yield _amber("The page has no title", cure="give it one with <mj-title>")


def _headings(page: Page) -> Iterator[Finding]:
    levels = [int(e.tag[1]) for e in page.elements if e.tag in HEADINGS]
    if levels.count(1) != 1:
        yield _amber(f"{levels.count(1)} main headings", cure="have exactly one h1")
    before = 0
    for element, level in zip((e for e in page.elements if e.tag in HEADINGS), levels, strict=True):
        if level > before + 1:
            text = quoted(_words(element), 40)
            yield _amber(f"Headings skip from h{before} to h{level}", text, cure="go down one level at a time")
            return
        before = level


def _images(page: Page) -> Iterator[Finding]:
    silent = [e.get("src") or "" for e in page.root.iter("img") if e.get("alt") is None]
    if silent:
        yield _amber(
            f"{len(silent)} pictures without alt", some(silent, 2), cure="say what each shows; alt='' for ornaments"
        )


def _tables(page: Page) -> Iterator[Finding]:
    bare = [
        e for e in page.root.iter("table") if e.get("role") not in ("presentation", "none") and not e.findall(".//th")
    ]
    if bare:
        yield _amber(
            f"{len(bare)} layout tables are read out as tables",
            quoted(_words(bare[0]), 40),
            cure='give each role="presentation"',
        )


def _links(page: Page) -> Iterator[Finding]:
    names = [
        (e.get("href"), _words(e) or " ".join(i.get("alt") or "" for i in e.iter("img")).strip())
        for e in _anchors(page)
    ]
    if empty := [href or "" for href, name in names if not name]:
        yield _amber("A link without a name", some(empty, 2), cure="write words into it")
    if vague := sorted({name for _, name in names if name.casefold().strip(" .…»›>→") in VAGUE}):
        yield _amber(
            "A link that does not say where it leads", some([quoted(v) for v in vague]), cure="name the target"
        )


def _contrast(page: Page) -> Iterator[Finding]:
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        weak: dict[tuple[str, str], Run] = {}
        for run in page.runs(scheme):
            if not SPACER.match(run.text) and contrast(run.colour, run.ground) < _enough(run):
                weak.setdefault((str(run.colour), str(run.ground)), run)
        for (text, ground), run in weak.items():
            ratio = contrast(run.colour, run.ground)
            yield _amber(
                f"Contrast of {ratio:.1f} in the {scheme.value}",
                f"{text} on {ground}: {quoted(run.text, 40)}",
                cure=f"make it at least {_enough(run):g} to 1",
            )


def _enough(run: Run) -> float:
    large = run.size >= LARGE or (run.bold and run.size >= LARGE_BOLD)
    return ENOUGH_LARGE if large else ENOUGH


def _sizes(page: Page) -> Iterator[Finding]:
    sizes: Counter[float] = Counter()
    for scheme in (Scheme.LIGHT, Scheme.PHONE):
        for run in page.runs(scheme):
            if SPACER.match(run.text):
                continue
            sizes[run.size] += len(run.text)
            if run.size < SMALLEST:
                shown = quoted(run.text, 40)
                yield _amber(f"Text of {run.size:g} px", shown, cure=f"make it {SMALLEST:g} px at least")
                return
    if sizes and (most := sizes.most_common(1)[0][0]) < READING:
        yield _amber(f"Most of the text is {most:g} px", cure=f"set what is read in {READING:g} px at least")


def _taps(page: Page) -> Iterator[Finding]:
    """Yield buttons that are too low; links within a sentence are as high as its lines (WCAG 2.2, 2.5.8)."""
    for anchor in _anchors(page):
        style = {each.name: each.value for each in declarations(anchor.get("style") or "")}
        if style.get("display") not in ("block", "inline-block") or not _words(anchor):
            continue
        height = _height(style)
        if 0 < height < TAP:
            yield _amber(f"A button {height:g} px high", quoted(_words(anchor)), cure=f"make it {TAP:g} px at least")
            return


def _height(style: dict[str, str]) -> float:
    """Return how high a block link is; 0 where its attribute does not say."""
    size = pixels(style.get("font-size", ""), 16)
    line = style.get("line-height", "")
    inner = size * float(line) if FACTOR.fullmatch(line) else pixels(line, size)
    sides = style.get("padding", "0").split()
    above, below = (sides[0], sides[2] if len(sides) > 2 else sides[0]) if sides else ("0", "0")
    return inner + pixels(style.get("padding-top", above), 0) + pixels(style.get("padding-bottom", below), 0)


def _anchors(page: Page) -> list[HtmlElement]:
    return [element for element in page.root.iter("a") if element.get("href")]


def _words(element: HtmlElement) -> str:
    return " ".join(element.text_content().replace("\u00a0", " ").split())


def _amber(text: str, seen: str = "", *, cure: str) -> Finding:
    return Finding(Level.AMBER, Area.ACCESSIBILITY, text, seen, cure=cure)
