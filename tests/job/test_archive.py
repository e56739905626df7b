"""The issues that were sent, as pages for everybody."""

import re
import shutil
import socketserver
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler
from urllib.parse import urljoin

import feedparser
import pytest

from digest.render.fields import address as envelope

from .conftest import PATIENCE, Desk, opened
from .test_main_job import exported

LISTS = "subscribers/lists.toml"


@pytest.fixture(scope="module")
def sent_folder(tmp_path_factory, approved_folder):
    """A working folder whose issue 1 was sent to the catcher."""
    folder = tmp_path_factory.mktemp("sent") / "work"
    shutil.copytree(approved_folder, folder)
    desk = Desk(folder)
    assert desk("send", 1, "--yes").code == 0
    return folder


@pytest.fixture
def sent(tmp_path, sent_folder):
    shutil.copytree(sent_folder, tmp_path / "work")
    return Desk(tmp_path / "work")


def pages(folder):
    """The bytes of every file under a folder, by name."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def month(desk):
    (name,) = [p.name for p in (desk.folder / "www/archive").iterdir() if re.fullmatch(r"\d{4}-\d\d", p.name)]
    return name


def test_a_sent_issue_becomes_a_page_a_place_in_the_archive_and_an_entry_of_the_feed(sent):
    done = sent("archive", "www", "--json")
    again = sent("archive", "www", "--json")

    assert done.code == again.code == 0
    assert done.json == {
        "folder": "www/archive",
        "url": "https://brief.aldovar.example/archive",
        "issues": 1,
        "changed": 5,
        "removed": 0,
        "private": [],
    }
    assert again.json["changed"] == 0
    made = pages(sent.folder / "www")
    listed = f"archive/{month(sent)}/index.html"
    assert set(made) == {
        *("archive/index.html", "archive/1/index.html", "archive/style.css", "archive/feed.xml"),
        listed,
    }
    subject = sent("issues", "--json").json[0]["subject"]
    (entry,) = feedparser.parse(made["archive/feed.xml"]).entries
    assert (entry.title, entry.link) == (subject, "https://brief.aldovar.example/archive/1")
    assert b'<link rel="canonical" href="https://brief.aldovar.example/archive/1">' in made["archive/1/index.html"]
    modes = {p.stat().st_mode & 0o777 for p in (sent.folder / "www").rglob("*") if p.is_file()}
    assert modes == {0o644}


def test_nothing_of_any_subscriber_is_in_a_page_or_the_feed_whoever_they_are(sent):
    mails = exported(sent, 1)
    assert sent("archive", "www").code == 0
    everything = b"\n".join(pages(sent.folder / "www").values())

    rows = [line.split(",") for line in (sent.folder / "subscribers/daily.csv").read_text().splitlines()[1:]]
    tokens = {
        t for mail in mails.values() for t in re.findall(rb"/(?:u|prefs)/([\w-]{20,})", mail.replace(b"=\r\n", b""))
    }
    assert len(tokens) >= 2 * len(mails) > 0
    assert not [token for token in tokens if token in everything]
    for person in {
        *mails,
        *(envelope(a) for a in mails),
        *(row[0] for row in rows),
        *(row[1] for row in rows if row[1]),
    }:
        assert person.strip('"').encode() not in everything
    assert b"/u/" not in everything
    assert b"/prefs/" not in everything

    sent.readers("zed@tarnmouth.example")
    assert sent("subscribers", "sync").code == 0

    assert sent("archive", "www", "--json").json["changed"] == 0, "they are the same whoever the readers are"


def test_an_issue_that_did_not_leave_yet_is_not_shown_though_an_editor_may_look(approved):
    done = approved("archive", "www", "--json")
    preview = approved("preview", 1, "--web", "--json")

    assert done.json["issues"] == 0
    assert "No issue has been sent yet." in (approved.folder / "www/archive/index.html").read_text()
    page = (approved.folder / preview.json["file"]).read_text()
    assert '<link rel="canonical" href="https://brief.aldovar.example/archive/1">' in page
    assert '<link rel="stylesheet" href="data:text/css;base64,' in page
    refused = approved("preview", 1, "--web", "--text")
    assert (refused.code, "--web is the same for everybody" in refused.err) == (2, True)


def test_an_edition_is_shown_only_if_all_its_lists_say_so_and_disappears_when_one_does_not(sent):
    assert sent("archive", "www").code == 0
    base = sent.folder / "www/archive"
    (base / "7").mkdir()
    (base / "7/index.html").write_text("<p>a page of somebody else</p>")
    (base / "1/notes.txt").write_text("an operator's")
    sent.edit("digest.toml", 'lists = ["daily"]', 'lists = ["daily", "desk"]')

    done = sent("archive", "www")

    assert done.code == 0
    assert "daily is not shown: not all of its lists say archive = true in lists.toml" in done.err
    assert "2 pages removed" in done.err
    assert {p for p in pages(base) if p not in ("index.html", "feed.xml", "style.css")} == {
        "7/index.html",
        "1/notes.txt",
    }
    assert not feedparser.parse((base / "feed.xml").read_bytes()).entries


def test_an_edition_that_is_no_longer_published_keeps_its_pages_and_what_its_list_asks_of_search_engines(sent):
    sent.edit(LISTS, "[daily]\n", "[daily]\nnoindex = true\n")
    text = sent.settings.read_text()
    start = text.index("[edition.daily]")
    sent.settings.write_text(text[:start] + text[text.index("[edition.sunday]") :])

    assert sent("archive", "www", "--json").json["issues"] == 1
    for name in ("index.html", "1/index.html", f"{month(sent)}/index.html"):
        assert '<meta name="robots" content="noindex">' in (sent.folder / "www/archive" / name).read_text()


def test_a_web_server_shows_the_folder_as_it_lies_and_every_link_in_it_leads_somewhere(sent):
    assert sent("archive", "www").code == 0

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), partial(Quiet, directory=str(sent.folder / "www")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        root = f"http://127.0.0.1:{server.server_address[1]}"
        met, ahead = set(), [f"{root}/archive"]
        while ahead:
            address = ahead.pop()
            with opened(address, timeout=PATIENCE) as answer:
                assert answer.status == 200
                final, body = answer.url, answer.read().decode()
            if final in met:
                continue
            met.add(final)
            links = re.findall(r'<(?:a|link)[^>]* href="([^"]+)"', body) if final.endswith("/") else []
            near = (urljoin(final, link.partition("#")[0] or final) for link in links)
            ahead += [link for link in near if link.startswith(root)]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

    assert {address.removeprefix(root) for address in met} == {
        *("/archive/", "/archive/1/", "/archive/feed.xml", "/archive/style.css"),
        f"/archive/{month(sent)}/",
    }


def test_an_archive_to_where_a_file_is_leaves_the_file(sent):
    (sent.folder / "www").write_text("mine")

    refused = sent("archive", "www")

    assert (refused.code, refused.out) == (1, "")
    assert "www is a file; nothing was written. Give a folder" in refused.err
    assert (sent.folder / "www").read_text() == "mine"
