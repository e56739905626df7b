"""What may become of a subscription: which word of whom moves it where, and when a reader is written to.

Pure functions of values, like `lifecycle.py` for issues. Two rules hold whatever comes in whatever order: who is
suppressed gets nothing, and who unsubscribed becomes active by their own word only, given from their own mailbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from digest.model.people import Consent, NoticeKind

PUT_BACK: Final = timedelta(days=14)
"""For so long after leaving "Put me back" is offered; later a reader signs up as anybody does."""

QUIET: Final = timedelta(minutes=10)
"""Between two mails of one kind to one address: who presses a button again waits for the mail on its way."""
DAY: Final = timedelta(days=1)
MONTH: Final = timedelta(days=30)
A_DAY: Final = 6
"""Mails to one address a day, and as many that strangers can cause: more than a reader at their settings causes, less
than a nuisance."""
A_MONTH: Final = 3
"""Confirmations to one address a month that nobody follows: whoever has it does not want them. The mail says so."""
MOVES: Final = 3
"""New addresses that one reader may ask at within a day: each is a mail to somebody who may know nothing of it."""
A_MINUTE: Final = 60
"""Mails that strangers can cause, to all addresses, a minute: of a flood of sign-ups the rest waits; nobody is lost."""

STRANGERS: Final = frozenset({NoticeKind.CONFIRM, NoticeKind.LINK, NoticeKind.ADDRESS})
"""What anybody who knows an address can have sent to it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an address stands with an edition."""

    consent: Consent | None
    """The best of its lists; None where it was on none of them, or its rows were taken out of the files."""
    barred: bool
    """Whether it is suppressed."""
    known: bool = False
    """Whether anything was ever noted of it on these lists."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a sign-up."""

    consent: Consent | None
    """What the subscription becomes at once; None: it stays as it is."""
    notice: NoticeKind | None


def on_sign_up(standing: Standing, *, double_opt_in: bool) -> Step:
    """Return what follows from an address typed into a form, by whoever it was.

    Without `double_opt_in` only somebody of whom nothing is known is taken at the form's word.

    >>> on_sign_up(Standing(Consent.UNSUBSCRIBED, barred=False, known=True), double_opt_in=False)
    Step(consent=None, notice=<NoticeKind.CONFIRM: 'confirm'>)
    """
    if standing.barred:
        return Step(None, None)
    if standing.consent is Consent.ACTIVE:
        return Step(None, NoticeKind.LINK)
    if standing.consent is Consent.UNSUBSCRIBED:
        return Step(None, NoticeKind.CONFIRM)
    if not double_opt_in and not standing.known:
        return Step(Consent.ACTIVE, NoticeKind.WELCOME)
    return Step(Consent.PENDING, NoticeKind.CONFIRM)


def may_come_back(left_at: datetime, now: datetime) -> bool:
    """Return whether somebody who left then is still offered to be put back."""
    return now < left_at + PUT_BACK


def may_write(kind: NoticeKind, before: Sequence[tuple[NoticeKind, datetime]], now: datetime) -> bool:
    """Return whether an address gets one more mail, going by what it was sent within the last month.

    What strangers can cause is counted apart from what readers cause themselves: neither takes the other its place.
    That mail goes elsewhere from now on is always said, or whoever moved a reader unasked could keep it from them.
    """
    if kind is NoticeKind.MOVED:
        return True
    alike = [(each, at) for each, at in before if (each in STRANGERS) is (kind in STRANGERS) and at > now - DAY]
    if any(each is kind and at > now - QUIET for each, at in alike) or len(alike) >= A_DAY:
        return False
    return kind is not NoticeKind.CONFIRM or _unanswered(before, now) < A_MONTH


def _unanswered(before: Sequence[tuple[NoticeKind, datetime]], now: datetime) -> int:
    """Return how many confirmations of the last month nobody has followed."""
    answered_at = max((at for kind, at in before if kind is NoticeKind.WELCOME), default=now - MONTH)
    return sum(kind is NoticeKind.CONFIRM and at > max(answered_at, now - MONTH) for kind, at in before)


def answered(origin: str) -> bool:
    """Return whether somebody who left that way is written a goodbye.

    Who left on a page or by mail learns by it that it worked, and how to come back. One click in a mail program is a
    word to be left alone, and a complaint is one all the more.
    """
    return origin in ("page", "mailto")
