"""What one page worked out and the next one asks for again: the last few things, each made once at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

T = TypeVar("T")
MOST: Final = 64
"""Things that are kept; a rendered mail is some 100 KB."""


class Kept:
    """The last things that were made, by a key that is another once they would come out otherwise."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._things, self._lock = most, OrderedDict[Hashable, Any](), threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under the key, or make it: of those who ask at once one does, and the others wait."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                found: T = self._things[key]
                return found
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._things:
                    there: T = self._things[key]
                    return there
            try:
                made = make()
                self.put(key, made)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    @property
    def waiting(self) -> int:
        """Things that are being made."""
        return len(self._making)

    def has(self, key: Hashable) -> bool:
        """Return whether it is there already."""
        with self._lock:
            return key in self._things

    def put(self, key: Hashable, thing: object) -> None:
        """Keep a thing that was made elsewhere."""
        with self._lock:
            self._things[key] = thing
            while len(self._things) > self._most:
                self._things.popitem(last=False)

    def drop(self, key: Hashable) -> None:
        """Keep a thing no longer."""
        with self._lock:
            self._things.pop(key, None)
