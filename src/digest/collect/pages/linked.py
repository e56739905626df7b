"""What a page says of itself as data (JSON-LD 1.1, the words of schema.org); hostile like all that it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeAlias

from lxml import etree

from digest.collect.notation import read_json
from digest.collect.text import plain

Node: TypeAlias = Mapping[str, Any]

_MOST_SCRIPTS: Final = 30
_MOST_CHARS: Final = 1_000_000
"""In all of its scripts; a live page carries its whole day in them."""
_MOST_NODES: Final = 200
_MOST_VALUES: Final = 20
_VALUE_CHARS: Final = 2_000
_WRAPPINGS: Final = (("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("/*<![CDATA[*/", "/*]]>*/"), ("<![CDATA[", "]]>"))
"""What hides a script from readers of HTML or XML that are long gone."""


def statements(root: etree._Element) -> tuple[Node, ...]:
    """Return the things that a page describes at the top of its data, in its order; what is no JSON says nothing."""
    nodes: list[Node] = []
    left = _MOST_CHARS
    for script in islice(_scripts(root), _MOST_SCRIPTS):
        text = script.text or ""
        left -= len(text)
        if left < 0:
            break
        nodes += islice(_top(_read(text)), _MOST_NODES - len(nodes))
    return tuple(nodes)


def _scripts(root: etree._Element) -> Iterator[etree._Element]:
    for script in root.iter("script"):
        if str(script.get("type", "")).partition(";")[0].strip().lower() == "application/ld+json":
            yield script


def _read(text: str) -> object:
    text = text.strip()
    for begin, end in _WRAPPINGS:
        text = text.removeprefix(begin).removesuffix(end).strip()
    try:
        return read_json(text.rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _top(value: object) -> Iterator[Node]:
    for node in value if isinstance(value, list) else [value]:
        if not isinstance(node, dict):
            continue
        graph = node.get("@graph")
        inside = graph if isinstance(graph, list) else [graph]
        yield from (each for each in [node, *inside, node.get("mainEntity")] if isinstance(each, dict))


def types(node: Node) -> tuple[str, ...]:
    """Return the types of a thing without where they are defined.

    >>> types({"@type": ["https://schema.org/NewsArticle", "Thing", 7]})
    ('NewsArticle', 'Thing')
    """
    said = (name for name in values(node.get("@type")) if isinstance(name, str))
    return tuple(name[-100:].rpartition("/")[2].rpartition(":")[2] for name in said)


def values(value: object) -> tuple[object, ...]:
    """Return a value, or the first twenty of a list, where there are any."""
    if isinstance(value, list):
        return tuple(value[:_MOST_VALUES])
    return () if value is None else (value,)


def names(value: object) -> tuple[str, ...]:
    """Return a text, the name of a thing, or those of a list of either, each one plain line.

    >>> names([{"@type": "Person", "name": "Ada Lind"}, "Bo &amp; Eva", 7])
    ('Ada Lind', 'Bo & Eva')
    """
    found = (each.get("name") if isinstance(each, dict) else each for each in values(value))
    lines = (plain(text[:_VALUE_CHARS]) for each in found for text in values(each)[:1] if isinstance(text, str))
    return tuple(text for text in lines if text)


def name(value: object) -> str:
    """Return the first of the names; empty where there is none."""
    return next(iter(names(value)), "")
