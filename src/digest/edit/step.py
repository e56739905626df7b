"""Up and down by one, as the place that is meant."""

from __future__ import annotations

from digest.edit.moves import Down, To, Up
from digest.edit.refs import found, ref_of
from digest.model.issue import Content


def stepped(move: Up | Down, content: Content) -> To | None:
    """Return where a step leads in the issue as it stands; None at the end of a section, or for no story of it."""
    for section in content.sections:
        item = found(move.story, section.items)
        if item is None:
            continue
        place = section.items.index(item) + (1 if isinstance(move, Down) else -1)
        if not 0 <= place < len(section.items):
            return None
        others = [other for other in section.items if other is not item]
        before = ref_of(others[place]) if place < len(others) else None
        return To(ref_of(item), place, before)
    return None
