"""Articles in, an issue out: the pool, its passages, its stories, frozen with all they were made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final

from digest import __version__
from digest.classify import classify
from digest.classify.weights import Weights
from digest.compose import compose, pool
from digest.errors import MoveError
from digest.lifecycle import Move, after, require
from digest.model.delivery import WHOLE, Cut, Variant
from digest.model.issue import Content, Edition, Inputs, Issue, Slot, State
from digest.model.news import Article, Placement
from digest.parts import Parts
from digest.pipeline.press import press, proofread
from digest.pipeline.recollect import recollect
from digest.render import Look, titled
from digest.slots import candidates


@dataclass(frozen=True, slots=True)
class Built:
    """An issue as it was just built."""

    issue: Issue
    content: Content
    articles: tuple[Article, ...]
    """The pool."""
    cut: Cut = WHOLE
    """What the whole issue's mail leaves to the web page."""

    @property
    def empty(self) -> bool:
        """Whether there was nothing to tell."""
        return not self.content.stories


Progress = Callable[[int], None]
NOTHING_NEW: Final = "nothing new"
TOO_FEW: Final = ", the edition asks for"
"""Reasons by which a later building knows what an earlier one decided."""


def build(
    parts: Parts, edition_id: str, *, now: datetime, slot: Slot | None = None, progress: Progress | None = None
) -> Built:
    """Build the edition's issue for `slot`, or for the nearest slot that is still to be filled.

    Built again, the slot's draft gets a new revision from the same pool and what came since. Raises MoveError once it
    is approved or on its way, UnknownError for an edition nobody knows, LookError where the look cannot be rendered;
    the revision before then stays.
    """
    edition = parts.settings.edition(edition_id)
    look = parts.look(edition)
    slot = slot or nearest(parts, edition, now)
    issue, _ = parts.store.issues.claim_slot(slot, slot.send_at + edition.expires, now)
    require(Move.REBUILD, issue.state, issue=issue.id, number=issue.number)

    weights = parts.shelf.current()
    parts.shelf.retain(weights)
    chosen = pool(parts.store.articles.unpooled(edition.id, issue=issue.id), edition, now=now)
    archive, told = recollect(parts.store, edition, issue)
    inputs = Inputs(
        edition=edition,
        articles=tuple(article.id for article in chosen.articles),
        sources=parts.settings.sources,
        versions=versions_of(look, weights),
        aside=chosen.left_out,
        archive=archive,
        told=told,
    )
    content = made(inputs, chosen.articles, look, weights, number=issue.number, slot=slot, now=now, progress=progress)
    cut = proofread(parts, content, edition)
    return replace(kept(parts, issue, content, inputs, chosen.articles, now), cut=cut)


def versions_of(look: Look, weights: Weights) -> tuple[tuple[str, str], ...]:
    """Return what an issue is made by, each part with its version."""
    return ("digest", __version__), ("look", look.fingerprint), ("weights", weights.fingerprint)


def made(
    inputs: Inputs,
    articles: Sequence[Article],
    look: Look,
    weights: Weights,
    *,
    number: int,
    slot: Slot,
    now: datetime,
    progress: Progress | None = None,
) -> Content:
    """Return the content that these inputs make: passages placed, stories told, the subject set. Writes nothing."""
    placements: list[Placement] = []
    for article in articles:
        placements += classify(article, inputs.edition.sections, weights)
        if progress:
            progress(1)
    content = compose(
        placements,
        articles,
        inputs.edition,
        sources=inputs.sources,
        number=number,
        slot=slot,
        now=now,
        left_out=inputs.aside,
        archive=inputs.archive,
        told=inputs.told,
    )
    return titled(content, look, inputs.edition)


def kept(
    parts: Parts, issue: Issue, content: Content, inputs: Inputs, articles: tuple[Article, ...], now: datetime
) -> Built:
    """Keep the content as the issue's next revision, and put the issue where that belongs, in one transaction."""
    move, reason = next_move(issue, content, inputs.edition.min_stories)
    aside = {out.article: out.reason for out in inputs.aside}
    issue = parts.store.issues.write(
        issue.id, content, inputs, articles, aside, now, by="build", move=move, reason=reason
    )
    return Built(issue, content, articles)


def next_move(issue: Issue, content: Content, min_stories: int) -> tuple[Move | None, str]:
    """Return what becomes of an issue just built, and why: to review, held for too few stories, skipped for none.

    An editor's hold stays; one for too few stories ends when there are enough.
    """
    state = after(Move.REBUILD, issue.state)
    if not content.stories:
        return Move.SKIP, NOTHING_NEW
    if content.stories < min_stories:
        told = "1 story" if content.stories == 1 else f"{content.stories} stories"
        return (None, "") if state is State.HELD else (Move.HOLD, f"{told}{TOO_FEW} {min_stories}")
    if state is State.HELD:
        return (Move.RELEASE, "") if TOO_FEW in issue.reason else (None, "")
    return (Move.SUBMIT, "") if state is State.DRAFT else (None, "")


def nearest(parts: Parts, edition: Edition, now: datetime) -> Slot:
    """Return the first slot that still may be built; where all are closed, the nearest of them.

    What is approved or on its way keeps its slot, so that building again says so instead of opening the next one;
    what is sent, stopped or missed makes room for the next.
    """
    over = (State.SENT, State.STOPPED, State.MISSED)
    for slot in candidates(edition, now):
        issue = parts.store.issues.at_slot(edition.id, slot.local_date, slot.slot)
        if issue is None or issue.state not in over:
            return slot
    raise MoveError(f"{edition.id}: every slot of the days ahead is taken")


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether an issue, made again from what was frozen with it, is the same to the byte."""

    issue: Issue
    differences: tuple[str, ...]
    skeletons: int
    """How many rendered variants were compared."""

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def remade(
    parts: Parts, issue: Issue, inputs: Inputs, articles: tuple[Article, ...], weights: Weights, *, now: datetime
) -> Content:
    """Return the issue's content made again, by the program as it is now, from what was frozen with it."""
    look = parts.look(inputs.edition)
    return made(inputs, articles, look, weights, number=issue.number, slot=issue.its_slot, now=now)


def rebuild(parts: Parts, issue_id: int | str, *, now: datetime) -> Built:
    """Give the issue a new revision, made by today's rules from the articles it already has. Raises MoveError."""
    issue = parts.store.issues.find(issue_id)
    require(Move.REBUILD, issue.state, issue=issue.id, number=issue.number)
    inputs, articles = parts.store.issues.inputs(issue.id)
    weights = parts.shelf.current()
    parts.shelf.retain(weights)
    inputs = replace(inputs, versions=versions_of(parts.look(inputs.edition), weights))
    content = remade(parts, issue, inputs, articles, weights, now=now)
    cut = proofread(parts, content, inputs.edition)
    return replace(kept(parts, issue, content, inputs, articles, now), cut=cut)


def verify(parts: Parts, issue_id: int | str) -> Verified:
    """Make the issue again from its frozen inputs, and compare content and rendered bytes with what is kept.

    It is made with the weights it was made with, whatever was learned since. Raises MoveError, WeightsError.
    """
    issue = parts.store.issues.find(issue_id)
    if issue.content is None or not issue.content.stories:
        raise MoveError(f"No. {issue.number} has no stories, so there is nothing to compare")
    inputs, articles = parts.store.issues.inputs(issue.id)
    fingerprint = dict(inputs.versions).get("weights", "")
    weights = parts.shelf.named(fingerprint) if fingerprint else parts.shelf.current()
    content = remade(parts, issue, inputs, articles, weights, now=issue.content.built_at)
    found = [f"content: {name}" for name in differing(issue.content, content)]
    if dict(inputs.versions)["look"] != parts.look(inputs.edition).fingerprint:
        found.append(f"look: the files of templates/{inputs.edition.look} changed since")
    machine = press(parts, issue)
    again = machine.printed(content, map(Variant.named, machine.skeletons))
    found += [f"bytes: variant {name}" for name, was in sorted(machine.skeletons.items()) if again.get(name) != was]
    return Verified(issue, tuple(found), len(machine.skeletons))


def differing(one: Content, other: Content) -> list[str]:
    """Return the names of the fields in which two contents differ."""
    return [f.name for f in fields(Content) if getattr(one, f.name) != getattr(other, f.name)]
