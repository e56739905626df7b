"""Whatever strangers and readers send, a page answers it: the application itself is asked, without a server."""

from __future__ import annotations

import asyncio
from itertools import count
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.subscribers import Purpose
from digest.web import create_app

from ..site import PATIENCE
from .conftest import SHORT, letterbox

NAMES = ("section", "edition", "hour", "zone", "language", "email", "until", "sure", "website", "from", "x")
VALUES = (
    "military",
    "daily",
    "sunday",
    "daily:weekly",
    "daily:hourly",
    "07:00",
    "07:00+02:00",
    "T07",
    "Europe/Kyiv",
    "../Europe/Kyiv",
    "en",
    "new@mail.example",
    "2026-12-01",
    "9" * 5000,
    "\0",
    "٣",
)
AT_A_TOKEN = (
    "/prefs/{p}",
    "/prefs/{p}/pause",
    "/prefs/{p}/move",
    "/u/{u}/less",
    "/u/{u}/rest",
    "/u/{u}/fewer",
    "/u/{u}",
)
FORMS = (
    "/subscribe",
    "/link",
    *AT_A_TOKEN,
    "/u/{u}/back",
    "/confirm/{c}",
    "/address/{a}",
    "/never/{n}",
    "/prefs/{x}",
    "/u/{x}",
)
LOOKS = (
    "/archive/{x}",
    "/subscribe",
    "/link",
    "/prefs/{p}",
    "/u/{u}",
    "/u/{u}/fewer",
    "/confirm/{c}",
    "/address/{a}",
    "/never/{n}",
)
texts = st.sampled_from(VALUES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
RIGHT = {
    "section": ["military"],
    "edition": ["daily"],
    "hour": ["08:00"],
    "zone": ["Asia/Seoul"],
    "language": ["en"],
    "email": ["new@mail.example"],
    "until": ["2026-12-01"],
}
wrong = st.dictionaries(st.sampled_from(NAMES), st.lists(texts, max_size=3), min_size=1, max_size=3)
forms = wrong.map(lambda some: RIGHT | some)
"""A form that is right but for a few fields."""
strangers = count()


@pytest.fixture(scope="module")
def pages(sent, tmp_path_factory):
    """Readers of two editions that tell of different things."""
    with letterbox(sent, tmp_path_factory.mktemp("pages") / "demo", instead=SHORT) as found:
        yield found


def asked(app, method, path, query, body, headers=()):
    """The status that the application answers with; what it raises is raised here."""
    said = []
    sent = iter([{"type": "http.request", "body": body, "more_body": False}])
    known = {
        "host": "localhost",
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
        "content-length": str(len(body)),
    } | dict(headers)
    scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": quote(path).encode(),
        "root_path": "",
        "query_string": urlencode(query, doseq=True).encode(),
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in known.items()],
        "server": ("127.0.0.1", 80),
        # A stranger of their own each time, whom nobody makes wait.
        "client": (f"2001:db8:{next(strangers):x}::1", 4711),
    }

    async def receive():
        return next(sent, {"type": "http.disconnect"})

    async def send(message):
        if message["type"] == "http.response.start":
            said.append(message["status"])

    asyncio.run(asyncio.wait_for(app(scope, receive, send), PATIENCE))
    return said[0]


def filled(way, pages, text):
    """The way with tokens in it: of a reader, of requests, and what is none."""
    tokens, address = pages.parts.tokens, "p.harrow@ropewalk.example"
    return way.format(
        p=pages.token(address=address),
        u=pages.token(Purpose.UNSUBSCRIBE, address),
        c=tokens.make(Purpose.CONFIRM, 1, "daily"),
        a=tokens.make(Purpose.ADDRESS, 1, "daily"),
        n=tokens.make(Purpose.NEVER, 2**255 + len(text), "daily"),
        x=text.replace("/", "") or "x",
    )


@settings(max_examples=30, deadline=None)
@given(way=st.sampled_from(FORMS), form=forms, text=texts)
@example(way="/subscribe", form=RIGHT | {"hour": ["07:00+02:00"]}, text="x")
@example(way="/prefs/{p}", form=RIGHT | {"hour": ["07:00+02:00"]}, text="x")
@example(way="/prefs/{p}", form=RIGHT | {"edition": ["sunday"], "section": ["military"]}, text="x")
@example(way="/subscribe", form=RIGHT | {"edition": ["sunday"], "section": ["military"]}, text="x")
def test_whatever_a_form_brings_is_answered_by_a_page(pages, way, form, text):
    app = create_app(pages.parts, clock=pages.clock)

    status = asked(app, "POST", filled(way, pages, text), {}, urlencode(form, doseq=True).encode())

    assert status < 500


@settings(max_examples=25, deadline=None)
@example(way="/archive/{x}", text="9" * 5000, query={})
@example(way="/archive/{x}", text="٣", query={})
@given(way=st.sampled_from(LOOKS), text=texts, query=st.dictionaries(st.sampled_from(["lang", "done"]), texts))
def test_whatever_address_is_asked_for_is_answered_by_a_page(pages, way, text, query):
    app = create_app(pages.parts, clock=pages.clock)

    status = asked(app, "GET", filled(way, pages, text), query, b"", {"accept-language": text, "x-forwarded-for": text})

    assert status < 500
