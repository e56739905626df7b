"""The one-clicks of mail programs (RFC 8058), many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from digest.parts import Parts
from digest.pipeline.readers import lists_of, opened
from digest.store import Leaving
from digest.store.one_clicks import end_many
from digest.subscribers import Purpose

ORIGIN = "one-click"


def one_clicks(parts: Parts, tokens: Sequence[str], *, now: datetime) -> list[bool]:
    """End what each of the tokens names, all in one durable transaction; return of each whether it opened anything.

    Only a token made for leaving does, and it ends its own reader's subscription to the lists of its own edition.
    """
    said = {token: opened(parts, token, (Purpose.UNSUBSCRIBE,)) for token in tokens}
    lists = {each.edition: lists_of(parts, each.edition) for each in said.values() if each}
    leavings = {
        token: Leaving(each.subscriber, each.edition, lists[each.edition], ORIGIN)
        for token, each in said.items()
        if each
    }
    done = dict(zip(leavings, end_many(parts.store.database, list(leavings.values()), now), strict=True))
    return [done.get(token, False) for token in tokens]
