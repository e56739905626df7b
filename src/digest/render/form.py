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
    open: tuple[tuple[str, tuple[tuple[Place, tuple[int, ...]], ...]], ...]
    """Each field that is left, and where among them it goes by the kind of place."""

    @classmethod
    def of(cls, skeleton: Skeleton, shared: Mapping[str, str]) -> Form:
        """Return the skeleton with these fields filled in. LookError for a value with a line break."""
        known: dict[Hole, bytes] = {}
        parts: list[bytes] = []
        places: dict[str, dict[Place, list[int]]] = {}
        for part in joined(part if isinstance(part, bytes) else _known(part, shared, known) for part in skeleton.parts):
            if isinstance(part, Hole):
                places.setdefault(part.field, {}).setdefault(part.place, []).append(len(parts))
            parts.append(part if isinstance(part, bytes) else b"")
        left = ((field, tuple((place, tuple(at)) for place, at in kinds.items())) for field, kinds in places.items())
        return cls(tuple(parts), tuple(left))

    def pieces(self, own: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return a message in pieces; the literals are the very same objects each time.

        Who looks at many messages, as delivering does, need look at those once. LookError if a field is missing or
        holds a line break.
        """
        made = list(self.parts)
        for field, places in self.open:
            value = _value(field, own)
            for place, where in places:
                encoded = _encoded(value, place)
                for at in where:
                    made[at] = encoded
        return tuple(made)


def _known(hole: Hole, fields: Mapping[str, str], known: dict[Hole, bytes]) -> bytes | Hole:
    if hole.field not in fields:
        return hole
    if hole not in known:
        known[hole] = _encoded(_value(hole.field, fields), hole.place)
    return known[hole]


def _value(field: str, fields: Mapping[str, str]) -> str:
    try:
        return one_line(field, fields[field])
    except KeyError:
        raise LookError(f"a message needs {field}, which it was not given") from None


def _encoded(value: str, place: Place) -> bytes:
    if place is Place.HEADER:
        return (value if len(value) <= FOLD - _TO else folded(value, _TO)).encode()
    if place is Place.HTML:
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
