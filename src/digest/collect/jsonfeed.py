"""JSON Feed (jsonfeed.org, 1.0 and 1.1) to the same items the XML parsers give."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any, Final

from digest.collect.items import MOST_LOOKED_AT, Items
from digest.errors import ParseError

MOST_PARTS: Final = 500_000
"""Values that are read, about 150 bytes of memory each."""


def items(source: str, text: str) -> Items:
    """Return the items of a JSON Feed in the words of the XML parsers; ParseError where the text is none."""
    if sum(map(text.count, ",[{")) > MOST_PARTS:
        raise ParseError(source, f"no feed: JSON of more than {MOST_PARTS:,} values")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as e:
        where = f" at line {e.lineno}" if isinstance(e, json.JSONDecodeError) else ""
        raise ParseError(source, f"no feed: broken JSON{where}") from e
    listed = document.get("items") if isinstance(document, dict) else None
    if not isinstance(listed, list) or "jsonfeed.org" not in str(document.get("version", "")):
        raise ParseError(source, "no feed: JSON, but no JSON Feed (it has no version of jsonfeed.org and items)")
    known = [item for item in listed if isinstance(item, dict)]
    looked_at = [_item(item) for item in known[:MOST_LOOKED_AT]]
    return Items(looked_at, beyond=len(known) - len(looked_at), language=_text(document.get("language")))


def _item(said: Mapping[str, Any]) -> Mapping[str, Any]:
    content = said.get("content_html")
    if not content and isinstance(said.get("content_text"), str):
        content = as_markup(said["content_text"])
    return {
        "link": said.get("url") or said.get("external_url"),
        "id": said.get("id"),
        "title": html.escape(said["title"]) if isinstance(said.get("title"), str) else "",
        "published": said.get("date_published"),
        "updated": said.get("date_modified"),
        "summary": html.escape(said["summary"]) if isinstance(said.get("summary"), str) else "",
        "content": [{"value": content}],
        "author": _author(said),
        "language": said.get("language"),
        "tags": [{"term": html.escape(tag)} for tag in _texts(said.get("tags"))],
    }


def as_markup(text: str) -> str:
    """Return plain text as HTML, each line a paragraph.

    >>> as_markup("1 < 2\\n\\nso it is")
    '<p>1 &lt; 2</p><p>so it is</p>'
    """
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())


def _author(item: Mapping[str, Any]) -> str:
    authors = item.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else item.get("author")
    name = first.get("name") if isinstance(first, dict) else ""
    return html.escape(name) if isinstance(name, str) else ""


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
