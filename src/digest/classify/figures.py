"""How well labels were found: accuracy, F1 by label, confusion, and what boilerplate cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from digest.model.news import BOILERPLATE


@dataclass(frozen=True, slots=True)
class Judged:
    """A line with its true label and the one it was given."""

    label: str
    given: str
    also: tuple[str, ...] = ()
    """Other labels that are right too."""

    @property
    def right(self) -> bool:
        """Whether the true label was given."""
        return self.given == self.label

    @property
    def passable(self) -> bool:
        """Whether a right label was given, the first or another."""
        return self.right or self.given in self.also


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How well one label was found, each 0 to 1; 0 where there is nothing to divide by."""

    precision: float
    recall: float
    f1: float
    lines: int
    """With this label in truth."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well all labels were found."""

    lines: int
    accuracy: float
    """Share of lines given their true label."""
    lenient: float
    """Share given their true label or another right one."""
    macro_f1: float
    """Mean F1 of the labels that occur in truth, each counting alike."""
    labels: dict[str, LabelFigures]
    confusion: dict[str, dict[str, int]]
    """True label, given label, lines."""
    lost: int
    """Good lines taken for boilerplate: neither their label nor another right one says so."""
    good: int
    """Lines that are no boilerplate in truth."""

    @property
    def boilerplate(self) -> LabelFigures:
        """How well boilerplate was found."""
        return self.labels.get(BOILERPLATE, LabelFigures(0.0, 0.0, 0.0, 0))


def figures(judged: Iterable[Judged]) -> Figures:
    """Return the figures over the lines.

    >>> got = figures([Judged("a", "a"), Judged("a", "b", ("b",)), Judged("b", "b"), Judged("b", "b")])
    >>> got.accuracy, got.lenient, round(got.macro_f1, 3), got.confusion["a"]
    (0.75, 1.0, 0.733, {'a': 1, 'b': 1})
    """
    lines = list(judged)
    true, given = Counter(line.label for line in lines), Counter(line.given for line in lines)
    hits = Counter(line.label for line in lines if line.right)
    pairs = Counter((line.label, line.given) for line in lines)
    labels = {label: _label(hits[label], true[label], given[label]) for label in sorted(true)}
    good = [line for line in lines if line.label != BOILERPLATE]
    return Figures(
        lines=len(lines),
        accuracy=_share(sum(hits.values()), len(lines)),
        lenient=_share(sum(line.passable for line in lines), len(lines)),
        macro_f1=_share(sum(one.f1 for one in labels.values()), len(labels)),
        labels=labels,
        confusion={
            label: {other: pairs[label, other] for other in sorted(given) if pairs[label, other]} for label in labels
        },
        lost=sum(line.given == BOILERPLATE and not line.passable for line in good),
        good=len(good),
    )


def _label(hits: int, true: int, given: int) -> LabelFigures:
    return LabelFigures(_share(hits, given), _share(hits, true), _share(2 * hits, true + given), true)


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
