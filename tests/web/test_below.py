"""Pages below a path of their own, behind a web server that takes it off or leaves it on."""

from __future__ import annotations

from collections import deque
from urllib.parse import urlsplit

import lxml.html
import pytest
from starlette.routing import Route

from digest.pipeline import readers
from digest.pipeline.transactional import compose_notice
from digest.settings.fields import PAGES
from digest.subscribers import Purpose
from digest.web import create_app

from .conftest import NOW, PASSWORD, room
from .readers.conftest import LATER, letterbox, sent
from .site import Visitor

__all__ = ["sent"]
"""The fixture that the readers' pages have, too."""
PUBLIC = 'public_url = "https://brief.aldovar.example"'
ROOT = "/news/brief"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MOST = 80
"""Pages of one walk."""


@pytest.fixture(scope="module")
def pages(sent, tmp_path_factory):
    with letterbox(sent, tmp_path_factory.mktemp("below") / "demo", instead=(PUBLIC, f'{PUBLIC[:-1]}{ROOT}"')) as found:
        yield found


class Behind(Visitor):
    """A visitor who comes through a web server that hands on what is below the path, and nothing else."""

    def __init__(self, url, *, strips):
        super().__init__(url)
        self.strips, self.paths = strips, set()

    def ask(self, method, path, body=None, headers=None):
        assert path == ROOT or path.startswith(f"{ROOT}/"), path
        handed = (path.removeprefix(ROOT) or "/") if self.strips else path
        answer = super().ask(method, handed, body, headers)
        self.paths |= {
            line.partition("Path=")[2].partition(";")[0] for line in answer.headers.get_all("Set-Cookie", [])
        }
        return answer


def ways_of(path, answer):
    """Where a page's links, files and forms lead, by whether a GET may follow; none that lead elsewhere."""
    if "html" not in answer.headers.get("Content-Type", ""):
        return
    page = lxml.html.fromstring(answer.text)
    for element in page.xpath("//*[@href or @src or @action or @http-equiv]"):
        for name in ("href", "src", "action", "content"):
            to = element.get(name)
            if element.get("http-equiv"):
                to = to.partition("url=")[2] if to else ""
            if to and not to.startswith(("#", "data:", "mailto:")):
                there = urlsplit(to)
                if not there.netloc:
                    target = there.path or urlsplit(path).path
                    yield target + (f"?{there.query}" if there.query else ""), element.tag != "form"


@pytest.mark.parametrize("strips", [True, False], ids=["taken off", "left on"])
def test_every_link_file_form_and_redirect_stays_below_the_path(pages, strips):
    visitor = Behind(pages.url, strips=strips)
    token, out = pages.token(), pages.token(Purpose.UNSUBSCRIBE)
    stranger = visitor.get(f"{ROOT}/issues/1")
    entered = visitor.post(f"{ROOT}/sign-in", {"name": "Ada", "password": PASSWORD, "next": f"{ROOT}/issues/1"})
    starts = [f"{ROOT}/{way}" for way in ("", "subscribe", "link", "archive", f"prefs/{token}", f"u/{out}", "prefs/no")]

    seen, waiting = set(starts), deque(starts)
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        answer = visitor.get(path)
        assert answer.status in (200, 303) or path.endswith(("/prefs/no", "/settings")), (path, answer.status)
        found = [*ways_of(path, answer), *([(answer.goes_to, True)] if answer.goes_to else [])]
        for way, follow in found:
            assert way.startswith(f"{ROOT}/"), (path, way)
            if follow and way not in seen:
                seen.add(way)
                waiting.append(way)

    assert stranger.goes_to == f"{ROOT}/sign-in?next={ROOT}/issues/1"
    assert entered.goes_to == f"{ROOT}/issues/1"
    assert visitor.paths == {ROOT}, "so the address without a slash at its end is known as well"
    assert {urlsplit(way).path.removeprefix(ROOT).split("/")[1] for way in seen} >= {
        *("archive", "issues", "link", "prefs", "sources", "static", "subscribe", "u")
    }


def test_a_page_that_loads_itself_again_stays_below_the_path(built, tmp_path):
    with room(built, tmp_path / "demo", instead=(PUBLIC, f'{PUBLIC[:-1]}{ROOT}"')) as found:
        page = found.visitor("Ada").get(f"{ROOT}/issues/1")

    ways = dict(ways_of(f"{ROOT}/issues/1", page))
    assert f"{ROOT}/issues/1?checks=1" in ways
    assert [way for way in ways if not way.startswith(f"{ROOT}/")] == []


@pytest.mark.parametrize("strips", [True, False], ids=["taken off", "left on"])
def test_forms_and_one_clicks_work_below_the_path_and_so_does_the_supervisors_question(pages, strips):
    visitor, who = Behind(pages.url, strips=strips), ("p.harrow@ropewalk.example", "mira@mail.example")[strips]
    way = f"{ROOT}/u/{pages.token(Purpose.UNSUBSCRIBE, who)}"

    saved = visitor.post(f"{ROOT}/prefs/{pages.token(address=who)}/pause", {"until": "2026-12-01"})
    clicked = visitor.ask("POST", way, b"List-Unsubscribe=One-Click", FORM)
    back = visitor.post(f"{way}/back")

    assert saved.goes_to == f"{ROOT}/prefs/{pages.token(address=who)}?done=saved"
    assert (clicked.status, back.goes_to) == (200, f"{way}?done=back")
    assert visitor.get(f"{ROOT}/healthz").text == Visitor(pages.url).get("/healthz").text == "ok\n"


def test_the_desks_cookies_go_over_https_only_where_the_address_has_a_path(pages):
    visitor = Visitor(pages.url, Host="brief.aldovar.example")

    entered = visitor.post(f"{ROOT}/sign-in", {"name": "Ada", "password": PASSWORD})

    cookies = entered.headers.get_all("Set-Cookie")
    assert cookies
    assert all("Secure" in line for line in cookies)


def test_mails_and_the_feed_name_the_whole_address(pages):
    readers.mail_link(pages.parts, "mira@mail.example", "daily", now=LATER)
    (notice,) = pages.parts.store.notices.claim(9, now=LATER)
    mail = compose_notice(pages.parts, notice).decode()
    feed = Visitor(pages.url).get(f"{ROOT}/archive/feed.xml").text

    assert f"https://brief.aldovar.example{ROOT}/prefs/" in mail.replace("=\r\n", "")
    assert f'href="https://brief.aldovar.example{ROOT}/archive/1"' in feed


def test_no_path_can_begin_with_a_word_that_pages_begin_with(pages):
    routes = create_app(pages.parts, clock=lambda: NOW).routes

    words = {route.path.split("/")[1] for route in routes if isinstance(route, Route)}

    assert words - {""} == PAGES
