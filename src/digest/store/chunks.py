"""Values in portions that one statement can carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")

MANY: Final = 1000
"""How many values one statement carries; SQLite takes 32766 (sqlite.org/limits.html)."""


def chunks(values: Iterable[T], size: int = MANY) -> Iterator[list[T]]:
    """Yield the values in lists of at most `size`.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
