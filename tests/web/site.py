"""An application on a real socket in a thread of its own, and a visitor who keeps cookies and follows nothing."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from digest.web import serve

PATIENCE = 60
"""Seconds after which a test gives up and says what it waited for."""


@contextmanager
def site(app, stop=None):
    """The address that the application is served at, for as long as it is needed."""
    loop, ending, ready = asyncio.new_event_loop(), stop or asyncio.Event(), threading.Event()
    found = []

    def listening(url):
        found.append(url)
        ready.set()

    def run():
        loop.run_until_complete(serve(app, "127.0.0.1", 0, ending, ready=listening))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(PATIENCE), "the site does not listen"
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the site does not end"


class Visitor:
    """A browser's manners, as far as a server sees them."""

    def __init__(self, url, **headers):
        self.url, self.cookies, self.headers = url, {}, headers

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, form=None, **headers):
        body = urlencode(form or {}, doseq=True).encode()
        typed = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        return self.ask("POST", path, body, typed | headers)

    def ask(self, method, path, body=None, headers=None):
        there = urlsplit(self.url)
        connection = HTTPConnection(there.hostname, there.port, timeout=PATIENCE)
        kept = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        said = {name.replace("_", "-"): value for name, value in (self.headers | kept | (headers or {})).items()}
        try:
            connection.request(method, path, body, said)
            got = connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        finally:
            connection.close()
        for line in got.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if not morsel.value:
                    del self.cookies[name]
        return answer


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def goes_to(self):
        return self.headers.get("Location", "")
