"""What the fields of a form say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 500
"""Characters of a reason."""
FIELDS: Final = 60
"""Fields of a form that are read."""
MOST: Final = 20_000
"""Characters of a field that is carried through signing in."""
WORDS: Final = ("headline", "summary", "text", "reason", "url", "outlet")
"""Fields of forms that somebody may have typed."""
SURROGATES: Final = re.compile("[\ud800-\udfff]")
OURS: Final = re.compile(r"/issues/[0-9]{1,9}/(?P<what>[a-z]+)")
AGAIN: Final = ("edit", "choose")
"""Forms that may be sent once more by whoever has signed in anew: the desk compares them with what stands by now."""


def number(form: Mapping[str, str], name: str) -> int:
    """Return a number that a form has; 0 where it has none.

    >>> number({"revision": "12"}, "revision"), number({"revision": "-1"}, "revision"), number({}, "revision")
    (12, 0, 0)
    """
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def reason(form: Mapping[str, str]) -> str:
    """Return the reason that a form gives, on one line; empty for none."""
    return " ".join(form.get("reason", "").split())[:LONGEST]


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return the words that somebody wrote into a form, by what the field is called.

    >>> typed({"headline": "Quiet night", "summary": " ", "revision": "3"})
    {'headline': 'Quiet night'}
    """
    return {name: text for name in WORDS if (text := form.get(name, "").strip())}


@dataclass(frozen=True, slots=True)
class Carried:
    """A form that came without a session, on its way through signing in."""

    path: str
    form: Mapping[str, str]

    @property
    def issue(self) -> str:
        """The page of the issue that it was meant for."""
        return self.path.rpartition("/")[0]

    @property
    def again(self) -> bool:
        """Whether it may be sent once more."""
        return self.path.rpartition("/")[2] in AGAIN

    def dump(self) -> str:
        """Return it as a field of another form."""
        return json.dumps({"path": self.path, "form": dict(self.form)})


def carried(text: str) -> Carried | None:
    """Return the form that `Carried.dump` wrote; None for what is none of ours.

    >>> carried(Carried("/issues/3/edit", {"text": "Quiet night"}).dump()).issue
    '/issues/3'
    >>> [carried(text) for text in ("", "[]", '{"path": "//evil.example/", "form": {}}')]
    [None, None, None]
    """
    match _read(text):
        case {"path": str(path), "form": dict(form)} if OURS.fullmatch(path) and len(form) <= FIELDS:
            return Carried(path, form) if all(map(_fits, (*form, *form.values()))) else None
    return None


def _fits(field: object) -> bool:
    """Return whether it is a text that a page can show; half a surrogate pair is none, and comes from no form."""
    return isinstance(field, str) and len(field) <= MOST and not SURROGATES.search(field)


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
