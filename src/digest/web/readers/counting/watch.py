"""What came over counted links in the last minute, from where: in memory alone, and forgotten after that."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from digest.model.clicks import Clicked, Kind
from digest.render.counted import SNARE
from digest.web.readers.counting.judging import beside

HOLD: Final = timedelta(seconds=10)
"""For so long a request waits for others that tell what it was; the same one again is no second click."""
NEAR: Final = timedelta(seconds=2)
MINUTE: Final = timedelta(minutes=1)
MOST: Final = 20_000
"""Requests that wait, and places that are remembered; beyond that the oldest are judged, or forgotten, at once."""
EACH: Final = 64
"""Requests of one place that are remembered: far more than make a burst."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody, or something, at a link."""

    at: datetime
    place: str
    """Where it comes from on the net; never kept."""
    agent: str
    """What it calls itself; never kept."""
    issue: int
    link: int
    kind: Kind
    """By itself."""
    headed: bool
    """Whether it only wanted the header."""


@dataclass
class Watch:
    """Holds requests for a few seconds and says then what each was."""

    _waiting: deque[Visit] = field(default_factory=deque)
    _recent: OrderedDict[str, deque[Visit]] = field(default_factory=OrderedDict)

    def note(self, visit: Visit) -> None:
        """Take in a request, unless it is one that came a moment ago."""
        recent = self._recent.setdefault(visit.place, deque(maxlen=EACH))
        self._recent.move_to_end(visit.place)
        if any(_is_again(visit, other) for other in recent):
            return
        recent.append(visit)
        self._waiting.append(visit)
        if len(self._recent) > MOST:
            self._recent.popitem(last=False)

    @property
    def busy(self) -> bool:
        """Whether something waits, or is still to be forgotten."""
        return bool(self._waiting or self._recent)

    def due(self, now: datetime, *, all_of_them: bool = False) -> Iterator[Clicked]:
        """Yield what is old enough to be judged, and forget what is older than a minute."""
        while self._waiting and (all_of_them or len(self._waiting) > MOST or self._waiting[0].at + HOLD <= now):
            visit = self._waiting.popleft()
            hour = visit.at.replace(minute=0, second=0, microsecond=0)
            yield Clicked(visit.issue, visit.link, self._judged(visit), hour)
        while self._recent and (all_of_them or next(iter(self._recent.values()))[-1].at + MINUTE <= now):
            self._recent.popitem(last=False)

    def _judged(self, visit: Visit) -> Kind:
        around = [each for each in self._recent.get(visit.place, (visit,)) if abs(each.at - visit.at) <= MINUTE]
        same = [each for each in around if each.agent == visit.agent]
        return beside(
            visit.kind,
            links=len({each.link for each in same if each.issue == visit.issue and abs(each.at - visit.at) <= NEAR}),
            headed=any(each.headed for each in same),
            snared=any(each.link == SNARE for each in around),
        )


def _is_again(visit: Visit, other: Visit) -> bool:
    alike = (visit.issue, visit.link, visit.kind, visit.agent) == (other.issue, other.link, other.kind, other.agent)
    return alike and visit.at - other.at < HOLD
