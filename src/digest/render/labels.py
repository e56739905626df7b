"""The words digest itself says in a mail, one file a language; dates, lists and plurals as that language has them."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Final, Protocol, Self

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton
from babel.lists import format_list
from markupsafe import Markup, escape

from digest.errors import LookError

Pattern = str | Mapping[str, str]

_RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_WAYS: Final = {"L": "ltr", "R": "rtl", "AL": "rtl"}
_KNOWN_DAYS: Final = {
    frozenset(range(7)): "every_day",
    frozenset(range(5)): "weekdays",
    frozenset({5, 6}): "weekends",
}
_DAYS: Final = ("on_monday", "on_tuesday", "on_wednesday", "on_thursday", "on_friday", "on_saturday", "on_sunday")
"""What languages need in many forms and CLDR has in one: `montags`, `щосереди`."""
_WEEK: Final = 6
"""Days after which a weekday's name alone no longer says which day."""


def direction(language: str) -> str:
    """Return `rtl` for languages written from right to left, else `ltr`.

    >>> direction("ar-EG"), direction("uk")
    ('rtl', 'ltr')
    """
    return "rtl" if language.lower().partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def way(text: object) -> str:
    """Return which way a text is written, `ltr` or `rtl`, by its first letter; empty where it has none.

    That is how browsers find out by themselves (Unicode UAX 9, P2), but webmail drops what asks them to.

    >>> way("1. Річковий"), way("«קול»"), way("📰 20:00")
    ('ltr', 'rtl', '')
    """
    for char in str(text):
        found = _WAYS.get(unicodedata.bidirectional(char))
        if found:
            return found
    return ""


@dataclass(frozen=True, slots=True)
class Labels:
    """One language's labels."""

    language: str
    """BCP 47, as the file is named."""
    locale: Locale
    direction: str
    dates: Mapping[str, str]
    """CLDR patterns: `day`, `clock`, `weekday_clock`, `day_clock`."""
    messages: Mapping[str, Pattern]
    file: Path
    text: str = field(repr=False)
    """What the file holds."""

    def pattern(self, key: str, n: int | None = None) -> str:
        """Return the message's pattern, in the form that goes with `n`; LookError where the file has none."""
        found = self.messages.get(key)
        if isinstance(found, Mapping):
            form = f"={n}" if f"={n}" in found else str(self.locale.plural_form(n or 0))
            found = found.get(form, found.get("other"))  # plural forms of CLDR, exact numbers first
        if found is None:
            raise LookError(f"no message {key!r}; add it under [messages]", where=str(self.file))
        return found

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        """Return the message as plain text, its values filled in."""
        with self._naming(key):
            return self.pattern(key, n).format(**{"n": n, **values})

    def say_html(self, key: str, n: int | None = None, **values: object) -> Markup:
        """Return the message as HTML: everything escaped but what already is Markup."""
        with self._naming(key):
            return escape(self.pattern(key, n)).format(**{"n": n, **values})

    @contextmanager
    def _naming(self, key: str) -> Iterator[None]:
        try:
            yield
        except (KeyError, IndexError, ValueError, AttributeError) as e:
            raise LookError(f"message {key!r} asks for what is not there: {e}", where=str(self.file)) from e

    def names(self, names: Sequence[str]) -> str:
        """Return names as a list in words: `a, b and c`."""
        return format_list(list(names), locale=self.locale) if names else ""

    def names_html(self, names: Sequence[object]) -> Markup:
        """Return the same as HTML; names that are not Markup are escaped."""
        pattern = self.names([f"{{{place}}}" for place in range(len(names))])
        return escape(pattern).format(*names)

    def day(self, day: date) -> str:
        """Return the date in full, with its weekday."""
        return format_date(day, self.dates["day"], locale=self.locale)

    def month(self, day: date) -> str:
        """Return the month that a day is in, with its year."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def when(self, at: datetime, today: date, zone: tzinfo) -> str:
        """Return the hour, with its weekday if not `today`'s, with its date if over six days away."""
        local = at.astimezone(zone)
        apart = abs((local.date() - today).days)
        name = "clock" if apart == 0 else "weekday_clock" if apart <= _WEEK else "day_clock"
        return format_datetime(local, self.dates[name], tzinfo=zone, locale=self.locale)

    def since(self, day: date, today: date) -> str:
        """Return a day gone by: its weekday, or its date if over six days away."""
        if (today - day).days <= _WEEK:
            return format_date(day, "cccc", locale=self.locale)
        return format_skeleton("MMMMd", day, locale=self.locale)

    def days(self, days: frozenset[int]) -> str:
        """Return on which weekdays something comes: `on weekdays`, `on Sunday and Wednesday`."""
        if days in _KNOWN_DAYS:
            return self.say(_KNOWN_DAYS[days])
        return self.say("some_days", days=self.names([self.say(_DAYS[day]) for day in sorted(days)]))


def read_labels(file: Path, source: str) -> Labels:
    """Return the labels that a file's text holds; LookError naming the file and what is wrong."""
    try:
        raw = tomllib.loads(source)
        locale = Locale.parse(raw["locale"])
        dates = {key: str(raw["dates"][key]) for key in ("day", "clock", "weekday_clock", "day_clock")}
        messages = dict(raw["messages"])
    except KeyError as e:
        raise LookError(f"{e.args[0]!r} is missing", where=str(file)) from e
    except (ValueError, TypeError, UnknownLocaleError) as e:
        raise LookError(str(e), where=str(file)) from e
    return Labels(file.stem, locale, raw.get("direction", direction(file.stem)), dates, messages, file, source)


class Speaker(Protocol):
    """What has labels: a look, or what was kept of one."""

    def speak(self, *languages: str) -> Labels:
        """Return the labels of the first of the languages that has some, else English."""


@dataclass(frozen=True, slots=True)
class Speech:
    """The labels of every language, apart from any folder."""

    labels: Mapping[str, Labels]

    @classmethod
    def read(cls, texts: Mapping[str, str]) -> Self:
        """Return the labels that texts of files hold, by language; LookError as `read_labels`."""
        return cls({language: read_labels(Path(f"{language}.toml"), text) for language, text in texts.items()})

    def speak(self, *languages: str) -> Labels:
        """Return the labels of the first of the languages that has some, else English."""
        return nearest(self.labels, *languages)


def has_labels(labels: Mapping[str, Labels], language: str) -> bool:
    """Say whether there are labels for a language, those of its plain form counting too."""
    return any(name in labels for name in _names(language))


def _names(language: str) -> tuple[str, str]:
    """Return the names of files that a language's labels may have: its own, and its plain form's (`uk` for `uk-UA`)."""
    return language, language.lower().partition("-")[0]


def nearest(labels: Mapping[str, Labels], *languages: str) -> Labels:
    """Return the labels of the first language there are labels for, its plain form counting too; else English or any.

    >>> nearest({}, "en")
    Traceback (most recent call last):
    digest.errors.LookError: no language has labels; put a file such as en.toml into templates/labels/
    """
    for language in (*languages, "en"):
        for name in _names(language):
            if name in labels:
                return labels[name]
    if not labels:
        raise LookError("no language has labels; put a file such as en.toml into templates/labels/")
    return labels[min(labels)]
