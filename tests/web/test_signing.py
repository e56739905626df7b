"""Signing in and out: who gets in, how slowly guesses are heard, and what ends a session."""

from __future__ import annotations

import pytest

from digest.web.passwords import hashed

from .conftest import NOW, PASSWORD, room


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

    assert visitor.post("/sign-out").goes_to == "/sign-in"

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
        assert desk.visitor(X_Editor="ada").get("/sign-in").status == 303
        assert desk.visitor(X_Editor="Mallory").get("/sign-out").status == 405
        told = desk.visitor(X_Editor="Mallory").post("/sign-out")
        assert (told.status, "Mallory is no editor here" in told.text) == (403, True)
        assert desk.visitor().post("/sign-out").status == 403
    with room(built, tmp_path / "far", settings=distant) as desk:
        assert desk.visitor(X_Editor="ada").post("/sign-out").status == 403


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
