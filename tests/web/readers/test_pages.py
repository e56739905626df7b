"""The readers' pages as a server gives them out: what changes something, what never does, and what nobody learns."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta

import lxml.html
import pytest

from digest.consent import MOVES
from digest.pipeline import open_archive, readers
from digest.pipeline.refusing import never_token
from digest.render import Ways
from digest.subscribers import Purpose
from digest.web.readers.joining import AT_ONCE
from digest.web.templates import ASSETS

from .conftest import LATER, SHORT, letterbox, links_of
from .test_forms import LANGUAGES

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=aldovar"}
PARTS = b'--aldovar\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--aldovar--\r\n'
LARGEST = 15_000
"""Bytes of a page with its style sheets and scripts."""


@pytest.fixture
def own_pages(sent, tmp_path):
    """Served pages for a test that looks at every row."""
    with letterbox(sent, tmp_path / "demo") as found:
        yield found


# ---------------------------------------------------------------------------------------------------- one click


@pytest.mark.parametrize(("body", "headers"), [(ONE_CLICK, FORM), (PARTS, MULTIPART)], ids=["urlencoded", "multipart"])
def test_a_scanner_that_opens_every_link_twice_changes_nothing_and_one_click_ends_exactly_its_reader(
    own_pages, body, headers
):
    pages, mail = own_pages, own_pages.mail()
    links = links_of(mail)
    before = pages.everything

    for path in links * 2:
        assert pages.visitor.get(path).status == 200, path
        assert pages.visitor.ask("HEAD", path).status == 200, path

    assert len(links) >= 3
    assert pages.everything == before
    assert mail["List-Unsubscribe-Post"] == ONE_CLICK.decode()
    (way_out,) = [path for path in links if path.startswith("/u/")]
    others = {name: pages.state(name) for name in pages.ids if name != "mira@mail.example"}
    answer = pages.visitor.ask("POST", way_out, body, headers)
    assert (answer.status, answer.goes_to) == (200, "")
    assert pages.state() == {"daily": "unsubscribed", "sunday": "active"}
    assert {name: pages.state(name) for name in others} == others


@pytest.mark.parametrize("body", [b"", b"List-Unsubscribe=Two-Clicks", b"from=page", b"\xff\xfe"])
def test_a_post_that_does_not_say_the_word_changes_nothing(pages, body):
    answer = pages.visitor.ask("POST", f"/u/{pages.token(Purpose.UNSUBSCRIBE)}", body, FORM)

    assert answer.status == 400
    assert pages.state()["daily"] == "active"


def altered(token):
    """The token with another letter in the middle."""
    at = len(token) // 2
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]


def for_another_edition(token):
    """The token with the name of an edition that it was not made for."""
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return base64.urlsafe_b64encode(raw.replace(b"daily", b"sunday")).rstrip(b"=").decode()


@pytest.mark.parametrize("kind", ["altered", "cut", "another purpose", "another edition", "nobody's", "noise"])
def test_a_token_that_is_not_the_one_does_nothing_and_is_told_so_politely(pages, kind):
    good = pages.token(Purpose.UNSUBSCRIBE, "p.harrow@ropewalk.example")
    bad = {
        "altered": altered(good),
        "cut": good[:-5],
        "another purpose": pages.token(Purpose.PREFERENCES, "p.harrow@ropewalk.example"),
        "another edition": for_another_edition(good),
        "nobody's": pages.parts.tokens.make(Purpose.UNSUBSCRIBE, 999_999, "daily"),
        "noise": "%00%E2%80%AE'\"<b>",
    }[kind]

    answers = [
        pages.visitor.get(f"/u/{bad}"),
        pages.visitor.ask("POST", f"/u/{bad}", ONE_CLICK, FORM),
        pages.visitor.post(f"/u/{bad}", {"List-Unsubscribe": "One-Click", "from": "page"}),
        *(pages.visitor.post(f"/u/{bad}/{step}") for step in ("less", "rest", "fewer", "back")),
    ]

    assert {answer.status for answer in answers} == {404}
    assert all("This link opens nothing." in answer.text for answer in answers)
    assert pages.state("p.harrow@ropewalk.example") == {"daily": "active"}


def test_the_links_of_a_test_mail_say_what_they_are_and_act_for_nobody(pages):
    for purpose, way in ((Purpose.UNSUBSCRIBE, "/u/"), (Purpose.PREFERENCES, "/prefs/")):
        answer = pages.visitor.get(way + pages.parts.tokens.make(purpose, 0, "daily"))
        assert (answer.status, "This link is of a test mail." in answer.text) == (404, True)


def test_no_other_token_opens_preferences_or_confirms(pages):
    wrong = pages.token(Purpose.UNSUBSCRIBE)

    for path in (f"/prefs/{wrong}", f"/prefs/{wrong}/copy", f"/confirm/{wrong}", f"/address/{wrong}"):
        assert pages.visitor.get(path).status == 404, path
    for path in (f"/prefs/{wrong}", f"/prefs/{wrong}/pause", f"/prefs/{wrong}/move", f"/prefs/{wrong}/delete"):
        assert pages.visitor.post(path, {"email": "new@mail.example", "until": "2026-12-01"}).status == 404, path
    assert pages.state()["daily"] == "active"


# ---------------------------------------------------------------------------------------------------- joining


def sign_up(pages, address, **more):
    form = {"email": address, "section": ["diplomacy"], "edition": "daily", "hour": "08:00", "zone": "Asia/Seoul"}
    return pages.visitor.post("/subscribe", form | more)


def test_everybody_gets_the_same_answer_whoever_they_are(own_pages):
    pages = own_pages
    readers.forget(pages.parts, pages.token(address="o.fell@pharmacy.example"), now=LATER)
    readers.leave(pages.parts, pages.token(address="tomas.veil@desk.example"), origin="page", now=LATER)
    addresses = ["new@mail.example", "mira@mail.example", "o.fell@pharmacy.example", "tomas.veil@desk.example"]

    for ask in (sign_up, lambda pages, address: pages.visitor.post("/link", {"email": address})):
        answers = [ask(pages, address) for address in addresses]
        told = {answer.body.replace(address.encode(), b"") for answer, address in zip(answers, addresses, strict=True)}
        assert {answer.status for answer in answers} == {200}
        assert len(told) == 1


def test_signing_up_and_one_press_make_a_reader_who_reads_what_they_chose(own_pages):
    pages = own_pages
    sign_up(pages, "New.Reader@mail.example")
    assert pages.state("new.reader@mail.example") == {"daily": "pending"}
    way = f"/confirm/{pages.parts.tokens.make(Purpose.CONFIRM, 1, 'daily')}"
    asked = pages.visitor.get(way)
    assert (asked.status, pages.state("new.reader@mail.example")) == (200, {"daily": "pending"})

    first, again = (pages.visitor.post(way) for _ in range(2))

    (row,) = pages.parts.store.subscribers.by_email("new.reader@mail.example")
    assert row.consent.value == "active"
    assert (row.preferences.sections, f"{row.preferences.time:%H:%M}", row.preferences.timezone) == (
        ("diplomacy",),
        "08:00",
        "Asia/Seoul",
    )
    assert "n…@mail.example" not in first.text
    assert "N…@mail.example" in first.text
    # Whoever is forwarded the mail later must not come into the preferences by it.
    assert "/prefs/" in first.text
    assert "/prefs/" not in again.text
    event = pages.parts.store.subscribers.events("new.reader@mail.example")[-1]
    assert "Nothing else is sent until you press it" in event.wording


def test_a_program_that_fills_in_what_people_do_not_see_signs_nobody_up(pages):
    answer = sign_up(pages, "bot@mail.example", website="https://spam.example")

    assert answer.status == 200
    assert pages.state("bot@mail.example") == {}


def test_a_slip_is_told_and_everything_else_is_kept(pages):
    answer = sign_up(pages, "reader@mail,example", section=["military"], edition="sunday")

    form = lxml.html.fromstring(answer.text).forms[0]
    assert answer.status == 422
    assert "This is no mail address yet" in answer.text
    assert (form.fields["email"], form.fields["edition"]) == ("reader@mail,example", "sunday")
    assert [box.get("value") for box in form.xpath(".//input[@name='section'][@checked]")] == ["military"]


def test_a_near_miss_of_a_big_host_is_asked_about_once(pages):
    first = sign_up(pages, "ada.quill@gmial.com")
    sure = sign_up(pages, "ada.quill@gmial.com", sure="ada.quill@gmial.com")

    assert (first.status, "Did you mean ada.quill@gmail.com" in first.text) == (422, True)
    assert sure.status == 200


def test_who_asks_too_often_waits_but_a_valid_token_is_never_made_to(own_pages):
    pages = own_pages
    way = f"/u/{pages.token(Purpose.UNSUBSCRIBE)}"

    statuses = [sign_up(pages, f"r{n}@mail.example").status for n in range(AT_ONCE + 1)]
    opened = {pages.visitor.get(way).status for _ in range(3 * AT_ONCE)}

    assert statuses == [200] * AT_ONCE + [429]
    assert pages.visitor.post("/link", {"email": "mira@mail.example"}).headers["Retry-After"]
    assert opened == {200}
    assert pages.visitor.ask("POST", way, ONE_CLICK, FORM).status == 200


# ---------------------------------------------------------------------------------------------------- choosing


def test_what_is_saved_is_what_the_next_issue_goes_by_and_the_page_says_so(own_pages):
    pages, token = own_pages, own_pages.token()
    form = {"section": ["peace_summit"], "edition": "daily", "hour": "18:00", "zone": "Europe/Kyiv", "language": "de"}

    answer = pages.visitor.post(f"/prefs/{token}", form)
    shown = pages.visitor.get(answer.goes_to)

    assert (answer.status, answer.goes_to) == (303, f"/prefs/{token}?done=saved")
    assert "Gespeichert" in shown.text
    assert lxml.html.fromstring(shown.text).findtext(".//h1").startswith("Peace summit, täglich um 18:00 (")
    wish = {each.list: each.preferences for each in pages.parts.store.subscribers.by_email("mira@mail.example")}
    assert (wish["daily"].sections, wish["daily"].timezone) == (("peace_summit",), "Europe/Kyiv")
    assert wish["sunday"].sections == ()


def test_how_often_somebody_reads_by_their_list_survives_the_form(own_pages):
    pages, token = own_pages, own_pages.token()
    wish = pages.parts.store.subscribers.by_email("mira@mail.example")[0].preferences
    readers.prefer(pages.parts, token, replace(wish, frequency="weekly"), now=LATER)

    form = lxml.html.fromstring(pages.visitor.get(f"/prefs/{token}").text).forms[0]
    pages.visitor.post(f"/prefs/{token}", dict(form.form_values()) | {"section": ["military", "diplomacy"]})

    kept = pages.parts.store.subscribers.by_email("mira@mail.example")[0].preferences
    assert form.fields["edition"] == "daily:weekly"
    assert (kept.frequency, kept.sections) == ("weekly", wish.sections)


def test_another_edition_takes_the_place_of_this_one_without_a_second_mail(own_pages):
    pages, address = own_pages, "p.harrow@ropewalk.example"
    token = pages.token(address=address)

    answer = pages.visitor.post(f"/prefs/{token}", {"section": ["military"], "edition": "sunday"})

    assert answer.goes_to.startswith("/prefs/")
    assert token not in answer.goes_to
    assert pages.state(address) == {"daily": "unsubscribed", "sunday": "active"}
    assert pages.visitor.get(answer.goes_to).status == 200
    assert pages.visitor.post(f"/prefs/{token}", {"section": ["military"], "edition": "daily"}).status == 303
    assert pages.state(address) == {"daily": "unsubscribed", "sunday": "active"}


def test_an_edition_with_sections_of_its_own_is_read_by_those_alone(sent, tmp_path):
    with letterbox(sent, tmp_path / "demo", instead=SHORT) as pages:
        token = pages.token(edition="sunday")
        both = {"edition": "sunday", "section": ["military", "diplomacy"]}

        saved = pages.visitor.post(f"/prefs/{token}", both | {"hour": "18:00"})
        slip = pages.visitor.post(f"/prefs/{token}", both | {"section": ["military"]})
        joined = sign_up(pages, "new@mail.example", edition="sunday", section=["military"])

        wish = {each.list: each.preferences for each in pages.parts.store.subscribers.by_email("mira@mail.example")}
        assert (saved.status, slip.status, joined.status) == (303, 422, 422)
        assert "Choose at least one section." in slip.text
        assert (wish["sunday"].sections, f"{wish['sunday'].time:%H:%M}") == ((), "18:00")
        assert pages.state("new@mail.example") == {}
        switched = pages.visitor.post(f"/prefs/{pages.token(address='p.harrow@ropewalk.example')}", both)
        assert pages.visitor.post(switched.goes_to, {"section": ["diplomacy"]}).status == 303


def test_a_pause_holds_until_its_day_or_until_it_is_ended(own_pages):
    pages, token = own_pages, own_pages.token()

    pages.visitor.post(f"/prefs/{token}/pause", {"until": "2026-12-07"})
    paused = pages.visitor.get(f"/prefs/{token}").text
    pages.visitor.post(f"/prefs/{token}/pause", {"until": ""})

    assert "Paused until 7 December." in paused
    assert "Paused until" not in pages.visitor.get(f"/prefs/{token}").text
    assert pages.visitor.post(f"/prefs/{token}/pause", {"until": "2020-01-01"}).status == 422
    assert pages.visitor.post(f"/prefs/{token}/pause", {}).status == 422


def test_an_address_moves_when_it_is_confirmed_at_the_new_one(own_pages):
    pages, token = own_pages, own_pages.token()

    asked = pages.visitor.post(f"/prefs/{token}/move", {"email": "mira@post.example"})
    stays = pages.state()
    way = f"/address/{pages.parts.tokens.make(Purpose.ADDRESS, 1, 'daily')}"
    opened = pages.visitor.get(way)
    pressed = pages.visitor.post(way)

    assert "mira@post.example" in asked.text
    assert stays["daily"] == "active"
    assert "m…@post.example" in opened.text
    assert "mira@post.example" not in opened.text
    assert "Your mail comes here from now on." in pressed.text
    assert pages.state("mira@post.example")["daily"] == "active"
    assert pages.visitor.post(f"/prefs/{token}/move", {"email": "mira"}).status == 422


@pytest.mark.parametrize("after", ["pressed", "asked anew"])
def test_a_second_press_for_an_address_is_told_that_it_is_done_and_nothing_else(own_pages, after):
    pages, token = own_pages, own_pages.token()
    pages.visitor.post(f"/prefs/{token}/move", {"email": "mira@post.example"})
    way = f"/address/{pages.parts.tokens.make(Purpose.ADDRESS, 1, 'daily')}"

    if after == "pressed":
        pages.visitor.post(way)
    else:
        pages.visitor.post(f"/prefs/{token}/move", {"email": "other@post.example"})
    before = pages.everything
    answers = [pages.visitor.post(way), pages.visitor.post(way), pages.visitor.get(way)]

    assert pages.everything == before
    for answer in answers:
        assert answer.status == 200
        assert "This is done already." in answer.text
        assert "post.example" not in answer.text
        assert not lxml.html.fromstring(answer.text).forms


def test_never_again_is_one_press_that_a_scanner_does_not_make_and_that_is_lifted_by_another(own_pages):
    pages, edition = own_pages, own_pages.parts.settings.edition("daily")
    way = f"/never/{never_token(pages.parts, 'new@mail.example', edition)}"
    before = pages.everything

    looked = [pages.visitor.get(f"{way}?lang=pl"), pages.visitor.ask("HEAD", way), pages.visitor.get(f"{way}/back")]
    untouched = pages.everything == before
    pressed = [pages.visitor.ask("POST", way, b"", FORM) for _ in range(2)]
    sign_up(pages, "new@mail.example")
    shown = pages.visitor.get(way)
    waiting = pages.parts.store.notices.waiting()
    lifted = [pages.visitor.post(f"{way}/back") for _ in range(2)]
    sign_up(pages, "new@mail.example")

    assert untouched
    assert [answer.status for answer in looked] == [200, 200, 303]
    assert [answer.goes_to for answer in (*pressed, *lifted)] == [way] * 4
    assert "No form of ours writes to you any more." in shown.text
    assert "new@mail" not in shown.text
    assert (waiting, pages.parts.store.notices.waiting()) == (0, 1)
    for path in (f"/never/{pages.token()}", f"/never/{pages.token()}/back"):
        assert pages.visitor.post(path).status == 404


def test_what_a_button_does_once_it_says_kindly_ever_after(own_pages):
    pages = own_pages
    sign_up(pages, "new@mail.example")
    confirm = f"/confirm/{pages.parts.tokens.make(Purpose.CONFIRM, 1, 'daily')}"
    first, again = (pages.visitor.post(confirm) for _ in range(2))
    pages.ids = {each.subscriber.email: each.subscriber.id for each in pages.parts.store.subscribers.all()}
    way = f"/u/{pages.token(Purpose.UNSUBSCRIBE, 'new@mail.example')}"
    prefs = f"/prefs/{pages.token(address='new@mail.example')}"
    left = [pages.visitor.post(way, {"List-Unsubscribe": "One-Click", "from": "page"}) for _ in range(2)]
    late = [pages.visitor.get(confirm), pages.visitor.post(confirm)]
    back = [pages.visitor.post(f"{way}/back") for _ in range(2)]
    reloaded = [pages.visitor.get(f"{way}/{step}") for step in ("less", "rest", "back")]
    reloaded += [pages.visitor.get(f"{prefs}/{step}?lang=de") for step in ("pause", "move", "delete")]
    deleted = [pages.visitor.post(f"{prefs}/delete") for _ in range(2)]

    assert all("You are subscribed." in answer.text for answer in (first, again))
    assert [answer.goes_to for answer in left] == [way] * 2
    assert all((answer.status, "This is done already." in answer.text) == (200, True) for answer in late)
    assert [answer.goes_to for answer in back] == [f"{way}?done=back"] * 2
    assert [answer.goes_to for answer in reloaded] == [way] * 3 + [f"{prefs}?lang=de"] * 3
    assert deleted[0].goes_to == prefs
    assert "Everything is deleted." in deleted[1].text


def test_a_readers_link_writes_to_few_strangers_a_day(own_pages):
    pages, token = own_pages, own_pages.token()

    asked = [pages.visitor.post(f"/prefs/{token}/move", {"email": f"n{n}@mail.example"}) for n in range(MOVES + 1)]

    assert [each.status for each in asked] == [200] * MOVES + [429]
    assert "Please try again" in asked[-1].text


def test_the_page_of_a_link_that_opens_nothing_leads_to_the_form_and_holds_none(pages):
    page = lxml.html.fromstring(pages.visitor.get("/prefs/none?lang=de").text)

    assert page.forms == []
    assert page.xpath("//a[@class='btn']/@href") == ["/link?lang=de"]


def test_a_copy_holds_what_is_kept_and_deleting_leaves_only_the_wish(own_pages):
    pages, token = own_pages, own_pages.token()

    copy = pages.visitor.get(f"/prefs/{token}/copy")
    gone = pages.visitor.post(f"/prefs/{token}/delete")

    assert "attachment" in copy.headers["Content-Disposition"]
    assert "mira@mail.example" in json.dumps(json.loads(copy.text))
    assert (gone.status, gone.goes_to) == (303, f"/prefs/{token}")
    assert pages.state() == {}
    for path in (f"/prefs/{token}", f"/u/{pages.token(Purpose.UNSUBSCRIBE)}", f"/prefs/{token}/copy"):
        page = pages.visitor.get(path)
        assert "Everything is deleted." in page.text
        assert page.headers["X-Robots-Tag"] == "noindex"


# ---------------------------------------------------------------------------------------------------- leaving


def test_who_left_on_the_page_may_come_back_for_a_fortnight_with_all_they_chose(own_pages):
    pages, way = own_pages, f"/u/{own_pages.token(Purpose.UNSUBSCRIBE)}"
    chosen = pages.parts.store.subscribers.by_email("mira@mail.example")[0].preferences

    left = pages.visitor.post(way, {"List-Unsubscribe": "One-Click", "from": "page"})
    shown = pages.visitor.get(left.goes_to)
    back, again = (pages.visitor.post(f"{way}/back") for _ in range(2))

    assert (left.status, left.goes_to) == (303, way)
    assert "until 4 December" in shown.text
    assert (back.status, back.goes_to, again.goes_to) == (303, f"{way}?done=back", f"{way}?done=back")
    assert "Welcome back." in pages.visitor.get(back.goes_to).text
    assert pages.state()["daily"] == "active"
    assert pages.parts.store.subscribers.by_email("mira@mail.example")[0].preferences == chosen

    pages.visitor.ask("POST", way, ONE_CLICK, FORM)
    pages.clock.now = LATER + timedelta(days=15)
    assert "/back" not in pages.visitor.get(way).text
    pages.visitor.post(f"{way}/back")
    assert pages.state()["daily"] == "unsubscribed"


def seen(pages, way, form=None):
    """What a browser shows after a form, which reloading sends nothing of again."""
    answer = pages.visitor.post(way, form)
    assert answer.status == 303
    return pages.visitor.get(answer.goes_to)


def test_there_are_ways_to_less_beside_the_button(own_pages):
    pages, way = own_pages, f"/u/{own_pages.token(Purpose.UNSUBSCRIBE, 'p.harrow@ropewalk.example')}"
    kept = {"section": ["peace_summit"]}

    fewer = seen(pages, f"{way}/fewer", kept)
    rest = seen(pages, f"{way}/rest")
    less, again = (seen(pages, f"{way}/less") for _ in range(2))

    assert "Peace summit, every day" in fewer.text
    assert "Paused until 20 December." in rest.text
    assert "on Sunday" in less.text
    assert again.text == less.text
    assert "/prefs/" not in less.text
    assert pages.state("p.harrow@ropewalk.example") == {"daily": "unsubscribed", "sunday": "active"}
    assert pages.visitor.post(f"{way}/fewer", kept).status == 200


# ---------------------------------------------------------------------------------------------------- all of them


def test_every_page_is_small_in_every_language_and_private_where_it_must_be(pages):
    token, out = pages.token(), pages.token(Purpose.UNSUBSCRIBE)
    left = pages.token(Purpose.UNSUBSCRIBE, "o.fell@pharmacy.example")
    readers.leave(pages.parts, left, origin="page", now=LATER)
    sign_up(pages, "small@mail.example")
    readers.move_address(pages.parts, token, "mira@post.example", now=LATER)
    asked = {kind: f"{kind}/{made}" for kind, made in requests(pages).items()}
    looks = ["/subscribe", "/link", "/prefs/none", f"/prefs/{token}", f"/u/{out}", f"/u/{out}/fewer", f"/u/{left}"]
    looks += [f"/u/{out}?done=saved", f"/u/{out}?done=back", f"/{asked['confirm']}", f"/{asked['address']}"]
    forms = {
        "/subscribe": {"email": "small@mail,example"},
        f"/prefs/{token}": {"edition": "hourly"},
        f"/prefs/{token}/move": {"email": "mira@post.example"},
        f"/prefs/{token}/pause": {"until": "soon"},
        f"/u/{out}": {},
        f"/u/{out}/fewer": {},
        f"/{asked['confirm']}": {},
    }

    for language in LANGUAGES:
        answers = [(way, pages.visitor.get(in_language(way, language))) for way in looks]
        answers += [(way, pages.visitor.post(in_language(way, language), form)) for way, form in forms.items()]
        for way, page in answers:
            used = re.findall(r'/static/\w+/([\w.]+)"', page.text)
            assert len(page.body) + sum((ASSETS / name).stat().st_size for name in used) < LARGEST, (way, language)
            assert f'<html lang="{language}"' in page.text
            assert ('dir="rtl"' in page.text.partition(">\n<head")[0]) == (language == "ar")
            assert "Set-Cookie" not in page.headers
            assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text)
            if not way.startswith(("/subscribe", "/link")):
                assert (page.headers["Referrer-Policy"], page.headers["X-Robots-Tag"]) == ("no-referrer", "noindex")
                assert page.headers["Cache-Control"] == "no-store"
                assert "mira@mail.example" not in page.text


def in_language(way, language):
    return f"{way}{'&' if '?' in way else '?'}lang={language}"


def requests(pages):
    """The token of the last request of each kind."""
    made = {"confirm": (Purpose.CONFIRM, "sign_up"), "address": (Purpose.ADDRESS, "address")}
    with pages.parts.store.database.read() as connection:
        last = "SELECT max(id) FROM request WHERE kind = '{}'"
        ids = {name: connection.exec_driver_sql(last.format(kind)).scalar() for name, (_, kind) in made.items()}
    return {name: pages.parts.tokens.make(purpose, ids[name], "daily") for name, (purpose, _) in made.items()}


def test_the_archive_is_served_as_it_is_written_to_files(pages):
    archive, ways = open_archive(pages.parts), replace(Ways.served(""), subscribe="/subscribe")

    assert pages.visitor.get("/archive").text == archive.first_page(ways)
    assert pages.visitor.get("/archive/1").text == archive.issue(1, ways)
    assert pages.visitor.get("/archive/2026-11").text == archive.month("2026-11", ways)
    assert pages.visitor.get("/archive/style.css").text == archive.style
    feed = pages.visitor.get("/archive/feed.xml")
    assert (feed.body, feed.headers["Content-Type"]) == (archive.feed(), "application/atom+xml")
    assert pages.visitor.get("/archive/feed.xml", **{"If-None-Match": feed.headers["ETag"]}).status == 304
    for name in ("2", "2026-10", "x", "1%2f..", "999999999999999999999999", "01", "%D9%A1", "9" * 5000):
        assert pages.visitor.get(f"/archive/{name}").status == 404, name


def test_while_no_list_is_open_nobody_can_subscribe(own_pages):
    lists = own_pages.parts.settings.subscribers / "lists.toml"
    lists.write_text(lists.read_text().replace("public = true", "public = false"))

    assert own_pages.visitor.get("/subscribe").status == 404
    assert sign_up(own_pages, "new@mail.example").status == 404


def test_a_database_that_is_away_is_told_as_such_and_a_one_click_can_be_repeated(own_pages, caplog):
    pages, way = own_pages, f"/u/{own_pages.token(Purpose.UNSUBSCRIBE)}"
    file = pages.parts.settings.data / "digest.db"
    pages.parts.store.database.engine.dispose()
    hidden = file.rename(file.with_suffix(".aside"))
    file.mkdir()

    away = pages.visitor.ask("POST", way, ONE_CLICK, FORM)
    file.rmdir()
    hidden.rename(file)
    again = pages.visitor.ask("POST", way, ONE_CLICK, FORM)

    assert (away.status, away.headers["Retry-After"]) == (503, "60")
    assert (again.status, pages.state()["daily"]) == (200, "unsubscribed")
    assert way.removeprefix("/u/") not in caplog.text
