"""Counted links: where they lead, and how often somebody came over them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from digest.errors import UnknownError
from digest.model.clicks import Kind, LinkClicks
from digest.model.issue import Content, Issue, State
from digest.parts import Parts
from digest.pipeline.press import edition_of
from digest.render import linked
from digest.render.clean import clean, link

GOING: Final = frozenset({State.SENDING, State.PAUSED, State.SENT, State.STOPPED})
"""States of issues whose mails are out, and fixed."""


def ways_of(parts: Parts, issue: int) -> tuple[str, ...]:
    """Return where the counted links of an issue that left lead, in their order; none where there are none."""
    try:
        found = parts.store.issues.find(issue)
    except UnknownError:
        return ()
    return linked(found.content) if found.content and counts(parts, found) and found.state in GOING else ()


def counts(parts: Parts, issue: Issue) -> bool:
    """Return whether the issue's links are counted, or would be if it left now."""
    return edition_of(parts, issue).clicks


def followed(parts: Parts, issue: Issue) -> tuple[LinkClicks, ...]:
    """Return each counted link of the issue that it has by now, in the order they stand; none where none is counted."""
    if issue.content is None or not counts(parts, issue):
        return ()
    said, sums = dict(_said(issue.content)), parts.store.clicks.of(issue.id)
    return tuple(
        LinkClicks(number, url, *said[url], *(sums[number, kind] for kind in (Kind.HUMAN, Kind.UNSURE, Kind.MACHINE)))
        for number, url in enumerate(linked(issue.content), 1)
    )


def _said(content: Content) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield (address, (headline, outlet)), the last first, so that of two the first stays."""
    for section in reversed(content.sections):
        for item in reversed(section.items):
            yield link(item.url), (clean(item.headline), "")
            for credit in reversed(item.credits):
                yield link(credit.url), (clean(item.headline), clean(credit.name))
