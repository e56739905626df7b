"""What is wrong with the settings: collected, placed, and told in one go."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from digest.errors import SettingsError
from digest.settings.lines import KeyPath

SECRET_KEYS: Final = frozenset({"password", "database", "ping", "webhook"})
"""Keys whose values stand in no message."""

_PHRASES: Final = {
    "int_parsing": "a whole number is needed",
    "int_type": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "float_parsing": "a number is needed",
    "float_type": "a number is needed",
    "finite_number": "a number is needed",
    "bool_parsing": "true or false is needed",
    "bool_type": "true or false is needed",
    "tuple_type": "a list is needed: [ … ]",
    "model_type": "a table is needed",
    "dict_type": "a table is needed",
    "string_type": "text is needed, between quotes",
    "too_short": "it is empty",
}


class Problem(NamedTuple):
    """One thing that is wrong."""

    where: str
    """`digest.toml:12`, a variable's name, or a secrets file; may be empty."""
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


def as_error(problems: Iterable[Problem], name: str) -> SettingsError:
    """Return one error with a line for each problem, in order and without doubles; `name` is the file's."""
    found = list(dict.fromkeys(problems))
    if len(found) == 1:
        return SettingsError(found[0].text, where=found[0].where)
    lines = "".join(f"\n  {problem}" for problem in found)
    return SettingsError(f"{len(found)} problems{lines}", where=name, problems=tuple(map(str, found)))


def near(word: str, known: Iterable[str]) -> str:
    """Return the known word that was probably meant; empty if none is near."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def explain(error: ErrorDetails, known: Iterable[str]) -> str:
    """Return a sentence on what the checker found; `known` are the keys that the table has."""
    key = str(error["loc"][-1])
    if error["type"] == "missing":
        return f"`{key}` is missing"
    if error["type"] == "extra_forbidden":
        hint = near(key, known)
        return f"unknown key `{key}`" + (f"; did you mean `{hint}`?" if hint else f"; known here: {', '.join(known)}")
    if error["type"] == "value_error":
        return f"`{key}`: {error['ctx']['error']}" if isinstance(error["loc"][-1], str) else str(error["ctx"]["error"])
    return f"`{_last_key(error['loc'])}`: {_phrase(error)}{_shown(error)}"


def _phrase(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "greater_than":
            return f"it must be more than {context['gt']}"
        case "greater_than_equal":
            return f"it must be at least {context['ge']}"
        case "less_than_equal":
            return f"it must be at most {context['le']}"
        case "enum" | "literal_error":
            return f"write {context['expected']}"
        case kind:
            return _PHRASES.get(kind, error["msg"].lower())


def _shown(error: ErrorDetails) -> str:
    value = error["input"]
    plain = isinstance(value, str | int | float) and not SECRET_KEYS.intersection(map(str, error["loc"]))
    return f", not {value!r}" if plain and value != "" else ""


def _last_key(loc: tuple[int | str, ...]) -> str:
    return next((part for part in reversed(loc) if isinstance(part, str)), "")


def details(error: ValidationError) -> list[tuple[KeyPath, ErrorDetails]]:
    """Return what the checker found, each with its path in the file."""
    return [
        (tuple(part for part in found["loc"] if part != "[key]"), found) for found in error.errors(include_url=False)
    ]
