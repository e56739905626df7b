"""The desk as a server answers it: pages, previews, approvals, and what two people do to each other."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from email import message_from_bytes
from urllib.parse import quote

import pytest

from digest import pipeline
from digest.model.issue import State
from digest.pipeline.send import freeze
from digest.web.policy import MAIL_POLICY

from .conftest import NOW


def approve(visitor, **more):
    """Approve as the page says that asks."""
    return visitor.post("/issues/1/approve", fields(visitor, "/issues/1/approve") | more)


def do(visitor, what, **more):
    """Do to the issue what a form of its page does, or of the page that asks why."""
    page = f"/issues/1/{what}" if what in ("hold", "skip", "stop") else "/issues/1?checks=1"
    return visitor.post(f"/issues/1/{what}", fields(visitor, page, what) | more)


def fields(visitor, page, what="approve"):
    """What a page has its browser send by itself."""
    form = re.search(rf'<form method="post" action="/issues/1/{what}".*?</form>', visitor.get(page).text, re.DOTALL)[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def edit(visitor, revision=1, **fields):
    return visitor.post("/issues/1/edit", {"revision": revision, **fields})


def test_the_first_page_is_todays_issue(desk):
    assert desk.visitor("Viewer").get("/").goes_to == "/issues/1"


def test_a_page_says_where_the_issue_stands_and_offers_what_may_be_done(desk):
    page = desk.visitor("Ada").get("/issues/1?checks=1").text

    assert "On course for 07:00, once No. 1 is approved." in page
    assert "Fit to send. Two things deserve a look." in page
    assert "Goes to <b>7 people</b> on 1 list, nobody twice." in page
    assert 'href="/issues/1/approve?seen=' in page
    assert page.count('class="st"') == 14
    viewers = desk.visitor("Viewer").get("/issues/1?checks=1").text
    assert "/issues/1/approve" not in viewers
    assert 'value="up"' not in viewers


def test_a_page_that_was_never_checked_does_not_wait_for_it(own_desk):
    page = own_desk.visitor("Ada").get("/issues/1").text

    assert "It is being checked." in page
    assert '<noscript><meta http-equiv="refresh" content="0; url=/issues/1?checks=1"></noscript>' in page


def test_the_file_is_byte_for_byte_what_an_export_writes_for_each_reader(desk, tmp_path):
    operator, approver = desk.visitor("Operator"), desk.visitor("Approver")
    pipeline.write_export(desk.parts, desk.parts.store.issues.find(1), tmp_path)
    exported = [json.loads(line) for line in (tmp_path / "mails.jsonl").read_text().splitlines()]
    assert len(exported) == 7

    for line in exported:
        path, sent = f"/issues/1/mail.eml?as={quote(line['address'])}", (tmp_path / line["file"]).read_bytes()
        got, blank = operator.get(path), approver.get(path).body
        assert got.body == sent
        assert (len(blank), less_tokens(blank, TOKEN)) == (len(sent), less_tokens(sent, TOKEN)), "equal but for tokens"
        theirs, nobodys = tokens_in(desk.parts, sent), tokens_in(desk.parts, blank)
        assert {token.subscriber for token in nobodys} == {0}
        assert {token.purpose for token in nobodys} == {token.purpose for token in theirs}
        assert 0 not in {token.subscriber for token in theirs}
    assert got.headers["Content-Type"] == "message/rfc822"
    assert got.headers["Content-Disposition"] == 'attachment; filename="daily-1.eml"'


TOKEN = re.compile(rb"(?<=/u/)[\w-]+|(?<=/prefs/)[\w-]+|(?<=subject=)[\w-]{24,}")


def less_tokens(mail, token):
    """The mail in its parts as they are read, since where lines are folded is a matter of what stands in them."""
    return [token.sub(b"", read) for read in decoded(mail)]


def tokens_in(parts, mail):
    found = {token.decode() for read in decoded(mail) for token in TOKEN.findall(read)}
    return [parts.tokens.read(token) for token in found]


def decoded(mail):
    message = message_from_bytes(mail)
    bodies = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    head = "\n".join(f"{name}: {value}" for name, value in message.items())
    return [re.sub(r"\s+", " ", head).encode(), *bodies]


@pytest.mark.parametrize(
    "path", ["/issues/1", "/issues/1?part=source", "/issues/1/preview/1.html", "/issues/1/mail.eml"]
)
def test_who_may_not_see_a_readers_mail_learns_nothing_of_an_address(desk, path):
    there = "mira@mail.example"
    assert there in {each.subscriber.email for each in desk.parts.store.subscribers.all("daily")}

    for name in ("Viewer", "Tomas"):
        answers = [
            desk.visitor(name).get(path + ("&as=" if "?" in path else "?as=") + who) for who in (there, "no@one")
        ]
        assert [answer.status for answer in answers] == [403, 403]
        assert answers[0].body == answers[1].body
        assert "name@mail.example" not in desk.visitor(name).get("/issues/1").text
    test = {"to": "tomas@aldovar.example", "as": there}
    assert desk.visitor("Tomas").post("/issues/1/test", test).status == 403


def test_the_page_says_whose_the_links_of_a_readers_mail_are(desk):
    as_mira = "/issues/1?as=mira@mail.example"

    assert "Its links are nobody’s" in desk.visitor("Approver").get(as_mira).text
    assert "Its links are this reader’s own" in desk.visitor("Operator").get(as_mira).text


def test_a_group_of_readers_gets_what_one_of_them_chose(desk):
    got = desk.visitor("Viewer").get("/issues/1/preview/1.html?as=en:diplomacy%2Bpeace_summit").text

    assert 'id="diplomacy"' in got
    assert 'id="military"' not in got


def test_the_frame_has_a_policy_of_its_own_and_follows_the_revision(desk):
    visitor = desk.visitor("Viewer")

    light = visitor.get("/issues/1/preview/1.html?shade=light")

    assert light.headers["Content-Security-Policy"] == MAIL_POLICY
    assert "prefers-color-scheme" not in light.text
    assert (
        "img-src 'none'" in visitor.get("/issues/1/preview/1.html?part=pictureless").headers["Content-Security-Policy"]
    )
    outlook = visitor.get("/issues/1/preview/1.html?part=outlook").text
    assert "<style" not in outlook
    assert "@media" not in outlook
    assert visitor.get("/issues/1/preview/7.html?shade=dark").goes_to == "/issues/1/preview/1.html?shade=dark&part=html"
    assert visitor.get("/issues/1/preview/1.html?as=xx:nothing").status == 404


@pytest.mark.parametrize("part", ["text", "headers", "source"])
def test_the_mail_is_seen_in_all_its_parts(desk, part):
    page = desk.visitor("Viewer").get(f"/issues/1?part={part}").text

    shown = re.search(r'<pre class="frame"[^>]*>(.*?)</pre>', page, re.DOTALL)[1]
    assert {"text": "The Aldovar Brief\n=", "headers": "multipart/alternative\n    text/plain", "source": "Message-ID"}[
        part
    ] in shown


def test_a_mail_full_of_script_stays_in_its_frame(own_desk):
    ada = own_desk.visitor("Ada")
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    edit(ada, story="military-1", do="reword", headline=hostile, summary=f"{hostile} {{{{ 7*7 }}}}")

    for path in (
        "/issues/1?checks=1",
        "/issues/1/story/military-1",
        "/issues/1/preview/2.html",
        "/issues",
        "/issues/1?part=source",
    ):
        page = ada.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert '<iframe title="The mail" sandbox="" referrerpolicy="no-referrer"' in ada.get("/issues/1").text
    assert "{{ 7*7 }}" in ada.get("/issues/1/story/military-1").text


def test_amber_wants_a_look_and_keeps_it_over_moves(own_desk):
    ada = own_desk.visitor("Ada")
    assert approve(ada).status == 409
    marks = re.findall(r'name="mark" value="(\w+)"', ada.get("/issues/1?checks=1").text)

    for mark in marks:
        assert ada.post("/issues/1/looked", {"mark": mark}).status == 303
    edit(ada, story="military-2", do="lead")

    page = ada.get("/issues/1?checks=1").text
    assert "Fit to send.<" in page
    assert page.count("Looked at by Ada.") == 2
    assert approve(ada).goes_to == "/issues/1"
    assert own_desk.parts.store.issues.find(1).state is State.APPROVED


def test_an_approval_of_what_was_not_read_is_refused_with_what_changed(own_desk):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    read = fields(ada, "/issues/1/approve")
    edit(tomas, story="military-2", do="lead")

    answer = ada.post("/issues/1/approve", read | {"looked": "1"})

    assert answer.status == 409
    assert "No. 1 has gone on since you looked." in answer.text
    assert "(Tomas)" in answer.text
    assert own_desk.parts.store.issues.find(1).state is State.REVIEW


def test_what_was_found_since_the_page_was_made_is_shown_before_it_is_approved(own_desk):
    ada = own_desk.visitor("Ada")
    read = fields(ada, "/issues/1/approve") | {"looked": "1", "reason": "For something else"}
    ada.post("/issues/1/links")

    answer = ada.post("/issues/1/approve", read)

    assert answer.status == 409
    assert "The checks have found something else since you looked." in answer.text
    assert "A link that does not answer" in answer.text
    assert own_desk.parts.store.looked.of(1) == {}, "nobody has looked at anything"
    assert own_desk.parts.store.issues.find(1).state is State.REVIEW


def test_what_an_approval_that_fails_had_ticked_is_not_looked_at(own_desk):
    ada = own_desk.visitor("Ada")
    read = fields(ada, "/issues/1/approve") | {"looked": "1"}
    do(own_desk.visitor("Tomas"), "hold", reason="Wait")

    assert ada.post("/issues/1/approve", read).status == 409

    assert own_desk.parts.store.looked.of(1) == {}


def test_a_look_that_was_changed_is_seen_before_it_is_approved(own_desk):
    ada = own_desk.visitor("Ada")
    page, read = ada.get("/issues/1").text, fields(ada, "/issues/1/approve") | {"looked": "1"}
    text = own_desk.parts.settings.templates / "brief/text.txt.j2"
    text.write_text(text.read_text() + "\nUNSEEN\n")

    asked = ada.get(re.search(r'href="(/issues/1/approve[^"]*)"', page)[1])
    answer = ada.post("/issues/1/approve", read)

    assert (asked.status, answer.status) == (409, 409)
    assert "The look of the mail or a setting that it is made with is another now." in answer.text
    assert own_desk.parts.store.issues.find(1).state is State.REVIEW
    assert ada.post("/issues/1/approve", {"revision": 1, "looked": "1"}).status == 409, "nor what names nothing"
    assert frame_of(ada.get("/issues/1").text) != frame_of(page), "a browser loads the mail anew"
    assert approve(ada, looked="1").status == 303


def frame_of(page):
    return re.search(r'<iframe [^>]*src="([^"]*)"', page)[1]


@pytest.mark.parametrize("what", ["release", "skip"])
def test_what_is_done_from_an_old_page_does_not_touch_what_somebody_else_did_since(own_desk, what):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    do(ada, "hold", reason="The count at Ferren")
    old = fields(ada, "/issues/1" if what == "release" else "/issues/1/skip", what)
    do(tomas, "release")
    do(tomas, "hold", reason="The map is wrong")

    answer = ada.post(f"/issues/1/{what}", old | {"reason": "No news"})

    assert answer.status == 409
    assert "It is held now: The map is wrong." in answer.text
    assert own_desk.parts.store.issues.find(1).state is State.HELD


def test_moves_are_made_taken_back_and_made_again(own_desk):
    ada = own_desk.visitor("Ada")
    first = [item.headline for item in own_desk.parts.store.issues.find(1).content.sections[0].items]

    moved = edit(ada, story="military-3", do="up", at="military-3")
    assert moved.goes_to.endswith("#o-military-3")
    assert "Undo</button>" in ada.get(moved.goes_to).text
    ada.post("/issues/1/undo", {"revision": 2})
    assert [i.headline for i in own_desk.parts.store.issues.find(1).content.sections[0].items] == first
    ada.post("/issues/1/redo", {"revision": 3})

    now = [item.headline for item in own_desk.parts.store.issues.find(1).content.sections[0].items]
    assert now == [first[0], first[2], first[1], *first[3:]]


def test_what_was_left_out_is_brought_in_and_what_is_missing_written(own_desk):
    ada = own_desk.visitor("Ada")
    page = ada.get("/issues/1/add?section=military").text
    key = re.search(r'name="key" value="([^"]+)"', page)[1].replace("&#34;", '"')

    assert edit(ada, do="bring:military", key=key).status == 303
    assert edit(ada, revision=2, do="write", section="diplomacy", headline="By hand", summary="One. Two.").status == 303

    sections = own_desk.parts.store.issues.find(1).content.sections
    assert "Absences rise in two reserve brigades" in [item.headline for item in sections[0].items]
    assert sections[1].items[-1].headline == "By hand"
    assert "No. 1 has no" not in ada.get("/issues/1/add?q=zzzz").text
    assert edit(ada, revision=3, do="bring:military", key="{}").status == 409
    assert edit(ada, revision=3, do="nonsense").status == 409


def test_it_is_held_with_a_reason_released_and_given_up(own_desk):
    ada = own_desk.visitor("Ada")
    assert do(ada, "hold", reason="  ").status == 409

    do(ada, "hold", reason="The count at Ferren")
    held = ada.get("/issues/1").text
    assert "No. 1 is held: The count at Ferren." in held
    assert "Release" in held
    do(ada, "release")
    assert own_desk.parts.store.issues.find(1).state is State.REVIEW
    do(ada, "skip", reason="No news")

    assert own_desk.parts.store.issues.find(1).state is State.SKIPPED
    assert "No. 1 is skipped: No news." in ada.get("/issues/1").text


def test_an_approval_is_taken_back_by_a_click_and_by_an_edit(own_desk):
    ada, tomas = own_desk.visitor("Ada"), own_desk.visitor("Tomas")
    approve(ada, looked="1")
    do(ada, "unapprove")
    assert own_desk.parts.store.issues.find(1).state is State.REVIEW
    approve(ada, looked="1")

    answer = edit(tomas, do="subject", text="Another")

    page = tomas.get(answer.goes_to).text
    assert "Ada had approved the issue, which is in review again" in page
    assert "Ada had approved" not in tomas.get("/issues/1").text, "it is told once"


def test_after_its_hour_the_button_says_what_it_does(own_desk):
    own_desk.clock.now = NOW + timedelta(minutes=12)
    ada = own_desk.visitor("Ada")

    assert "Approve, to leave now" in ada.get("/issues/1").text
    assert "people now?" in ada.get("/issues/1/approve").text


def test_a_test_send_remembers_its_addresses_and_says_what_is_wrong_with_one(own_desk):
    ada = own_desk.visitor("Ada")
    assert "addresses: a test goes to at least one" in ada.post("/issues/1/test", {"to": " "}).text
    assert ada.post("/issues/1/test", {"to": "ada@@x"}).status == 409

    answer = ada.post("/issues/1/test", {"to": "ada@aldovar.example; tomas@aldovar.example"})

    assert "ada@aldovar.example: accepted 250" in ada.get(answer.goes_to).text
    assert 'value="tomas@aldovar.example, ada@aldovar.example"' in ada.get("/issues/1/test").text or (
        'value="ada@aldovar.example, tomas@aldovar.example"' in ada.get("/issues/1/test").text
    )


def test_settings_show_their_lines_and_no_secret(desk):
    page = desk.visitor("Operator").get("/settings").text

    assert "digest.title" in page
    assert re.search(r"digest\.toml:\d+", page)


def test_what_is_not_there_is_told_as_a_page(desk):
    visitor = desk.visitor("Viewer")

    assert visitor.get("/issues/99").status == 404
    assert "no issue 99" in visitor.get("/issues/99").text
    assert visitor.get("/issues/1/story/military-99").status == 404
    assert visitor.get("/issues/1/compare").status == 404
    assert visitor.get(f"/issues/{'1' * 5000}").status == 404
    assert visitor.get("/issues/9999999999").status == 404


def test_links_are_asked_when_somebody_wants_to_know(own_desk):
    ada = own_desk.visitor("Ada")
    assert "A link that does not answer" not in ada.get("/issues/1?checks=1").text

    ada.post("/issues/1/links")

    assert ada.get("/issues/1?checks=1").text.count('aria-label="A link that does not answer"') > 10, "the wire is gone"


def test_what_was_sent_is_counted_and_stays_as_it_was(own_desk):
    ada = own_desk.visitor("Ada")
    approve(ada, looked="1")
    asyncio.run(pipeline.send(own_desk.parts, 1, clock=own_desk.clock))

    page = ada.get("/issues/1?checks=1").text

    assert "No. 1 has reached 7 of 7." in page
    assert "<dt>Accepted</dt><dd>7</dd>" in page
    assert 'value="up"' not in page
    assert "/issues/1/approve" not in page
    assert ada.get("/issues/1/approve").status == 200
    assert approve(ada, looked="1").status == 409
    assert edit(ada, do="subject", text="Too late").status == 409
    sent = [path.read_bytes() for path in own_desk.parts.settings.data.joinpath("catcher/new").glob("*.eml")]
    file = own_desk.visitor("Operator").get("/issues/1/mail.eml?as=mira@mail.example").body
    assert [file in mail for mail in sent].count(True) == 1, "the file is what was sent"


def test_a_send_is_paused_goes_on_and_is_stopped_with_a_reason(own_desk):
    ada, operator = own_desk.visitor("Ada"), own_desk.visitor("Operator")
    approve(ada, looked="1")
    freeze(own_desk.parts, own_desk.parts.store.issues.find(1), now=NOW, scheduled=False)
    page = operator.get("/issues/1?checks=1").text
    assert "<dt>Queued</dt><dd>7</dd>" in page
    assert "Pause</button>" in page
    assert "Pause</button>" not in ada.get("/issues/1").text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page

    assert operator.get(do(operator, "pause").goes_to).text.count("No. 1 is paused") == 1
    do(operator, "resume")
    assert own_desk.parts.store.issues.find(1).state is State.SENDING
    assert do(operator, "stop", reason="").status == 409
    do(operator, "stop", reason="The wrong file")

    assert own_desk.parts.store.issues.find(1).state is State.STOPPED
    assert re.search(r"No. 1 was stopped, 0 of \d taken: The wrong file\.", operator.get("/issues/1").text)
