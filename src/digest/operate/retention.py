"""What is kept, and for how long: nothing goes that an issue, a reader or the law may still ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from digest.store import Store

DIARY: Final = timedelta(days=90)
"""Runs, and alerts that are over: a quarter, to compare with."""
UNCONFIRMED: Final = timedelta(days=30)
"""Sign-ups that nobody confirmed: whoever wants the mail looks sooner, and of whom it was not nothing is kept."""
EARLIER: Final = timedelta(days=30)
"""What lists said before their readers chose otherwise: longer than an older copy of one is told by it."""
NEWS: Final = timedelta(days=400)
"""The words of articles: a year, and what an argument about it takes. That an article is known stays, so that it is
no news again; issues stay, with the words that they were made from."""

DELIVERIES: Final = timedelta(days=400)
"""Who was sent which issue, and what the mail server said: as long as the issue's sources, so that who asks or
complains finds both or neither. Of older issues the counts stay. Links in old mails need none of it: a token is
signed, and names subscriber and edition."""


def sweep(store: Store, now: datetime, going: Callable[[], bool] = lambda: True) -> str:
    """Delete what is older than it need be; return what went, in a phrase, which is empty for nothing.

    The long part of it ends once it is not to be `going` any more.
    """
    diary, news = now - DIARY, now - NEWS
    gone = (
        (store.sweep_runs(diary), "runs"),
        (store.sweep_alerts(diary), "alerts"),
        (store.sweep_notices(diary), "mails to single readers"),
        (store.sweep_earlier(now - EARLIER), "earlier choices of readers"),
        (store.sweep_unconfirmed(now - UNCONFIRMED), "sign-ups that nobody confirmed"),
        (store.sweep_articles(news), "articles"),
        (store.sweep_deliveries(now - DELIVERIES, now, going), "deliveries, whose counts stay"),
    )
    return ", ".join(f"{count:,} {what}" for count, what in gone if count)
