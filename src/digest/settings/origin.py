"""Every setting that holds, with the place that said so: what `digest config show --origin` prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, SecretStr

from digest.model.issue import Schedule
from digest.settings.build import build, port_of
from digest.settings.layers import Layer, keys_of
from digest.settings.lines import KeyPath, line_of
from digest.settings.schema import NAMED_BY, Document
from digest.settings.values import Origin, Settings
from digest.settings.when import show_duration, show_schedule

HIDDEN: Final = "**********"
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_USER_PASSWORD: Final = re.compile(r"(://[^:/@]*:).*@")
_QUERY_PASSWORD: Final = re.compile(r"([?&]password=)[^&]*")


class Places:
    """Who says a setting: the layers above the file by name, the file by line."""

    def __init__(self, name: str, lines: dict[KeyPath, int], layers: tuple[Layer, ...]) -> None:
        self.name, self.lines, self.layers = name, lines, layers

    def of(self, path: KeyPath) -> str:
        """Return who says the setting at `path`, or where in the file it would stand."""
        for length in range(len(path), 0, -1):
            for layer in self.layers:
                if path[:length] in layer.origins:
                    return layer.origins[path[:length]]
        return f"{self.name}:{line_of(self.lines, path) or 1}"

    def says(self, path: KeyPath) -> bool:
        """Return whether anybody says it, so that it is no default."""
        return path in self.lines or any(path in layer.origins for layer in self.layers)


def origins(doc: Document, path: Path, places: Places) -> tuple[Origin, ...]:
    """Return all settings of a document in the order of its tables, defaults among them."""
    settings = build(doc, path)
    return tuple(
        Origin(
            key=_shown_key(doc, at),
            value=_shown(at, value if value is not None else derived(at, doc, settings)),
            origin=places.of(at) if places.says(at) else "default",
        )
        for at, value in _leaves(doc)
    )


def _leaves(doc: Document) -> Iterator[tuple[KeyPath, Any]]:
    for table in Document.model_fields:
        held = getattr(doc, table)
        if isinstance(held, BaseModel):
            yield from _table((table,), held)
        else:
            for key, element in held.items():
                yield from _table((table, key), element)


def _table(at: KeyPath, table: BaseModel) -> Iterator[tuple[KeyPath, Any]]:
    names = {info.alias or name: name for name, info in type(table).model_fields.items()}
    for key in keys_of(type(table)):
        yield (*at, key), getattr(table, names[key])
    for key, name in names.items():
        if isinstance(getattr(table, name), BaseModel):
            yield from _table((*at, key), getattr(table, name))


def derived(at: KeyPath, doc: Document, settings: Settings) -> Any:
    """Return what holds where nobody says a thing and the default depends on other settings."""
    match at:
        case ("digest", "database" | "public_url" as key):
            return getattr(settings, key)
        case ("sender", "from"):
            return settings.sender.from_
        case ("sender", "envelope_domain"):
            return settings.sender.envelope_domain
        case ("relay", int(n), "port"):
            return port_of(doc.relay[n])
        case ("edition", str(name), "sections"):
            return tuple(section.id for section in settings.editions[name].sections)
        case ("edition", str(name), "title" | "lists" | "timezone" | "language" as key):
            return getattr(settings.editions[name], key)
    return None


def _shown_key(doc: Document, at: KeyPath) -> str:
    table, *rest = at
    if table in NAMED_BY:
        name = NAMED_BY[str(table)]
        element = getattr(doc, str(table))[rest[0]]
        rest[0] = getattr(element, name) if name else rest[0]
    return ".".join(str(part) if _PLAIN_KEY.fullmatch(str(part)) else json.dumps(str(part)) for part in (table, *rest))


def _shown(at: KeyPath, value: Any) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN
    if at == ("digest", "database"):
        return literal(_QUERY_PASSWORD.sub(rf"\1{HIDDEN}", _USER_PASSWORD.sub(rf"\1{HIDDEN}@", value)))
    if at in (("alerts", "ping"), ("alerts", "webhook")) and value:
        return literal("/".join((*value.split("/")[:3], HIDDEN)))
    if at == ("sender", "from"):
        name, address = value
        return literal(f"{name} <{address}>" if name else address)
    return literal(value)


def literal(value: Any) -> str:
    """Return a value as it would be written in digest.toml; empty for none.

    >>> literal(("a", "b")), literal(timedelta(hours=6)), literal(True), literal(1.5)
    ('["a", "b"]', '"6h"', 'true', '1.5')
    """
    match value:
        case None:
            return ""
        case Enum():
            return literal(value.value)
        case tuple() | list():
            return f"[{', '.join(map(literal, value))}]"
        case timedelta():
            return literal(show_duration(value))
        case time():
            return literal(f"{value:%H:%M}")
        case Schedule():
            return literal(show_schedule(value))
        case _:
            return json.dumps(value, ensure_ascii=False)
