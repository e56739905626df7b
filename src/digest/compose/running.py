"""The big events of a day: a summit, a siege that ends, a night of strikes, told by many outlets from many sides.

Their reports share few words, since each picks out another side, and the words they do share are common that day. What
binds them is the site: reports name it far too often to be of many events, and most of them speak of one sort of event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from digest.compose.names import is_capital
from digest.compose.reports import CLOSE, WINDOW, Group, Report
from digest.compose.vectors import Vector
from digest.model.news import SectionId

MANY: Final = 6
"""Reports that name a site and speak of one sort of event, from which the event is a big one."""
OUTLETS: Final = 3
"""Outlets that they come from, at the least."""
LOCATED: Final = 0.25
"""Share of the reports with a name that say `at`, `in` or `near` it: of persons and bodies hardly any do."""
MOST: Final = 0.5
"""Share of a site's reports that speak of the sort, of a story's reports that are of the event, and of a section's
stories of which it is the subject."""
BESIDES: Final = 0.05
"""Mean cosine to the event's reports, the site's name aside, from which one of no known sort is of the event too."""
SUMMIT: Final = "summit"
ONCE: Final = frozenset({"rescue", "exchange", "talk", "court", "vote", SUMMIT})
"""Sorts of which a place sees one event in two days, so that most that is said of it there belongs together."""
AT_CAPITALS: Final = frozenset({SUMMIT})
"""Those of them of which that holds for a capital, where ministers meet and courts sit all day long."""
STRIKES: Final = frozenset({"attack"})
"""Sorts that befall a place again and again: one event only within `CLOSE`, and where more outlets tell it than `MOST`
of its reports, since many small ones are told by the same few."""
BEYOND_DOUBT: Final = 12
"""Reports in `CLOSE` from which it is one event whoever tells it."""


@dataclass(frozen=True, slots=True)
class Event:
    """A big event."""

    site: str
    core: Sequence[int]
    """The reports that name the site and speak of the sort."""
    others: Sequence[int]
    """Those that name it in the same days and speak of no other sort."""


def run_together(groups: Sequence[Group], reports: Sequence[Report], sections: Sequence[SectionId]) -> list[Group]:
    """Return the groups, those of one big event made one; the reports are in order of time, each with its section.

    Not where the event is what a section is about, such as a summit with a section of its own: there the event tells no
    story from another, and one story would be all that is left.
    """
    at_home = _sections(groups, sections)
    group_of = {i: group for group in groups for i in group.members}
    gone: set[int] = set()
    big: set[int] = set()
    for event in sorted(_events(reports), key=lambda event: (-len(event.core), event.site)):
        parts = _but_its_own(_parts(event, reports, group_of), at_home)
        # A works in a town is the site of one event by both names: the second brings its reports to the first's.
        known = [group for group in parts if id(group) in big]
        one = [*known[:1], *(group for group in parts if id(group) not in big)]
        big.update(id(group) for group in one[:1])
        for group in one[1:]:
            if one[0].absorb(group, reports):
                gone.add(id(group))
                group_of.update(dict.fromkeys(group.members, one[0]))
    return [group for group in groups if id(group) not in gone]


def _parts(event: Event, reports: Sequence[Report], group_of: dict[int, Group]) -> list[Group]:
    """Return the groups most of whose reports are of the event, those with most of them first."""
    centre = _centre(event, reports)
    own = sorted([*event.core, *(i for i in event.others if _like(reports[i].vector, centre) >= BESIDES)])
    groups = {id(group_of[i]): group_of[i] for i in own}
    counts = Counter(id(group_of[i]) for i in own)
    ordered = sorted(groups, key=lambda key: (-counts[key], groups[key].members[0]))
    return [groups[key] for key in ordered if counts[key] > MOST * len(groups[key].members)]


def _sections(groups: Sequence[Group], sections: Sequence[SectionId]) -> dict[int, SectionId]:
    """Return the section that most reports of each group are in, by the group's identity."""
    return {id(group): Counter(sections[i] for i in group.members).most_common(1)[0][0] for group in groups}


def _but_its_own(parts: Sequence[Group], at_home: Mapping[int, SectionId]) -> list[Group]:
    """Return the groups of an event without those of a section most of whose groups are of it."""
    every, own = Counter(at_home.values()), Counter(at_home[id(group)] for group in parts)
    about = {section for section, count in own.items() if count > MOST * every[section]}
    return [group for group in parts if at_home[id(group)] not in about]


def _centre(event: Event, reports: Sequence[Report]) -> Vector:
    """Return the mean of the core's vectors without the name of the site."""
    total: Vector = {}
    for i in event.core:
        for word, weight in reports[i].vector.items():
            total[word] = total.get(word, 0.0) + weight / len(event.core)
    total.pop(event.site, None)
    return total


def _like(own: Vector, centre: Vector) -> float:
    return sum(weight * centre[word] for word, weight in own.items() if word in centre)


def _events(reports: Sequence[Report]) -> Iterator[Event]:
    for site, named in _sites(reports).items():
        possible = STRIKES | (AT_CAPITALS if is_capital(site) else ONCE)
        sorts = Counter(sort for i in named for sort in _sorts(reports[i]) & possible)
        if sorts:
            event = _event(site, min(sorts, key=lambda sort: (-sorts[sort], sort)), named, reports)
            if event:
                yield event


def _sites(reports: Sequence[Report]) -> dict[str, list[int]]:
    """Return the reports that name each place at which enough of them are."""
    located = Counter(place for report in reports for place in report.places)
    often = {place for place, count in located.items() if count >= LOCATED * MANY}
    naming: dict[str, list[int]] = {place: [] for place in sorted(often)}
    for i, report in enumerate(reports):
        for place in often & (report.places | report.vector.keys()):
            if place in report.places or not is_capital(place):
                naming[place].append(i)
    return {
        place: named for place, named in naming.items() if len(named) >= MANY and located[place] >= LOCATED * len(named)
    }


def _sorts(report: Report) -> frozenset[str]:
    return report.classes | ({SUMMIT} & report.vector.keys())


def _event(site: str, sort: str, named: Sequence[int], reports: Sequence[Report]) -> Event | None:
    """Return the event that most of a site's reports speak of, in the span that holds most; None if there is none."""
    near = _densest(named, sort, reports)
    core = [i for i in near if sort in _sorts(reports[i])]
    outlets = len({reports[i].source for i in core})
    if len(core) < max(MANY, MOST * len(near)) or outlets < OUTLETS:
        return None
    if sort in STRIKES and outlets <= MOST * len(core) and len(core) < BEYOND_DOUBT:
        return None
    return Event(site, core, [i for i in near if reports[i].is_news and not reports[i].classes])


def _densest(named: Sequence[int], sort: str, reports: Sequence[Report]) -> Sequence[int]:
    """Return the reports, out of those in order of time, of the span in which most are of the sort."""
    span = CLOSE if sort in STRIKES else WINDOW
    best: Sequence[int] = ()
    most = first = within = 0
    for last, i in enumerate(named):
        within += sort in _sorts(reports[i])
        while reports[i].at - reports[named[first]].at > span:
            within -= sort in _sorts(reports[named[first]])
            first += 1
        if within > most:
            most, best = within, named[first : last + 1]
    return best
