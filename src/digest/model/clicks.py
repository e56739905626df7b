"""Clicks on counted links, by link and hour; of whose they were nothing is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Who seems to have come over a link."""

    HUMAN = "human"
    UNSURE = "unsure"
    MACHINE = "machine"
    """A scanner, a crawler, a prefetch."""


@dataclass(frozen=True, slots=True)
class Clicked:
    """What is counted together."""

    issue: int
    link: int
    """Its number in the issue, from 1; 0 for the one that no person sees."""
    kind: Kind
    hour: datetime
    """When it began, in UTC."""


@dataclass(frozen=True, slots=True)
class LinkClicks:
    """A link of an issue, and how often somebody came over it."""

    number: int
    url: str
    headline: str
    """Of the first story it stands in."""
    outlet: str
    """To whom it leads; empty where no outlet is named for it."""
    human: int
    unsure: int
    machine: int
