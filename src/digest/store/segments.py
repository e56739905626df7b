"""Saved filters as conditions in SQL: values are parameters, so nothing that is written in one is ever run."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, false, func, or_, true
from sqlalchemy.sql import ColumnElement

from digest.model.people import Segment
from digest.store.schema import preference, subscriber, subscription

ALL_SECTIONS = "[]"
"""How a preference for all sections is kept."""


def fits(segments: Sequence[Segment]) -> ColumnElement[bool]:
    """Return the condition that a subscription, with its subscriber and preference, fits one of the segments.

    True where there is none.
    """
    return or_(false(), *map(_fits, segments)) if segments else true()


def _fits(segment: Segment) -> ColumnElement[bool]:
    asked: list[ColumnElement[bool]] = []
    if segment.sections:
        # The ids stand in a JSON list, each in quotes, and have none inside.
        ids = func.lower(preference.c.sections)
        there = (ids.contains(f'"{section.lower()}"', autoescape=True) for section in segment.sections)
        asked.append(or_(preference.c.sections == ALL_SECTIONS, *there))
    if segment.zones:
        asked.append(_named(preference.c.timezone, segment.zones, unsaid=segment.at_home))
    if segment.languages:
        asked.append(_named(preference.c.language, segment.languages, unsaid=segment.by_default))
    if segment.frequencies:
        asked.append(preference.c.frequency.in_(segment.frequencies))
    if segment.domains:
        asked.append(subscriber.c.domain.in_(segment.domains))
    if segment.joined_since is not None:
        asked.append(subscription.c.joined_on >= segment.joined_since)
    if segment.joined_until is not None:
        asked.append(subscription.c.joined_on <= segment.joined_until)
    return and_(true(), *asked)


def _named(column: ColumnElement[str], names: Sequence[str], *, unsaid: bool) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the names, or begins as one that ends in `*`.

    In lower case on both sides: SQLite's LIKE knows no case, PostgreSQL's does, and a language tag has none (RFC 5646).
    """
    known, wanted = func.lower(column), [name.lower() for name in names]
    begins = (known.startswith(name[:-1], autoescape=True) for name in wanted if name.endswith("*"))
    return or_(known.in_([name for name in wanted if not name.endswith("*")]), *begins) & (
        (column != "") | (true() if unsaid else false())
    ) | ((column == "") if unsaid else false())
