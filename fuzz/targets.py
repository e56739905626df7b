"""What is fuzzed: hostile bytes go into each target, and an exception comes out where a promise fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from digest.collect import dates, identity, markup, plain, text
from digest.collect.articles import build
from digest.collect.encoding import binary, decode
from digest.collect.feeds import feed, opml
from digest.collect.feeds.discover import feeds_of, title_of
from digest.collect.http import body
from digest.collect.http.fetch import Answer
from digest.collect.http.rules import parse as rules_of
from digest.collect.pages import extract
from digest.errors import ParseError
from digest.model.news import Block, Source, SourceKind

from . import promises

URL: Final = "https://ilma.example/news/feed"
SOURCE: Final = Source("Ilma Courier", SourceKind.FEED, url=URL)
CHARSETS: Final = ("", "utf-8", "windows-1251", "iso-8859-1", "utf-16", "shift_jis", "gb18030", "utf-7", "zlib")
LIMIT: Final = 100_000


def _chosen(data: bytes) -> tuple[int, bytes]:
    """A number out of the first byte, and the rest."""
    return (data[0], data[1:]) if data else (0, b"")


def feeds(data: bytes) -> None:
    """A feed's bytes, to articles."""
    choice, document = _chosen(data)
    try:
        found = feed.parse(
            "Ilma Courier", document, url=URL, now=promises.NOW, charset=CHARSETS[choice % len(CHARSETS)]
        )
    except ParseError as error:
        promises.reason(error)
        return
    assert len(found.entries) <= feed.MOST_ENTRIES
    promises.one_line(found.broken)
    for entry in found.entries:
        promises.web_address(entry.link)
        promises.headline(entry.title)
        promises.one_line(entry.author, 200)
        promises.instant(entry.published_at)
        _article(entry, None)


def _article(entry: feed.Entry, page: extract.Page | None) -> None:
    try:
        identity.canonical_url(entry.link)
    except ValueError:
        return  # such an entry is left out
    made = build(SOURCE, entry, page, now=promises.NOW)
    if made is not None:
        promises.article(made)


def json_feeds(data: bytes) -> None:
    """Items in JSON, inside a feed that is one."""
    feeds(b'\0{"version":"https://jsonfeed.org/version/1.1","items":[' + data + b"]}")


def pages(data: bytes) -> None:
    """A page's bytes, to an article."""
    choice, document = _chosen(data)
    try:
        found = extract.page("Ilma Courier", document, charset=CHARSETS[choice % len(CHARSETS)])
    except ParseError as error:
        promises.reason(error)
        return
    promises.headline(found.title)
    promises.one_line(found.author, 200)
    assert found.blocks, "a page of nothing"
    for block in found.blocks:
        promises.block(block)
    _article(feed.Entry(URL, found.title, None, "", ""), found)


def markups(data: bytes) -> None:
    """A bit of HTML or plain text."""
    said = data.decode("utf-8", "surrogatepass" if data[:1] == b"\0" else "replace") if _utf8(data) else ""
    for block in (*markup.blocks_of(said), *plain.read_text(said).blocks, *plain.read_markdown(said).blocks):
        promises.block(block)
    promises.one_line(text.plain(said))


def _utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass" if data[:1] == b"\0" else "replace")
    except UnicodeDecodeError:
        return False
    return True


def encodings(data: bytes) -> None:
    """Bytes under any claim."""
    choice, document = _chosen(data)
    binary(document)
    decode(document, CHARSETS[choice % len(CHARSETS)]).encode()
    decode(document, document[:40].decode("latin-1")).encode()


def bodies(data: bytes) -> None:
    """Bytes under a Content-Encoding: the same whole and in pieces, and never beyond the limit."""
    choice, sent = _chosen(data)
    how = ("gzip", "deflate", "", "identity", "br")[choice % 5]
    size = choice // 5 + 1
    whole = _unpacked(how, (sent,))
    assert len(whole) <= LIMIT
    assert whole == _unpacked(how, [sent[at : at + size] for at in range(0, len(sent), size)])


def _unpacked(how: str, pieces: tuple[bytes, ...] | list[bytes]) -> bytes:
    try:
        decoder = body.decoder(how, LIMIT)
        out = b"".join(decoder.feed(piece) for piece in pieces)
        decoder.close()
    except (body.TooLarge, body.Broken):
        return b""
    return out


def instants(data: bytes) -> None:
    """A date."""
    promises.instant(dates.plausible(dates.read_date(data.decode("utf-8", "replace")), promises.NOW))


def addresses(data: bytes) -> None:
    """Links, and the one spelling of an address, which is its own."""
    said, _, base = data.decode("utf-8", "replace").partition("\0")
    link = text.web_link(said, text.web_link(base) or URL)
    if link:
        promises.web_address(link)
    for each in (link, said):
        try:
            canonical = identity.canonical_url(each)
        except ValueError:
            continue
        promises.web_address(canonical)
        assert identity.canonical_url(canonical) == canonical, ascii(canonical)
        identity.same_document(canonical, identity.canonical_url(URL))


def rules(data: bytes) -> None:
    """A robots.txt, and whether an address is allowed by it."""
    path, _, document = data.partition(b"\0")
    link = text.web_link("/" + path.decode("utf-8", "replace"), URL)
    rules_of(document).allow(link or URL)


def outlines(data: bytes) -> None:
    """A list of feeds; written and read again it is the same."""
    try:
        found = opml.read_opml(data, name="feeds.opml")
    except ParseError as error:
        promises.reason(error)
        return
    for each in found:
        promises.one_line(each.name, opml.NAME_CHARS)
        promises.web_address(each.url)
    sources = [replace(SOURCE, name=each.name, url=each.url) for each in found]
    written = opml.write_opml(sources, title="Feeds", now=promises.NOW)
    again = opml.read_opml(written.encode(), name="feeds.opml")
    assert [(each.name, each.url) for each in again] == [(each.name, each.url) for each in found]


def discoveries(data: bytes) -> None:
    """What a page or a feed says of itself."""
    for url in feeds_of(Answer(URL, data, "text/html", "", "", "")):
        promises.web_address(url)
    promises.one_line(title_of(decode(data)), 80)


def lines(data: bytes) -> None:
    """Headlines and lines, which are the same when made once more."""
    said = data.decode("utf-8", "replace")
    promises.headline(text.title(said))
    promises.one_line(text.line(said))
    promises.one_line(text.shorten(text.line(said), 20), 20)
    promises.one_line(text.clause(text.line(said), 60), 60)
    assert text.visible(text.visible(said)) == text.visible(said)
    tag = text.language(said)
    assert text.language(tag) == tag
    identity.fingerprint(said, (Block(plain.BlockKind.PARAGRAPH, said),), url=URL)


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    target.__name__: target
    for target in (
        *(feeds, json_feeds, pages, markups, encodings, bodies, instants),
        *(addresses, rules, outlines, discoveries, lines),
    )
}
