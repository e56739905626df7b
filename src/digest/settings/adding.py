"""Sources put into digest.toml, with every other byte of it left as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Final

from digest.errors import SettingsError
from digest.model.news import Source, SourceKind
from digest.settings.lines import KeyPath, line_map
from digest.settings.rewriting import ROW, decoded, listed, rewrite, said, says
from digest.settings.values import Settings
from digest.settings.when import show_duration

_ESCAPED: Final = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def quoted(text: str) -> str:
    r"""Return a text as a basic string of TOML 1.0.

    >>> print(quoted('The "Ilma" \\ Courier'))
    "The \"Ilma\" \\ Courier"
    """
    return '"' + _ESCAPED.sub(lambda m: _SHORT.get(m[0], f"\\u{ord(m[0]):04x}"), text) + '"'


def source_table(source: Source) -> str:
    """Return a source as it stands in digest.toml, without what goes without saying.

    >>> ilma = Source("Ilma Courier", SourceKind.FEED, url="https://ilma.example/feed", weight=2.0)
    >>> print(source_table(ilma), end="")
    [[source]]
    name = "Ilma Courier"
    url = "https://ilma.example/feed"
    weight = 2.0
    """
    usual = Source(source.name, SourceKind.FEED)
    written = {
        "name": quoted(source.name),
        "kind": quoted(source.kind.value) if source.kind is not SourceKind.FEED else "",
        "url": quoted(source.url) if source.url else "",
        "path": quoted(str(source.path)) if source.path else "",
        "every": quoted(show_duration(source.every)) if source.every != usual.every else "",
        "weight": repr(source.weight) if source.weight != usual.weight else "",
        "side": quoted(source.side) if source.side else "",
        "language": quoted(source.language) if source.language else "",
        "follow": "" if source.follow else "false",
        "allow_private": "true" if source.allow_private else "",
        "timezone": quoted(source.timezone) if source.timezone else "",
        "select": quoted(source.select) if source.select else "",
        "remove": quoted(source.remove) if source.remove else "",
        "keep": _array(source.keep),
        "drop": _array(source.drop),
    }
    return "[[source]]\n" + "".join(f"{key} = {value}\n" for key, value in written.items() if value)


def _array(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]" if texts else ""


def free_name(wanted: Sequence[str], taken: Collection[str]) -> str:
    """Return the first of the names that nobody has, else the last one with a number; small and capital are the same.

    >>> free_name(("News", "ilma.example"), {"news"}), free_name(("News",), {"news", "News 2"})
    ('ilma.example', 'News 3')
    """
    return free_names([wanted], taken)[0]


def free_names(wanted: Iterable[Sequence[str]], taken: Collection[str]) -> list[str]:
    """Return a name for each of many, as `free_name` does for one; those before count as taken.

    >>> free_names([("News",), ("News", "ilma.example"), ("news",)], ())
    ['News', 'ilma.example', 'news 2']
    """
    known = {name.casefold() for name in taken}
    numbers: dict[str, Iterator[int]] = {}
    found = []
    for names in wanted:
        numbered = (f"{names[-1]} {n}" for n in numbers.setdefault(names[-1].casefold(), count(2)))
        name = next(name for name in chain(filter(None, names), numbered) if name.casefold() not in known)
        known.add(name.casefold())
        found.append(name)
    return found


def add_sources(
    path: Path, sources: Sequence[Source], environ: Mapping[str, str] | None = None, *, dry_run: bool = False
) -> Settings:
    """Write the sources behind those that digest.toml has, and return the settings it then gives.

    All or nothing: the file changes only if it loads as it is and as it would be. With `dry_run` it never does.
    Raises SettingsError.
    """
    return rewrite(path, lambda data: with_sources(data, sources, name=path.name), environ, dry_run=dry_run)


def with_sources(data: bytes, sources: Sequence[Source], *, name: str = "digest.toml") -> bytes:
    """Return a sound TOML file with the sources after its last one, or before its editions if it has none.

    Raises SettingsError where its own way of writing sources leaves no place for more.
    """
    if not sources:
        return data
    tables = "\n".join(map(source_table, sources))
    before = tomllib.loads(decoded(data))
    wanted = said(before | {"source": [*listed(before, "source"), *tomllib.loads(tables)["source"]]})
    rows = ROW.findall(data)
    for at in (_place(line_map(decoded(data)), rows), len(rows)):
        made = _put(rows, at, tables)
        if says(made) == wanted:
            return made
    raise SettingsError("its sources are not written as [[source]] tables, so none can be added", where=name)


def _place(lines: Mapping[KeyPath, int], rows: Sequence[bytes]) -> int:
    """How many rows stand before the place for a new source; the comments around it stay with what they speak of."""
    there = [path[1] for path in lines if len(path) == 2 and path[0] == "source" and isinstance(path[1], int)]
    if there:
        last = ("source", max(there))
        later = [line for path, line in lines.items() if line > lines[last] and path[:2] != last]
        end = limit = min(later, default=len(rows) + 1) - 1
        while end > lines[last] and not rows[end - 1].partition(b"#")[0].strip():
            end -= 1
        while end < limit and rows[end].lstrip().startswith(b"#"):
            end += 1
        return end
    editions = [line for path, line in lines.items() if path[0] == "edition"]
    end = min(editions, default=len(rows) + 1) - 1
    while 0 < end < len(rows) and rows[end - 1].startswith(b"#"):
        end -= 1
    return end


def _put(rows: Sequence[bytes], at: int, tables: str) -> bytes:
    end = b"\r\n" if rows and rows[0].endswith(b"\r\n") else b"\n"
    head, tail = b"".join(rows[:at]), b"".join(rows[at:])
    if head and not head.endswith(b"\n"):
        head += end
    if head and rows[at - 1].strip():
        head += end
    if tail and rows[at].strip():
        tail = end + tail
    return head + tables.encode().replace(b"\n", end) + tail
