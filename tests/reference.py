"""What the documentation takes from the program itself. `python -m tests.reference` writes it anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from digest.cli.app import app
from digest.settings.schema import Document, Table

ROOT = Path(__file__).parents[1]
README, SETTINGS = ROOT / "README.md", ROOT / "docs" / "configuration.md"
BEGIN, END = "<!-- python -m tests.reference -->", "<!-- end -->"


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command that does something, by its words, in the order of the tree."""
    for name, command in (group or typer.main.get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def arguments(command: Any) -> list[Any]:
    return [parameter for parameter in command.params if parameter.param_type_name == "argument"]


def options(command: Any) -> dict[str, Any]:
    """The options of a command by each of their spellings."""
    found = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    return {spelling: option for option in found for spelling in (*option.opts, *option.secondary_opts)}


def usage(path: tuple[str, ...], command: Any) -> str:
    shown = [(a.metavar or a.name.upper()).strip("[]") for a in arguments(command)]
    told = [
        name if argument.required else f"[{name}]" for name, argument in zip(shown, arguments(command), strict=True)
    ]
    return " ".join(("digest", *path, *told))


def command_table() -> str:
    rows = (f"| `{usage(path, command)}` | {command.help.splitlines()[0]} |" for path, command in commands())
    return "\n".join(("| command | what it does |", "|---|---|", *rows))


def tables() -> Iterator[tuple[str, type[Table]]]:
    """Yield each table of digest.toml as it is headed there, with its model."""
    for name, found in Document.model_fields.items():
        arguments = get_args(found.annotation)
        if not arguments:
            yield from _with_inner(f"[{name}]", found.annotation)
        elif arguments[0] is int:
            yield f"[[{name}]]", arguments[1]
        else:
            yield f"[{name}.NAME]", arguments[1]


def _with_inner(head: str, model: Any) -> Iterator[tuple[str, type[Table]]]:
    yield head, model
    for name, found in model.model_fields.items():
        if _is_table(found):
            yield f"{head[:-1]}.{name}]", found.annotation


def _is_table(found: FieldInfo) -> bool:
    return isinstance(found.annotation, type) and issubclass(found.annotation, Table)


def keys(model: type[Table]) -> Iterator[tuple[str, FieldInfo]]:
    for name, found in model.model_fields.items():
        if not _is_table(found):
            yield found.alias or name, found


def settings_tables() -> str:
    parts = []
    for head, model in tables():
        rows = [f"| `{key}` | {default(found)} | {meaning(found)} |" for key, found in keys(model)]
        parts.append(
            "\n".join((f"## `{head}`", "", model.__doc__ or "", "", "| key | default | |", "|---|---|---|", *rows))
        )
    return "\n\n".join(parts)


def meaning(found: FieldInfo) -> str:
    """What a setting is for, and the words it takes where they are few."""
    words = [str(choice) for choice in choices(found.annotation)]
    told = (found.description or "").replace("\n", " ")
    return f"{told} {' · '.join(f'`{word}`' for word in words)}".strip()


def choices(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [member.value for member in annotation]
    return [each for each in get_args(annotation) if isinstance(each, str)] if _is_literal(annotation) else []


def _is_literal(annotation: Any) -> bool:
    return str(get_origin(annotation)) == "typing.Literal"


def default(found: FieldInfo) -> str:
    """The default as it would be written in digest.toml; empty where there is none."""
    value = found.default
    if found.is_required():
        return "required"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, timedelta):
        return f'`"{duration(value)}"`'
    if value is None or value in ("", ()):
        return ""
    return f'`"{value}"`'.replace("|", r"\|") if isinstance(value, str) else f"`{value}`"


def duration(value: timedelta) -> str:
    """Return a duration in the largest unit that leaves no rest.

    >>> [duration(timedelta(hours=n)) for n in (72, 6)], duration(timedelta(seconds=90))
    (['3d', '6h'], '90s')
    """
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60)):
        if value.total_seconds() % length == 0:
            return f"{value.total_seconds() / length:.0f}{unit}"
    return f"{value.total_seconds():.0f}s"


def block(path: Path) -> str:
    """Return what stands between the two marks of a document."""
    return path.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()


def put(path: Path, made: str) -> None:
    """Write between the two marks of a document."""
    head, rest = path.read_text(encoding="utf-8").split(BEGIN)
    path.write_text(f"{head}{BEGIN}\n\n{made}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    put(README, command_table())
    put(SETTINGS, settings_tables())
