"""Links of an issue that counts them: they lead to its stories and nowhere else, and people are told from programs."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import lxml.html
import pytest

from digest import pipeline
from digest.model.clicks import Clicked, Kind
from digest.parts import open_parts
from digest.render import linked
from digest.settings import load
from digest.subscribers import Purpose
from digest.web import create_app
from digest.web.readers.counting.judging import FEW, MANY, beside, by_itself
from digest.web.readers.counting.watch import HOLD, MOST, Visit, Watch

from ..conftest import NOW, Clock
from ..site import Visitor, site

LATER = NOW + timedelta(hours=3)
AGENT = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64)"}
OPENS = AGENT | {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
SECOND = timedelta(seconds=1)


# ---------------------------------------------------------------------------------------------------- one by itself


@pytest.mark.parametrize(
    ("method", "headers", "kind"),
    [
        ("GET", OPENS, Kind.HUMAN),
        ("GET", OPENS | {"sec-fetch-user": "?1", "sec-fetch-site": "none"}, Kind.HUMAN),
        ("GET", AGENT, Kind.UNSURE),
        ("HEAD", OPENS, Kind.MACHINE),
        ("GET", OPENS | {"sec-purpose": "prefetch"}, Kind.MACHINE),
        ("GET", OPENS | {"sec-purpose": "prefetch;prerender"}, Kind.MACHINE),
        ("GET", OPENS | {"purpose": "Prefetch"}, Kind.MACHINE),
        ("GET", OPENS | {"x-moz": "prefetch"}, Kind.MACHINE),
        ("GET", OPENS | {"x-purpose": "preview"}, Kind.MACHINE),
        ("GET", AGENT | {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}, Kind.MACHINE),
        ("GET", OPENS | {"sec-fetch-dest": "iframe"}, Kind.MACHINE),
        ("GET", OPENS | {"user-agent": "linkcheck/2"}, Kind.MACHINE),
        ("GET", {}, Kind.MACHINE),
    ],
)
def test_what_a_request_seems_to_be_by_itself(method, headers, kind):
    assert by_itself(method, headers) is kind


@pytest.mark.parametrize(
    ("kind", "links", "headed", "snared", "told"),
    [
        (Kind.HUMAN, 1, False, False, Kind.HUMAN),
        (Kind.HUMAN, FEW - 1, False, False, Kind.HUMAN),
        (Kind.HUMAN, FEW, False, False, Kind.UNSURE),
        (Kind.HUMAN, MANY, False, False, Kind.MACHINE),
        (Kind.HUMAN, 1, True, False, Kind.MACHINE),
        (Kind.HUMAN, 1, False, True, Kind.MACHINE),
        (Kind.UNSURE, 1, False, False, Kind.UNSURE),
        (Kind.UNSURE, MANY, False, False, Kind.MACHINE),
        (Kind.MACHINE, 1, False, False, Kind.MACHINE),
    ],
)
def test_what_it_is_beside_others(kind, links, headed, snared, told):
    assert beside(kind, links=links, headed=headed, snared=snared) is told


# ------------------------------------------------------------------------------------------------- in the last minute


def visit(link=1, *, after=timedelta(0), place="192.0.2.7", agent="one", kind=Kind.HUMAN, headed=False, issue=1):
    return Visit(LATER + after, place, agent, issue, link, kind, headed)


def judged(*visits, now=LATER + HOLD + SECOND):
    watch = Watch()
    for each in visits:
        watch.note(each)
    return Counter((each.link, each.kind) for each in watch.due(now))


def test_one_click_is_told_after_some_seconds_and_a_second_one_at_once_is_none():
    assert judged(visit(), now=LATER + HOLD - SECOND) == {}
    assert judged(visit(), visit(after=SECOND), visit(after=SECOND, agent="another")) == {(1, Kind.HUMAN): 2}


def test_a_burst_is_a_machines_from_its_first_request_on():
    burst = [visit(link, after=SECOND * link / 10) for link in range(1, MANY + 1)]

    assert set(judged(*burst)) == {(link, Kind.MACHINE) for link in range(1, MANY + 1)}


def test_a_reader_who_opens_one_story_after_the_other_is_a_person_and_so_are_many_readers_behind_one_address():
    slow = [visit(link, after=SECOND * 3 * link) for link in range(1, 10)]
    office = [visit(link, agent=f"browser {link}") for link in range(1, 10)]

    assert {kind for _, kind in judged(*slow, now=LATER + HOLD * 6)} == {Kind.HUMAN}
    assert {kind for _, kind in judged(*office)} == {Kind.HUMAN}


def test_what_takes_the_link_that_nobody_sees_is_known_for_a_minute_whatever_it_calls_itself():
    taken = [visit(1), visit(0, after=SECOND, agent="another")]

    assert judged(*taken) == {(1, Kind.MACHINE): 1, (0, Kind.MACHINE): 1}
    assert judged(*taken, visit(2, after=SECOND, place="192.0.2.8"))[2, Kind.HUMAN] == 1


def test_what_asks_with_head_first_is_a_machine_when_it_comes_back():
    assert judged(visit(kind=Kind.MACHINE, headed=True), visit(after=SECOND)) == {(1, Kind.MACHINE): 2}


def test_nothing_is_remembered_after_a_minute():
    watch = Watch()
    watch.note(visit())

    assert list(watch.due(LATER + HOLD * 7)) == [Clicked(1, 1, Kind.HUMAN, LATER.replace(minute=0, second=0))]
    assert not watch.busy


def test_a_flood_from_many_places_takes_no_more_than_its_room():
    watch = Watch()
    for number in range(MOST + 500):
        watch.note(visit(place=str(number)))

    assert len(list(watch.due(LATER))) == 500
    assert len(list(watch.due(LATER, all_of_them=True))) == MOST
    assert not watch.busy


# ---------------------------------------------------------------------------------------------------- over the web


class Counted:
    """The demo's issue, sent with its links counted, and its pages served."""

    def __init__(self, folder):
        self.folder, self.settings, self.clock = folder, load(folder / "digest.toml", environ={}), Clock(LATER)
        with open_parts(self.settings) as parts:
            self.issue = parts.store.issues.find(1)
            self.links = linked(self.issue.content)
            self.tokens = [parts.link_tokens.make(1, n) for n in range(len(self.links) + 1)]
            self.people = [parts.tokens.make(purpose, 1, "daily") for purpose in Purpose]

    def after(self, doing):
        """What is counted of what somebody does at the site, beyond what was before; counted when the site ends."""
        with open_parts(self.settings) as parts:
            before = parts.store.clicks.of(1)
            with site(create_app(parts, clock=self.clock)) as url:
                doing(Visitor(url, **OPENS))
            return parts.store.clicks.of(1) - before

    def mail(self):
        """A mail as it was sent."""
        catcher = self.settings.data / "catcher"
        line = json.loads((catcher / "envelopes.jsonl").read_text().splitlines()[0])
        return message_from_bytes((catcher / "new" / line["file"]).read_bytes(), policy=policy.default)


@pytest.fixture(scope="module")
def counted(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("counted") / "demo"
    shutil.copytree(built, folder)
    file = folder / "digest.toml"
    file.write_text(file.read_text().replace("[edition.daily]\n", "[edition.daily]\nclicks = true\n"))
    with open_parts(load(file, environ={})) as parts:
        pipeline.approve(parts, 1, by="ada", now=NOW, override="it is invented")
        asyncio.run(pipeline.send(parts, 1, clock=Clock(NOW + timedelta(minutes=15))))
    return Counted(folder)


def test_every_story_of_the_mail_that_was_sent_is_linked_over_our_address_and_its_own_links_are_not(counted):
    mail = counted.mail()
    page = lxml.html.fromstring(mail.get_body(("html",)).get_content())
    hrefs = [each.get("href") for each in page.iterfind(".//a[@href]")]
    ours = {f"{counted.settings.public_url}/c/{token}" for token in counted.tokens[1:]}

    assert ours & set(hrefs)
    assert not set(counted.links) & set(hrefs)
    assert {urlsplit(href).path.split("/")[1] for href in set(hrefs) - ours if href.startswith("http")} == {
        "archive",
        "prefs",
        "u",
    }
    text = mail.get_body(("plain",)).get_content()
    assert any(url in text for url in counted.links)
    assert "/c/" not in text
    assert "/c/" not in str(mail["List-Unsubscribe"])


def test_a_reader_is_sent_on_to_the_story_and_counted_by_link_and_hour_alone(counted):
    def follow(visitor):
        got = visitor.get(f"/c/{counted.tokens[2]}")
        assert (got.status, got.goes_to) == (302, counted.links[1])
        assert got.headers["Referrer-Policy"] == "no-referrer"
        assert got.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in got.headers

    assert counted.after(follow) == {(2, Kind.HUMAN): 1}


def test_a_scanner_that_asks_everything_twice_over_counts_as_a_machine(counted):
    def scan(visitor):
        for method in ("HEAD", "GET"):
            for token in counted.tokens:
                assert visitor.ask(method, f"/c/{token}", headers={"User-Agent": "Mozilla/5.0 (scan)"}).status == 302

    assert {kind for _, kind in counted.after(scan)} == {Kind.MACHINE}


def test_what_is_no_link_of_an_issue_that_left_opens_nothing_and_says_so_politely(counted):
    with open_parts(counted.settings) as parts:
        beyond = parts.link_tokens.make(1, len(counted.links) + 1)
        another = parts.link_tokens.make(2, 1)
    altered = counted.tokens[1][:-1] + ("A" if counted.tokens[1][-1] != "A" else "B")

    def knock(visitor):
        for token in (beyond, another, altered, "x", *counted.people):
            got = visitor.get(f"/c/{token}")
            assert (got.status, got.goes_to) == (404, "")
            assert "<h1" in got.text
        for token in counted.tokens:
            assert visitor.get(f"/u/{token}").status == visitor.get(f"/prefs/{token}").status == 404
        assert visitor.post(f"/c/{counted.tokens[1]}").status == 405

    assert counted.after(knock) == {}


def test_before_it_leaves_an_issue_counts_nothing_and_a_look_or_a_test_leads_straight_to_the_stories(built, tmp_path):
    folder = tmp_path / "demo"
    shutil.copytree(built, folder)
    file = folder / "digest.toml"
    file.write_text(file.read_text().replace("[edition.daily]\n", "[edition.daily]\nclicks = true\n"))
    with open_parts(load(file, environ={})) as parts:
        issue = parts.store.issues.find(1)
        raw = pipeline.mail_as(parts, issue).data
        looked_at = pipeline.page(parts, issue)
        token = parts.link_tokens.make(1, 1)
        with site(create_app(parts, clock=Clock(LATER))) as url:
            assert Visitor(url, **OPENS).get(f"/c/{token}").status == 404
        asyncio.run(pipeline.test_send(parts, issue, ["desk@aldovar.example"], now=NOW))
        (tried,) = (parts.settings.data / "catcher/new").glob("*.eml")

    test = message_from_bytes(tried.read_bytes(), policy=policy.default).get_body(("html",)).get_content()
    assert b"/c/" in raw
    assert "/c/" not in test
    assert linked(issue.content)[0] in test
    assert "/c/" not in looked_at.html
    assert linked(issue.content)[0] in looked_at.html


def test_the_check_finds_the_same_in_a_mail_that_counts_and_asks_the_links_themselves(built, counted):
    def found(folder):
        with open_parts(load(folder / "digest.toml", environ={})) as parts:
            issue = parts.store.issues.find(1)
            return [(each.level, each.text, each.places) for each in pipeline.examine(parts, issue, now=NOW)]

    def of_all_but_the_bytes(findings):
        return [each for each in findings if "KB" not in each[1]]

    assert of_all_but_the_bytes(found(counted.folder)) == of_all_but_the_bytes(found(built))


def test_the_counts_are_told_by_link(counted):
    counted.after(lambda visitor: visitor.get(f"/c/{counted.tokens[1]}"))

    with open_parts(counted.settings) as parts:
        told = pipeline.followed(parts, counted.issue)
        kept = parts.store.clicks.of(1)

    first = told[0]
    assert (first.number, first.url) == (1, counted.links[0])
    assert first.headline == counted.issue.content.lead.headline
    assert (first.human, first.unsure, first.machine) == tuple(kept[1, kind] for kind in Kind)
    assert first.human >= 1
    assert [row.number for row in told] == list(range(1, len(counted.links) + 1))


def test_an_issue_that_counts_is_the_same_when_made_again_whatever_was_set_since_and_with_another_key(counted):
    file = counted.folder / "digest.toml"
    file.write_text(file.read_text().replace("clicks = true\n", ""))
    with open_parts(load(file, environ={})) as parts:
        before = pipeline.mail_as(parts, counted.issue).data
        parts.keyring.rotate()

        assert pipeline.verify(parts, 1).differences == ()
        after = pipeline.mail_as(parts, counted.issue).data
        assert before != after
        assert before.count(b"/c/") == after.count(b"/c/") > 5
        with site(create_app(parts, clock=counted.clock)) as url:
            assert Visitor(url).get(f"/c/{counted.tokens[1]}").goes_to == counted.links[0]
