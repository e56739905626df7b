"""An invented issue of three sections, and moves on it, as hypothesis draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from digest.edit import BringIn, HoldBack, Lead, Merge, Ref, Reword, Split, To, ToSection, Write, ref_of
from digest.model.issue import (
    Cited,
    Content,
    Credit,
    Edition,
    IssueSection,
    Item,
    LeftOut,
    Schedule,
    Section,
    Unedited,
)

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
SECTIONS = (
    Section("military", "The military situation"),
    Section("diplomacy", "Diplomacy"),
    Section("peace_summit", "Peace summit"),
)
WEEKDAYS = Schedule(frozenset(range(5)), time(7))
EDITION = Edition("brief", "The Aldovar Brief", SECTIONS, ("weekday",), "Europe/Helsinki", "en", WEEKDAYS, WEEKDAYS)
OUTLETS = ("Ilma Courier", "Karsk Wire", "Radio Tarn")


def item(name: str, *passages: Cited, anchor: str = "", **changes) -> Item:
    """A story called by its name; its first passage is at the top of the article of that name."""
    cited = passages or (Cited(name, 0, "", 0.8, ("Ferren",)),)
    told = tuple(
        Credit(OUTLETS[n % 3], f"https://{each.article}.example/", NOW - timedelta(hours=n))
        for n, each in enumerate(cited)
    )
    made = Item(
        anchor=anchor or f"x-{name}",
        headline=f"Story {name}",
        url=f"https://{name}.example/",
        summary=(f"What {name} is about.",),
        credits=told[:3],
        passages=cited,
        score=0.5,
        reasons=("1 outlet",),
        voices=min(len(told), 3),
    )
    return replace(made, **changes)


def content(*sections: Sequence[Item], left_out: tuple[LeftOut, ...] = ()) -> Content:
    """An issue of these sections, its anchors numbered as composing numbers them."""
    return Content(
        edition="brief",
        title="The Aldovar Brief",
        number=412,
        local_date=date(2026, 11, 20),
        timezone="Europe/Helsinki",
        language="en",
        built_at=NOW,
        subject="",
        preheader="",
        sections=tuple(
            IssueSection(s.id, s.title, tuple(replace(each, anchor=f"{s.id}-{n}") for n, each in enumerate(items, 1)))
            for s, items in zip(SECTIONS, sections, strict=False)
            if items
        ),
        sources_read=3,
        left_out=left_out,
    )


def unedited(issue: Content, *spare: Sequence[Item]) -> Unedited:
    """The issue as it was built, with what stands below the lines."""
    below = tuple(IssueSection(s.id, s.title, tuple(each)) for s, each in zip(SECTIONS, spare, strict=False))
    return Unedited(issue, EDITION, below)


def items(issue: Content) -> list[Item]:
    return [each for section in issue.sections for each in section.items]


def order(issue: Content) -> dict[str, list[str]]:
    """The headlines of each section."""
    return {section.id: [each.headline for each in section.items] for section in issue.sections}


def ref(issue: Content, headline: str) -> Ref:
    return ref_of(next(each for each in items(issue) if each.headline == headline))


@st.composite
def issues(draw: st.DrawFn) -> Content:
    """Issues of up to nine stories of one to three passages, some of which share articles."""
    counts = draw(st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any))
    number, sections = 0, []
    for count in counts:
        row = []
        for _ in range(count):
            number += 1
            many = draw(st.integers(1, 3))
            heading = draw(st.sampled_from(["", "On the river"]))
            own = tuple(Cited(f"a{number}{'bcd'[n]}", n, heading, 0.7, ()) for n in range(many))
            row.append(item(f"n{number}", *own))
        sections.append(row)
    return content(*sections)


def by_hand(number: int, section: str) -> Write:
    return Write(f"By hand {number}", section, anchor=f"written-{number}", at=NOW)


@st.composite
def cases(draw: st.DrawFn):
    """An issue, and moves on its stories in any order, some of which cannot be made."""
    issue = draw(issues())
    one = st.sampled_from([ref_of(each) for each in items(issue)])
    section = st.sampled_from([each.id for each in SECTIONS])
    place = st.none() | st.integers(0, 4)
    told = st.builds(lambda story, n: item(f"told{n}", anchor="-"), one, st.integers(0, 9))
    moves = st.one_of(
        st.builds(To, one, st.integers(0, 4), st.none() | one),
        st.builds(ToSection, one, section, place),
        st.builds(Lead, one),
        st.builds(HoldBack, one),
        st.builds(BringIn, one, section, place),
        st.builds(Merge, one, one),
        st.builds(lambda story, part: Split(story, story.passages[-1:], part, OUTLETS[1:2]), one, told),
        st.builds(Reword, one, st.just("Another headline"), st.none() | st.just(("A sentence of Ada's.",))),
        st.builds(
            lambda n, where: Write(f"By hand {n}", where, anchor=f"written-{n}", at=NOW), st.integers(1, 99), section
        ),
    )
    return issue, draw(st.lists(moves, max_size=6, unique_by=lambda move: getattr(move, "anchor", id(move))))
