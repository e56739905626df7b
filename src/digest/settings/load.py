"""digest.toml, the secrets files and the environment -> settings, or everything that is wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from digest.settings.build import below, build
from digest.settings.checks import check, password_variable
from digest.settings.layers import (
    CONFIG_VARIABLE,
    Layer,
    TomlFile,
    from_environment,
    from_secrets,
    keys_of,
    read_toml,
    variables,
)
from digest.settings.lines import KeyPath, line_of
from digest.settings.not_yet import not_yet
from digest.settings.origin import Places, origins
from digest.settings.problems import Problem, as_error, details, explain
from digest.settings.schema import Document
from digest.settings.values import Settings

_PASSWORD_IN_URL = re.compile(r"://[^:/@]*:.+@|[?&]password=")


def find(environ: Mapping[str, str] | None = None) -> Path:
    """Return where digest.toml is expected: where `DIGEST_CONFIG` says, else in the folder we are in."""
    environ = os.environ if environ is None else environ
    return Path(environ.get(CONFIG_VARIABLE) or "digest.toml")


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that `path`, the secrets files beside it and `environ` (the process's own) give.

    The environment is stronger than secrets files, those than digest.toml, and that than the defaults. Raises
    SettingsError with all that is wrong, a line for each, its `problems`.
    """
    path = path.absolute()
    file = read_toml(path)
    problems = [*file.problems, *_misplaced_secrets(file)]
    known = variables(file.tree)
    environment = from_environment(os.environ if environ is None else environ, known)
    secrets = _secrets(file, environment, path.parent, known)
    layers = (environment, secrets)
    problems += [problem for layer in layers for problem in layer.problems]
    places = Places(file.name, file.lines, layers)

    doc, found = _document((*(layer.tree for layer in layers), file.tree), places)
    problems += found
    if doc is not None:
        problems += [Problem(places.of(at), text) for at, text in check(doc)]
    if problems or doc is None:
        raise as_error(problems, file.name)
    return build(doc, path, origins(doc, path, places), not_yet(doc, places))


def _misplaced_secrets(file: TomlFile) -> list[Problem]:
    """Take secrets out of what the file says, and say where they belong."""
    problems = []
    for n, relay in file.tree.get("relay", {}).items():
        if isinstance(relay, dict) and "password" in relay:
            del relay["password"]
            variable = password_variable(str(relay.get("name", "NAME")))
            where = f"{file.name}:{line_of(file.lines, ('relay', n, 'password'))}"
            problems.append(Problem(where, f"a password has no place in this file; set {variable}, or a secrets file"))
    digest = file.tree.get("digest", {})
    url = digest.get("database") if isinstance(digest, dict) else None
    if isinstance(url, str) and _PASSWORD_IN_URL.search(url):
        del digest["database"]
        where = f"{file.name}:{line_of(file.lines, ('digest', 'database'))}"
        problems.append(Problem(where, "a password has no place in this file; set DIGEST_DATABASE, or a secrets file"))
    return problems


def _secrets(file: TomlFile, environment: Layer, base: Path, known: Mapping[str, KeyPath]) -> Layer:
    for tree in (environment.tree, file.tree):
        digest = tree.get("digest", {})
        folder = digest.get("secrets_dir") if isinstance(digest, dict) else None
        if isinstance(folder, str) and folder:
            return from_secrets(below(base, folder), known)
    return Layer()


def _document(trees: tuple[dict[str, Any], ...], places: Places) -> tuple[Document | None, list[Problem]]:
    """Return the document if only unknown keys stand in its way, and what is wrong."""
    try:
        return Document.from_layers(trees), []
    except ValidationError as e:
        found = details(e)
    problems = [Problem(places.of(at), explain(error, _known_at(at))) for at, error in found]
    if any(error["type"] != "extra_forbidden" for _, error in found):
        return None, problems
    for at, _ in found:
        _remove(trees[-1], at)
    return Document.from_layers(trees), problems


def _remove(tree: dict[str, Any], at: KeyPath) -> None:
    table: Any = tree
    for part in at[:-1]:
        table = table[part]
    del table[at[-1]]


def _known_at(at: KeyPath) -> list[str]:
    """Return the keys that the table holding `at` knows."""
    if len(at) == 1:
        return list(Document.model_fields)
    annotation: Any = Document.model_fields[str(at[0])].annotation if at[0] in Document.model_fields else None
    model = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else annotation.__args__[1]
    for part in at[1:-1]:
        inner = model.model_fields.get(str(part))
        if inner is not None and isinstance(inner.annotation, type) and issubclass(inner.annotation, BaseModel):
            model = inner.annotation
    return [*keys_of(model), *(name for name in model.model_fields if name == "proxy")]
