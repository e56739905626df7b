from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import zlib
from contextlib import suppress

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from digest.collect import Status
from digest.collect.http.body import Broken, TooLarge, decoder
from digest.model.news import Source, SourceKind

from .newsroom import Newsroom, Remembered, item, poll, rss

FEED = rss(item("https://ilma.example/a", "A", "Words of the feed."))
RAW = zlib.compressobj(wbits=-15)
RAW_FEED = RAW.compress(FEED.encode()) + RAW.flush()


OK, CHUNKED = "HTTP/1.1 200 OK\r\n", "Transfer-Encoding: chunked\r\n\r\n"
PACKED_AGAIN = "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi"
MOVED = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "


def reason(newsroom: Newsroom, path: str = "/feed", seconds: float = 60) -> str:
    [report] = poll(newsroom.source(path, follow=False), seconds=seconds).reports
    return f"{report.status}: {report.reason}"


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 404, 429, 500, 503])
def test_an_answer_that_is_no_document_is_named_by_its_number(newsroom, status):
    newsroom.put("/feed", status=status)

    assert reason(newsroom) == f"failed: answered {status}"


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (FEED.encode(), "identity"),
        (FEED.encode(), "identity, identity"),
        (gzip.compress(FEED.encode()), "identity, gzip"),
        (gzip.compress(FEED.encode()), "gzip"),
        (gzip.compress(FEED.encode()), "X-GZIP"),
        (gzip.compress(FEED[:50].encode()) + gzip.compress(FEED[50:].encode()), "gzip"),
        (gzip.compress(FEED.encode()) + b"\0\0\0", "gzip"),
        (zlib.compress(FEED.encode()), "deflate"),
        (RAW_FEED, "deflate"),
    ],
)
def test_a_packed_feed_is_unpacked(newsroom, packed, encoding):
    newsroom.put("/feed", packed, "application/rss+xml", Content_Encoding=encoding)

    assert reason(newsroom) == "ok: "
    assert newsroom.asked[0].headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("packed", "encoding", "told"),
    [
        (gzip.compress(bytes(16_000_000)), "gzip", "larger than 15 MB"),
        (zlib.compress(bytes(16_000_000)), "deflate", "larger than 15 MB"),
        (b" " * 15_000_001, "identity", "larger than 15 MB"),
        (gzip.compress(FEED.encode())[:-20], "gzip", "the answer is cut off in its compression"),
        (b"not packed at all", "gzip", "the answer is damaged in its compression"),
        (FEED.encode(), "br", "the answer is packed as 'br', which was not asked for"),
    ],
)
def test_a_body_that_swells_or_breaks_is_not_read_on(newsroom, packed, encoding, told):
    newsroom.put("/feed", packed, "application/rss+xml", Content_Encoding=encoding)

    assert reason(newsroom) == f"failed: {told}"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_unpacking_never_makes_more_than_the_limit(encoding):
    bomb = gzip.compress(bytes(50_000_000)) if encoding == "gzip" else zlib.compress(bytes(50_000_000))
    unpack, made = decoder(encoding, 1_000_000), []

    def swallow() -> None:
        made.extend(len(unpack.feed(bomb[start : start + 500])) for start in range(0, len(bomb), 500))

    with pytest.raises(TooLarge):
        swallow()
    assert 0 < sum(made) <= 1_000_000


def test_a_body_of_exactly_the_limit_is_taken():
    assert len(decoder("gzip", 1_000).feed(gzip.compress(bytes(1_000)))) == 1_000


def test_endless_empty_members_of_a_gzip_file_end_at_the_limit_too():
    unpack, member = decoder("gzip", 10_000), gzip.compress(b"")

    with pytest.raises(TooLarge):
        list(map(unpack.feed, [member] * 1_000))


def test_an_encoding_nobody_knows_is_broken():
    with pytest.raises(Broken):
        decoder("gzip, br", 10)


def test_a_source_that_never_answers_costs_its_time_and_no_more(newsroom):
    async def silence(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    newsroom.on("/feed", silence)

    assert reason(newsroom, seconds=0.3) == "failed: no answer in 0:00:00.300000"


def test_a_source_that_drips_ends_at_the_time_out(newsroom):
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    newsroom.on("/feed", drip)

    assert reason(newsroom, seconds=0.3) == "failed: no answer in 0:00:00.300000"


def test_an_endless_source_ends_at_the_limit(newsroom):
    async def pour(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 250_000)

    newsroom.on("/feed", pour)

    assert reason(newsroom) == "failed: larger than 15 MB"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "the answer broke off"),
        (f"{OK}Content-Length: 99\r\n\r\n<rss>", "the answer broke off"),
        ("220 mail.ilma.example ESMTP\r\n", "no proper answer"),
        # numbers of status and versions of HTTP that are none
        (FEED, "no proper answer"),
        ("HTTP/1.1 \r\n\r\n", "no proper answer"),
        ("HTTP/3.0 200 OK\r\n\r\n", "no proper answer"),
        ("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", "answered 999"),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "answered 101"),
        ("HTTP/1.1 100 Continue\r\n\r\n" * 5_000, "the answer broke off"),
        # heads without end
        (f"{OK}X: {'y' * 70_000}\r\n\r\n", "no proper answer"),
        (f"HTTP/1.1 200 {'y' * 70_000}\r\n\r\n", "no proper answer"),
        (OK + "X: y\r\n" * 100_000, "no proper answer"),
        (f"{OK}{CHUNKED}0\r\n" + "X: y\r\n" * 100_000, "no proper answer"),
        # heads that could be read in two ways
        (f"{OK}X: y\rSet-Cookie: z\r\nContent-Length: 2\r\n\r\nhi", "no proper answer"),
        (f"{OK}X: y\0\r\nContent-Length: 2\r\n\r\nhi", "no proper answer"),
        (f"{OK}Content-Length: 2\r\n{CHUNKED}2\r\nhi\r\n0\r\n\r\n", "no proper answer"),
        (f"{OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi", "no proper answer"),
        (f"{OK}Content-Length: -2\r\n\r\nhi", "no proper answer"),
        (f"{OK}Content-Length: {'9' * 40}\r\n\r\nhi", "no proper answer"),
        (f"{OK}Connection: close\r\nContent-Length: 2\r\n\r\nhi{OK}Content-Length: 2\r\n\r\nho", "no proper answer"),
        # bodies
        (f"{OK}Content-Length: 999999999\r\n\r\nhi", "larger than 15 MB"),
        (f"{OK}{CHUNKED}zz\r\n", "no proper answer"),
        (f"{OK}{CHUNKED}{'f' * 20}\r\nhi", "no proper answer"),
        (f"{OK}Transfer-Encoding: br\r\nConnection: close\r\n\r\nhi", "the answer is packed as 'br'"),
        (
            f"{OK}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            "the answer is damaged in its compression",
        ),
        (f"{OK}Content-Encoding: gzip\r\n{PACKED_AGAIN}", "the answer is packed as 'gzip, gzip'"),
        (
            f"{OK}Content-Encoding: deflate, gzip\r\nContent-Length: 2\r\n\r\nhi",
            "the answer is packed as 'deflate, gzip'",
        ),
        # places to go on to
        (f"{MOVED}http://xn--\xff.ilma.example/\r\n\r\n", "no usable address"),
        (f"{MOVED}http://xn--localhost-/\r\n\r\n", "no usable address"),
        (f"{MOVED}http://{'y' * 70}.example/\r\n\r\n", "no usable address"),
        (f"{MOVED}http://ilma\0.example/\r\n\r\n", "no proper answer"),
        (f"{MOVED}//\r\n\r\n", "more than 5 redirects"),
        (f"{MOVED}gopher://ilma.example/\r\n\r\n", "only http and https are fetched"),
        (f"{MOVED}\r\n\r\n", "answered 302"),
    ],
    ids=lambda value: repr(value[:60]),
)
def test_an_answer_that_is_no_http_is_a_named_failure(said, told):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65_536)
                        connection.sendall(said.encode("latin-1"))

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        [report] = poll(Source("Karsk Wire", SourceKind.FEED, url=url, allow_private=True)).reports
        server.shutdown(socket.SHUT_RDWR)
        thread.join()

    assert report.status is Status.FAILED
    assert report.reason.startswith(told)
    assert len(report.reason) < 200


def test_nobody_listening_is_no_connection():
    with socket.socket() as nobody:  # listens; while it is bound nobody else can have the port
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"

        [report] = poll(Source("Karsk Wire", SourceKind.FEED, url=url, allow_private=True)).reports

    assert report.reason.startswith("no connection to 127.0.0.1")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://ilma.example/feed", "only http and https are fetched"),
        ("file:///etc/hosts", "only http and https are fetched"),
        ("/etc/hosts", "only http and https are fetched"),
        ("", "only http and https are fetched"),
        ("http://[::1/feed", "no usable address"),
        ("http://ilma.example:99999/", "no usable address"),
        ("http://editor:secret@ilma.example/", "the address of ilma.example carries a user name or password"),
    ],
)
def test_only_plain_web_addresses_are_asked(url, told):
    [report] = poll(Source("Karsk Wire", SourceKind.FEED, url=url)).reports

    assert report.reason.startswith(told)
    assert "secret" not in report.reason


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_feed_that_moved_is_found(newsroom, status):
    newsroom.put("/old", status=status, Location="/feed")
    newsroom.put("/feed", FEED, "application/rss+xml")

    assert reason(newsroom, "/old") == "ok: "


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("/feed", "more than 5 redirects"),
        ("ftp://ilma.example/", "only http and https are fetched, not ftp://ilma.example/"),
        ("file:///etc/hosts", "only http and https are fetched, not file:///etc/hosts"),
        ("http://u:p@127.0.0.1/", "the address of 127.0.0.1 carries a user name or password"),
        ("http://[", "redirects to no usable address: http://["),
    ],
)
def test_a_redirect_that_leads_nowhere_ends_there(newsroom, location, told):
    newsroom.put("/feed", status=302, Location=location)

    assert reason(newsroom) == f"failed: {told}"
    assert len(newsroom.asked) <= 6


def test_links_of_a_moved_feed_are_whole(newsroom):
    newsroom.put("/old", status=301, Location="/feeds/new")
    newsroom.put_feed("/feeds/new", item("../a", "A", "Words."))

    [article] = poll(newsroom.source("/old", follow=False)).articles

    assert article.url == newsroom.url("/a")


def test_what_has_not_changed_is_neither_sent_nor_read_again(newsroom):
    memory = Remembered()

    async def once(request: web.Request) -> web.Response:
        known = (
            request.headers.get("If-None-Match") == '"7"' and request.headers.get("If-Modified-Since") == "yesterday"
        )
        headers = {"ETag": '"7"', "Last-Modified": "yesterday", "Content-Type": "application/rss+xml"}
        return web.Response(status=304 if known else 200, headers=headers, text=None if known else FEED)

    newsroom.on("/feed", once)
    source = newsroom.source("/feed", follow=False)
    memory.learn(poll(source, memory=memory))
    again = poll(source, memory=memory)

    [report] = again.reports
    assert (report.status, report.new, again.articles) == (Status.UNCHANGED, 0, ())
    assert (report.state.etag, report.state.last_modified, report.state.failures) == ('"7"', "yesterday", 0)


def test_a_validator_that_could_break_a_request_is_forgotten(newsroom):
    newsroom.put("/feed", FEED, "application/rss+xml", ETag='"é"', Last_Modified="x" * 900)

    [report] = poll(newsroom.source("/feed", follow=False)).reports

    assert (report.state.etag, report.state.last_modified) == ("", "")


def test_we_say_who_we_are(newsroom):
    newsroom.put("/feed", FEED)

    reason(newsroom)

    assert newsroom.asked[0].headers["User-Agent"] == "digest (test@ilma.example)"
    assert "application/rss+xml" in newsroom.asked[0].headers["Accept"]
    assert "Cookie" not in newsroom.asked[0].headers


def test_what_one_answer_wants_remembered_no_other_question_says(newsroom):
    newsroom.put("/feed", status=302, Location="/new", Set_Cookie="who=ada; Path=/", WWW_Authenticate="Basic realm=x")
    newsroom.put("/new", FEED)

    told = reason(newsroom)

    assert told == "ok: "
    for request in newsroom.asked:
        assert not {"Cookie", "Authorization", "Referer"} & set(request.headers)


def test_no_proxy_of_the_environment_is_used(newsroom, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    newsroom.put("/feed", FEED)

    assert reason(newsroom) == "ok: "


def test_a_host_gets_one_request_at_a_time_whoever_asks(newsroom):
    async def slowly(_: web.Request) -> web.Response:
        await asyncio.sleep(0.02)
        return web.Response(text=FEED)

    sources = []
    for n in range(8):
        newsroom.on(f"/{n}", slowly)
        sources.append(newsroom.source(f"/{n}", f"Source {n}", follow=False))

    collected = poll(*sources)

    assert {report.status for report in collected.reports} == {Status.OK}
    assert newsroom.most_at_once == 1


@given(st.lists(st.binary(max_size=40), max_size=4), st.integers(0, 20), st.binary(max_size=6), st.integers(1, 9))
def test_a_packed_body_is_the_same_whole_and_in_pieces(members, zeros, junk, size):
    sent = bytes(zeros).join(map(gzip.compress, members)) + bytes(zeros) + junk

    def unpacked(pieces):
        unpack = decoder("gzip", 1_000)
        try:
            out = b"".join(map(unpack.feed, pieces))
            unpack.close()
        except Broken:
            return None
        return out

    assert unpacked([sent]) == unpacked([sent[at : at + size] for at in range(0, len(sent), size)])
