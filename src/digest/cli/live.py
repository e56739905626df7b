"""A send as it goes: redrawn in place on a terminal, a line now and then off it, nothing with --quiet or --json."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from digest.cli import gauge
from digest.cli.output import Voice, redraws

if TYPE_CHECKING:
    from rich.console import RenderableType

    from digest.deliver import Progress

NARROWEST, WIDEST = 10, 60
"""Cells of the bar."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds before the first line off a terminal, and between two at the most; each pause is half as long again."""


@contextmanager
def watching(voice: Voice, title: str) -> Iterator[Callable[[Progress], None] | None]:
    """Yield what hears how far a send is, and shows it; None where nobody looks."""
    if voice.quiet or voice.json:
        yield None
    elif redraws(sys.stderr):
        with _drawn(voice, title) as draw:
            yield draw
    else:
        yield Lines(lambda text: voice.say(f"{title}: {text}"))


class Lines:
    """Says how far it is from time to time, ever more rarely."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._pause = FIRST_PAUSE
        self._due = clock() + self._pause

    def __call__(self, progress: Progress) -> None:
        """Hear it; say it where it is time."""
        if self._clock() >= self._due:
            self._say(gauge.line(progress, datetime.now(UTC)))
            self._pause = min(self._pause * 1.5, LONGEST_PAUSE)
            self._due = self._clock() + self._pause


@contextmanager
def _drawn(voice: Voice, title: str) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, no_color=None if voice.color else True, highlight=False)
    plain = not console.encoding.lower().startswith("utf")
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def draw(progress: Progress) -> None:
            live.update(picture(title, progress, datetime.now(UTC), width=console.width, plain=plain), refresh=True)

        yield draw


def picture(title: str, progress: Progress, now: datetime, *, width: int, plain: bool = False) -> RenderableType:
    """Return the display: title and share, the bar, the counts, the pace. `plain`: in ASCII."""
    from rich.text import Text

    share = 100 * progress.done // progress.total if progress.total else 100
    drawn = Text(f"{title}  {share} %\n", overflow="ellipsis")
    for state, cells in gauge.segments(progress, max(NARROWEST, min(WIDEST, width - 1))):
        sign, ascii_sign, colour = gauge.MARKS[state]
        drawn.append((ascii_sign if plain else sign) * cells, style=colour)
    return drawn.append(f"\n{gauge.counted(progress)}\n{gauge.paced(progress, now)}")
