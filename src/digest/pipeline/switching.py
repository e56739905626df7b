"""A reader who wants another edition instead: less often, for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from digest.model.people import Preferences
from digest.parts import Parts
from digest.pipeline.readers import WAY_OUT, Wishes, lists_of, open_list, opened, told_of, wishes
from digest.slots import local_date
from digest.store.changing import change, leaving_for
from digest.subscribers import Purpose


def change_edition(
    parts: Parts, token: str, edition: str, wish: Preferences, *, wording: str = "", now: datetime
) -> Wishes | None:
    """End the token's edition for its reader and let them have another; return how they stand with that one.

    None for a token that opens nothing, or of somebody who does not read its edition. Raises UnknownError for an
    edition that nobody can join, ListError for one that has none of the wished sections.
    """
    said = opened(parts, token, WAY_OUT)
    if said is None:
        return None
    other = parts.settings.edition(edition)
    joins, _ = open_list(parts, other)
    wish = replace(wish, sections=told_of(wish.sections, other))
    leaving = leaving_for(said.subscriber, said.edition, lists_of(parts, said.edition))
    today = local_date(now, other.timezone)
    if not change(parts.store.database, leaving, joins, wish, wording=wording, today=today, now=now):
        return None
    return wishes(parts, parts.tokens.make(Purpose.PREFERENCES, said.subscriber, other.id), now=now)
