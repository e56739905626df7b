"""Which variants of an issue there are, and what each of them holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from digest.model.delivery import Variant
from digest.model.issue import Content, Edition
from digest.model.news import SectionId

Choice = tuple[tuple[SectionId, ...], str]
"""What subscribers have in common: the sections they chose (none: all) and their language (empty: the edition's)."""


def variants(content: Content, chosen: Iterable[Choice], edition: Edition) -> dict[Choice, Variant | None]:
    """Return what each choice gets of this issue; None where it holds nothing for them.

    A variant names only sections that the issue has, in the edition's order, so different choices may share one.
    """
    order = {section.id: place for place, section in enumerate(edition.sections)}
    held = sorted((section.id for section in content.sections if section.items), key=lambda s: order.get(s, len(order)))
    return {choice: _variant(held, choice, content.language or edition.language) for choice in chosen}


def _variant(held: list[SectionId], choice: Choice, language: str) -> Variant | None:
    wanted, spoken = choice
    sections = tuple(section for section in held if not wanted or section in wanted)
    return Variant(sections, spoken or language) if sections else None


def narrowed(content: Content, variant: Variant) -> Content:
    """Return the issue with only the variant's sections, in its order; references to other sections go too."""
    held = {section.id: section for section in content.sections if section.items}
    kept = [held[name] for name in variant.sections if name in held]
    shown = {section.id for section in kept}
    return replace(
        content,
        sections=tuple(
            replace(
                section,
                items=tuple(replace(i, also_in=tuple(s for s in i.also_in if s in shown)) for i in section.items),
            )
            for section in kept
        ),
    )
