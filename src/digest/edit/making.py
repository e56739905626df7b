"""Stories made of stories: reworded, merged, parted, written by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from digest.edit.board import Gone
from digest.edit.moves import Write
from digest.edit.refs import Ref, key
from digest.model.issue import Cited, Credit, Figure, Item


def reworded(item: Item, headline: str | None, summary: tuple[str, ...] | None) -> Item:
    """Return the story in other words; what no passage says and no editor had said before is marked as written."""
    told = {item.headline, *item.summary} - set(item.written)
    new = replace(
        item,
        headline=item.headline if headline is None else headline,
        summary=item.summary if summary is None else summary,
    )
    said = dict.fromkeys((new.headline, *new.summary))
    return replace(new, written=tuple(text for text in said if text not in told))


def fuller(item: Item, story: Ref, summary: tuple[str, ...]) -> Item:
    """Return the story with the summary that its new place has room for; an editor's words stay.

    The sentences are of the passage that was told when the move was made: where another one is told since, they are
    not taken.
    """
    same = story.passages and item.passages and key(story.passages[0]) == key(item.passages[0])
    own = not set(item.written) & set(item.summary)
    return replace(item, summary=summary) if same and own and len(summary) > len(item.summary) else item


def written(move: Write) -> Item:
    """Return the story of an editor's own; it stands on no passage."""
    named = (Credit(move.outlet, move.url, move.at),) if move.outlet and move.at else ()
    return Item(
        anchor=move.anchor,
        headline=move.headline,
        url=move.url,
        summary=move.summary,
        credits=named,
        passages=(),
        score=0.0,
        reasons=("written by an editor",),
        written=(move.headline, *move.summary),
    )


def alone(item: Item, anchor: str, others: Sequence[Item]) -> Item:
    """Return a story that is brought in, without what others have by now; raises Gone where they have what it tells."""
    told = {(cited.article, cited.position) for other in others for cited in other.passages}
    own = tuple(cited for cited in item.passages if (cited.article, cited.position) not in told)
    if own[:1] != item.passages[:1]:
        raise Gone("another story tells what it tells")
    return replace(item, anchor=anchor, passages=own)


def merged(item: Item, other: Item) -> Item:
    """Return the story with the other's outlets, passages and figures, in its own words."""
    outlets = _once((*item.credits, *other.credits))
    known = {figure.what for figure in item.figures}
    return replace(
        item,
        credits=outlets,
        passages=(*item.passages, *(cited for cited in other.passages if cited not in item.passages)),
        score=max(item.score, other.score),
        reasons=(*item.reasons, f"merged by an editor with “{other.headline}”"),
        voices=min(item.voices + other.voices, len(outlets)),
        claimed_by=tuple(dict.fromkeys((*item.claimed_by, *other.claimed_by))),
        figures=(*item.figures, *(figure for figure in other.figures if figure.what not in known)),
        follows=item.follows or other.follows,
    )


def parted(item: Item, off: tuple[Cited, ...], told: Item, outlets: Collection[str], anchor: str) -> tuple[Item, Item]:
    """Return what is left of a story and what was split off, which is told as `told` has it."""
    left = tuple(credit for credit in item.credits if credit.name not in outlets) or item.credits
    names = {credit.name for credit in left}
    rest = replace(
        item,
        credits=left,
        passages=tuple(cited for cited in item.passages if cited not in off),
        voices=min(item.voices, len(left)),
        figures=tuple(each for figure in item.figures if (each := _of(figure, names))),
        reasons=(*item.reasons, "parted by an editor"),
    )
    return rest, replace(told, anchor=anchor, passages=off, reasons=(*told.reasons, "parted by an editor"))


def _once(every: Sequence[Credit]) -> tuple[Credit, ...]:
    """Return each outlet once: the one that is told first, then the others by time."""
    named: dict[str, Credit] = {}
    for credit in every:
        named.setdefault(credit.name, credit)
    first, *others = named.values() if named else (None,)
    return (first, *sorted(others, key=lambda credit: (credit.at, credit.name))) if first else ()


def _of(figure: Figure, names: Collection[str]) -> Figure | None:
    """Return what is left of a disputed figure when only these outlets tell it; None where nobody disputes it then."""
    said = tuple((number, own) for number, by in figure.said if (own := tuple(name for name in by if name in names)))
    return replace(figure, said=said) if len(said) > 1 else None
