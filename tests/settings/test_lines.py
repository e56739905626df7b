from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.settings.lines import line_map, line_of

REPOSITORY = Path(__file__).parents[2] / "digest.toml"

names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=6)
scalars = st.one_of(
    st.integers(-9, 9).map(str),
    st.booleans().map(lambda b: str(b).lower()),
    st.text(st.sampled_from('ab"\\#[]{}=,é'), max_size=8).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.sampled_from(["'a # b'", "1979-05-27", '"""one\n[two]\nk = 3"""', "'''a\n''b'''", '""""quoted" # no\n"""']),
)
arrays = st.lists(scalars, max_size=3).map(lambda items: "[ # first\n" + ",\n".join(items) + "\n]")
pairs = st.dictionaries(names, scalars | arrays, max_size=4)
files = st.lists(st.tuples(st.booleans(), names, pairs), max_size=5, unique_by=lambda table: table[1])


def quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


@given(files)
def test_every_key_of_a_sound_file_has_the_line_it_stands_on(tables):
    text, expected = "# a brief\n\n", {}
    for is_array, name, held in tables:
        at = (name, 0) if is_array else (name,)
        expected[at] = text.count("\n") + 1
        text += (f"[[{quoted(name)}]]" if is_array else f"[{quoted(name)}]") + " # table\n"
        for key, value in held.items():
            expected[(*at, key)] = text.count("\n") + 1
            text += f"  {quoted(key)} = {value} # end\n\n"
    tomllib.loads(text)

    found = line_map(text)

    assert {path: found[path] for path in expected} == expected


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ('a = [\n  "x",\n  "y", # two\n  ["z",\n "w"]]\n', ("a", 2, 1), 5),
        ("a.b.c = 1\n", ("a", "b", "c"), 1),
        ("[[r]]\nx = 1\n[[r]]\nx = 2\n[r.s]\ny = 3\n", ("r", 1, "s", "y"), 6),
        ("[[r]]\n[[r.t]]\n[[r.t]]\nk = 1\n", ("r", 0, "t", 1, "k"), 4),
        ("p = { a = 1, b = { c = 2 } }\nq = 1\n", ("p", "b", "c"), 1),
        ('x = """\n]]\n"""\n[ "y z" ]\nw = 1', ("y z", "w"), 5),
    ],
)
def test_nested_things_are_found(text, path, line):
    assert line_map(text)[path] == line


def test_what_is_missing_is_looked_for_in_the_innermost_table_that_would_hold_it():
    lines = line_map("[a]\nx = 1\n[[b]]\ny = 2\n")

    assert line_of(lines, ("b", 0, "absent")) == 3
    assert line_of(lines, ("a", "x", "deeper")) == 2
    assert line_of(lines, ("nowhere",)) is None


def test_every_key_of_the_repositorys_own_file_stands_on_its_line():
    text = REPOSITORY.read_text(encoding="utf-8")
    rows = text.splitlines()

    found = line_map(text)

    keys = [(path, line) for path, line in found.items() if isinstance(path[-1], str) and len(path) > 2]
    assert len(keys) > 100
    assert all(
        rows[line - 1].lstrip(" [").startswith(path[-1]) or f".{path[-1]}]" in rows[line - 1] for path, line in keys
    )
