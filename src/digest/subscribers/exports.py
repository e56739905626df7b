"""Other programs' exports: by its columns a file is known, and each of its rows says who someone is and how they stand.

The columns are those that the programs write: listmonk `uuid,email,name,attributes,status,created_at,updated_at`;
Mailchimp `Email Address,First Name,…,OPTIN_TIME,…,LEID,EUID` with `UNSUB_TIME` or `CLEAN_TIME` in its files of those
gone; Mailtrain `cid,status,HASH_EMAIL,EMAIL,MERGE_…`; Ghost `id,email,name,note,subscribed_to_emails,…`; Substack
`email,active_subscription,expiry,plan,email_disabled,created_at,…`; phpList its fields' labels, such as
`Is this subscriber blacklisted`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from digest.errors import ListError
from digest.settings import near
from digest.subscribers.addresses import shown
from digest.subscribers.rows import COLUMNS

Cells = Mapping[str, str]
"""A row's cells by column, in lower case."""


class Standing(StrEnum):
    """How someone stood with the program that they come from."""

    READING = "reading"
    UNCONFIRMED = "unconfirmed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    BLOCKED = "blocked"

    @property
    def barred(self) -> bool:
        """Whether the address is never to be mailed, on no list."""
        return self in (Standing.BOUNCED, Standing.COMPLAINED, Standing.BLOCKED)


@dataclass(frozen=True, slots=True)
class Program:
    """What a program's export looks like."""

    name: str
    signs: frozenset[str]
    """Columns that only its files have, all of them."""
    standing: Callable[[Cells, str], Standing]
    """From a row and its file's name; raises ListError where the row does not say."""
    email: str = "email"
    names: tuple[str, ...] = ("name", "first name", "last name")
    """Their cells, put together, are the name; `name` alone where it says something."""
    joined: tuple[str, ...] = ("created_at",)
    """The first that says something counts."""
    left: tuple[str, ...] = ()
    """When somebody who is gone went."""
    zone: str = ""
    advice: str = ""
    """What its file does not say and an operator has to know."""

    def became(self, columns: Sequence[str]) -> dict[str, str]:
        """Return which of a file's columns are taken over, and as what."""
        known = {self.email: "email"} | dict.fromkeys(self.names, "name") | dict.fromkeys(self.joined, "joined")
        known |= {self.zone: "timezone"} if self.zone else {}
        return {column: known[column] for column in columns if column in known}

    def cells(self, row: Cells) -> dict[str, str]:
        """Return a reader's row under this program's own columns."""
        full, *parts = (row.get(column, "") for column in self.names)
        return {
            "email": row.get(self.email, ""),
            "name": full or " ".join(part for part in parts if part),
            "timezone": row.get(self.zone, "") if self.zone else "",
            "joined": _iso(first_day(row, self.joined)),
        }


def canonical(columns: Sequence[str]) -> tuple[str, ...]:
    """Return a header's columns in lower case, each under a name of its own: phpList's labels are read as its fields.

    >>> canonical(["Email", "Is this subscriber blacklisted (1/0)", "UNSUB_REASON", "unsub_reason"])
    ('email', 'blacklisted', 'unsub_reason', 'unsub_reason (2)')
    """
    made: list[str] = []
    for column in columns:
        name = LABEL.sub("", column.strip().lower()).removesuffix(" (1/0)")
        made.append(f"{name} ({made.count(name) + 1})" if name and name in made else name)
    return tuple(made)


def recognise(columns: Sequence[str], *, name: str = "") -> Program:
    """Return the program whose export has these columns, or the one of that name.

    Raises ListError where nothing fits, and where a plain list, unless named so, has a column that may say who is
    gone: it would be passed over, and they would be mailed.
    """
    if name:
        program = next((each for each in PROGRAMS if each.name == name), None)
        if program is None:
            close = near(name, [each.name for each in PROGRAMS])
            raise ListError(f"{shown(name)} is no known program" + (f"; did you mean {close}?" if close else _THERE))
        missing = sorted(program.signs - set(columns))
        if missing:
            raise ListError(f"no export of {name}: the column {missing[0]} is missing")
        return program
    fitting = [each for each in PROGRAMS if each.signs <= set(columns)]
    if not fitting:
        raise ListError(f"no column email; its first row must name the columns{_THERE}")
    if {"list", "consent"} <= set(columns):
        raise ListError("an export of several lists; export the one you want: digest subscribers export LIST")
    program = max(fitting, key=lambda each: len(each.signs))
    if program is PLAIN:
        doubtful = [column for column in columns if column and column not in COLUMNS and not HARMLESS.fullmatch(column)]
        if doubtful:
            raise ListError(
                f"what does the column {shown(doubtful[0])} say? If who is gone, take those rows out; then take "
                "the column out, or say --from csv"
            )
    return program


def first_day(row: Cells, columns: Sequence[str]) -> date | None:
    """Return the day of the first of the columns that holds one; None where none does."""
    return next((day for column in columns if (day := _day(row.get(column, "")))), None)


def _day(text: str) -> date | None:
    """Return the day of an ISO 8601 date or instant; None for what is none, such as 3/4/2026: nothing is guessed.

    >>> _day("2024-03-01T08:00:00.000Z"), _day("2018-06-12 07:53:28"), _day("3/4/2026")
    (datetime.date(2024, 3, 1), datetime.date(2018, 6, 12), None)
    """
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")[:32]).date() if text else None
    except ValueError:
        return None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _worded(column: str, words: Mapping[str, Standing]) -> Callable[[Cells, str], Standing]:
    """Return a judge that goes by the word in a column."""

    def judge(row: Cells, file: str) -> Standing:
        word = row.get(column, "").lower()
        if word not in words:
            raise ListError(f"{column} is {shown(word)}; known are {', '.join(words)}")
        return words[word]

    return judge


def _said(row: Cells, column: str) -> bool:
    """Say whether a column says yes; raises ListError for another word than yes or no."""
    word = row.get(column, "").lower()
    if word in ("true", "1", "yes"):
        return True
    if word in ("false", "0", "no", ""):
        return False
    raise ListError(f"{column} is {shown(word)}; known are true and false")


def _mailchimp(row: Cells, file: str) -> Standing:
    """Mailchimp says it by the file: what is gone has a time of going, and the file's name begins with a word."""
    if row.get("unsub_time") or file.startswith("unsubscribed"):
        return Standing.UNSUBSCRIBED
    if row.get("clean_time") or file.startswith("cleaned"):
        return Standing.BOUNCED
    if file.startswith("nonsubscribed"):
        return Standing.UNCONFIRMED
    if any(column.startswith(("unsub_", "clean_")) for column in row):
        raise ListError("a file of those gone, and a row that does not say when")
    return Standing.READING


def _ghost(row: Cells, file: str) -> Standing:
    reading = _said(row, "subscribed_to_emails") and not row.get("deleted_at")
    return Standing.READING if reading else Standing.UNSUBSCRIBED


def _substack(row: Cells, file: str) -> Standing:
    return Standing.UNSUBSCRIBED if _said(row, "email_disabled") else Standing.READING


def _phplist(row: Cells, file: str) -> Standing:
    if _said(row, "blacklisted"):
        return Standing.BLOCKED
    return Standing.READING if _said(row, "confirmed") else Standing.UNCONFIRMED


def _reading(row: Cells, file: str) -> Standing:
    return Standing.READING


LABEL: Final = re.compile(r"^is this (subscriber|user) (?=confirmed|blacklisted)")
HARMLESS: Final = re.compile(
    r"(id|uuid|(first|last|middle|full|given|family)[ _-]?name|surname|salutation|title|company|organi[sz]ation"
    r"|position|note|notes|remark|comment|phone|mobile|city|town|street|address( line)? ?[0-9]?|zip|postcode|country"
    r"|region|birthday|gender|age|source|utm_\w+|ip( address)?|created(_at)?|joined_at|interests?)( \([0-9]+\))?"
)
"""Columns of a table of nobody's making that surely do not say who is gone; all others might."""
PLAIN: Final = Program("csv", frozenset({"email"}), _reading, joined=("joined",), zone="timezone")
"""A list as `subscribers/` holds it, or any table with a column email."""
OWN: Final = Program(
    "digest",
    frozenset({"email", "consent"}),
    _worded(
        "consent",
        {
            "active": Standing.READING,
            "pending": Standing.UNCONFIRMED,
            "unsubscribed": Standing.UNSUBSCRIBED,
        },
    ),
    left=("since",),
)
"""What `digest subscribers export LIST` writes."""
LISTMONK: Final = Program(
    "listmonk",
    frozenset({"uuid", "email", "status"}),
    _worded(
        "status",
        {"enabled": Standing.READING, "disabled": Standing.UNSUBSCRIBED, "blocklisted": Standing.BLOCKED},
    ),
    left=("updated_at",),
    advice=(
        "listmonk's file does not say who left a single list: export those as well (its filter: subscription status "
        "unsubscribed), and import that file with --gone"
    ),
)
MAILCHIMP: Final = Program(
    "mailchimp",
    frozenset({"email address", "leid"}),
    _mailchimp,
    email="email address",
    joined=("confirm_time", "optin_time"),
    left=("unsub_time", "clean_time"),
    zone="timezone",
)
MAILTRAIN: Final = Program(
    "mailtrain",
    frozenset({"cid", "status", "email"}),
    _worded(
        "status",
        {
            "subscribed": Standing.READING,
            "unsubscribed": Standing.UNSUBSCRIBED,
            "bounced": Standing.BOUNCED,
            "complained": Standing.COMPLAINED,
        },
    ),
    names=("merge_name", "merge_first_name", "merge_last_name"),
    joined=(),
)
GHOST: Final = Program("ghost", frozenset({"email", "subscribed_to_emails"}), _ghost, left=("deleted_at",))
SUBSTACK: Final = Program("substack", frozenset({"email", "active_subscription"}), _substack)
PHPLIST: Final = Program("phplist", frozenset({"email", "confirmed", "blacklisted"}), _phplist, joined=("entered",))
PROGRAMS: Final = (LISTMONK, MAILCHIMP, MAILTRAIN, GHOST, SUBSTACK, PHPLIST, OWN, PLAIN)
_THERE: Final = f"; known are {', '.join(each.name for each in PROGRAMS)}"
