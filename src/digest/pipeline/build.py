"""Articles in, an issue out: the pool, its passages, its stories, frozen with all they were made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from digest import __version__
from digest.classify import classify
from digest.classify.sections import Meaning
from digest.classify.weights import Weights
from digest.compose import compose, pool
from digest.errors import MoveError, Stale
from digest.lifecycle import Move, after, require
from digest.meaning import NOBODY, Notebook, notebook, remembering
from digest.model.delivery import WHOLE, Cut
from digest.model.editing import standing
from digest.model.issue import Content, Edition, Inputs, Issue, Slot, State, Unedited
from digest.model.news import Article, Placement
from digest.parts import Parts
from digest.pipeline.press import proofread
from digest.pipeline.recollect import recollect
from digest.pipeline.replay import in_words, replayed
from digest.render import Look
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
    remarks: tuple[str, ...] = ()
    """What an operator is to be told of how it was made."""

    @property
    def empty(self) -> bool:
        """Whether there was nothing to tell."""
        return not self.content.stories


Progress = Callable[[int], None]
NOTHING_NEW: Final = "nothing new"
ENCODER: Final = "encoder"
"""Names in an issue's versions who told what passages mean."""
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
    book = opened(parts, weights, now)
    inputs = Inputs(
        edition=edition,
        articles=tuple(article.id for article in chosen.articles),
        sources=parts.settings.sources,
        versions=versions_of(look, weights, book.name),
        aside=chosen.left_out,
        archive=archive,
        told=told,
    )
    unedited = composed(
        inputs, chosen.articles, weights, book, number=issue.number, slot=slot, now=now, progress=progress
    )
    inputs = replace(inputs, meanings=book.pages)
    built = kept(parts, issue, unedited, inputs, chosen.articles, now)
    return replace(built, remarks=(*remarks(book), *built.remarks))


def opened(parts: Parts, weights: Weights, now: datetime) -> Notebook:
    """Return a notebook for what passages mean: empty, and asking the encoder that is here, if there is one."""
    return notebook(remembering(parts.encoder, parts.cache, now), weights)


def remarks(book: Notebook, before: str = NOBODY) -> tuple[str, ...]:
    """Return what there is to say where no encoder was asked: that one was meant to, or was `before`."""
    if book.why is None or not (book.why.installed or before != NOBODY):
        return ()
    told = f"; {before} was asked before" if before != NOBODY else ""
    return (f"Words alone decided{told}: {book.why}",)


def versions_of(look: Look, weights: Weights, encoder: str) -> tuple[tuple[str, str], ...]:
    """Return what an issue is made by, each part with its version."""
    own, learned = ("look", look.fingerprint), ("weights", weights.fingerprint)
    return ("digest", __version__), own, learned, (ENCODER, encoder)


def composed(
    inputs: Inputs,
    articles: Sequence[Article],
    weights: Weights,
    meaning: Meaning,
    *,
    number: int,
    slot: Slot,
    now: datetime,
    progress: Progress | None = None,
) -> Unedited:
    """Return what these inputs make before editors' moves: passages placed, stories told. Writes nothing."""
    placements: list[Placement] = []
    for article in articles:
        placements += classify(article, inputs.edition.sections, weights, meaning)
        if progress:
            progress(1)
    made = compose(
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
    return Unedited(made.content, inputs.edition, made.spare)


def kept(
    parts: Parts, issue: Issue, unedited: Unedited, inputs: Inputs, articles: tuple[Article, ...], now: datetime
) -> Built:
    """Make the editors' moves on what was composed, and keep that as the issue's next revision, in one transaction.

    A move that an editor makes meanwhile is made as well: then it is done once more. The moves that do not apply any
    more are among the remarks. Raises LookError for a look that cannot be rendered.
    """
    look, edition = parts.look(inputs.edition), inputs.edition
    aside = {out.article: out.reason for out in inputs.aside}
    while True:
        history = parts.store.edits.history(issue.id)
        done = standing(history).done
        outcome = replayed(unedited, [each.move for each in done], look)
        cut = proofread(parts, outcome.content, edition)
        move, reason = next_move(issue, outcome.content, edition.min_stories)
        try:
            issue = parts.store.issues.write(
                issue.id,
                outcome.content,
                inputs,
                articles,
                aside,
                now,
                by="build",
                move=move,
                reason=reason,
                unedited=unedited,
                seen=history[-1].number if history else 0,
            )
        except Stale:
            issue = parts.store.issues.find(issue.id)
            require(Move.REBUILD, issue.state, issue=issue.id, number=issue.number)
            continue
        lost = tuple(f"A move does not apply any more: {each}" for each in in_words(outcome.lost, done))
        return Built(issue, outcome.content, articles, cut, lost)


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


def remade(
    parts: Parts,
    issue: Issue,
    inputs: Inputs,
    articles: tuple[Article, ...],
    weights: Weights,
    meaning: Meaning,
    *,
    now: datetime,
) -> Content:
    """Return the issue's content made again, by the program as it is now, from what was frozen with it."""
    unedited = composed(inputs, articles, weights, meaning, number=issue.number, slot=issue.its_slot, now=now)
    return replayed(unedited, inputs.overrides, parts.look(inputs.edition)).content


def rebuild(parts: Parts, issue_id: int | str, *, now: datetime) -> Built:
    """Give the issue a new revision, made by today's rules from the articles it already has. Raises MoveError."""
    issue = parts.store.issues.find(issue_id)
    require(Move.REBUILD, issue.state, issue=issue.id, number=issue.number)
    inputs, articles = parts.store.issues.inputs(issue.id)
    weights = parts.shelf.current()
    parts.shelf.retain(weights)
    book, before = opened(parts, weights, now), dict(inputs.versions).get(ENCODER, NOBODY)
    inputs = replace(inputs, versions=versions_of(parts.look(inputs.edition), weights, book.name))
    unedited = composed(inputs, articles, weights, book, number=issue.number, slot=issue.its_slot, now=now)
    inputs = replace(inputs, meanings=book.pages)
    built = kept(parts, issue, unedited, inputs, articles, now)
    return replace(built, remarks=(*remarks(book, before), *built.remarks))
