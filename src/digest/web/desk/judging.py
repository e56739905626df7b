"""What the checks found, as the desk tells it: what keeps an issue from going, what wants a look, what is well."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from digest.check import Finding, Level
from digest.model.editors import Acknowledged
from digest.web.desk.wording import sentence, words

MEASURED: Final = re.compile(r"(\d+) KB of (\d+)")
TITLES: Final = {
    "content": "Stories",
    "subject": "Subject",
    "links": "Links",
    "size": "Size",
    "clients": "Mail clients",
    "accessibility": "Accessibility",
    "sender": "Sender",
    "audience": "Readers",
}
"""What each area of the check is called."""


@dataclass(frozen=True, slots=True)
class Card:
    """A finding that somebody has to do with."""

    finding: Finding
    mark: str
    looked: Acknowledged | None

    @property
    def is_red(self) -> bool:
        """Whether it keeps the issue from being approved."""
        return self.finding.level is Level.RED

    @property
    def pair(self) -> tuple[str, str] | None:
        """The two stories that it puts side by side."""
        places = self.finding.places
        return (places[0], places[1]) if "twice" in self.finding.text and len(places) == 2 else None


@dataclass(frozen=True, slots=True)
class Fine:
    """A finding that all is well."""

    title: str
    finding: Finding

    @property
    def measure(self) -> tuple[int, int] | None:
        """(how much, of how much) where it is a matter of size."""
        found = MEASURED.search(self.finding.text)
        return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Judged:
    """All that the checks found."""

    cards: tuple[Card, ...]
    """Red and amber, the worst first."""
    fine: tuple[Fine, ...]

    @property
    def red(self) -> tuple[Card, ...]:
        """What keeps it from being approved."""
        return tuple(card for card in self.cards if card.is_red)

    @property
    def open(self) -> tuple[Card, ...]:
        """Amber that nobody has looked at."""
        return tuple(card for card in self.cards if not card.is_red and card.looked is None)

    @property
    def looked(self) -> tuple[Card, ...]:
        """Amber that somebody has looked at."""
        return tuple(card for card in self.cards if not card.is_red and card.looked is not None)

    @property
    def verdict(self) -> str:
        """What it comes to, in a sentence or two."""
        look = words(len(self.open), "thing deserves a look", "things deserve a look") if self.open else ""
        if self.red:
            said = f"Not fit to send: {words(len(self.red), 'thing', 'things')} must be put right."
        else:
            said = "Fit to send."
        return f"{said} {sentence(look)}" if look else said

    def tags(self, anchor: str) -> list[str]:
        """Return what is to be said of one story, in a few words each."""
        return [c.finding.text for c in (*self.red, *self.open) if anchor in c.finding.places]


def judged(findings: Sequence[Finding], looked: Mapping[str, Acknowledged]) -> Judged:
    """Return what a check found, with what somebody has looked at already."""
    cards = [(each, mark(each)) for each in findings if each.level is not Level.GREEN]
    return Judged(
        tuple(Card(each, name, looked.get(name)) for each, name in cards),
        tuple(Fine(TITLES[each.area], each) for each in findings if each.level is Level.GREEN),
    )


def mark(finding: Finding) -> str:
    """Return what a finding is known by: what it says and what it was seen by, not where it stands.

    A story that moves stays looked at; one whose figure is another does not.
    """
    return sha256("\0".join((finding.area, finding.text, finding.seen)).encode()).hexdigest()[:16]
