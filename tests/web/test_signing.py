"""Signing in and out: who gets in, how slowly guesses are heard, and what ends a session."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from itertools import islice
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from digest.web import create_app
from digest.web.desk.caching import Kept
from digest.web.desk.doors import SLOW_QUEUE, SLOW_TURNS, Desk, Door, route
from digest.web.entrance import Entrance
from digest.web.passwords import hashed
from digest.web.throttle import FREE, Throttle

from .conftest import NOW, PASSWORD, room
from .site import PATIENCE, Visitor, site


def sign_in(visitor, name="Ada", password=PASSWORD, **more):
    return visitor.post("/sign-in", {"name": name, "password": password, **more})


def test_who_knows_the_password_gets_in_and_on_to_where_they_wanted(desk):
    visitor = desk.visitor()
    assert visitor.get("/issues/1").goes_to == "/sign-in?next=/issues/1"

    answer = sign_in(visitor, name="ada", next="/issues/1")

    assert (answer.status, answer.goes_to) == (303, "/issues/1")
    assert visitor.get("/sign-in").goes_to == "/"
    for line in answer.headers.get_all("Set-Cookie"):
        assert "HttpOnly" in line
        assert "SameSite=lax" in line


@pytest.mark.parametrize(("name", "password"), [("Ada", "wrong"), ("Nobody", PASSWORD), ("Viewer", ""), ("", "")])
def test_nobody_else_does_and_learns_nothing(desk, name, password):
    answer = sign_in(desk.visitor(), name=name, password=password)

    assert answer.status == 403
    assert "That name and that password do not go together." in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_session_laid_ready_by_somebody_else_is_not_the_one_that_begins(desk):
    visitor = desk.visitor()
    visitor.cookies["digest_session"] = laid = "laid ready"

    sign_in(visitor)

    assert visitor.cookies["digest_session"] != laid
    thief = desk.visitor()
    thief.cookies["digest_session"] = laid
    assert thief.get("/sign-in").status == 200, "still a stranger"


def test_signing_out_ends_the_session_for_whoever_holds_its_cookie(desk):
    visitor, copy, phone = desk.visitor(), desk.visitor(), desk.visitor()
    sign_in(visitor)
    sign_in(phone)
    copy.cookies = dict(visitor.cookies)

    assert visitor.post("/sign-out").goes_to == "/sign-in?left=1"
    assert visitor.post("/sign-out").goes_to == "/sign-in?left=1", "what was typed is forgotten then, too"

    assert copy.get("/sign-in").status == 200, "a stranger"
    assert phone.get("/sign-in").status == 303, "still in"


def test_another_password_ends_every_session_of_its_owner_and_of_nobody_else(own_desk):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")

    own_desk.parts.store.editors.set_password("ADA", hashed("another bridge"))

    assert ada.get("/sign-in").status == 200, "a stranger"
    assert tomas.get("/sign-in").status == 303, "still in"


def test_guesses_are_slowed_down_but_not_for_the_owner_where_they_were_before(own_desk):
    ada = own_desk.visitor()
    sign_in(ada)
    guesser = own_desk.visitor()
    for n in range(5):
        assert sign_in(guesser, password=f"guess {n}").status == 403

    answer = sign_in(guesser, password=PASSWORD)

    assert answer.status == 429
    assert answer.headers["Retry-After"] == "1"
    assert "Wait 1 s" in answer.text
    ada.post("/sign-out")
    assert sign_in(ada).status == 303


def test_a_name_that_nobody_can_have_is_refused_and_not_counted(desk):
    visitor = desk.visitor()

    assert [sign_in(visitor, name="x" * 61).status for _ in range(8)] == [403] * 8
    assert sign_in(visitor).status == 303


def test_a_crowd_at_a_slow_door_keeps_nobody_from_other_pages_and_is_told_to_come_again(desk):
    go_on = threading.Event()

    def slowly(visit):
        assert go_on.wait(PATIENCE), "the crowd is never let go"
        return visit.go("/")

    found = Desk(desk.parts, desk.clock, Entrance(desk.parts), Kept())
    doors = (Door("POST", "/slow", None, slowly, slow=True), Door("GET", "/quick", None, lambda visit: visit.go("/")))
    crowd = SLOW_TURNS + SLOW_QUEUE + 18
    with site(Starlette(routes=[route(found, door) for door in doors])) as url, ThreadPoolExecutor(crowd) as pool:
        answers = [pool.submit(Visitor(url).post, "/slow") for _ in range(crowd)]
        turned_away = [done.result() for done in islice(as_completed(answers, timeout=PATIENCE), 18)]
        quick = Visitor(url).get("/quick")
        go_on.set()
        statuses = Counter(answer.result().status for answer in answers)

    assert {(answer.status, answer.headers["Retry-After"]) for answer in turned_away} == {(429, "2")}
    assert quick.status == 303, "while all of them wait"
    assert statuses == {303: SLOW_TURNS + SLOW_QUEUE, 429: 18}


def test_a_name_is_the_same_however_it_is_composed(own_desk):
    own_desk.parts.store.editors.add("Zo\u00eb", "editor", hashed(PASSWORD), NOW)

    assert sign_in(own_desk.visitor(), name=" zoe\u0308 ").status == 303


def test_what_is_said_fits_a_cookie_whatever_its_letters_are(desk):
    request = Request({"type": "http", "headers": [(b"host", b"localhost")]})
    for text in ("\u0447" * 1500, "<>=@" * 5000, "Held."):
        answer = Response()

        Entrance(desk.parts).say(request, answer, text)

        cookie = SimpleCookie(answer.headers["set-cookie"])["digest_said"]
        assert len(cookie.OutputString()) < 4096
        back = Request({"type": "http", "headers": [(b"cookie", f"digest_said={cookie.coded_value}".encode())]})
        said = Entrance(desk.parts).said(back)
        assert said
        assert text.startswith(said.rstrip("\u2026"))


def test_a_page_elsewhere_cannot_be_where_signing_in_leads(desk):
    assert sign_in(desk.visitor(), next="//evil.example/").goes_to == "/"


def test_a_link_opens_a_desk_without_editors_once_by_a_click(built, tmp_path):
    with room(built, tmp_path / "demo", once="abc") as desk:
        for editor in desk.parts.store.editors.all():
            desk.parts.store.editors.remove(editor.name)
        visitor, second = desk.visitor(), desk.visitor()

        assert visitor.post("/sign-in/once/abd").status == 403
        assert visitor.get("/sign-in/once/abc").status == 200, "to look spends nothing"
        assert visitor.post("/sign-in/once/abc").goes_to == "/"

        assert visitor.get("/sign-in").status == 303, "is in"
        assert second.post("/sign-in/once/abc").status == 403
        desk.parts.store.editors.add("Ada", "editor", hashed(PASSWORD), NOW)
        assert visitor.get("/sign-in").status == 200, "with the first editor the makeshift ends"


def test_a_proxys_word_is_taken_from_where_it_is_trusted_and_nowhere_else(built, tmp_path):
    trusting = '\n[web]\nauth = "proxy"\n[web.proxy]\nheader = "X-Editor"\ntrusted = ["127.0.0.1/32"]\n'
    distant = trusting.replace("127.0.0.1/32", "192.0.2.0/24")
    with room(built, tmp_path / "near", settings=trusting) as desk:
        desk.parts.store.editors.add("Zo\u00eb", "editor", "", NOW)
        assert desk.visitor(X_Editor="ada").get("/sign-in").status == 303
        assert desk.visitor(X_Editor="Mallory").get("/sign-out").status == 405
        told = desk.visitor(X_Editor="Mallory").post("/sign-out")
        assert (told.status, "Mallory is no editor here" in told.text) == (403, True)
        assert desk.visitor().post("/sign-out").status == 403
        assert desk.visitor(X_Editor="zo\u00eb".encode().decode("latin-1")).get("/sign-in").status == 303
        assert twice(desk, "mallory", "ada") == 403, "a proxy that adds its word to a visitor's vouches for nobody"
    with room(built, tmp_path / "far", settings=distant) as desk:
        assert desk.visitor(X_Editor="ada").post("/sign-out").status == 403


def twice(desk, *names):
    there = urlsplit(desk.url)
    connection = HTTPConnection(there.hostname, there.port, timeout=PATIENCE)
    connection.putrequest("GET", "/issues")
    for name in names:
        connection.putheader("X-Editor", name)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


def test_guesses_count_by_what_a_proxy_says_last(built, tmp_path):
    with room(built, tmp_path / "demo", settings='\n[web.proxy]\ntrusted = ["127.0.0.1/32"]\n') as desk:
        told = [f"198.51.100.{n}, 203.0.113.9" for n in range(7)]
        statuses = [
            sign_in_from(desk, name=f"n{n}", password="x" * 201, X_Forwarded_For=at) for n, at in enumerate(told)
        ]

    assert statuses[-1] == 429, "what stands further to the left was written by whoever guesses"


def sign_in_from(desk, name, password, **headers):
    return desk.visitor(**headers).post("/sign-in", {"name": name, "password": password}).status


def test_with_passwords_a_proxys_header_is_nobodys_word(desk):
    assert desk.visitor(Remote_User="Ada").get("/sign-in").status == 200


def test_the_cookie_goes_over_https_only_where_readers_come_that_way(desk):
    over_https = desk.visitor(Host="brief.aldovar.example")

    assert all("Secure" in line for line in sign_in(over_https).headers.get_all("Set-Cookie"))
    assert not any("Secure" in line for line in sign_in(desk.visitor()).headers.get_all("Set-Cookie"))


def test_on_this_machine_alone_the_desk_may_stand_open(built, tmp_path):
    with room(built, tmp_path / "demo", settings='\n[web]\nauth = "none"\n') as desk:
        assert desk.visitor().get("/settings").status == 200
        assert sign_in(desk.visitor()).goes_to == "/", "there is nothing to sign in to"
        for through in ({"Host": "brief.aldovar.example"}, {"X_Forwarded_For": "203.0.113.9"}, {"Forwarded": "for=a"}):
            answer = desk.visitor(**through).get("/settings")
            assert (answer.status, "on its own machine alone" in answer.text) == (403, True)


def test_who_guessed_waits_too_after_the_settings_were_read_again(desk):
    throttle, answers = Throttle(), []
    for _ in range(2):  # as the daemon serves its pages anew
        with site(create_app(desk.parts, clock=desk.clock, throttle=throttle)) as url:
            answers += [sign_in(Visitor(url), name="Nobody", password="a guess").status for _ in range(FREE)]

    assert answers == [403] * FREE + [429] * FREE
