"""The places settings come from: digest.toml, a folder of secrets, the environment."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from digest.errors import SettingsError
from digest.settings.fields import Listed
from digest.settings.lines import KeyPath, line_map
from digest.settings.problems import Problem, near
from digest.settings.schema import NAMED_BY, Document

PREFIX: Final = "DIGEST_"
CONFIG_VARIABLE: Final = "DIGEST_CONFIG"
"""Where digest.toml is; read by `find`, no setting itself."""
FILE_LIMIT: Final = 4_000_000
"""Bytes of digest.toml that are read."""
SECRET_LIMIT: Final = 65_536

_AT_LINE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(slots=True)
class Layer:
    """What one place says."""

    tree: dict[str, Any] = field(default_factory=dict)
    """Tables by name, arrays of tables by position."""
    origins: dict[KeyPath, str] = field(default_factory=dict)
    """For each single value, who says it."""
    problems: list[Problem] = field(default_factory=list)

    def put(self, path: KeyPath, value: object, origin: str) -> None:
        """Say one value."""
        table: dict[Any, Any] = self.tree
        for part in path[:-1]:
            table = table.setdefault(part, {})
        table[path[-1]] = value
        self.origins[path] = origin


@dataclass(slots=True)
class TomlFile:
    """digest.toml as it was read."""

    name: str
    tree: dict[str, Any]
    lines: dict[KeyPath, int]
    problems: list[Problem] = field(default_factory=list)


def read_toml(path: Path) -> TomlFile:
    """Return what a TOML file holds, with arrays of tables by position; raises SettingsError naming file and line."""
    text = _read(path)
    try:
        tree = tomllib.loads(text)
        lines = line_map(text)
    except tomllib.TOMLDecodeError as e:
        found = _AT_LINE.search(str(e))
        line = int(found[1]) if found else text.count("\n") + 1
        reason = _AT_LINE.sub("", str(e)).replace("(at end of document)", "").strip()
        raise SettingsError(f"this is no TOML: {reason[:1].lower()}{reason[1:]}", where=f"{path.name}:{line}") from None
    except RecursionError:
        raise SettingsError("brackets are nested too deep", where=path.name) from None
    file = TomlFile(path.name, tree, lines)
    for key in NAMED_BY:
        if key in tree:
            tree[key] = _by_position(file, key)
    return file


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        raise SettingsError("there is no such file; digest init makes one", where=str(path)) from None
    except OSError as e:
        raise SettingsError(f"it cannot be read: {e.strerror}", where=str(path)) from e
    if len(data) > FILE_LIMIT:
        raise SettingsError(f"it is larger than {FILE_LIMIT:,} bytes", where=str(path))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as e:
        line = data.count(b"\n", 0, e.start) + 1
        raise SettingsError("this line is not UTF-8", where=f"{path.name}:{line}") from None


def _by_position(file: TomlFile, key: str) -> dict[int, Any]:
    tables = file.tree[key]
    if isinstance(tables, list):
        return dict(enumerate(tables))
    where = f"{file.name}:{file.lines.get((key,), 1)}"
    file.problems.append(Problem(where, f"write [[{key}]] in two brackets, once for each {key}"))
    return {}


def variables(tree: Mapping[str, Any]) -> dict[str, KeyPath]:
    """Return every environment variable that means something for a file's tables, with the setting it sets.

    Tables are parted by two underscores; elements of arrays go by their names. A name that would stand for two
    settings is left out.
    """
    found: dict[str, KeyPath] = {}
    doubles: set[str] = set()
    for words, path in _addresses(tree):
        name = PREFIX + "__".join(re.sub(r"[^A-Z0-9]+", "_", word.upper()).strip("_") for word in words)
        if found.setdefault(name, path) != path:
            doubles.add(name)
    return {name: path for name, path in found.items() if name not in doubles}


def _addresses(tree: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], KeyPath]]:
    for table, info in Document.model_fields.items():
        held = tree.get(table)
        for words, path, model in _tables(table, info.annotation, held):
            for key in keys_of(model):
                if path[0] in NAMED_BY and key == NAMED_BY[table]:
                    continue  # what names an element cannot be named by it
                yield (*words, key), (*path, key)
                if table == "digest":
                    yield (key,), (*path, key)


def _tables(table: str, annotation: Any, held: Any) -> Iterator[tuple[tuple[str, ...], KeyPath, type[BaseModel]]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield (table,), (table,), annotation
        for key, info in annotation.model_fields.items():
            if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
                yield (table, key), (table, key), info.annotation
    elif isinstance(held, dict):
        model = annotation.__args__[1]
        for key, element in held.items():
            name = element.get(NAMED_BY[table]) if table in NAMED_BY and isinstance(element, dict) else key
            yield (table, str(key if name is None else name)), (table, key), model


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return a table's keys as the file writes them, without the tables in it."""
    return [
        info.alias or name
        for name, info in model.model_fields.items()
        if not (isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel))
    ]


def from_environment(environ: Mapping[str, str], known: Mapping[str, KeyPath]) -> Layer:
    """Return what the environment says; every `DIGEST_…` that means nothing is a problem."""
    layer = Layer()
    for name in sorted(environ):
        if name.startswith(PREFIX) and name != CONFIG_VARIABLE:
            _take(layer, name, environ[name], known, origin=name)
    return layer


def from_secrets(folder: Path, known: Mapping[str, KeyPath]) -> Layer:
    """Return what the files of a folder say: each named like a variable, in any case, and holding its value.

    Files whose names begin otherwise belong to someone else.
    """
    layer = Layer()
    try:
        files = sorted(file for file in folder.iterdir() if file.name.upper().startswith(PREFIX) and file.is_file())
    except OSError as e:
        layer.problems.append(Problem(str(folder), f"`secrets_dir` cannot be read: {e.strerror}"))
        return layer
    for file in files:
        try:
            with file.open("rb") as opened:
                data = opened.read(SECRET_LIMIT + 1)
            text = data.decode().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as e:
            layer.problems.append(Problem(str(file), f"it cannot be read as text: {type(e).__name__}"))
            continue
        if len(data) > SECRET_LIMIT:
            layer.problems.append(Problem(str(file), f"it is larger than {SECRET_LIMIT:,} bytes"))
            continue
        _take(layer, file.name.upper(), text, known, origin=f"secrets file {file}")
    return layer


def _take(layer: Layer, name: str, text: str, known: Mapping[str, KeyPath], *, origin: str) -> None:
    path = known.get(name.upper())
    if path is None:
        hint = near(name.upper(), known)
        layer.problems.append(Problem(origin, "no setting has this name" + (f"; did you mean {hint}?" if hint else "")))
    elif path in layer.origins:
        layer.problems.append(Problem(origin, f"{layer.origins[path]} sets the same; keep one of them"))
    else:
        layer.put(path, Listed(text), origin)
