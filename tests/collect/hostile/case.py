"""A case: what a server answers, and what the newsletter makes of it; with the pieces that tables are written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from digest.collect import Collected, Status, Workers
from digest.model.news import Source, SourceKind
from tests.collect.newsroom import Remembered, poll

from .server import Answer, Behaviour

Reply: TypeAlias = str | bytes | Answer | Behaviour | Sequence[str]
"""A text or bytes are a feed, answered in full; a sequence is one answer after the other, the last one for good."""
Outcome: TypeAlias = str | list[str]

A = "https://ilma.example/a"
ONE = f"<item><title>Ferren bridge</title><link>{A}</link></item>"
HEAD, TAIL = "<rss version='2.0'><channel>", "</channel></rss>"
WHOLE = f"{HEAD}{ONE}{TAIL}"
CAP = 15_000_000


def failed(collected: Collected) -> str:
    return collected.reports[0].reason if collected.reports[0].status is Status.FAILED else ""


def titles(collected: Collected) -> Outcome:
    """The titles of what was taken, or why nothing was."""
    return failed(collected) or [article.title for article in collected.articles]


def tally(collected: Collected) -> Outcome:
    """How many articles, and the report's words."""
    return f"{len(collected.articles)}: {collected.reports[0].reason}".rstrip(": ")


def dates(collected: Collected) -> Outcome:
    """When each was published, as far as that is believed."""
    return failed(collected) or [
        f"{article.published_at:%Y-%m-%d %H:%M}" if article.published_at else "" for article in collected.articles
    ]


def links(collected: Collected) -> Outcome:
    """Where they are; of the server's own address only that it is one."""
    return failed(collected) or [re.sub(r"//127[.\d]+:\d+", "//here", article.url) for article in collected.articles]


def blocks(collected: Collected) -> Outcome:
    """The paragraphs and headings of what was taken."""
    return failed(collected) or [block.text for article in collected.articles for block in article.blocks]


@dataclass(frozen=True)
class Case:
    """One answer of a hostile server and what becomes of it."""

    feed: Reply
    """Answered to whoever asks for `/feed`."""
    expected: Outcome
    see: Callable[[Collected], Outcome] = titles
    """What of the last poll is compared."""
    polls: int = 1
    seconds: float = 100
    """The poll's own time-out."""
    page: bool = False
    """Whether `/feed` is a single page as a source, not a feed."""
    more: Mapping[str, Reply] = field(default_factory=dict)
    """What other paths answer; all the rest is 404."""
    trap: bool = False
    """Whether a second server listens at the port that `{trap}` stands for; nobody may ever knock there."""


def outcome(case: Case, port: int, workers: Workers) -> Outcome:
    """Read the case's server as the newsletter reads its sources."""
    kind = SourceKind.PAGE if case.page else SourceKind.FEED
    source = Source("Ilma Courier", kind, url=f"http://127.0.0.1:{port}/feed", follow=case.page, allow_private=True)
    memory = Remembered()
    for _ in range(case.polls):
        collected = poll(source, memory=memory, seconds=case.seconds, workers=workers)
        memory.learn(collected)
    return case.see(collected)


def titled(words: str) -> str:
    return f"{HEAD}<item><title>{words}</title><link>{A}</link></item>{TAIL}"


def told(words: str) -> str:
    """A feed whose only entry has this as its text."""
    return f"{HEAD}<item><title>Ferren</title><link>{A}</link><description>{words}</description></item>{TAIL}"


def fill(unit: str, head: str = HEAD, tail: str = TAIL, size: int = CAP) -> bytes:
    """A document of as many units as fit into the size that is read at most."""
    return (head + unit * ((size - len(head.encode()) - len(tail.encode())) // len(unit.encode())) + tail).encode()


def swarm(size: int) -> str:
    return " ".join(f'a{n}="1"' for n in range(size))
