"""What was composed, with the editors' moves that stand made on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from digest.edit import EditorsMove, Lost, Outcome, applied, load
from digest.model.editing import Revision
from digest.model.issue import Unedited
from digest.render import Look, titled

UNREADABLE: Final = "another version of digest wrote it"


def replayed(unedited: Unedited, moves: Sequence[str], look: Look) -> Outcome:
    """Return what was composed with the moves made on it, its subject and preheader set.

    Moves that cannot be read are lost like those that do not apply. Raises LookError.
    """
    readable: dict[int, EditorsMove] = {}
    lost = []
    for no, text in enumerate(moves):
        try:
            readable[no] = load(text)
        except ValueError:
            lost.append(Lost(no, UNREADABLE))
    made = applied(unedited, tuple(readable.values()))
    places = tuple(readable)
    lost += [Lost(places[each.no], each.why) for each in made.lost]
    return Outcome(
        titled(made.content, look, unedited.edition), tuple(sorted(lost, key=lambda each: each.no)), made.held
    )


def in_words(lost: Sequence[Lost], done: Sequence[Revision]) -> tuple[str, ...]:
    """Return the moves that do not apply, each with the reason; `done` are all that stand."""
    return tuple(f"{done[each.no].said}: {each.why}" for each in lost)
