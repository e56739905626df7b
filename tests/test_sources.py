"""Sources for people: `digest sources` lists them, tries one, finds the feed of a site, and speaks OPML."""

from __future__ import annotations

import json
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from typer.testing import CliRunner

from digest.cli.app import app
from digest.collect.discover import title_of
from digest.collect.opml import MOST_BYTES, read_opml, write_opml
from digest.errors import DigestError, ParseError, SettingsError
from digest.model.news import Source, SourceKind
from digest.settings import add_sources, free_name, load
from digest.settings.adding import source_table, with_sources
from tests.collect.newsroom import NOW, Newsroom, item, page, rss, sentences
from tests.settings.conftest import BASE

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>{}</title></feed>'


@dataclass
class Desk:
    """A working folder, in which commands are run as from a shell."""

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "digest.toml"

    @property
    def text(self) -> str:
        return self.settings.read_bytes().decode()

    def __call__(self, *args: object) -> object:
        """Return what a command puts out as JSON; an error raised on purpose comes out as it is."""
        done = self.run("--json", *args)
        return json.loads(done.stdout) if done.stdout else None

    def run(self, *args: object):
        words = ["-c", str(self.settings), *map(str, args)]
        return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "digest.toml").write_text(BASE)
    return Desk(tmp_path)


@pytest.fixture
def newsroom():
    room = Newsroom()
    yield room
    room.close()


def feed(name: str, url: str, **more: object) -> Source:
    return Source(name, SourceKind.FEED, url=url, **more)


def site(*links: str) -> str:
    """A home page that names feeds."""
    return page("Ilma Courier", f"<p>{sentences('Ilma')}</p>", head="".join(links))


def link(href: str, kind: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{kind}" title="Feed" href="{href}">'


# ------------------------------------------------------------------------------------------------------------- list


def test_a_bare_call_lists_the_sources_as_before_and_says_more(desk):
    bare, listed = desk("sources"), desk("sources", "list")

    assert bare == listed
    assert bare[0].items() >= {"name": "Ilma Courier", "kind": "feed", "side": "", "failures": 0, "reason": ""}.items()
    assert (bare[0]["last_success_at"], bare[0]["last_try_at"], bare[0]["every_seconds"]) == (None, None, 900)


def test_the_option_for_json_is_taken_on_either_side(desk):
    every = [("--json", "sources"), ("sources", "--json"), ("sources", "--json", "list"), ("sources", "list", "--json")]

    assert len({desk.run(*words).stdout for words in every}) == 1


def test_health_tells_of_the_last_success_and_of_failures(desk, newsroom):
    url = newsroom.put_feed("/feed")
    add_sources(desk.settings, [feed("Karsk Wire", url, allow_private=True)])

    desk("collect", "--source", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")
    newsroom.put("/feed", status=500)
    desk("collect", "--source", "Karsk Wire", "--now", "2026-11-23T06:00:00Z")
    [_, told] = desk("sources")

    assert told["last_success_at"].startswith("2026-11-22T06:00")
    assert told["last_try_at"].startswith("2026-11-23T06:00")
    assert (told["failures"], told["reason"]) == (1, "answered 500")
    assert "failed 1 time: answered 500" in desk.run("sources").stdout


# ------------------------------------------------------------------------------------------------------------- test


@pytest.fixture
def tested(desk, newsroom):
    """A source with seven entries, of which none was collected yet."""
    stories = [item(newsroom.url(f"/{n}"), f"Story {n}", f"{n} {sentences(f'Town {n}')}") for n in range(7)]
    url = newsroom.put("/feed", rss(*stories), "application/rss+xml", ETag='"one"')
    add_sources(desk.settings, [feed("Karsk Wire", url, follow=False, allow_private=True)])
    return desk


def test_a_test_shows_what_is_new_and_keeps_nothing(tested):
    first = tested("sources", "test", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")
    again = tested("sources", "test", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")

    assert first == again
    assert (first["status"], first["new"], first["known"], len(first["newest"])) == ("ok", 7, 0, 5)
    assert first["newest"][0]["published_at"] == "2026-11-22T05:00:00+00:00"
    assert tested("sources")[1]["last_try_at"] is None


def test_a_test_of_a_feed_that_has_not_changed_still_counts_its_entries(tested, newsroom):
    tested("collect", "--source", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")
    whole = rss(*(item(newsroom.url(f"/{n}"), f"Story {n}") for n in range(7)))

    async def unless_known(request):
        known = request.headers.get("If-None-Match") == '"one"'
        return web.Response(status=304) if known else web.Response(text=whole, content_type="application/rss+xml")

    newsroom.on("/feed", unless_known)
    told = tested("sources", "test", "Karsk Wire", "--now", "2026-11-22T07:00:00Z")

    assert (told["status"], told["new"], told["known"], told["newest"]) == ("ok", 0, 7, [])


def test_a_test_says_why_a_source_cannot_be_read_and_exits_with_75(tested, newsroom):
    newsroom.put("/feed", status=404)

    done = tested.run("sources", "test", "Karsk Wire")

    assert (done.exit_code, done.stdout) == (75, "Karsk Wire: failed; answered 404\n")


def test_a_test_of_a_source_nobody_knows_names_those_there_are(tested):
    with pytest.raises(DigestError, match="no source is called 'Tarn'; there are: Ilma Courier, Karsk Wire"):
        tested("sources", "test", "Tarn")


# -------------------------------------------------------------------------------------------------------------- add


def test_a_feed_is_added_under_its_own_title(desk, newsroom):
    url = newsroom.put("/f", ATOM.format("Radio Tarn &amp;amp; &quot;Friends&quot; \\"), "application/atom+xml")

    told = desk("sources", "add", url, "--allow-private", "--weight", "1.5", "--side", "marenia", "--every", "1h")

    added = load(desk.settings, {}).sources[-1]
    assert (added.name, added.url, told["name"]) == ('Radio Tarn & "Friends" \\', url, added.name)
    assert (added.weight, added.side, added.every.total_seconds(), added.follow) == (1.5, "marenia", 3600, True)


def test_the_feed_of_a_site_is_found_and_the_others_are_named(desk, newsroom):
    newsroom.put_feed("/news/feed.xml")
    home = newsroom.put(
        "/", site(link("/news/feed.xml"), link("../talk.atom", "application/atom+xml"), link("/page", "text/html"))
    )

    done = desk.run("sources", "add", home, "--allow-private", "--name", "The Courier", "--no-follow")

    added = load(desk.settings, {}).sources[-1]
    assert (added.name, added.url, added.follow) == ("The Courier", newsroom.url("/news/feed.xml"), False)
    assert f"more feeds, of which the first was taken: {newsroom.url('/talk.atom')}" in done.stderr


def test_links_are_resolved_against_the_base_that_the_page_names(desk, newsroom):
    url = newsroom.put("/deep/feed.json", '{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": []}')
    home = newsroom.put("/", site('<base href="/deep/">', link("feed.json", "application/feed+json; charset=utf-8")))

    assert desk("sources", "add", home, "--allow-private")["url"] == url


def test_links_of_a_page_that_moved_are_resolved_where_it_is(desk, newsroom):
    url = newsroom.put_feed("/new/feed.xml")
    newsroom.put("/new/", site(link("feed.xml")))
    old = newsroom.put("/old", status=302, Location="/new/")

    assert desk("sources", "add", old, "--allow-private")["url"] == url


def test_a_feed_at_another_inside_address_is_not_followed(desk, newsroom):
    other = Newsroom()
    home = newsroom.put("/", site(link(other.put_feed("/feed"))))

    with pytest.raises(DigestError, match="an address inside"):
        desk("sources", "add", home, "--allow-private")

    asked = list(other.paths)
    other.close()
    assert asked == []


def test_a_title_that_is_taken_gives_way_to_the_host(desk, newsroom):
    newsroom.put_feed("/feed")

    assert desk("sources", "add", newsroom.url("/feed"), "--allow-private")["name"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (site(), "text/html", "the page names no feed"),
        (site(link("javascript:alert(1)"), link("file:///etc/passwd")), "text/html", "the page names no feed"),
        (site(link("/missing")), "text/html", "answered 404"),
        (site(link("/")), "text/html", "the page names .*, but there is no feed: the answer is a web page"),
        ("%PDF-1.7 and so on", "application/pdf", "no feed: the answer is a binary file"),
        ("", "text/html", "no feed: the answer is empty"),
        ("<p " + " ".join(f"a{n}='1'" for n in range(30_000)) + ">", "text/html", "the page names no feed"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>', "text/xml", "declares entities"),
    ],
)
def test_what_leads_to_no_feed_is_refused_and_the_file_stays(desk, newsroom, body, kind, reason):
    home = newsroom.put("/", body, kind)

    with pytest.raises(DigestError, match=reason):
        desk("sources", "add", home, "--allow-private")

    assert desk.text == BASE


def test_an_address_inside_is_reached_only_when_told_to(desk, newsroom):
    url = newsroom.put_feed("/feed")

    with pytest.raises(DigestError, match="an address inside"):
        desk("sources", "add", url)

    assert (desk.text, newsroom.paths) == (BASE, [])


@pytest.mark.parametrize(
    "there",
    [
        "https://ilma-courier.example/feed.xml",
        "ilma-courier.example/feed.xml#top",
        "HTTP://Ilma-Courier.example:80/feed.xml/",
    ],
)
def test_a_feed_that_is_there_already_is_refused_without_asking_for_it(desk, there):
    with pytest.raises(DigestError, match="is there already, as 'Ilma Courier'"):
        desk("sources", "add", there)


def test_a_site_whose_feed_is_there_already_is_refused(desk, newsroom):
    newsroom.put_feed("/feed")
    home = newsroom.put("/", site(link("/feed")))
    desk("sources", "add", home, "--allow-private", "--name", "One")
    before = desk.text

    with pytest.raises(DigestError, match="is there already, as 'One'"):
        desk("sources", "add", home, "--allow-private", "--name", "Two")

    assert desk.text == before


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ("--weight", "0"),
            r"^digest\.toml: it was left as it is, for this would be wrong: digest\.toml:\d+: `?weight",
        ),
        (("--weight", "nan"), "weight"),
        (("--side", "Not Plain"), "write small letters"),
        (("--every", "1s"), "write 1m or more"),
        (("--name", "Ilma Courier"), "each name stands once"),
        (("--name", "two\nlines"), "line break"),
    ],
)
def test_what_the_settings_would_not_take_changes_nothing(desk, newsroom, options, reason):
    url = newsroom.put_feed("/feed")

    with pytest.raises(SettingsError, match=reason):
        desk("sources", "add", url, "--allow-private", *options)

    assert desk.text == BASE
    assert sorted(path.name for path in desk.folder.iterdir()) == ["digest.toml"]


def test_a_file_that_is_wrong_already_is_not_touched(desk, newsroom):
    url = newsroom.put_feed("/feed")
    desk.settings.write_text(BASE + "\n[oops\n")

    with pytest.raises(SettingsError, match=r"digest\.toml:\d+: this is no TOML"):
        desk("sources", "add", url, "--allow-private")

    assert (desk.text, newsroom.paths) == (BASE + "\n[oops\n", [])


# -------------------------------------------------------------------------------------------- where it is written


NEW = feed("Radio Tarn", "https://tarn.example/feed")
TABLE = '[[source]]\nname = "Radio Tarn"\nurl = "https://tarn.example/feed"\n'
FIRST = '[[source]]\nname = "A"\nurl = "https://a.example/"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", TABLE),
        ("a = 1", f"a = 1\n\n{TABLE}"),
        (FIRST, f"{FIRST}\n\n{TABLE}"),
        (f"{FIRST}\n# side = 'x'\n\n# The hours.\n[edition.a]\n", None),
        (f"{FIRST}\n\n[b]\nc = 1\n", f"{FIRST}\n\n{TABLE}\n[b]\nc = 1\n"),
        (f"{FIRST}\n[b]\nc = 1\n", f"{FIRST}\n\n{TABLE}\n[b]\nc = 1\n"),
        ("[a]\n\n# Hours.\n[edition.a]\n", f"[a]\n\n{TABLE}\n# Hours.\n[edition.a]\n"),
        ("[edition.a]\nb = 1\n", f"{TABLE}\n[edition.a]\nb = 1\n"),
        ("edition.a.b = 1\nc = 2\n", f"edition.a.b = 1\nc = 2\n\n{TABLE}"),
        (f"[w.x]\n{FIRST}\n[w]\ny = 1\n", f"[w.x]\n{FIRST}\n[w]\ny = 1\n\n{TABLE}"),
        (f"{FIRST}\nside = '''\n# no comment'''\n", f"{FIRST}\nside = '''\n# no comment'''\n\n{TABLE}"),
        ("\ufeff[edition.a]\n", f"\ufeff[edition.a]\n\n{TABLE}"),
        (f"{FIRST}\n\n[b]\n".replace("\n", "\r\n"), f"{FIRST}\n\n{TABLE}\n[b]\n".replace("\n", "\r\n")),
    ],
)
def test_a_source_is_put_behind_the_last_one_or_before_the_editions(before, after):
    if after is None:
        after = f"{FIRST}\n# side = 'x'\n\n{TABLE}\n# The hours.\n[edition.a]\n"

    assert with_sources(before.encode(), [NEW]).decode() == after


def test_sources_written_in_one_line_are_left_alone():
    with pytest.raises(SettingsError, match="not written as"):
        with_sources(b"source = [{name = 'A'}]\n", [NEW])


def test_the_file_of_this_repository_keeps_every_line_and_its_mode(tmp_path):
    sample = (Path(__file__).parents[1] / "digest.toml").read_bytes()
    path = tmp_path / "digest.toml"
    path.write_bytes(sample)
    path.chmod(0o640)

    settings = add_sources(path, [NEW], {})

    made = path.read_bytes()
    assert made.replace(b"\n" + TABLE.encode(), b"", 1) == sample
    assert settings.sources[-1] == NEW
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_behind_a_link_is_changed_where_it_is(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there/real.toml").write_text(BASE)
    path = tmp_path / "digest.toml"
    path.symlink_to("there/real.toml")

    add_sources(path, [NEW], {})

    assert path.is_symlink()
    assert TABLE in (tmp_path / "there/real.toml").read_text()


def test_many_may_add_at_once_and_none_is_lost(tmp_path):
    path = tmp_path / "digest.toml"
    path.write_text(BASE)

    def add(n):
        add_sources(path, [feed(f"Number {n}", f"https://tarn.example/{n}")], {})

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(add, range(8)))

    assert sorted(source.name for source in load(path, {}).sources[1:]) == [f"Number {n}" for n in range(8)]
    assert [each.name for each in tmp_path.iterdir()] == ["digest.toml"]


class Busy(dict):
    """An environment that is asked while somebody at an editor saves the file."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def __iter__(self):
        with self.path.open("a") as file:
            file.write("# mine\n")
        return super().__iter__()


def test_a_file_that_someone_else_changes_meanwhile_is_left_to_them(tmp_path):
    path = tmp_path / "digest.toml"
    path.write_text(BASE)

    with pytest.raises(SettingsError, match="someone else is changing it"):
        add_sources(path, [NEW], Busy(path))

    assert path.read_text().replace("# mine\n", "") == BASE


@given(st.text(), st.text())
def test_any_title_and_address_come_back_from_toml_as_they_were(name, url):
    [read] = tomllib.loads(source_table(feed(name, url)))["source"]

    assert (read["name"], read.get("url", "")) == (name, url)


def test_what_a_source_is_told_about_its_pages_comes_back_as_it_was(tmp_path):
    path = tmp_path / "digest.toml"
    path.write_text(BASE)
    told = {"select": 'div[class="story"]', "remove": ".promo", "keep": ('"fog"', "/world/"), "drop": ("/opinion/",)}
    source = replace(NEW, timezone="Europe/Kyiv", **told)

    added = add_sources(path, [source], {}).sources[-1]

    assert added == source


@given(st.lists(st.text(min_size=1), min_size=1), st.sets(st.text()))
def test_a_free_name_is_one_that_nobody_has(wanted, taken):
    assert free_name(wanted, taken).casefold() not in {name.casefold() for name in taken}


# ------------------------------------------------------------------------------------------------------------- OPML


NESTED = """<?xml version="1.0" encoding="windows-1252"?>
<!DOCTYPE opml>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="The north"><outline text="Deeper">
  <outline type="rss" text="Norrmark Post" title="Norrmark &amp; Post \u00e9" xmlUrl="https://norrmark.example/f?a=1&amp;b=2"/>
</outline></outline>
<outline text="Norrmark again" xmlurl="http://norrmark.example/f?a=1&amp;b=2#x"/>
<outline text="Ilma Courier" xmlUrl="https://karsk.example/feed"/>
<outline text="Ilma" xmlUrl="https://ilma-courier.example/feed.xml"/>
<outline text="No feed" htmlUrl="https://calder.example/"/>
</body></opml>
"""


def opml(*outlines: str) -> bytes:
    return f"<opml version='2.0'><body>{''.join(outlines)}</body></opml>".encode()


def test_the_feeds_of_all_folders_are_added_once_each(desk):
    (desk.folder / "mine.opml").write_bytes(NESTED.encode("cp1252"))

    told = desk("sources", "import", desk.folder / "mine.opml")

    _, *added = load(desk.settings, {}).sources
    assert [(source.name, source.url) for source in added] == [
        ("Norrmark & Post é", "https://norrmark.example/f?a=1&b=2"),
        ("karsk.example", "https://karsk.example/feed"),
    ]
    assert (len(told["added"]), told["duplicates"], told["dry_run"]) == (2, 2, False)


def test_a_second_import_and_a_dry_run_change_nothing(desk):
    file = desk.folder / "mine.opml"
    file.write_bytes(NESTED.encode("cp1252"))

    dry = desk("sources", "import", file, "--dry-run")
    assert (len(dry["added"]), desk.text) == (2, BASE)

    desk("sources", "import", file)
    before = desk.text
    again = desk("sources", "import", file)
    assert (again["added"], again["duplicates"], desk.text) == ([], 4, before)


def test_one_bad_address_keeps_all_of_a_file_out(desk):
    file = desk.folder / "mine.opml"
    good = "<outline text='T' xmlUrl='https://tarn.example/f'/>"
    file.write_bytes(opml(good, "\n<outline text='x' xmlUrl='file:///etc/passwd'/>"))

    with pytest.raises(ParseError, match=r"mine\.opml: line 2: 'file:///etc/passwd' is no web address"):
        desk("sources", "import", file)

    assert desk.text == BASE


def test_a_file_that_is_not_there_is_said_to_be(desk):
    with pytest.raises(FileNotFoundError):
        desk("sources", "import", desk.folder / "none.opml")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
HOSTILE = {
    "entities that multiply": (f'<!DOCTYPE opml [<!ENTITY l0 "ha">{LAUGHS}]><opml>&l8;</opml>', "document type"),
    "an entity that reads a file": (
        '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body>&x;</body></opml>',
        "document type",
    ),
    "an empty subset": ('<!DOCTYPE opml SYSTEM "a>b" [ ]><opml/>', "document type"),
    "a second document type": ("<!-- <!DOCTYPE --><!DOCTYPE opml [ ]><opml/>", "document type"),
    "many document types": ("<!DOCTYPE " * 400_000, "document type"),
    "a document type without end": ("<!DOCTYPE opml '" + "x" * 4_000_000, "broken XML"),
    "entities in UTF-16": ('<!DOCTYPE opml [<!ENTITY x "y">]><opml/>'.encode("utf-16"), "document type"),
    "too deep": ("<opml>" + "<outline>" * 100_000, "broken XML"),
    "too many attributes": (
        "<opml><outline " + " ".join(f"a{n}='1'" for n in range(30_000)) + "/></opml>",
        "attributes",
    ),
    "too large": (b"<opml>" + b" " * MOST_BYTES, "larger than 5 MB"),
    "too many feeds": (opml("<outline xmlUrl='http://a.example/'/>" * 10_001), "more than 10,000 feeds"),
    "white space only": (" " * 1_000_000, "broken XML"),
    "nothing": (b"", "broken XML"),
    "a page": ("<html><body>hello</body></html>", "its root is <html>"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "binary file"),
    "broken": ("<opml>\n<body></opml>", "broken XML near line 2"),
    "an address with a password": (opml("<outline xmlUrl='https://ada:secret@a.example/'/>"), "no web address"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_opml_is_refused_at_once_with_a_reason(desk, case):
    body, reason = HOSTILE[case]
    file = desk.folder / "hostile.opml"
    file.write_bytes(body.encode() if isinstance(body, str) else body)
    began = time.process_time()

    with pytest.raises(ParseError, match=reason):
        desk("sources", "import", file)

    assert time.process_time() - began < 5
    assert desk.text == BASE


def test_a_document_type_on_this_machine_is_never_read(tmp_path):
    (tmp_path / "x.dtd").write_text('<!ENTITY x "secret"><!ATTLIST outline title CDATA "secret">')
    body = "<opml><body><outline text='T' xmlUrl='https://tarn.example/'/></body></opml>"

    [read] = read_opml(f'<!DOCTYPE opml SYSTEM "file://{tmp_path}/x.dtd">{body}'.encode(), name="a.opml")

    assert read.name == "T"


def test_an_external_document_type_is_never_asked_for(newsroom):
    url = newsroom.put("/opml.dtd", '<!ENTITY x "y">', "application/xml-dtd")

    assert read_opml(f'<!DOCTYPE opml SYSTEM "{url}"><opml/>'.encode(), name="a.opml") == ()

    assert newsroom.paths == []


@given(st.lists(st.tuples(st.text(), st.sampled_from(["https://a.example/f?x=1&y=2", 'http://b.example/<">']))))
def test_what_is_exported_is_read_again(rows):
    sources = [feed(name, url) for name, url in rows]

    text = write_opml(sources, title="The <Aldovar> Brief", now=NOW)

    assert [each.line > 0 for each in read_opml(text.encode(), name="a.opml")] == [True] * len(rows)
    assert [each.url for each in read_opml(text.encode(), name="a.opml")] == [url for _, url in rows]


def test_an_export_has_every_feed_and_nothing_else(desk):
    folder = Source("Dropped", SourceKind.FOLDER, path=Path("inbox"))
    add_sources(desk.settings, [feed('A "B" <C> & D', "https://a.example/?x=1&y=2"), folder])

    desk("sources", "export", desk.folder / "out.opml")

    root = etree.fromstring((desk.folder / "out.opml").read_bytes())
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "The Aldovar Brief")
    assert [(each.get("text"), each.get("xmlUrl"), each.get("type")) for each in root.iter("outline")] == [
        ("Ilma Courier", "https://ilma-courier.example/feed.xml", "rss"),
        ('A "B" <C> & D', "https://a.example/?x=1&y=2", "rss"),
    ]


def test_an_export_goes_to_stdout_and_overwrites_nothing(desk):
    assert desk.run("sources", "export").stdout.startswith("<?xml version='1.0' encoding='UTF-8'?>\n<opml")

    with pytest.raises(SettingsError, match="there is such a file already"):
        desk("sources", "export", desk.settings)

    assert desk.text == BASE


# ------------------------------------------------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (rss(), "Ilma Courier"),
        ("<rss><channel><item><title>Story</title></item><title>Late</title></channel></rss>", "Late"),
        ("<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel><title>R</title></channel></rdf:RDF>", "R"),
        (ATOM.format("a\u202e b<!-- c -->\n"), "a b"),
        ('{"title": "J <b>bold</b>"}', "J bold"),
        ('{"title": ["no"]}', ""),
        ("<rss><channel></channel></rss>", ""),
        (ATOM.format("word " * 100), "word " * 14 + "word…"),
    ],
)
def test_a_title_is_one_plain_line(document, title):
    assert title_of(document) == title
