"""What digest.toml may already say and digest does not do yet: told, so that nobody relies on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel

from digest.settings.checks import Finding
from digest.settings.lines import KeyPath
from digest.settings.origin import Places
from digest.settings.problems import Problem
from digest.settings.schema import Document

TABLES: Final[Mapping[str, str]] = {
    "bounces": "no bounce is read",
}
"""Whole tables, and what is done instead."""


def not_yet(doc: Document, places: Places) -> tuple[str, ...]:
    """Return a line for each setting that is no default and has no effect: `digest.toml:12: what it does not do`."""
    return tuple(str(Problem(places.of(at), text)) for at, text in _idle(doc))


def _idle(doc: Document) -> Iterator[Finding]:
    """Yield what has no effect, in the order of the tables, with a sentence on what is done instead."""
    yield from _relays(doc)
    for n in doc.domain:
        yield ("domain", n), "`[[domain]]` is not in force yet; its mail goes as fast as all other"
    for table, instead in TABLES.items():
        for at in changed((table,), getattr(doc, table)):
            yield at, f"`{'.'.join(map(str, at))}` is not in force yet; {instead}"


def _relays(doc: Document) -> Iterator[Finding]:
    """A catcher that comes first keeps everything, and one that comes later nothing."""
    first = next(iter(doc.relay.values()), None)
    for n, relay in doc.relay.items():
        if relay is not first and first is not None and "catcher" in (first.kind, relay.kind):
            kept = (
                f"all mail goes to the catcher, {first.name!r}"
                if first.kind == "catcher"
                else "mail goes to the others"
            )
            yield ("relay", n), f"relay {relay.name!r} is not used; {kept}"


def changed(at: KeyPath, table: BaseModel) -> Iterator[KeyPath]:
    """Yield the settings of a table, and of the tables in it, that are not as they are by default."""
    for name, info in type(table).model_fields.items():
        value = getattr(table, name)
        if isinstance(value, BaseModel):
            yield from changed((*at, name), value)
        elif value != info.get_default(call_default_factory=True):
            yield (*at, info.alias or name)
