"""lists.toml: what each list is called and how it is joined."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from digest.errors import ListError
from digest.settings import near


@dataclass(frozen=True, slots=True)
class ListSettings:
    """How a list is called and joined; a list that lists.toml does not name is nobody's to find."""

    title: str
    double_opt_in: bool = True
    """Whether who signs up has to confirm."""
    public: bool = False
    """Whether readers may sign up on their own."""
    archive: bool = False
    """Whether its issues are shown on the web."""
    noindex: bool = False
    """Whether search engines are asked to leave them out."""
    default_sections: tuple[str, ...] = field(default=())
    """What the sign-up form proposes; empty: all."""
    test_list: bool = False
    """Whether test sends go here."""


def read_settings(path: Path, section_ids: Sequence[str]) -> tuple[dict[str, ListSettings], tuple[str, ...]]:
    """Return each list's settings and what is odd about them; nothing where there is no file.

    Raises ListError for what is no TOML, and for a value of the wrong kind: it might open a private list.
    """
    if not path.exists():
        return {}, ()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise ListError(f"{path.name} cannot be read: {e}") from e
    problems: list[str] = []
    settings = {}
    for name, values in found.items():
        where = f"{path.name}, [{name}]"
        if not isinstance(values, dict):
            raise ListError(f"{path.name}: {name} stands outside of a list; begin one with [NAME]")
        problems += [f"{where}: {odd}" for odd in _oddities(values, section_ids)]
        settings[name] = _settings(name, values, where, section_ids)
    return settings, tuple(problems)


def _oddities(values: dict[str, Any], section_ids: Sequence[str]) -> list[str]:
    """Return what is passed over."""
    known = [field.name for field in fields(ListSettings)]
    sections = values.get("default_sections", ())
    return [
        *(f"unknown key {key}{hint(key, known)}" for key in values if key not in known),
        *(
            f"no section is called {section}{hint(str(section), section_ids)}"
            for section in (sections if isinstance(sections, list) else ())
            if section not in section_ids
        ),
    ]


def _settings(name: str, values: dict[str, Any], where: str, section_ids: Sequence[str]) -> ListSettings:
    """Return the values as what they should be."""
    given: dict[str, Any] = {"title": title_of(name)}
    for key, kind, words in (
        ("title", str, "a text in quotes"),
        ("double_opt_in", bool, "true or false"),
        ("public", bool, "true or false"),
        ("archive", bool, "true or false"),
        ("noindex", bool, "true or false"),
        ("default_sections", list, "a list of section ids"),
        ("test_list", bool, "true or false"),
    ):
        if key in values:
            if not isinstance(values[key], kind):
                raise ListError(f"{where}: {key} must be {words}, not {values[key]!r}")
            given[key] = values[key]
    given["default_sections"] = tuple(
        section for section in given.get("default_sections", ()) if section in section_ids
    )
    return ListSettings(**given)


def title_of(name: str) -> str:
    """Return the title of a list that has none.

    >>> title_of("weekday_desk")
    'Weekday desk'
    """
    return name.replace("_", " ").replace("-", " ").capitalize()


def hint(word: str, known: Sequence[str]) -> str:
    """Return what may have been meant, or all there is; to be put behind a message.

    >>> hint("publik", ["title", "public"])
    '; did you mean public?'
    >>> hint("sport", ["military", "diplomacy"])
    '; there are military, diplomacy'
    """
    close = near(word, known)
    return f"; did you mean {close}?" if close else f"; there are {', '.join(known)}"
