"""What the compiler would pass over in silence: elements and attributes of MJML that do nothing, or something else.

mrml (which mjml-python wraps) validates nothing: what it does not know is dropped, and the reader misses it. So a look
keeps to what is listed here, all of it tried. Checked is the filled template: what stands there goes to the compiler.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from html.parser import HTMLParser
from typing import Final

from digest.render.vocabulary import ATTRIBUTES, HOLDS_TEXT, NO_EFFECT, NOT_VETTED, PARENTS

QUOTED: Final = re.compile(r"=\s*(?:\"([^\"]*)\"|'([^']*)')")
UNFIT: Final = re.compile(r"[^ -~]|\\")
FRACTION: Final = re.compile(r"\d\.\d")
WHOLE: Final = re.compile(r"([0-9]{1,9})(?:px)?")
EXCERPT: Final = 40
WIDTH: Final = 600
"""CSS pixels of a body that does not say."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in a look that does not do what it says."""

    element: str
    what: str
    """What is wrong with it, as words that follow its name."""
    cure: str
    fatal: bool
    """Whether readers miss something for it; what is not fatal is a flaw."""
    where: str = ""
    """`file:line` of the template where it was found; empty where no file has it as it stands."""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}<{self.element}> {self.what}; {self.cure}"


def lint(mjml: str, files: Mapping[str, str] | None = None) -> tuple[Fault, ...]:
    """Return the faults of filled MJML, each once, in the order they stand; `files` are the look's, to name places.

    >>> [str(fault) for fault in lint('<mjml lang="en" dir="ltr"><mj-body><mj-txt></mj-txt></mj-body></mjml>')][0]
    '<mj-txt> is no element of MJML, and is dropped with all it holds; is it mj-text?'
    """
    reader = _Reader()
    reader.feed(mjml)
    reader.close()
    found = dict.fromkeys((*reader.found, *_missing(reader)))
    return tuple(_placed(fault, needle, files or {}) for fault, needle in found)


class _Reader(HTMLParser):
    """Reads filled MJML and notes what is wrong, with the words to find it by in a template."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[Fault, str]] = []
        self.seen: Counter[str] = Counter()
        self.root: dict[str, str | None] = {}
        self.fonts = False
        self._open: list[str] = []
        self._columns: list[int] = []
        self._width = WIDTH

    @property
    def _inside(self) -> str:
        return self._open[-1] if self._open else ""

    def note(self, element: str, what: str, cure: str, *, fatal: bool = False, needle: str = "") -> None:
        """Note a fault; `needle` is what stands in the template there."""
        self.found.append((Fault(element, what, cure, fatal), needle or f"<{element}"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element's name, place and attributes."""
        self.seen[tag] += 1
        self._raw_attributes(tag)
        for name, many in Counter(name for name, _ in attrs).items():
            if many > 1:
                self.note(tag, f"has {name} twice", "write it once: compilers take one or the other", needle=f"{name}=")
        if tag != "mjml" and not tag.startswith("mj-"):
            if self._inside not in HOLDS_TEXT:
                cure = "put it into mj-text, mj-table or mj-raw"
                self.note(tag, f"stands in {self._inside or 'nothing'} and is dropped", cure, fatal=True)
            return
        self._element(tag, dict(attrs))
        self._open.append(tag)
        if tag == "mj-section":
            self._columns.append(0)

    def handle_endtag(self, tag: str) -> None:
        """Close an element of MJML."""
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if tag == "mj-section" and self._columns:
            columns = self._columns.pop()
            if columns > 1 and self._width % columns:
                self.note(
                    "mj-section",
                    f"divides {self._width} px by {columns}",
                    "give its columns widths that make whole pixels: Outlook rounds others its own way",
                )

    def handle_data(self, data: str) -> None:
        """Look for text that no component holds."""
        text = " ".join(data.split())
        if not text:
            return
        if self._inside not in HOLDS_TEXT:
            cure = "put it into mj-text"
            shown = text[:EXCERPT]
            self.note(self._inside or "mjml", f"holds text of its own: {shown!r}", cure, fatal=True, needle=shown)
        elif self._inside == "mj-title" and UNFIT.search(text):
            self.note("mj-title", "has characters that come out as escapes", "filter it: {{ … | attr }}")

    def _element(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "mj-include":
            cure = "use {% include %} of Jinja2, which reaches the look's own files only"
            self.note(tag, "reads files", cure, fatal=True)
        elif tag in NOT_VETTED:
            self.note(tag, "is not among the elements that looks are known to be right with", NOT_VETTED[tag])
        elif tag not in ATTRIBUTES:
            near = get_close_matches(tag, ATTRIBUTES, 1)
            cure = f"is it {near[0]}?" if near else "a look is made of mj-section, mj-column, mj-text and their like"
            self.note(tag, "is no element of MJML, and is dropped with all it holds", cure, fatal=True)
        else:
            self._vetted(tag, attrs)

    def _vetted(self, tag: str, attrs: dict[str, str | None]) -> None:
        parent = self._inside
        if parent not in PARENTS[tag] and parent != "mj-attributes":
            cure = f"put it into {' or '.join(each or 'the top' for each in PARENTS[tag])}"
            self.note(tag, f"does nothing in {parent or 'the top'}", cure, fatal=True)
        for name in attrs:
            self._attribute(tag, name)
        if FRACTION.search(attrs.get("width") or ""):
            self.note(tag, f"has a fraction in width={attrs['width']!r}", "make it whole pixels", needle="width=")
        if tag == "mjml":
            self.root = attrs
        elif tag == "mj-body" and (pixels := WHOLE.fullmatch(attrs.get("width") or "")):
            self._width = int(pixels[1])
        elif tag == "mj-style" and "inline" in attrs:
            self.note(tag, "is not put inline by this compiler", "write style= where it belongs", needle="inline=")
        elif tag == "mj-all" and "font-family" in attrs:
            self.fonts = True
        elif tag == "mj-column" and self._columns and "width" not in attrs and parent == "mj-section":
            self._columns[-1] += 1
        elif tag == "mj-image" and parent != "mj-attributes":
            self._image(attrs)

    def _attribute(self, tag: str, name: str) -> None:
        if name in NO_EFFECT.get(tag, ()):
            self.note(tag, f"has {name}, which this compiler passes over", "do without it", needle=f"{name}=")
        elif tag != "mj-all" and name not in ATTRIBUTES[tag]:
            near = get_close_matches(name, ATTRIBUTES[tag], 1)
            cure = f"is it {near[0]}?" if near else "take it out"
            self.note(tag, f"has no attribute {name}", cure, needle=f"{name}=")

    def _image(self, attrs: dict[str, str | None]) -> None:
        if attrs.get("alt") is None:
            self.note("mj-image", "has no alt", "say what it shows, or alt=''")
        if not WHOLE.fullmatch(attrs.get("width") or ""):
            self.note("mj-image", "has no width in whole pixels", "Outlook reads nothing else: write width='240px'")

    def _raw_attributes(self, tag: str) -> None:
        for found in QUOTED.finditer(self.get_starttag_text() or ""):
            value = found[1] if found[1] is not None else found[2]
            if UNFIT.search(value):
                self.note(
                    tag,
                    f"has what comes out as an escape in {value[:EXCERPT]!r}",
                    "keep line breaks out of attributes, and filter what is not ASCII: {{ … | attr }}",
                )
                return


def _missing(reader: _Reader) -> list[tuple[Fault, str]]:
    """Return what a mail needs and this one does not say."""
    wanted = [
        (not reader.root.get("lang"), "mjml", "has no lang", "readers' programs take it for no language at all"),
        (not reader.root.get("dir"), "mjml", "has no dir", "write dir='ltr', or as the language runs"),
        (not reader.seen["mj-title"], "mj-head", "has no mj-title", "screen readers say it first"),
        (not reader.fonts, "mj-attributes", "sets no font-family in mj-all", "without it a web font is fetched"),
    ]
    return [(Fault(element, what, cure, fatal=False), f"<{element}") for is_so, element, what, cure in wanted if is_so]


def _placed(fault: Fault, needle: str, files: Mapping[str, str]) -> Fault:
    """Return the fault with the place in the templates where it is, as far as it stands there word for word."""
    for name, text in files.items():
        for number, line in enumerate(text.splitlines(), start=1):
            if needle in line and (needle.startswith("<") or f"<{fault.element}" in line or "=" not in needle):
                return Fault(fault.element, fault.what, fault.cure, fault.fatal, f"{name}:{number}")
    return fault
