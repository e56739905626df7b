"""A source taken out of digest.toml, with every other byte of it left as it is."""

from __future__ import annotations

import tomllib
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from pathlib import Path

from digest.errors import SettingsError, UnknownError
from digest.settings.lines import KeyPath, line_map
from digest.settings.rewriting import ROW, decoded, listed, rewrite, said, says
from digest.settings.values import Settings


def remove_source(
    path: Path, name: str, environ: Mapping[str, str] | None = None, *, dry_run: bool = False
) -> tuple[Settings, str]:
    """Take the source of this name out of digest.toml; return the settings it then gives, and the lines taken out.

    All or nothing, like `add_sources`; with `dry_run` the file never changes. Raises SettingsError, UnknownError.
    """
    taken = ""

    def change(data: bytes) -> bytes:
        nonlocal taken
        made, taken = without_source(data, name, file=path.name)
        return made

    return rewrite(path, change, environ, dry_run=dry_run), taken


def without_source(data: bytes, name: str, *, file: str = "digest.toml") -> tuple[bytes, str]:
    """Return a sound TOML file without the [[source]] table of this name, and that table.

    With it goes one of the blank lines around it; comments before and behind it stay. Raises UnknownError where there
    is none of the name, SettingsError where its own way of writing sources leaves no table to take out.
    """
    tree = tomllib.loads(decoded(data))
    sources = listed(tree, "source")
    at = next((n for n, each in enumerate(sources) if isinstance(each, dict) and each.get("name") == name), None)
    if at is None:
        raise UnknownError(f"{file} has no source {name!r}")
    rest = sources[:at] + sources[at + 1 :]
    wanted = said(tree | {"source": rest} if rest else {key: tree[key] for key in tree if key != "source"})
    alone = said({"source": [sources[at]]})
    mark = data[: len(BOM_UTF8)] if data.startswith(BOM_UTF8) else b""
    rows = ROW.findall(data[len(mark) :])
    begin, ends = _span(rows, line_map(decoded(data)), at)
    for end in ends:
        first, behind = _with_blank(rows, begin, end)
        taken, made = b"".join(rows[begin:end]), mark + b"".join(rows[:first] + rows[behind:])
        if says(taken) == alone and says(made) == wanted:
            return made, decoded(taken)
    raise SettingsError("its sources are not written as [[source]] tables, so none can be taken out", where=file)


def _span(rows: Sequence[bytes], lines: Mapping[KeyPath, int], at: int) -> tuple[int, range]:
    """How many rows stand before a source's table, and how many before what may follow it; none if it is no table."""
    begin = lines["source", at] - 1
    later = [line for path, line in lines.items() if line > begin + 1 and path[:2] != ("source", at)]
    limit = min(later, default=len(rows) + 1) - 1
    end = limit
    while end > begin and not rows[end - 1].partition(b"#")[0].strip():
        end -= 1
    # Its last line may look like a comment without being one, in a text of several lines.
    return begin, range(end, limit + 1) if rows[begin].lstrip().startswith(b"[[") else range(0)


def _with_blank(rows: Sequence[bytes], begin: int, end: int) -> tuple[int, int]:
    """Where a table begins and ends with the blank line that set it apart: the one behind it, else the one before."""
    if end < len(rows) and not rows[end].strip() and (begin == 0 or not rows[begin - 1].strip()):
        return begin, end + 1
    if end == len(rows) and begin and not rows[begin - 1].strip():
        return begin - 1, end
    return begin, end
