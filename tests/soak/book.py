"""What must be true of all an edition told: each article in one issue, or left out there with a reason, and once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from sqlalchemy import select

from digest.model.issue import Content, Issue, State
from digest.store import Store
from digest.store.schema import pool


def rows(store: Store, edition: str) -> list[tuple[str, int, str]]:
    """The edition's pool as it is kept: (article, issue, reason)."""
    with store.database.read() as connection:
        chosen = select(pool.c.article, pool.c.issue, pool.c.reason).where(pool.c.edition == edition)
        return [tuple(row) for row in connection.execute(chosen)]


def issues(store: Store, edition: str) -> list[Issue]:
    """Its issues, the first one first."""
    return [issue for issue in reversed(store.issues.all(1000)) if issue.edition == edition]


def mentioned(content: Content) -> tuple[set[str], set[str]]:
    """Every article of which the issue says something: told; left out, or all of it boilerplate."""
    cited = {cited.article for section in content.sections for item in section.items for cited in item.passages}
    return cited, {out.article for out in content.left_out} | {line.article for line in content.boilerplate}


def faults(store: Store, edition: str) -> list[str]:
    """What is not as it must be, in words; empty where every row of the pool and every issue agree."""
    found: list[str] = []
    every = issues(store, edition)
    standing = [issue for issue in every if issue.state is not State.SKIPPED]
    held: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for article, issue, reason in rows(store, edition):
        held[issue][article] = reason
    told: Counter[str] = Counter()
    for issue in standing:
        if issue.content is None:
            found.append(f"No. {issue.number} says nothing and is {issue.state.value}")
            continue
        cited, silent = mentioned(issue.content)
        told.update(cited)
        mine = held[issue.id]
        aside = {out.article: out.reason for out in issue.content.left_out if not out.text}
        if cited | silent != set(mine):
            found.append(f"No. {issue.number} and its pool do not name the same: {(cited | silent) ^ set(mine)}")
        if any(mine.get(article) for article in cited):
            found.append(f"No. {issue.number} tells what its pool left out")
        if aside != {article: reason for article, reason in mine.items() if reason}:
            found.append(f"No. {issue.number} gives other reasons than its pool: {aside}")
    found += [f"{article} is told by {many} issues" for article, many in told.items() if many > 1]
    found += [f"issue {issue} has a pool and does not stand" for issue in set(held) - {issue.id for issue in standing}]
    if [issue.number for issue in every] != list(range(1, len(every) + 1)):
        found.append(f"the numbers have gaps: {[issue.number for issue in every]}")
    return found


def told_again(store: Store, edition: str, events: Mapping[str, str]) -> tuple[list[str], int]:
    """Stories whose event an earlier issue told, and that do not say so; and how many say so.

    `events` has the event of each article.
    """
    silent, follow_ups = [], 0
    before: set[str] = set()
    for issue in issues(store, edition):
        if issue.state is not State.SENT:
            continue
        own: set[str] = set()
        for item in (item for section in issue.content.sections for item in section.items):
            about = {events[passage.article] for passage in item.passages}
            follow_ups += item.follows is not None
            if about & before and item.follows is None:
                silent.append(f"No. {issue.number} tells {', '.join(sorted(about & before))} again: {item.headline}")
            own |= about
        before |= own
    return silent, follow_ups
