"""`digest preview --watch`: a look is worked on, and each change is seen at once."""

from __future__ import annotations

import re
import shutil
import signal
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from .conftest import PATIENCE, finished, opened

STORY = "{{ item.summary }}"


def read(url, path="/", **headers):
    """GET a page: (status, text)."""
    try:
        with opened(Request(url + path, headers=headers), timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


@contextmanager
def watching(desk, *args):
    """Yield the page's address; Ctrl-C at the end, after which the command has nothing to complain about."""
    process = desk.start("preview", "--watch", *args)
    try:
        url = process.stdout.readline().strip()
        assert url, process.stderr.read()
        yield url
        process.send_signal(signal.SIGINT)
        done = finished(process)
        assert (done.code, done.out) == (0, "")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_a_change_of_a_template_is_told_and_seen(approved):
    with watching(approved) as url, opened(url + "/changes", timeout=PATIENCE) as changes:
        assert 'src="/mail.html?shade=light"' in read(url)[1]
        assert "You get this mail because" in read(url, "/mail.html")[1]
        first = changes.readline()

        approved.edit("templates/labels/en.toml", "You get this mail because", "This comes because")
        line = b"\n"
        while line == b"\n":
            line = changes.readline()

        assert first.startswith(b"data: ")
        assert line.startswith(b"data: ")
        assert line != first
        assert "This comes because" in read(url, "/mail.html")[1]
        assert "This comes because" in read(url, "/mail.txt")[1]


def test_a_mistake_is_shown_where_it_stands_and_goes_with_the_next_save(approved):
    with watching(approved) as url:
        approved.edit("templates/brief/stories.j2", STORY, "{{ item.sumary <b> }}")
        status, page = read(url, "/mail.html")
        path = approved.folder / "templates/brief/stories.j2"
        line = path.read_text().split("sumary")[0].count("\n") + 1

        assert status == 500
        assert f"{path}:{line}" in page
        assert re.search(rf'<tr class="here"><th scope="row">{line}</th><td><code>.*sumary &lt;b&gt;', page)

        approved.edit("templates/brief/stories.j2", "{{ item.sumary <b> }}", STORY)

        assert read(url, "/mail.html")[0] == 200


def test_another_look_is_tried_on_without_a_change_of_settings(approved):
    shutil.copytree(approved.folder / "templates/plain", approved.folder / "templates/mine")
    approved.edit("templates/mine/tokens.j2", "#0a4a8f", "#0a4a80")

    with watching(approved, "--look", "mine") as url:
        assert "#0a4a80" in read(url, "/mail.html")[1]
    once = approved("preview", "--look", "mine", "--out", "mine.html")

    assert once.code == 0
    assert "#0a4a80" in (approved.folder / "mine.html").read_text()
    assert approved.state == "approved"


def test_by_night_the_mail_is_shown_as_a_dark_machine_shows_it(approved):
    with watching(approved) as url:
        dark, light = (read(url, f"/mail.html?shade={shade}")[1] for shade in ("dark", "light"))

    assert "prefers-color-scheme" not in dark + light
    assert "@media (min-width:0)" in dark
    assert "@media (max-width:0)" in light


def test_the_page_speaks_to_this_machine_alone_and_runs_no_script_of_a_mail(approved):
    with watching(approved) as url:
        assert read(url, Host="evil.example")[0] == 421
        with opened(url + "/mail.html", timeout=PATIENCE) as answer:
            policy = answer.headers["Content-Security-Policy"]

    assert policy.startswith("sandbox allow-same-origin; default-src 'none'")


@pytest.mark.parametrize("args", [("--text",), ("--out", "x.html"), ("--web",)], ids=" ".join)
def test_what_watching_cannot_do_is_refused(approved, args):
    done = approved("preview", "--watch", *args)

    assert done.code == 2
    assert "--watch goes without --text, --out and --web" in done.err


def test_where_nothing_was_built_there_is_nothing_to_watch(desk):
    done = desk("preview", "--watch")

    assert (done.code, done.out) == (2, "")
    assert "no issue latest" in done.err
