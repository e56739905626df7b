"""How well two groupings of the same things agree: what one program says of stories against what people say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision, recall and their harmonic mean, each 0 to 1."""

    precision: float
    """How much of what was put together belongs together; 1 where nothing was."""
    recall: float
    """How much of what belongs together was put together; 1 where nothing does."""

    @property
    def f1(self) -> float:
        """The harmonic mean of the two; 0 where both are."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def pairs(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Agreement:
    """Return the agreement on pairs: of two things, whether they are of one group.

    Both map a thing to its group; only things that both know count.

    >>> pairs({"a": 1, "b": 1, "c": 1}, {"a": "x", "b": "x", "c": "y"})
    Agreement(precision=0.3333333333333333, recall=1.0)
    """
    common = found.keys() & truth.keys()
    together = _pairs(Counter((found[name], truth[name]) for name in common))
    claimed = _pairs(Counter(found[name] for name in common))
    true = _pairs(Counter(truth[name] for name in common))
    return Agreement(together / claimed if claimed else 1.0, together / true if true else 1.0)


def _pairs(sizes: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def b_cubed(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Agreement:
    """Return the B-cubed agreement (Bagga and Baldwin 1998): the mean over all things, each by its own two groups.

    Both map a thing to its group; only things that both know count.

    >>> b_cubed({"a": 1, "b": 1}, {"a": "x", "b": "y"})
    Agreement(precision=0.5, recall=1.0)
    """
    common = found.keys() & truth.keys()
    if not common:
        return Agreement(1.0, 1.0)
    both = Counter((found[name], truth[name]) for name in common)
    ours, theirs = Counter(found[name] for name in common), Counter(truth[name] for name in common)
    precision = sum(size * size / ours[group] for (group, _), size in both.items())
    recall = sum(size * size / theirs[group] for (_, group), size in both.items())
    return Agreement(precision / len(common), recall / len(common))
