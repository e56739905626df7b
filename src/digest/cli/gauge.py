"""How far a send is, as it is drawn and worded: a bar in segments, the counts behind it, the pace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from digest.model.delivery import DeliveryState

if TYPE_CHECKING:
    from digest.deliver import Progress

S = DeliveryState
MARKS: Final = {
    S.ACCEPTED: ("█", "#", "green"),
    S.DEFERRED: ("▒", "~", "yellow"),
    S.REFUSED: ("×", "x", "red"),
    S.IN_DOUBT: ("?", "?", "magenta"),
    S.QUEUED: ("·", ".", "bright_black"),
}
"""For each state its sign, one in ASCII, and its colour: without colours the bar says the same."""


def segments(progress: Progress, width: int) -> list[tuple[DeliveryState, int]]:
    """Return how many of `width` cells, at least ten, each state takes. What went wrong is never too little to be seen.

    The bar is full only when nothing waits.
    """
    total = progress.total
    if not total:
        return [(S.QUEUED, width)]
    cells = {state: progress.counts.get(state, 0) * width // total for state in MARKS}
    for state in MARKS:
        if progress.counts.get(state) and not cells[state]:
            cells[state] = 1
    rest = max(cells, key=lambda state: cells[state])
    cells[rest] += width - sum(cells.values())
    return [(state, count) for state, count in cells.items() if count]


def counted(progress: Progress) -> str:
    """Return the states in words: `8,412 accepted, 3 refused, 13,585 to go`."""
    said = [
        f"{count:,} {state.value.replace('_', ' ')}"
        for state in MARKS
        if state is not S.QUEUED and (count := progress.counts.get(state, 0))
    ]
    return ", ".join([*said, f"{progress.waiting:,} to go"])


def paced(progress: Progress, now: datetime) -> str:
    """Return the pace and what it leads to: `412/s, about 35 seconds left, through at 07:42 UTC, 0:21 so far`."""
    said = [f"{speed(progress.rate)}"] if progress.rate else []
    left = progress.estimate.duration
    if progress.waiting and left is not None and progress.rate:
        from digest.deliver.estimate import span

        said.append(f"{span(left)} left, through at {now + left:%H:%M} UTC")
    said.append(f"{clock(progress.elapsed)} so far")
    used = [f"{name} {count}" for name, count in progress.relays.items()]
    if used:
        said.append(f"connections: {', '.join(used)}")
    return ", ".join(said)


def line(progress: Progress, now: datetime) -> str:
    """Return all of it in one line, for a log."""
    return f"{progress.done:,} of {progress.total:,}: {counted(progress)}; {paced(progress, now)}"


def speed(rate: float) -> str:
    """Return a rate as people read it.

    >>> speed(412.3), speed(2.51), speed(0.04), speed(0.0001)
    ('412/s', '2.5/s', '2/min', 'less than 1/min')
    """
    if rate >= 10:
        return f"{rate:,.0f}/s"
    if rate >= 1:
        return f"{rate:.1f}/s"
    return f"{rate * 60:.0f}/min" if rate * 60 >= 0.5 else "less than 1/min"


def clock(span: timedelta) -> str:
    """Return a span as minutes and seconds, and hours where there are any.

    >>> clock(timedelta(seconds=75.4)), clock(timedelta(hours=2, seconds=5))
    ('1:15', '2:00:05')
    """
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
