"""An issue made again from what was frozen with it: is it the same to the byte?"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from digest.classify.weights import Weights
from digest.errors import MoveError
from digest.meaning import NOBODY, Notebook, notebook
from digest.model.delivery import Variant
from digest.model.issue import Content, Inputs, Issue
from digest.model.news import Article
from digest.parts import Parts
from digest.pipeline.build import ENCODER, remade
from digest.pipeline.press import press


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


def verify(parts: Parts, issue_id: int | str) -> Verified:
    """Make the issue again from its frozen inputs, and compare content and rendered bytes with what is kept.

    It is made with the weights it was made with, whatever was learned since, and with what its encoder said then,
    whether that is here or not. Raises MoveError, WeightsError.
    """
    issue = parts.store.issues.find(issue_id)
    if issue.content is None or not issue.content.stories:
        raise MoveError(f"No. {issue.number} has no stories, so there is nothing to compare")
    inputs, articles = parts.store.issues.inputs(issue.id)
    fingerprint = dict(inputs.versions).get("weights", "")
    weights = parts.shelf.named(fingerprint) if fingerprint else parts.shelf.current()
    content, unread = _as_then(parts, issue, inputs, articles, weights, now=issue.content.built_at)
    found = [unread] if unread else []
    found += [f"content: {name}" for name in differing(issue.content, content)]
    if dict(inputs.versions)["look"] != parts.look(inputs.edition).fingerprint:
        found.append(f"look: the files of templates/{inputs.edition.look} changed since")
    machine = press(parts, issue)
    again = machine.printed(content, map(Variant.named, machine.skeletons))
    found += [f"bytes: variant {name}" for name, was in sorted(machine.skeletons.items()) if again.get(name) != was]
    return Verified(issue, tuple(found), len(machine.skeletons))


def _as_then(
    parts: Parts, issue: Issue, inputs: Inputs, articles: tuple[Article, ...], weights: Weights, *, now: datetime
) -> tuple[Content, str]:
    """Return the content by what the encoder said then, and what is wrong where that does not cover it.

    The encoder is loaded only for passages it was not asked then: the program has come to cut or doubt in another way.
    """
    name = dict(inputs.versions).get(ENCODER, NOBODY)
    book = Notebook(name, said=dict(inputs.meanings))
    content = remade(parts, issue, inputs, articles, weights, book, now=now)
    if name == NOBODY or not book.unread:
        return content, ""
    again = notebook(parts.encoder, weights, dict(inputs.meanings))
    if again.name == name:
        return remade(parts, issue, inputs, articles, weights, again, now=now), ""
    others = f"here is {again.name}" if again.why is None else str(again.why)
    return content, f"encoder: {name} decided, and was not asked then of {len(book.unread)} passages; {others}"


def differing(one: Content, other: Content) -> list[str]:
    """Return the names of the fields in which two contents differ."""
    return [f.name for f in fields(Content) if getattr(one, f.name) != getattr(other, f.name)]
