"""What every request passes, on a real socket: hosts, forms from elsewhere, sizes, headers; and how serving ends."""

from __future__ import annotations

import asyncio
import socket

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from digest.errors import WebError
from digest.web import serve
from digest.web.guard import Guard
from digest.web.policy import HEADERS

from .site import PATIENCE, Visitor, site


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())}")


async def sandboxed(request: Request) -> PlainTextResponse:
    return PlainTextResponse("", headers={"Content-Security-Policy": "sandbox"})


async def endless(request: Request) -> StreamingResponse:
    async def words():
        while True:
            yield b": still here\n\n"
            await asyncio.sleep(0.05)

    return StreamingResponse(words(), media_type="text/event-stream")


@pytest.fixture(scope="module")
def url():
    routes = [
        Route("/", echo, methods=["GET", "POST"]),
        Route("/u/{token}", echo, methods=["POST"]),
        Route("/mail", sandboxed),
        Route("/stream", endless),
    ]
    app = Starlette(
        routes=routes, middleware=[Middleware(Guard, names=("brief.example", "127.0.0.1"))], max_body_size=100
    )
    with site(app) as url:
        yield url


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("brief.example", 200),
        ("BRIEF.example:8412", 200),
        ("localhost:8412", 200),
        ("192.0.2.7", 200),
        ("[::1]:8412", 200),
        ("evil.example", 421),
        ("brief.example.evil.example", 421),
        ("evil.example@brief.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("brief.example:x", 421),
        ("", 421),
    ],
)
def test_a_name_that_somebody_else_points_here_gets_no_answer(url, host, status):
    assert Visitor(url).get("/", Host=host).status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://brief.example"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://brief.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "https://brief.example:443"}, 200),
        ({"Origin": "https://brief.example:8443"}, 403),
        ({}, 403),
    ],
)
def test_a_form_of_another_site_is_refused(url, headers, status):
    visitor = Visitor(url, Host="brief.example")

    assert visitor.ask("POST", "/", b"a=1", headers).status == status


def test_one_click_needs_no_origin(url):
    assert Visitor(url).ask("POST", "/u/abc", b"List-Unsubscribe=One-Click").status == 200


def test_a_body_that_is_too_long_is_refused_with_and_without_its_length(url):
    visitor = Visitor(url, Sec_Fetch_Site="same-origin")

    assert visitor.ask("POST", "/", b"x" * 100).text == "100"
    assert visitor.ask("POST", "/", b"x" * 101).status == 413
    assert visitor.ask("POST", "/", iter([b"x" * 60, b"x" * 60])).status == 413


def test_every_answer_says_what_browsers_are_to_refuse(url):
    for answer in (Visitor(url).get("/"), Visitor(url).get("/missing"), Visitor(url).get("/", Host="evil.example")):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "Server" not in answer.headers

    assert Visitor(url).get("/mail").headers.get_all("Content-Security-Policy") == ["sandbox"]


def test_serving_ends_in_time_though_a_stream_is_open():
    async def run():
        stop, ready = asyncio.Event(), asyncio.Event()
        found = []

        def listening(url):
            found.append(int(url.rpartition(":")[2]))
            ready.set()

        app = Starlette(routes=[Route("/", endless)])
        serving = asyncio.create_task(serve(app, "127.0.0.1", 0, stop, ready=listening))
        await asyncio.wait_for(ready.wait(), PATIENCE)
        reader, writer = await asyncio.open_connection("127.0.0.1", found[0])
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert await asyncio.wait_for(reader.read(12), PATIENCE) == b"HTTP/1.1 200"
        stop.set()
        await asyncio.wait_for(serving, PATIENCE)
        writer.close()

    asyncio.run(run())


def test_an_address_that_is_taken_is_told_with_the_cure():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(WebError, match=rf"127\.0\.0\.1:{port} .* in use; name another `listen`"):
            asyncio.run(serve(Starlette(), "127.0.0.1", port, asyncio.Event()))
