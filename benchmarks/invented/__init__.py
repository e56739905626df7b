"""Invented news for the benchmarks: the same seed gives the same articles. Nobody and no place in it exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from digest.collect.identity import article_id, fingerprint
from digest.model.issue import Content, Credit, IssueSection, Item
from digest.model.news import Article, Block, BlockKind

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)

OUTLETS = ("Ilma Courier", "Karsk Wire", "Radio Tarn", "Calder Gazette", "Norrmark Post", "The Aldovar Ledger")
SYLLABLES = (
    "tar",
    "fer",
    "lind",
    "kar",
    "vel",
    "min",
    "cal",
    "nor",
    "il",
    "hol",
    "as",
    "ren",
    "mou",
    "dal",
    "sk",
    "ova",
)
KINDS = {
    "military": (
        "{who} said air defence shot down {n} drones over {place} before dawn",
        "Shelling of {place} went on through the night, and {n} houses lost their roofs",
        "A fire at the oil depot near {place} burnt for {n} hours after a missile strike",
        "{n} soldiers of a reserve brigade at {place} were reported absent without leave",
        "The general staff counted {n} attacks along the front near {place}",
    ),
    "diplomacy": (
        "Foreign minister {who} flew to {place} for talks on sanctions against {n} tankers",
        "Ambassadors of {n} countries signed a memorandum in {place}, {who} said",
        "{who} asked parliament in {place} for a loan of {n} million crowns in military aid",
        "Envoys met in {place} for the {n}th time to speak of a prisoner exchange",
        "The alliance split over who would pay for {n} observers at {place}, diplomats said",
    ),
    "peace_summit": (
        "Hosts of the second peace summit in {place} wait for {n} delegations, {who} said",
        "{n} countries would sign the peace plan at the {place} summit, according to {who}",
        "A drafting group of the peace summit left {n} points open in {place}",
    ),
    "other": (
        "Rovers drew with {place} in front of {n} people, and {who} scored twice",
        "The first storm of the year closed {n} roads around {place}",
    ),
}
FILLER = (
    "{who} spoke to reporters in {place} and gave no further details",
    "People in {place} queued for {n} minutes at the pumps",
    "Nobody in {place} could say when the {n} families might go home",
    "It was the {n}th such day this year, {who} told the radio",
    "Trains between {place} and the coast ran {n} minutes late",
)


@dataclass(frozen=True)
class Event:
    """Something that happened, told by several outlets, each in other words."""

    kind: str
    who: str
    place: str
    n: int

    def sentences(self, random: Random, count: int) -> str:
        """Return a paragraph about it."""
        chosen = [random.choice(KINDS[self.kind]), *random.choices((*KINDS[self.kind], *FILLER), k=count - 1)]
        return ". ".join(text.format(who=self.who, place=self.place, n=self.n) for text in chosen) + "."


def name(random: Random) -> str:
    """Return the name of somebody or of some place."""
    return "".join(random.choices(SYLLABLES, k=random.randint(2, 3))).capitalize()


def articles(count: int, *, seed: int = 1) -> Iterator[Article]:
    """Yield articles of three passages of up to three sections; about four of them tell of each event."""
    random = Random(seed)
    kinds = random.choices(list(KINDS), weights=(5, 4, 2, 2), k=max(1, count * 3 // 4))
    events = [Event(kind, f"{name(random)} {name(random)}", name(random), random.randint(3, 900)) for kind in kinds]
    for number in range(count):
        yield article(number, random.sample(events, k=min(3, len(events))), random)


def article(number: int, told: list[Event], random: Random) -> Article:
    """Return an article with a passage about each event, the later ones under a sub-heading."""
    outlet = random.choice(OUTLETS)
    blocks: list[Block] = []
    for position, event in enumerate(told):
        if position:
            blocks.append(Block(BlockKind.HEADING, f"{event.place} and what {event.who.split()[0]} wants", 2))
        blocks += [Block(BlockKind.PARAGRAPH, event.sentences(random, random.randint(3, 5))) for _ in range(2)]
    blocks.append(Block(BlockKind.PARAGRAPH, "You may also like"))
    title = f"{told[0].place}: {told[0].sentences(random, 1)[:70]}"
    url = f"https://{outlet.lower().replace(' ', '-')}.example/news/{number}"
    return Article(
        id=article_id(url),
        source=outlet,
        url=url,
        title=title,
        blocks=tuple(blocks),
        fingerprint=fingerprint(title, blocks, url=url),
        collected_at=NOW,
        published_at=NOW - timedelta(minutes=random.randint(5, 60 * 70)),
        language="en",
    )


def issue(stories: int, *, seed: int = 1) -> Content:
    """Return an issue of so many stories in three sections, as composing would have made it."""
    random = Random(seed)
    shares = {"military": (stories + 2) // 3, "diplomacy": (stories + 1) // 3, "peace_summit": stories // 3}
    titles = {"military": "Military situation", "diplomacy": "Diplomacy", "peace_summit": "Peace summit"}
    sections = tuple(
        IssueSection(kind, titles[kind], tuple(item(kind, n, random) for n in range(1, share + 1)))
        for kind, share in shares.items()
        if share
    )
    return Content(
        edition="weekday",
        title="The Aldovar Brief",
        number=412,
        local_date=NOW.date(),
        timezone="Europe/Helsinki",
        language="en",
        built_at=NOW,
        subject=sections[0].items[0].headline,
        preheader="Twelve things that never happened.",
        sections=sections,
        sources_read=len(OUTLETS),
    )


def item(kind: str, number: int, random: Random) -> Item:
    """Return a story of three sentences and three outlets."""
    event = Event(kind, f"{name(random)} {name(random)}", name(random), random.randint(3, 900))
    told_by = tuple(
        Credit(outlet, f"https://{outlet.lower().replace(' ', '-')}.example/{number}", NOW - timedelta(hours=number))
        for outlet in random.sample(OUTLETS, k=3)
    )
    summary = tuple(f"{sentence}." for sentence in event.sentences(random, 3).rstrip(".").split(". "))
    headline = f"{event.place}: {event.sentences(random, 1)[:60]}"
    return Item(f"{kind}-{number}", headline, told_by[0].url, summary, told_by, (), 1.0)
