"""What comes in broken is named, with what to do about it, and costs nothing else."""

import json
import re
import shutil

import pytest

from digest.store import open_store
from tests.collect.newsroom import NOW, Newsroom, item, page, rss, sentences
from tests.job.conftest import Desk

SECTIONS = "military, diplomacy, peace_summit"
XML = "application/rss+xml"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj << /Type /Catalog >> endobj\n" + bytes(range(256)) * 8
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(400)
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY leak SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel>'
    "<title>Karsk Wire</title><item><title>&leak;</title><link>https://karsk.example/1</link></item></channel></rss>"
)


def words(text):
    """What is said, without the frame and the line ends that a terminal's width makes."""
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", text).split())


def said(done, code, *parts):
    """Check how a command ended, that it put out nothing else, and what it told."""
    assert (done.code, done.out) == (code, ""), (done.code, done.out, done.err)
    for part in parts:
        assert part in words(done.err), done.err


def resourced(desk, **tables):
    """Give digest.toml these sources in place of its own."""
    text = desk.settings.read_text()
    begin, end = text.index("[[source]]"), text.index("[edition.daily]")
    every = "".join(f'[[source]]\nname = "{name}"\n{table}\n\n' for name, table in tables.items())
    desk.settings.write_text(text[:begin] + every + text[end:])


def fed(url):
    return f'url = "{url}"\nallow_private = true'


def titles(desk):
    """What those are called."""
    return sorted(article.title for article in stored(desk))


def stored(desk):
    """The articles that no issue has used."""
    with open_store(f"sqlite:///{desk.folder}/var/digest.db") as store:
        return store.articles.unpooled("daily")


def line_of(path, part):
    return path.read_text().split(part, 1)[0].count("\n") + 1


def snapshot(folder):
    """Every file below, with its bytes."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# ------------------------------------------------------------------------------------------------------- sources


@pytest.fixture(scope="module")
def newsroom():
    room = Newsroom()
    yield room
    room.close()


def whole(newsroom, name):
    """A feed with one article and its page."""
    newsroom.put(f"/{name}/page", page(f"News of {name}", f"<p>{sentences(name)}</p><p>{sentences('Ferren')}</p>"))
    return newsroom.put_feed(f"/{name}", item(newsroom.url(f"/{name}/page"), f"News of {name}"))


BROKEN = {
    "no XML": ("<rss><channel <item", XML, 200, "broken XML"),
    "nothing": ("", XML, 200, "no feed: the answer is empty"),
    "a 404": ("", "text/html", 404, "answered 404"),
    "a 500": ("oops", XML, 500, "answered 500"),
    "a page": (page("Karsk", "<p>Hello</p>"), "text/html", 200, "no feed: the answer is a web page"),
    "a path": ("/etc/passwd", "text/plain", 200, "no feed: the answer is plain text"),
    "a document": (PDF, "application/pdf", 200, "no feed: the answer is a binary file"),
    "entities": (ENTITIES, XML, 200, "no feed: its document type declares entities"),
}


@pytest.fixture(scope="module")
def poll(newsroom, tmp_path_factory, fresh_folder):
    """One collection from broken sources between two sound ones: the desk, and what it told."""
    folder = tmp_path_factory.mktemp("poll") / "work"
    shutil.copytree(fresh_folder, folder)
    desk = Desk(folder)
    tables = {"First": fed(whole(newsroom, "tarn"))}
    for n, (name, (body, kind, status, _)) in enumerate(BROKEN.items()):
        tables[name] = fed(newsroom.put(f"/broken/{n}", body, kind, status))
    tables["an address"] = fed(newsroom.put("/address", newsroom.url("/secret"), "text/plain"))
    tables["no items"] = fed(newsroom.put("/none", rss(), XML))
    tables["cut off"] = fed(newsroom.put("/cut", cut(newsroom), XML))
    tables["a folder"] = 'kind = "folder"\npath = "nowhere/"'
    tables["Last"] = fed(whole(newsroom, "calder"))
    resourced(desk, **tables)
    return desk, desk("collect", "--json", now=NOW.isoformat())


def cut(newsroom):
    """A feed that ends in the middle of its second item."""
    newsroom.put("/cut/page", page("Whole news", f"<p>{sentences('Minsha')}</p>"))
    return rss(item(newsroom.url("/cut/page"), "Whole news"), "<item><title>Half</title><link>http://").split("</ch")[0]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_source_is_told_by_its_name_and_what_is_wrong_with_it(poll, name):
    _, done = poll

    found = {source["name"]: source for source in done.json["sources"]}[name]

    assert (found["status"], found["new"]) == ("failed", 0)
    assert BROKEN[name][-1] in found["reason"]
    assert f"{name}: {found['reason']}" in done.err


def test_broken_sources_cost_the_others_nothing(poll):
    desk, done = poll

    found = {source["name"]: (source["status"], source["new"]) for source in done.json["sources"]}

    assert done.code == 0
    assert found["First"] == found["Last"] == ("ok", 1)
    assert done.json["articles"] == 3
    assert titles(desk) == ["News of calder", "News of tarn", "Whole news"]


def test_a_feed_that_breaks_off_gives_what_is_whole_and_says_so(poll):
    _, done = poll

    found = {source["name"]: source for source in done.json["sources"]}["cut off"]

    assert (found["status"], found["new"]) == ("ok", 1)
    assert "broken XML near line" in found["reason"]
    assert "1 entry without a web address left out" in found["reason"]


def test_a_feed_that_is_an_address_or_a_path_is_never_followed(poll, newsroom):
    desk, done = poll

    found = {source["name"]: source for source in done.json["sources"]}["an address"]

    assert (found["status"], found["reason"]) == ("failed", "no feed: the answer is plain text")
    assert "/secret" not in newsroom.paths
    assert "root:" not in repr(desk.database)


def test_a_feed_without_items_and_a_folder_that_is_missing_say_so(poll):
    _, done = poll

    found = {source["name"]: source for source in done.json["sources"]}

    assert (found["no items"]["status"], found["no items"]["reason"]) == ("ok", "the feed has no entries")
    assert found["a folder"]["status"] == "failed"
    assert re.search(r"cannot read the folder .*nowhere: No such file", found["a folder"]["reason"])


def test_a_source_that_keeps_failing_is_listed_with_its_last_reason(poll):
    desk, _ = poll

    listed = {source["name"]: source for source in desk("sources", "--json").json}

    assert (listed["a 500"]["failures"], listed["a 500"]["reason"]) == (1, "answered 500")
    assert listed["a 500"]["last_success_at"] is None
    assert listed["First"]["failures"] == 0


def test_an_issue_is_built_of_what_the_sound_sources_brought(poll):
    desk, _ = poll

    done = desk("build", "daily", "--json", now=NOW.isoformat())

    assert done.code == 0
    told = [
        passage for section in done.json["sections"] for story in section["stories"] for passage in story["passages"]
    ]
    named = {passage["article"] for passage in [*told, *done.json["left_out"]]}
    assert {url.rpartition("/")[0].rpartition("/")[-1] for url in named} == {"tarn", "calder", "cut"}


def test_where_no_source_can_be_read_it_is_worth_another_try(fresh, newsroom):
    resourced(fresh, Karsk=fed(newsroom.url("/not-there")), Norrmark='kind = "folder"\npath = "nowhere/"')

    done = fresh("collect", "--json")

    assert done.code == 75
    assert "Karsk: answered 404" in done.err
    assert "Norrmark: cannot read the folder" in done.err


NO_PAGES = {
    "a document": (PDF, "application/pdf", "no page but application/pdf"),
    "a picture": (PNG, "image/png", "no page but image/png"),
    "a document called a page": (PDF, "text/html", "no page but a binary file"),
    "nothing": ("", "text/html", "an empty page"),
}


def test_what_is_no_page_behind_a_link_leaves_the_article_with_the_feeds_own_text(fresh, newsroom):
    tables = {"Tarn": fed(whole(newsroom, "tarn"))}
    for n, (name, (body, kind, _)) in enumerate(NO_PAGES.items()):
        link = newsroom.put(f"/linked/{n}", body, kind)
        tables[name] = fed(newsroom.put_feed(f"/linking/{n}", item(link, f"On {name}", sentences(name))))
    resourced(fresh, **tables)

    done = fresh("collect", "--json")

    assert done.code == 0
    assert {source["name"]: (source["status"], source["new"], source["reason"]) for source in done.json["sources"]} == {
        "Tarn": ("ok", 1, ""),
        **{name: ("ok", 1, f"1 of 1 page failed: {reason}") for name, (_, _, reason) in NO_PAGES.items()},
    }
    texts = {article.title: [block.text for block in article.blocks] for article in stored(fresh)}
    assert all(texts[f"On {name}"] == [sentences(name)] for name in NO_PAGES)


def test_binary_files_in_a_folder_are_named_and_left_where_they_are(fresh):
    box = fresh.folder / "box"
    box.mkdir()
    for name, data in {
        "good.txt": b"The bells of Olde Mill\n\n" + sentences("Olde Mill").encode(),
        "noise.txt": bytes(range(256)) * 20,
        "scan.md": PDF,
        "empty.txt": b"",
        "photo.png": PNG,
    }.items():
        (box / name).write_bytes(data)
    before = snapshot(box)
    resourced(fresh, Box='kind = "folder"\npath = "box/"')

    done = fresh("collect", "--json")

    [source] = done.json["sources"]
    assert (done.code, source["status"], source["new"]) == (0, "ok", 1)
    assert source["reason"].startswith("3 files left out")
    for told in ("noise.txt: not text but a binary file", "scan.md: not text but a binary", "empty.txt: no text"):
        assert told in source["reason"]
    assert titles(fresh) == ["The bells of Olde Mill"]
    assert snapshot(box) == before


def test_a_text_that_cannot_be_read_is_not_classified(desk):
    (desk.folder / "scan.txt").write_bytes(PDF)

    said(desk("classify", "scan.txt", "--json"), 1, "scan.txt: not text but a binary file")
    said(desk("classify", "nothing.txt", "--json"), 1, "nothing.txt: cannot read it: No such file")


# --------------------------------------------------------------------------------------------------------- lists


def test_broken_rows_are_named_with_file_and_row_and_the_others_load(desk):
    (desk.folder / "subscribers/daily.csv").write_text(
        "email,name,sections,time\n"
        "ada@aldovar.example,Ada,*,\n"
        "nobody,,,\n"
        "bo@aldovar.example,Bo,sports,\n"
        'cy@aldovar.example,"Cy" x,*,\n'
        "di@aldovar.example,Di,*,27:00\n"
        "ed@aldovar.example,Ed,military,07:00\n"
    )
    before = snapshot(desk.folder / "subscribers")

    linted = desk("subscribers", "lint", "--json")
    synced = desk("subscribers", "sync", "--json")
    kept = desk("subscribers", "list", "daily", "--json").json

    assert linted.code == synced.code == 1
    assert linted.json["problems"] == synced.json["problems"]
    bad, unknown, quoted, late = synced.json["problems"]
    assert bad.startswith("daily.csv, row 3: 'nobody' is no address")
    assert unknown == f"daily.csv, row 4: no section is called 'sports'; there are {SECTIONS}, or * for all"
    assert quoted.startswith("daily.csv, row 5: a cell goes on behind its closing quote; quotes inside a cell are")
    assert late == "daily.csv, row 6: '27:00' is no time; write HH:MM, from 00:00 to 23:59"
    assert [row["email"] for row in kept] == ["ada@aldovar.example", "ed@aldovar.example"]
    assert snapshot(desk.folder / "subscribers") == before


def test_broken_rows_do_not_keep_the_issue_from_the_others(approved):
    approved.readers("ada@aldovar.example", "nobody", "bo@aldovar.example")

    done = approved("send", 1, "--yes", "--json")

    assert (done.code, done.json["counts"]["accepted"]) == (0, 2)
    assert "daily.csv, row 3: 'nobody' is no address" in done.err


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x01\x02\xff" * 50, "daily.csv is no text; save it as CSV in UTF-8"),
        (b"email\nada@aldovar.example\nb\xf6@aldovar.example\n", "daily.csv, row 3: not UTF-8; save it as CSV"),
        (b'email\nada@aldovar.example\n"bo@aldovar.example\n', "daily.csv, row 3: a quote is opened here and not"),
        (b"", "daily.csv is empty; its first row must name the columns"),
        (b"name\nAda\n", "daily.csv: no column email; its first row must name the columns: email,name"),
    ],
)
def test_a_list_that_cannot_be_read_at_all_changes_nothing_and_sends_nothing(approved, data, reason):
    (approved.folder / "subscribers/daily.csv").write_bytes(data)
    before = approved.database

    said(approved("subscribers", "lint"), 3, reason)
    said(approved("send", 1, "--yes"), 3, reason)

    assert approved.database == before
    assert not (approved.folder / "var/catcher").exists()
    assert (approved.folder / "subscribers/daily.csv").read_bytes() == data


def test_a_suppression_that_cannot_be_read_stops_the_sending(approved):
    (approved.folder / "subscribers/suppressed.csv").write_text("email,reason\nsomebody at Aldovar,complaint\n")
    before = approved.database

    said(approved("send", 1, "--yes"), 3, "suppressed.csv, row 2: 'somebody at Aldovar' is neither an address nor")

    assert approved.database == before


def test_an_edition_that_goes_to_a_list_nobody_made_is_not_called_sent(desk):
    desk.edit("digest.toml", 'lists = ["daily"]', 'lists = ["dayly"]')
    desk("build", "daily")
    desk("approve", 1)

    done = desk("send", 1, "--yes")

    said(done, 3, "[edition.daily] lists: there is no dayly.csv", "there are: daily, sunday")
    assert desk.state == "approved"


def test_a_list_that_is_lost_is_not_taken_for_one_without_readers(approved):
    (approved.folder / "subscribers/daily.csv").unlink()

    said(approved("send", 1, "--yes"), 3, "there is no daily.csv")

    assert approved.state == "approved"


def test_a_folder_of_lists_that_is_missing_is_named(approved):
    shutil.rmtree(approved.folder / "subscribers")
    before = approved.database

    said(approved("send", 1, "--yes"), 3, f"{approved.folder}/subscribers is no folder", "one CSV file a list")

    assert approved.database == before


# ------------------------------------------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'lists = ["daily"]',
            'sections = ["military", "sports"]',
            "there is no section 'sports'; there are " + SECTIONS,
        ),
        ('max_age = "8d"', 'max_ago = "8d"', "unknown key `max_ago`; did you mean `max_age`?"),
        ('timezone = "Europe/Helsinki"', 'timezone = "Europe/Helsinky"', "did you mean Europe/Helsinki?"),
        ("[sender]", "[sender", "this is no TOML: expected ']' at the end of a table declaration"),
        ('data = "var"', 'database = "mysql://db/digest"', "it is no database URL"),
    ],
)
def test_a_mistake_in_the_settings_is_told_with_its_line_and_the_cure(desk, old, new, told):
    desk.edit("digest.toml", old, new)
    before = desk.database

    where = f"digest.toml:{line_of(desk.settings, new)}: "
    for command in (("config", "check"), ("build", "daily")):
        said(desk(*command), 3, where, told)

    assert desk.database == before


def test_every_mistake_is_told_at_once(desk):
    desk.edit("digest.toml", 'max_age = "8d"', 'max_ago = "8d"')
    desk.edit("digest.toml", 'timezone = "Europe/Helsinki"', 'timezone = "Atlantis"')

    done = desk("config", "check", env={"DIGEST_TIMEZON": "UTC"})

    said(done, 3, "3 problems", "unknown key `max_ago`", "'Atlantis' is no time zone")
    assert "DIGEST_TIMEZON: no setting has this name; did you mean DIGEST_TIMEZONE?" in done.err


def test_settings_that_are_not_there_are_asked_for(desk):
    desk.settings.unlink()

    said(desk("build", "daily"), 3, f"{desk.folder}/digest.toml: there is no such file; digest init makes one")


# ---------------------------------------------------------------------------------------------------------- look

LOOKS = [
    ("stories.j2", "{{ item.summary }}", "{{ item.sumary }}", "no attribute 'sumary'", True),
    ("text.txt.j2", "{% include", "{{ weather }}{% include", "'weather' is undefined", True),
    ("issue.mjml.j2", "</mj-wrapper>", "{% endfor %}</mj-wrapper>", "unknown tag 'endfor'", True),
    ("issue.mjml.j2", "</mj-wrapper>", "", "the MJML does not compile", False),
]


def damaged(desk, name, old, new, lined):
    """Put the mistake into the look; return where it will be said to be."""
    path = desk.folder / "templates/brief" / name
    text = path.read_text()
    path.write_text(text.replace(old, new, 1))
    return f"{path}:{line_of(path, new)}: " if lined else f"{path}: "


@pytest.mark.parametrize(("name", "old", "new", "told", "lined"), LOOKS)
def test_a_mistake_in_a_template_is_told_when_the_issue_is_built_and_nothing_is_kept(desk, name, old, new, told, lined):
    where = damaged(desk, name, old, new, lined)

    done = desk("build", "daily", "--json")

    said(done, 1, where, told)
    assert desk.state == "draft"
    assert not desk.database["revision"]
    assert not desk.database["pool"]


def test_once_the_template_is_mended_the_same_issue_is_built(desk):
    damaged(desk, *LOOKS[0][:3], lined=True)
    assert desk("build", "daily").code == 1
    desk.edit("templates/brief/stories.j2", "item.sumary", "item.summary")

    done = desk("build", "daily", "--json")

    assert (done.code, done.json["issue"], done.json["number"], desk.state) == (0, 1, 1, "review")


def test_a_mistake_made_later_changes_nothing_of_what_was_built_and_keeps_it_from_being_approved(desk):
    assert desk("build", "daily").code == 0
    where = damaged(desk, *LOOKS[0][:3], lined=True)
    before = desk.database

    for command in (("build", "daily"), ("approve", 1)):
        said(desk(*command), 1, where, "no attribute 'sumary'")

    assert desk.database == before


def test_an_approved_issue_whose_look_was_broken_since_stays_and_nobody_gets_it(approved):
    assert approved("export", 1, "--out", "out").code == 0
    where = damaged(approved, *LOOKS[0][:3], lined=True)
    before, files = approved.database, snapshot(approved.folder / "out")

    for command in (("export", 1, "--out", "out"), ("send", 1, "--yes")):
        said(approved(*command), 1, where, "no attribute 'sumary'")

    assert approved.database == before
    assert snapshot(approved.folder / "out") == files
    assert not (approved.folder / "var/catcher").exists()


def test_a_look_that_is_not_there_is_named_with_those_there_are(desk):
    desk.edit("digest.toml", 'lists = ["daily"]', 'lists = ["daily"]\nlook = "breif"')
    misspelt = desk("build", "daily")
    shutil.rmtree(desk.folder / "templates")
    lost = desk("build", "daily")

    said(misspelt, 1, f"{desk.folder}/templates/breif: no look 'breif'", "there are: brief")
    said(lost, 1, "no look 'breif'", "there are: none")
    assert not desk.database["issue"]


@pytest.mark.parametrize(
    ("template", "told"),
    [("{{ leed.headline }}", "'leed' is undefined"), ("{{ lead.headline", "unexpected end of template")],
)
def test_a_subject_that_cannot_be_made_is_told_by_its_edition(desk, template, told):
    desk.edit("digest.toml", 'lists = ["daily"]', f'lists = ["daily"]\nsubject = "{template}"')

    done = desk("build", "daily")

    said(done, 1, "[edition.daily] subject: ", told)
    assert not desk.database["pool"]


# ---------------------------------------------------------------------------------------------------- the wishes


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("build", "weekly"), "there is no edition 'weekly'; digest.toml has daily, sunday"),
        (("status", "99"), "no issue 99; the last ones are 1"),
        (("send", "99", "--yes"), "no issue 99; the last ones are 1"),
        (("approve", "tomorrow"), "'tomorrow' is no issue: give its id, `latest` or `draft`"),
        (("preview", "draft"), "no issue"),
        (
            ("collect", "--source", "Karsk Times"),
            "no source is called 'Karsk Times'; there are: Ilma Courier, Karsk Wire",
        ),
        (("subscribers", "list", "dayly"), "no list is called 'dayly'; there are: daily, sunday"),
        (("build", "daily", "--now", "nonsense"), "'nonsense' is no ISO 8601 instant such as 2026-11-22T06:00:00Z"),
        (("send", "1", "--yes", "--now", "2026-02-30"), "'2026-02-30' is no ISO 8601 instant"),
        (("export", "1", "--out", "o", "--as", "a@b.example", "--sample", "2"), "give --as or --sample, not both"),
        (("frobnicate",), "No such command 'frobnicate'"),
    ],
)
def test_a_wish_that_makes_no_sense_is_told_with_what_there_is(approved, command, told):
    before = approved.database

    said(approved(*command), 2, told)

    assert approved.database == before
    assert not (approved.folder / "o").exists()


# ------------------------------------------------------------------------------------------------- the workplace


def test_a_file_that_is_no_database_is_left_as_it_is(desk):
    for file in (desk.folder / "var").glob("digest.db*"):
        file.unlink()
    letter = b"Dear editor, this is a letter and no database at all.\n" * 40
    (desk.folder / "var/digest.db").write_bytes(letter)

    for command in (("collect",), ("daemon", "--once")):
        said(desk(*command), 1, f"{desk.folder}/var/digest.db: the file is no database of digest; move it away or set")

    assert (desk.folder / "var/digest.db").read_bytes() == letter


def test_a_data_folder_that_cannot_be_made_is_named(fresh):
    (fresh.folder / "var").write_text("a file, where the folder should be")

    said(fresh("collect"), 1, f"{fresh.folder}/var/digest.db: cannot be made", "set `data` or `database`")

    assert (fresh.folder / "var").read_text() == "a file, where the folder should be"


def test_a_folder_under_data_that_cannot_be_made_keeps_the_readers_for_the_next_run(approved):
    place = approved.folder / "var/journal"
    place.write_text("in the way")

    blocked = approved("send", 1, "--yes")
    place.unlink()
    done = approved("send", 1, "--yes", "--json")

    said(blocked, 1, f"{place}: file exists")
    assert (done.code, done.json["state"], done.json["counts"]["accepted"]) == (0, "sent", 7)
    assert all(len(mails) == 1 for mails in approved.caught.values())


def test_keys_that_others_may_read_are_refused_with_the_command_that_mends_it(approved):
    (approved.folder / "var/keys").chmod(0o755)
    before = approved.database

    said(approved("send", 1, "--yes"), 3, "others may use the keys (mode 0755). Run: chmod 0700 ", "/var/keys")

    assert approved.database == before


def test_an_export_to_where_a_file_is_leaves_the_file(approved):
    (approved.folder / "out").write_text("notes")

    said(approved("export", 1, "--out", "out"), 1, "out is a file; nothing was written. Give a folder")

    assert (approved.folder / "out").read_text() == "notes"


def test_a_second_init_overwrites_nothing(desk):
    first = desk("init", "news", "--json")
    (desk.folder / "news/digest.toml").write_text("# mine\n")
    before = snapshot(desk.folder / "news")

    again = desk("init", "news")
    at_file = desk("init", "digest.toml")

    assert (first.code, json.loads(first.out)["folder"]) == (0, str(desk.folder / "news"))
    said(again, 1, "news already has digest.toml, subscribers, templates; nothing was written. Give another folder")
    said(at_file, 1, "digest.toml is a file; nothing was written")
    assert snapshot(desk.folder / "news") == before


def test_the_demo_empties_no_folder_but_its_own(desk):
    before = snapshot(desk.folder)

    said(desk("demo", "--dir", "."), 1, ". is not empty and not the demo's; give another with --dir")
    said(desk("demo", "--dir", "inbox"), 1, "inbox is not empty and not the demo's")
    said(desk("demo", "--dir", "digest.toml"), 1, "digest.toml is a file")

    assert snapshot(desk.folder) == before
