"""Where fuzzing begins: small documents of our own for each target, so that it need not invent XML first."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Mapping
from typing import Final

ITEM: Final = (
    "<item><title>Ferren &amp; the &lt;b&gt;bridge&lt;/b&gt; &eacute;</title>"
    "<link>https://ilma.example/a?utm_source=x&amp;id=7</link><guid isPermaLink='false'>77</guid>"
    "<pubDate>Sun, 22 Nov 2026 05:00:00 GMT</pubDate><author>Tarn</author>"
    "<description><![CDATA[<p>It is <b>open</b>.<br><br>Again.</p><script>x</script>]]></description>"
    "<content:encoded>&lt;h3&gt;Open&lt;/h3&gt;&lt;p&gt;At last.&lt;/p&gt;</content:encoded></item>"
)
RSS: Final = (
    "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE rss><rss version='2.0' "
    "xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Ilma</title><language>en-gb</language>"
    f"{ITEM}</channel></rss>"
)
ATOM: Final = (
    "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='uk'><title>Ilma</title><entry><title type='html'>Ferren "
    "&lt;i&gt;bridge</title><link rel='alternate' href='/a'/><link rel='self' href='/b'/><id>tag:ilma.example,2026:"
    "1</id><published>2026-11-22T05:00:00+02:00</published><updated>2026-11-22T05:00:00Z</updated><author><name>Tarn</name>"
    "</author><summary>Open.</summary><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Open.</p></div>"
    "</content></entry></feed>"
)
RDF: Final = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
    "xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Ilma</title></channel><item rdf:about='/a'>"
    "<title>Ferren</title><link>https://ilma.example/a</link><dc:date>2026-11-22</dc:date></item></rdf:RDF>"
)
JSON_ITEM: Final = (
    '{"id":"1","url":"https://ilma.example/a","title":"Ferren","content_html":"<p>Open.</p>","content_text":"Open.",'
    '"summary":"Op\\u202een","date_published":"2026-11-22T05:00:00Z","authors":[{"name":"Tarn"}],"language":"en"}'
)
JSON: Final = f'{{"version":"https://jsonfeed.org/version/1.1","title":"Ilma","items":[{JSON_ITEM}]}}'
PAGE: Final = (
    "<!doctype html><html lang='en'><head><meta charset='utf-8'><base href='/x/'><title>Ferren | Ilma</title>"
    "<link rel='alternate' type='application/rss+xml' href='/feed'><link rel='canonical' href='/a'>"
    "<meta name='author' content='Tarn'><meta property='article:published_time' content='2026-11-22T05:00:00Z'></head>"
    "<body><nav><a href='/'>Home</a></nav><article><h1>Ferren</h1><p>The bridge at Ferren is open again, the mayor "
    "said on Sunday after nine years of work and a vote that nobody had expected before the river went down.</p>"
    "<h2>Snow</h2><p style='display:none'>Buy</p>"
    "<ul><li>Tarn</li></ul><table><tr><td>7</td></tr></table><p>Whether the ferry will "
    "run again on Thursday depends on the weather and on the crew.</p></article><footer>Ilma</footer></body></html>"
)
OPML: Final = (
    "<?xml version='1.0'?><opml version='2.0'><body><outline text='North'><outline text='Ilma &amp; Tarn' title='Ilma' "
    "type='rss' xmlUrl='https://ilma.example/f'/></outline></body></opml>"
)
ROBOTS: Final = (
    "User-agent: *\nDisallow: /paid/*?x=$\nAllow: /\nCrawl-delay: 2\n\nUser-agent: digest\nDisallow: /%7Ea/\n"
)


def packed(*documents: str) -> tuple[bytes, ...]:
    """Each document, whole and cut, by every kind of compression that is taken."""
    data = "".join(documents).encode()
    bare = zlib.compressobj(wbits=-15)
    return (
        b"\0" + gzip.compress(data),
        b"\5" + gzip.compress(data) * 2 + bytes(9),
        b"\1" + zlib.compress(data),
        b"\6" + bare.compress(data) + bare.flush(),
        b"\2" + data,
    )


SEEDS: Final[Mapping[str, tuple[str | bytes, ...]]] = {
    "feeds": (
        *("\0" + each for each in (RSS, ATOM, RDF, JSON, PAGE)),
        b"\4" + RSS.encode("utf-16"),
        b"\2" + RSS.replace("Ferren", "Феррен").encode("cp1251"),
    ),
    "json_feeds": (JSON_ITEM, f"{JSON_ITEM},{{}},7"),
    "pages": ("\0" + PAGE, b"\1" + codecs.BOM_UTF8 + PAGE.encode()),
    "markups": (
        PAGE,
        "# Ferren\n\n* [Tarn](https://ilma.example/a)\n\nOpen.\n",
        "Title: Ferren\n---\nBy: Tarn\n\nOpen.",
    ),
    "encodings": ("\0" + RSS, b"\0" + RSS.encode("utf-16-be"), b"\3" + PAGE.encode("utf-32"), b"\5\x82\xa0\x81"),
    "bodies": packed(RSS),
    "instants": (
        *("Sun, 22 Nov 2026 05:00:00 GMT", "2026-11-22T05:00:00.123+02:00", "20261122T050000Z", "22 Nov 26 05:00 EST"),
        *("22. November 2026 um 5:00 Uhr", "Nov 22, 2026 5:00 pm", "Sun Nov 22 05:00:00 2026", "22.11.2026"),
    ),
    "addresses": (
        *("HTTPS://m.ilma.example:443/news//a/../b-2/amp/?utm_source=x&id=%7e7;y#top", "//tarn.example/%c3%a9"),
        *(
            "https://феррен.example./ä b",
            "http://[::1]:80/x",
            "/a?b\0https://ilma.example/c/",
            "https://u:p@tarn.example/",
        ),
    ),
    "rules": ("paid/7?x=1\0" + ROBOTS, b"~a\0" + codecs.BOM_UTF8 + ROBOTS.encode()),
    "outlines": (OPML, OPML.encode("utf-16")),
    "discoveries": (PAGE, RSS, ATOM, JSON),
    "lines": (
        "Ferren \u202ebridge\u200b <b>is</b> open, &amp; so – it seems",
        "Subject: a\r\nBcc: \x00b\u200d",
        "en_GB",
        "한\u1160",
    ),
}
