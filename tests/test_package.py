"""What is installed is whole: a stranger's first minutes, with nothing but the wheel."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from importlib.metadata import files, version
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

import digest

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("digest")
HEAVY = (
    "sqlalchemy",
    "alembic",
    "aiohttp",
    "trafilatura",
    "lxml",
    "jinja2",
    "pydantic",
    "mjml",
    "apscheduler",
    "numpy",
)
"""What takes long to import."""
LAID = {"digest.toml": "digest.toml", "templates": "templates", "subscribers": "subscribers"}
"""Of the repository, what `digest init` lays out."""


def shell(folder):
    """The environment of a fresh shell."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(folder)}


def run(*command, cwd):
    """Run a command as from a fresh shell, off a terminal."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=280,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        env=shell(cwd),
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def tree(folder):
    """Every file below a folder with its bytes."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder that `digest init` made."""
    folder = tmp_path_factory.mktemp("stranger")
    done = run(COMMAND, "init", "news", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "news"


@pytest.fixture(scope="module")
def demos(tmp_path_factory):
    """`digest demo`, twice in a row in the same folder."""
    folder = tmp_path_factory.mktemp("demo")
    first = run(COMMAND, "demo", "--dir", "show", cwd=folder)
    again = run(COMMAND, "demo", "--dir", "show", "--json", cwd=folder)
    return folder / "show", first, again


def test_the_version_is_one(tmp_path):
    done = run(COMMAND, "--version", cwd=tmp_path)

    assert done.stdout.strip() == f"digest {digest.__version__}"
    assert version("digest") == digest.__version__


def test_the_wheel_carries_every_file_of_the_package():
    carried = {str(path) for path in files("digest")}
    source = {f"digest/{name}" for name in tree(ROOT / "src/digest")}
    starter = {
        f"digest/starter/{path.relative_to(ROOT)}"
        for name in LAID
        for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
        if path.is_file()
    }

    assert source | starter <= carried
    assert any(name.startswith("digest/store/migrations/versions/r0001") for name in carried)
    assert "digest/py.typed" in carried


def test_a_new_folder_has_what_the_repository_has(made):
    assert (made / "digest.toml").read_bytes() == (ROOT / "digest.toml").read_bytes()
    assert tree(made / "templates") == tree(ROOT / "templates")
    assert tree(made / "subscribers") == tree(ROOT / "subscribers")


@pytest.mark.parametrize("check", [("config", "check"), ("subscribers", "lint")], ids=" ".join)
def test_a_new_folder_is_right(made, check):
    done = run(COMMAND, *check, cwd=made)

    assert done.returncode == 0, done.stderr


def test_without_news_a_new_folder_builds_nothing_and_says_so(made):
    done = run(COMMAND, "build", "weekday", cwd=made)

    assert (done.returncode, done.stdout) == (0, "")
    assert "Nothing new" in done.stderr
    assert "digest collect" in done.stderr


def test_a_folder_in_use_is_not_written_over(made):
    (made / "digest.toml").touch()
    before = tree(made / "templates")

    done = run(COMMAND, "init", cwd=made)

    assert done.returncode == 1
    assert "already has digest.toml" in done.stderr
    assert tree(made / "templates") == before


def test_the_demo_ends_by_itself_and_says_what_it_did(demos):
    folder, first, _ = demos
    numbers = {
        what: int(found[1].replace(",", ""))
        for what, pattern in {
            "articles": r"Collected (\d+) articles from \d+ sources",
            "sources": r"articles from (\d+) sources",
            "stories": r"(\d+) stories",
            "mails": r"(\d+) mails accepted",
        }.items()
        if (found := re.search(pattern, first.stdout))
    }

    assert first.returncode == 0, first.stderr
    assert numbers["sources"] >= 5
    assert numbers["articles"] >= 12
    assert numbers["stories"] >= 6
    assert numbers["mails"] == 7
    for section in ("Military situation", "Diplomacy", "Peace summit"):
        assert re.search(rf"(?m)^  .*{section} \d+", first.stdout)
    assert str(folder / "var/catcher") in first.stdout
    assert str(folder / "var/preview/1.html") in first.stdout


def test_the_demo_runs_again_in_its_folder_and_speaks_json(demos):
    folder, _, again = demos

    told = json.loads(again.stdout)

    assert again.returncode == 0, again.stderr
    assert {source["status"] for source in told["sources"]} == {"ok"}
    assert sum(source["new"] for source in told["sources"]) == told["articles"] >= 12
    assert set(told["passages"]) == {"military", "diplomacy", "peace_summit"}
    assert all(count > 0 for count in (*told["passages"].values(), told["left_out"], told["boilerplate"]))
    assert told["mails"]["accepted"] == len(list(Path(told["maildir"]).glob("new/*.eml"))) == 7
    assert "<!doctype html>" in Path(told["preview"]).read_text().lower()
    assert Path(told["settings"]) == folder / "digest.toml"


def heeding():
    """Let a process hear Ctrl-C, which what a shell runs in the background does not, nor what that begins."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_shown_on_a_page_the_caught_mails_can_be_read_until_ctrl_c(tmp_path):
    command = [COMMAND, "demo", "--dir", tmp_path / "show", "--serve"]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=shell(tmp_path),
        preexec_fn=heeding,
    ) as shown:
        try:
            found = (re.search(r"http://127\.0\.0\.1:\d+/?", line) for line in iter(shown.stderr.readline, ""))
            url = next(filter(None, found), None)
            assert url, "the demo ended before it showed a page"

            with build_opener(ProxyHandler({})).open(url[0], timeout=60) as answer:
                page = answer.read().decode()
            shown.send_signal(signal.SIGINT)
            _, said = shown.communicate(timeout=120)
        finally:
            shown.kill()

    assert page.count("@") >= 7
    assert (shown.returncode, said) == (0, "")


def test_the_demo_takes_no_folder_that_is_not_its_own(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/dear.txt").write_text("Dear Ada")

    done = run(COMMAND, "demo", "--dir", "letters", cwd=tmp_path)

    assert done.returncode == 1
    assert "--dir" in done.stderr
    assert tree(tmp_path / "letters") == {"dear.txt": b"Dear Ada"}


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["build", "--help"], ["config", "--help"]], ids=" ".join)
def test_help_loads_nothing_heavy(tmp_path, words):
    # Help is promised in 0.3 s of CPU; what is not imported costs nothing, on any machine.
    heavy = [name for name in HEAVY if len(words) == 1 or name != "pydantic"]  # typer itself reads arguments with it
    program = f"""
import sys
from digest.cli import main
sys.argv = ["digest", *{words!r}]
try:
    main()
finally:
    print("loaded:", *(name for name in {heavy!r} if name in sys.modules))
"""

    done = run(sys.executable, "-c", program, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded:"
