from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.collect import Status, Workers, read_document
from digest.collect.folder import file_id
from digest.collect.plain import read_markdown, read_text
from digest.errors import SourceError
from digest.model.news import ArticleKind, BlockKind, Source, SourceKind

from .newsroom import NOW, Remembered, page, poll, sentences

BRIEF = f"""Welcome to tarnmouth.example.
The mayor of Tarnmouth has warned that the ferry will not run, whatever the council says. {sentences("Tarnmouth")}
At the “Old Harbour”
{sentences("the harbour")}
You may Also Like:
Eels: A Legacy of the River
The crews
{sentences("the crews")}
"""


FLOOD = """---
title: "Flood"
date: 2026-11-21
source: https://ferren.example/flood?utm_source=x
---

# Flood

The *river*
rose [here](https://x.example).

## At the bridge

- one
- two

### Below

```
code
```
<p>html<script>x</script></p>
"""


def shape(blocks) -> list[str]:
    return ["#" * block.level + " " + block.text[:12] if block.level else block.text[:12] for block in blocks]


def folder(path) -> Source:
    return Source("Tarn papers", SourceKind.FOLDER, path=path)


def test_short_lines_without_a_full_stop_are_the_sub_headings_of_a_text():
    blocks = read_text(BRIEF).blocks

    heads = [block.text for block in blocks if block.kind is BlockKind.HEADING]
    assert heads == ["At the “Old Harbour”", "You may Also Like:", "Eels: A Legacy of the River", "The crews"]
    assert blocks[0].text == "Welcome to tarnmouth.example."


def test_a_text_without_a_title_is_called_by_its_first_sentence_not_its_greeting(tmp_path):
    (tmp_path / "brief.txt").write_text(BRIEF)

    article = read_document(tmp_path / "brief.txt", now=NOW)

    assert article.title == "The mayor of Tarnmouth has warned that the ferry will not run, whatever the council says"
    assert (article.url, article.published_at, article.collected_at) == ("file:brief.txt", None, NOW)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Flood in Ferren\n\nThe river rose.", "Flood in Ferren"),
        ("Title: Flood in Ferren\nThe river rose.", "Flood in Ferren"),
        ("Flood in Ferren\nThe river rose.", "Flood in Ferren"),
        ("Flood in Ferren.\nThe river rose.", ""),
        ("Welcome to Ferren\nThe river rose.", ""),
        ("News\nThe river rose.", ""),
        ("Flood in Ferren", ""),
        ("", ""),
    ],
)
def test_the_title_of_a_text(text, title):
    assert read_text(text).title == title


def test_lines_broken_at_a_column_are_one_paragraph():
    blocks = read_text(
        "The river rose in the\nnight and fell again\nby noon.\n\nAt the bridge\n\nNobody was\nhurt there."
    ).blocks

    assert [b.text for b in blocks] == [
        "The river rose in the night and fell again by noon.",
        "At the bridge",
        "Nobody was hurt there.",
    ]
    assert blocks[1].kind is BlockKind.HEADING


def test_markdown_gives_its_headings_and_front_matter():
    document = read_markdown(FLOOD)

    assert document.title == "Flood"
    assert shape(document.blocks) == ["The river ro", "## At the bridg", "one", "two", "### Below", "html"]
    assert document.field("date") == "2026-11-21"


def test_a_file_that_names_its_source_is_that_article(tmp_path):
    (tmp_path / "flood.md").write_text(
        "---\nsource: https://m.ferren.example/flood?fbclid=1\ndate: 2026-11-21\n---\n# Flood\n\nIt rose."
    )

    article = read_document(tmp_path / "flood.md", now=NOW, source="Tarn papers")

    assert article.url == "https://ferren.example/flood"
    assert article.aliases == (file_id("Tarn papers", "flood.md"),)
    assert article.published_at == datetime(2026, 11, 21, tzinfo=UTC)


def test_a_file_has_the_kind_its_title_or_its_origin_announces(tmp_path):
    (tmp_path / "a.md").write_text("# Opinion: rebuild the bridge\n\nIt is time.")
    (tmp_path / "b.md").write_text("---\nsource: https://ferren.example/live/flood\n---\n# Flood\n\nIt rose.")

    kinds = [read_document(tmp_path / name, now=NOW).kind for name in ("a.md", "b.md")]

    assert kinds == [ArticleKind.OPINION, ArticleKind.LIVE]


def test_a_folder_gives_its_files_in_order_and_names_what_it_could_not_read(tmp_path):
    papers, elsewhere = tmp_path / "papers", tmp_path / "secret.txt"
    papers.mkdir()
    elsewhere.write_text("Secret of the house\nNobody should mail this.")
    (papers / "b.md").write_text("# Second\n\nIt is so.")
    (papers / "a.txt").write_bytes("\ufeffFirst of all\nGröße zählt.".encode("utf-8"))
    (papers / "c.html").write_text(page("Third", f"<p>{sentences('Ilma')}</p><h2>Talks</h2><p>{sentences('Tarn')}</p>"))
    (papers / "d.txt").write_bytes("Vierter Text\nGröße zählt.".encode("cp1252"))
    (papers / "e.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (papers / "f.txt").write_bytes(random.Random(7).randbytes(3_000) + b"\0")
    (papers / "g.txt").write_text("")
    (papers / "h.txt").write_bytes(b"word " * 1_000_001)
    (papers / "i.txt").symlink_to(elsewhere)
    (papers / "j.txt").symlink_to(papers / "nowhere")
    (papers / "k.txt").mkdir()
    os.mkfifo(papers / "l.txt")
    (papers / "ignored.csv").write_text("a,b")
    (papers / ".hidden.txt").write_text("Hidden file\nNot read.")

    collected = poll(folder(papers))

    [report] = collected.reports
    assert [(a.title, a.url) for a in collected.articles] == [
        ("First of all", "file:a.txt"),
        ("Second", "file:b.md"),
        ("Third", "file:c.html"),
        ("Vierter Text", "file:d.txt"),
    ]
    assert collected.articles[3].blocks[0].text == "Größe zählt."
    assert (report.status, report.new) == (Status.OK, 4)
    assert report.reason == (
        "8 files left out (e.txt: not text but a binary file; f.txt: not text but a binary file; g.txt: no text in it;"
        " and 5 more)"
    )


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("a.txt", b"MZ\0\0", "not text but a binary file"),
        ("a.txt", b"%PDF-1.7 ...", "not text but a binary file"),
        ("a.txt", b" \n ", "no text in it"),
        ("a.html", b"<nav>x</nav>", "no text found on the page"),
        ("a.txt", b"x" * 5_000_001, "larger than 5 MB"),
        ("a.txt", None, "cannot read it: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, name, body, reason):
    if body is not None:
        (tmp_path / name).write_bytes(body)

    with pytest.raises(SourceError) as error:
        read_document(tmp_path / name, now=NOW)

    assert str(error.value) == f"{name}: {reason}"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    papers = tmp_path / "papers"
    papers.mkdir()
    (tmp_path / "secret.txt").write_text("Secret of the house\nNobody should mail this.")
    (papers / "a.txt").symlink_to("../secret.txt")

    collected = poll(folder(papers))

    assert collected.articles == ()
    assert collected.reports[0].reason == "1 file left out (a.txt: a link that leads out of the folder)"


def test_a_folder_that_is_not_there_is_a_failed_source(tmp_path):
    [report] = poll(folder(tmp_path / "gone")).reports

    assert (report.status, report.state.failures) == (Status.FAILED, 1)
    assert report.reason.startswith("cannot read the folder")


def test_whatever_a_folder_is_called_its_failure_is_told_in_one_line(tmp_path):
    [report] = poll(folder(tmp_path / "a\nb\x1b[31m\udcff")).reports

    assert report.reason.endswith("a b[31m: No such file or directory")
    assert report.state.reason == report.reason


def test_a_saved_page_is_read_in_a_process_that_may_not_grow(tmp_path):
    (tmp_path / "a.html").write_text(page("Ferren", f"<p>{sentences('Ferren') * 5_000}</p>"))
    (tmp_path / "b.txt").write_text("Ferren bridge\nIt is open.")

    with Workers(1, most_bytes=1_000_000) as workers:
        collected = poll(folder(tmp_path), workers=workers)

    assert [article.title for article in collected.articles] == ["Ferren bridge"]
    assert collected.reports[0].reason == "1 file left out (a.html: it takes more than 1 MB of memory to read)"


def test_a_file_comes_once_and_a_new_one_beside_it(tmp_path):
    memory = Remembered()
    (tmp_path / "a.txt").write_text("First of all\nIt is so.")
    memory.learn(poll(folder(tmp_path), memory=memory))
    (tmp_path / "b.txt").write_text("Second of all\nIt is so.")

    collected = poll(folder(tmp_path), memory=memory)

    assert [a.title for a in collected.articles] == ["Second of all"]
    assert (collected.reports[0].new, collected.reports[0].known) == (1, 1)


def test_a_file_whose_name_is_no_text_is_an_article_all_the_same(tmp_path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text("Ferren bridge\nIt is open.")

    [article] = poll(folder(tmp_path)).articles

    assert (article.title, article.url) == ("Ferren bridge", r"file:\udcff.txt")
