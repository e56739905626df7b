"""The only place that prints: data on stdout, everything said to a person on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TextIO


@dataclass(frozen=True, slots=True)
class Voice:
    """How this run speaks."""

    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: bool = True
    """Whether colours may be used where the terminal and NO_COLOR allow them."""
    ask: bool = True
    """Whether a question may be put; never off a terminal."""

    @property
    def terminal(self) -> bool:
        """Whether what is put out is read by a person, not by a file or a program."""
        return sys.stdout.isatty() and not self.json

    def say(self, text: str) -> None:
        """Tell the person at the terminal what happened; silent with --quiet."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def detail(self, text: str) -> None:
        """Tell more; only with --verbose."""
        if self.verbose and not self.quiet and text:
            print(text, file=sys.stderr)

    def data(self, value: Any, text: str | Callable[[], str]) -> None:
        """Put out what was asked for: `value` as JSON, else `text`."""
        if self.json:
            print(json.dumps(value, ensure_ascii=False, default=str), flush=True)
            return
        shown = text() if callable(text) else text
        if shown:
            print(shown)

    def confirm(self, question: str) -> bool:
        """Ask yes or no; False where nobody can be asked."""
        if not (self.ask and sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    @contextmanager
    def progress(self, what: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Yield a function that moves a bar on by so many steps; draws nothing off a terminal."""
        if self.quiet or self.json or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True, no_color=None if self.color else True)
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda n: bar.advance(task, n)


def redraws(stream: TextIO) -> bool:
    """Return whether what was written to a stream can be drawn anew in its place: a terminal, and not a dumb one."""
    return stream.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def table(rows: Sequence[Sequence[object]], head: Sequence[str] = ()) -> str:
    """Return rows as aligned columns, two spaces apart; numbers stand right.

    >>> print(table([("ilma", 3), ("karsk wire", 12)], ("source", "new")))
    source      new
    ilma          3
    karsk wire   12
    """
    lines = [[str(cell) for cell in row] for row in ((head, *rows) if head else rows)]
    if not lines:
        return ""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    right = [bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(widths))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if r else cell.ljust(width) for cell, width, r in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def plural(n: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    >>> plural(1, "story", "stories"), plural(3, "mail")
    ('1 story', '3 mails')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
