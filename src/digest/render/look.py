"""A look: a folder of templates and the labels beside it, read once: what was fingerprinted is what is used."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import sep
from pathlib import Path
from typing import Any, Final

from jinja2 import FunctionLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from digest.errors import LookError
from digest.render.clean import attr, short
from digest.render.labels import Labels, nearest, read_labels, way
from digest.render.wrap import rule, underline, wrap

MAIL: Final = "issue.mjml.j2"
TEXT: Final = "text.txt.j2"
LABELS: Final = "labels"
COMMON: Final = "common"
"""The folders under templates/ that all looks share: the words, and partials, which are set in a look's own tokens."""

WEB: Final = "web"
"""The folder of the public pages, which all looks share."""
PAGES: Final = ("issue.html.j2", "archive.html.j2", "entry.html.j2", "style.css")

_SUFFIXES: Final = (".j2", ".toml", ".css")


@dataclass(frozen=True, slots=True)
class Look:
    """The templates of one look and the labels of every language, as they were when it was opened."""

    name: str
    folder: Path
    files: Mapping[str, str]
    """Name under the folder, with slashes -> text; the partials that all looks share are under `common/`."""
    labels: Mapping[str, Labels]
    fingerprint: str
    """SHA-256 over the names and bytes of all of them."""

    markup: SandboxedEnvironment = field(repr=False, compare=False)
    words: SandboxedEnvironment = field(repr=False, compare=False)

    def fill(self, template: str, values: Mapping[str, object]) -> str:
        """Return what a template makes of the values; LookError naming file, line and cause.

        HTML and MJML are escaped by themselves; a `.txt.j2` is not, since nothing reads markup in it.
        """
        environment = self.words if template.endswith(".txt.j2") else self.markup
        try:
            return environment.get_template(template).render(values)
        except TemplateNotFound as e:
            raise LookError(f"there is no template {e.name}", where=str(self.folder)) from e
        except TemplateSyntaxError as e:
            raise LookError(str(e.message), where=f"{e.filename}:{e.lineno}") from e
        except LookError:
            raise
        except Exception as e:
            raise LookError(_cause(e), where=self._where(e)) from e

    def speak(self, *languages: str) -> Labels:
        """Return the labels of the first of the languages that has some, else English."""
        return nearest(self.labels, *languages)

    def _where(self, error: BaseException) -> str:
        homes = (f"{self.folder}{sep}", f"{self.folder.parent / COMMON}{sep}")
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(homes)]
        return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else str(self.folder)


def _environment(folder: Path, files: Mapping[str, str], *, escaping: bool) -> SandboxedEnvironment:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        home = folder.parent if name.startswith(f"{COMMON}/") else folder
        return (files[name], str(home / name), lambda: True) if name in files else None

    made = SandboxedEnvironment(
        autoescape=escaping,
        undefined=StrictUndefined,
        loader=FunctionLoader(load),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(attr=_attr, short=short, way=way, wrap=wrap, underline=underline)
    made.globals["rule"] = rule
    return made


def _attr(text: object) -> Markup:
    return Markup(attr(text))  # noqa: S704 - attr() leaves nothing that could end an attribute or start a tag


def _cause(error: Exception) -> str:
    return str(error) or type(error).__name__


_KNOWN: dict[tuple[Path, str], Look] = {}
"""The look and the pages opened last: their templates are compiled once, for as long as the files stay as they are."""


def open_look(templates: Path, name: str) -> Look:
    """Return the look `name` of a templates folder, with all labels; LookError if it is not one.

    Nothing is read from outside the three folders: a link that leads away is refused.
    """
    folder = templates / name
    if not (folder / MAIL).is_file() or not (folder / TEXT).is_file():
        looks = ", ".join(sorted(p.parent.name for p in templates.glob(f"*/{MAIL}"))) or "none"
        raise LookError(f"no look {name!r}: it needs {MAIL} and {TEXT}; there are: {looks}", where=str(folder))
    return _opened(templates, name)


def open_pages(templates: Path) -> Look:
    """Return the templates of the public pages, with all labels; LookError if they are not there."""
    folder = templates / WEB
    missing = [name for name in PAGES if not (folder / name).is_file()]
    if missing:
        raise LookError(
            f"no web pages without {', '.join(missing)}; `digest init` in an empty folder makes one to copy",
            where=str(folder),
        )
    return _opened(templates, WEB)


def _opened(templates: Path, name: str) -> Look:
    folder = templates / name
    shared = {f"{COMMON}/{name}": text for name, text in _read(templates / COMMON).items()}
    files = _read(folder) | shared
    spoken = _read(templates / LABELS)
    fingerprint = _fingerprint(files, spoken)
    known = _KNOWN.get((folder, fingerprint))
    if known is None:
        labels = {Path(n).stem: read_labels(templates / LABELS / n, text) for n, text in spoken.items()}
        nearest(labels)
        known = Look(
            name,
            folder,
            files,
            labels,
            fingerprint,
            markup=_environment(folder, files, escaping=True),
            words=_environment(folder, files, escaping=False),
        )
        for key in [key for key in _KNOWN if (key[0].name == WEB) == (name == WEB)]:
            del _KNOWN[key]
        _KNOWN[folder, fingerprint] = known
    return known


def _read(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix not in _SUFFIXES:
            continue
        if not path.resolve().is_relative_to(folder.resolve()):
            raise LookError("leads out of the folder; put the file itself there", where=str(path))
        try:
            found[path.relative_to(folder).as_posix()] = path.read_text("utf-8").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as e:
            raise LookError(f"cannot be read as UTF-8: {e}", where=str(path)) from e
    return found


def _fingerprint(*groups: Mapping[str, str]) -> str:
    digest: Any = hashlib.sha256()
    for group in groups:
        for name, text in sorted(group.items()):
            for value in (name.encode(), text.encode()):
                digest.update(len(value).to_bytes(8, "big") + value)
        digest.update(b"\xff" * 8)
    return str(digest.hexdigest())
