"""An issue's mail as somebody gets it, byte for byte, for an editor who looks at it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from digest.errors import UnknownError
from digest.model.delivery import Variant
from digest.model.issue import Issue
from digest.parts import Parts
from digest.pipeline.audience import addressed, audience
from digest.pipeline.export import NOBODY
from digest.pipeline.press import Mail, content_of, edition_of, unprinted


def mail_as(parts: Parts, issue: Issue, who: str = "", *, blank: bool = True) -> Mail:
    """Return the mail to `who`: an address, the id of a variant that occurs, or nobody in particular where it is empty.

    The bytes that an export writes and that are sent, but that the links of a subscriber are nobody's, and as long as
    theirs, unless `blank` is off: whoever has them acts for the subscriber. Renders only what is asked for. Raises
    MoveError for an issue without stories, UnknownError for a variant that nobody gets, LookError.
    """
    machine = unprinted(parts, issue)
    is_address = "@" in who
    recipient = addressed(parts, issue, who if is_address else NOBODY, machine.edition)
    if who and not is_address:
        variant = next((each for each, _ in groups(parts, issue) if each.id == who), None)
        if variant is None:
            raise UnknownError(f"nobody gets {who!r} of this issue")
        recipient = replace(recipient, sections=variant.sections, language=variant.language)
    return machine.mail(recipient, machine.variant_for(recipient), blank=blank)


def groups(parts: Parts, issue: Issue) -> list[tuple[Variant, int]]:
    """Return each variant that readers get, with how many of them, the most read first."""
    content, edition = content_of(issue), edition_of(parts, issue)
    found = audience(parts, content, edition)
    counts = Counter[Variant]()
    for preferences, many in parts.store.subscribers.cohorts(edition.lists, edition.segments).items():
        if variant := found.variants.get(preferences):
            counts[variant] += many
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))
