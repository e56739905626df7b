"""Lists of feeds as other programs write and read them: OPML 2.0 (opml.org/spec2.opml)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from lxml import etree

from digest.collect.encoding import binary, decode
from digest.collect.markup import swarms
from digest.collect.text import language, line, shorten, title, web_link
from digest.errors import ParseError
from digest.model.news import Source, SourceKind

MOST_BYTES: Final = 5_000_000
MOST_FEEDS: Final = 10_000
NAME_CHARS: Final = 80
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]{0,400}>")
_DECLARES: Final = re.compile(r"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)")
_SUBSET: Final = re.compile(r"""<!DOCTYPE(?:[^>\["']|"[^"]*"|'[^']*')*+\[""")


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of the list."""

    name: str
    """One plain line; may be empty."""
    url: str
    """Absolute, http or https."""
    line: int
    """Where it stands in the file, from 1."""
    language: str = ""
    """BCP 47, in lower case; empty where the file does not say."""


def read_opml_file(path: Path) -> tuple[Outline, ...]:
    """Return the feeds of a file of at most 5 MB; ParseError says what is wrong with it, OSError that it is gone."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    return read_opml(data, name=path.name)


def read_opml(data: bytes, *, name: str) -> tuple[Outline, ...]:
    """Return the feeds in their order, those in folders too; ParseError with a reason where it is no OPML we take.

    >>> read_opml(b'<opml><body><outline><outline text="Ilma" xmlUrl="https://ilma.example/f"/></outline></body></opml>',
    ...           name="feeds.opml")
    (Outline(name='Ilma', url='https://ilma.example/f', line=1, language=''),)
    """
    root = _root(data, name)
    found, bad = [], []
    for element in root.iter():
        if _name(element) != "outline":
            continue
        said = {str(key).lower(): str(value) for key, value in element.attrib.items()}
        if "xmlurl" not in said:
            continue
        url = web_link(said["xmlurl"])
        place = int(getattr(element, "sourceline", None) or 0)
        if not url:
            bad.append(f"line {place}: {shorten(line(said['xmlurl']), 80) or 'nothing'!r} is no web address")
        called = title(said.get("title", "")) or title(said.get("text", ""))
        found.append(Outline(shorten(called, NAME_CHARS), url, place, language(said.get("language", ""))))
    if bad:
        more = f", and {len(bad) - 5} more" if len(bad) > 5 else ""
        raise ParseError(name, "; ".join(bad[:5]) + more)
    if len(found) > MOST_FEEDS:
        raise ParseError(name, f"more than {MOST_FEEDS:,} feeds")
    return tuple(found)


def _root(data: bytes, name: str) -> etree._Element:
    if len(data) > MOST_BYTES:
        raise ParseError(name, f"larger than {MOST_BYTES / 1e6:g} MB")
    text = decode(data).replace("\0", "")
    if binary(data):
        raise ParseError(name, "no OPML but a binary file")
    if _declares(text):
        raise ParseError(name, "its document type declares something of its own, which is not read")
    if swarms(text):
        raise ParseError(name, "an element of too many attributes")
    # The lines stay what they are: only the declaration goes, which speaks of an encoding that is no longer there.
    text = _DECLARATION.sub(lambda m: "\n" * m[0].count("\n"), text.lstrip("\ufeff"), count=1)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as e:
        raise ParseError(name, f"no OPML: broken XML near line {e.lineno or 1}") from e
    if _name(root) != "opml":
        raise ParseError(name, f"no OPML: its root is <{shorten(line(str(root.tag)), 60)}>")
    return root


def _name(element: etree._Element) -> str:
    """The name of an element in lower case, whatever its namespace; of what is none (an instruction), nothing."""
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _declares(text: str) -> bool:
    """Whether a document type brings declarations of its own, such as entities (CWE-776, CWE-611)."""
    # A document has one type at most; where there are more, none is looked for among them.
    types, first = text.count("<!DOCTYPE"), max(text.find("<!DOCTYPE"), 0)
    return types > 1 or bool(_DECLARES.search(text) or _SUBSET.match(text, first))


def write_opml(sources: Iterable[Source], *, title: str, now: datetime) -> str:
    """Return the feeds among the sources as OPML 2.0; read again, it gives the same names and addresses."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = line(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = etree.SubElement(root, "body")
    for source in sources:
        if source.kind is SourceKind.FEED:
            said = {"type": "rss", "text": line(source.name), "title": line(source.name), "xmlUrl": source.url}
            etree.SubElement(body, "outline", said | ({"language": source.language} if source.language else {}))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True).decode()
