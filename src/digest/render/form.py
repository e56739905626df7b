"""A skeleton with all filled in that many messages share, so that each of them is left its reader's own fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from digest.errors import LookError
from digest.model.delivery import Hole, Place, Skeleton
from digest.render.headers import FOLD, folded, one_line
from digest.render.quoted import quoted
from digest.render.wrap import WIDTH, wrap

Part = bytes | Hole

_TO: Final = len("To: ")


@dataclass(frozen=True, slots=True)
class Form:
    """Literals with places between them that are left open."""

    parts: tuple[bytes, ...]
    """In their order; nothing where a place is open."""
    open: tuple[tuple[Hole, tuple[int, ...]], ...]
    """What goes where among them."""

    @classmethod
    def of(cls, skeleton: Skeleton, shared: Mapping[str, str]) -> Form:
        """Return the skeleton with these fields filled in. LookError for a value with a line break."""
        known: dict[Hole, bytes] = {}
        parts: list[bytes] = []
        places: dict[Hole, list[int]] = {}
        for part in joined(part if isinstance(part, bytes) else _known(part, shared, known) for part in skeleton.parts):
            if isinstance(part, Hole):
                places.setdefault(part, []).append(len(parts))
            parts.append(part if isinstance(part, bytes) else b"")
        return cls(tuple(parts), tuple((hole, tuple(where)) for hole, where in places.items()))

    def pieces(self, own: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return a message in pieces; the literals are the very same objects each time.

        Who looks at many messages, as delivering does, need look at those once. LookError if a field is missing or
        holds a line break.
        """
        made = list(self.parts)
        for hole, places in self.open:
            value = _encoded(hole, own)
            for place in places:
                made[place] = value
        return tuple(made)


def _known(hole: Hole, fields: Mapping[str, str], known: dict[Hole, bytes]) -> bytes | Hole:
    if hole.field not in fields:
        return hole
    if hole not in known:
        known[hole] = _encoded(hole, fields)
    return known[hole]


def _encoded(hole: Hole, fields: Mapping[str, str]) -> bytes:
    try:
        value = fields[hole.field]
    except KeyError:
        raise LookError(f"a message needs {hole.field}, which it was not given") from None
    one_line(hole.field, value)
    if hole.place is Place.HEADER:
        return (value if len(value) <= FOLD - _TO else folded(value, _TO)).encode()
    if hole.place is Place.HTML:
        return quoted(escape(value))
    return quoted(value if len(value) <= WIDTH else wrap(value))


def joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts with literals that stand side by side as one."""
    literal = b""
    for part in parts:
        if isinstance(part, bytes):
            literal += part
            continue
        if literal:
            yield literal
        yield part
        literal = b""
    if literal:
        yield literal
