"""JSON Feed (jsonfeed.org, 1.0 and 1.1) to the same items the XML parsers give."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any, Final

from digest.collect.feeds.items import MOST_LOOKED_AT, Items
from digest.collect.notation import read_json
from digest.errors import ParseError

MOST_PARTS: Final = 500_000
"""Values that are read, about 150 bytes of memory each."""
_MOST_AUTHORS: Final = 3


def items(source: str, text: str) -> Items:
    """Return the items of a JSON Feed in the words of the XML parsers; ParseError where the text is none."""
    if sum(map(text.count, ",[{")) > MOST_PARTS:
        raise ParseError(source, f"no feed: JSON of more than {MOST_PARTS:,} values")
    try:
        document = read_json(text)
    except (ValueError, RecursionError) as e:
        where = f" at line {e.lineno}" if isinstance(e, json.JSONDecodeError) else ""
        raise ParseError(source, f"no feed: broken JSON{where}") from e
    listed = document.get("items") if isinstance(document, dict) else None
    if not isinstance(listed, list) or "jsonfeed.org" not in str(document.get("version", "")):
        raise ParseError(source, "no feed: JSON, but no JSON Feed (it has no version of jsonfeed.org and items)")
    known, authors = [item for item in listed if isinstance(item, dict)], _authors(document)
    looked_at = [_item(item, authors) for item in known[:MOST_LOOKED_AT]]
    return Items(looked_at, beyond=len(known) - len(looked_at), language=_text(document.get("language")))


def _item(said: Mapping[str, Any], authors: str) -> Mapping[str, Any]:
    name = said.get("id")
    return {
        "link": _text(said.get("url")) or said.get("external_url"),
        # "If it's a number or other type, coerce it to a string" (1.1, items).
        "id": str(name) if isinstance(name, int | float) and not isinstance(name, bool) else name,
        "title": html.escape(_text(said.get("title"))),
        "published": said.get("date_published"),
        "updated": said.get("date_modified"),
        "summary": html.escape(_text(said.get("summary"))),
        "content": [{"value": _text(said.get("content_html")) or as_markup(_text(said.get("content_text")))}],
        "author": _authors(said) or authors,
        "language": said.get("language"),
        "tags": [{"term": html.escape(tag)} for tag in _list(said.get("tags")) if isinstance(tag, str)],
    }


def as_markup(text: str) -> str:
    """Return plain text as HTML, each line a paragraph.

    >>> as_markup("1 < 2\\n\\nso it is")
    '<p>1 &lt; 2</p><p>so it is</p>'
    """
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())


def _authors(said: Mapping[str, Any]) -> str:
    """The names of an item's authors, or of a feed's, which are those of items that have none (1.1, top-level)."""
    people = _list(said.get("authors")) or [said.get("author")]  # the latter in 1.0
    names = [_text(person.get("name")).strip() for person in people[:_MOST_AUTHORS] if isinstance(person, dict)]
    return html.escape(", ".join(filter(None, names)))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
