"""The mails that answer one reader, as they come out of a mail server on loopback."""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default as policy

import pytest

from digest import pipeline
from digest.deliver.catcher import caught
from digest.errors import ListError
from digest.lifecycle import Move
from digest.model.delivery import DeliveryState, Outcome, Plan
from digest.model.people import Consent, Notice, NoticeKind, Preferences
from digest.parts import open_parts
from digest.pipeline import readers
from digest.pipeline.refusing import after_all, is_refused, never_again, never_token
from digest.pipeline.transactional import again, compose_notice, send_notices
from digest.schedule import Watch, answer
from digest.settings import load
from digest.subscribers import Purpose
from tests.fakes import NOON
from tests.render.samples import TEMPLATES
from tests.settings.conftest import BASE, RELAY
from tests.store.samples import article, draft, slot
from tests.virtual import virtually

ADA, CY = "ada@mail.example", "cy@mail.example"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LANGUAGES = ("ar", "de", "en", "es", "fr", "pl", "uk")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A folder with one list and a database, made once."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "subscribers").mkdir()
    (folder / "digest.toml").write_text(BASE)
    (folder / "subscribers/lists.toml").write_text("[weekday]\npublic = true\n")
    (folder / "subscribers/weekday.csv").write_text(f"email\n{ADA}\n")
    shutil.copytree(TEMPLATES, folder / "templates")
    with open_parts(load(folder / "digest.toml", {})) as parts:
        pipeline.sync(parts, now=NOON)
    return folder


@pytest.fixture
def desk(tmp_path, template):
    return shutil.copytree(template, tmp_path / "desk")


@pytest.fixture
def parts(desk):
    with open_parts(load(desk / "digest.toml", {})) as opened:
        yield opened


def sent(parts, now=NOON):
    return asyncio.run(asyncio.wait_for(send_notices(parts, clock=lambda: now), 120))


def mails(parts):
    found = [
        message_from_bytes(each.path.read_bytes(), policy=policy) for each in caught(parts.settings.data / "catcher")
    ]
    return [(mail, mail.get_body(("plain",)).get_content().replace("\r\n", "\n")) for mail in found]


def link(text, way):
    return re.search(rf"^http\S*/{way}/(\S+)$", text, re.MULTILINE)[1]


def own_token(parts, address):
    (one,) = parts.store.subscribers.by_email(address)
    return parts.tokens.make(Purpose.PREFERENCES, one.subscriber.id, "weekday")


def sign_up(parts, address=CY, now=NOON, **wish):
    readers.sign_up(parts, readers.Form(address, "weekday", Preferences(**wish), "Yes."), now=now)


def test_from_a_form_to_the_welcome_by_the_mails_alone(parts):
    sign_up(parts, language="uk")
    first = sent(parts)
    ((confirmation, text),) = mails(parts)

    readers.confirm(parts, link(text, "confirm"), now=NOON + MINUTE)
    second = sent(parts, NOON + MINUTE)
    (welcome, words) = mails(parts)[1]
    told = readers.leave(parts, link(words, "u"), origin="page", now=NOON + 2 * MINUTE)
    sent(parts, NOON + 2 * MINUTE)
    (_, goodbye) = mails(parts)[2]
    back = readers.put_back(parts, link(goodbye, "u"), now=NOON + 3 * MINUTE)

    assert (first.accepted, second.accepted, first.trouble) == (1, 1, "")
    assert (confirmation["To"], confirmation["Auto-Submitted"]) == (CY, "auto-generated")
    assert confirmation["List-Unsubscribe"] is None
    assert confirmation["Content-Language"] == "uk"
    assert "Підтвердьте" in confirmation["Subject"]
    assert welcome["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert readers.wishes(parts, link(words, "prefs"), now=NOON).consent is Consent.ACTIVE
    assert (told.ended, back.consent) == (1, Consent.ACTIVE)


def test_who_says_never_again_is_written_to_by_no_form_until_they_lift_it(desk, parts):
    sign_up(parts)
    readers.move_address(parts, own_token(parts, ADA), CY, now=NOON)
    sent(parts)
    texts = [text for mail, text in mails(parts) if mail["To"] == CY]
    confirm, never, other = link(texts[0], "confirm"), link(texts[0], "never"), link(texts[1], "never")

    assert [is_refused(parts, never), never_again(parts, never, now=NOON), is_refused(parts, other)] == [
        False,
        True,
        True,
    ]
    assert never_again(parts, never, now=NOON + DAY)
    assert readers.confirm(parts, confirm, now=NOON).fresh is False
    assert readers.confirm_address(parts, link(texts[1], "address"), now=NOON).fresh is False
    for day in range(2, 5):
        sign_up(parts, now=NOON + day * DAY)
        readers.mail_link(parts, CY, "weekday", now=NOON + day * DAY)
        readers.move_address(parts, own_token(parts, ADA), CY, now=NOON + day * DAY)
    with pytest.raises(ListError, match="only they themselves can lift that"):
        pipeline.enlist(parts, "weekday", {"email": CY}, now=NOON)
    file = desk / "subscribers/weekday.csv"
    file.write_text(f"{file.read_text()}{CY}\n")
    assert pipeline.sync(parts, now=NOON).report.kept_out == {"weekday": 1}
    assert parts.store.notices.waiting() == 0
    assert pipeline.look_up(parts, CY).refused_since == NOON
    assert parts.store.subscribers.suppression_keys() == {parts.keyring.hashing.mark}

    assert after_all(parts, other)
    sign_up(parts, now=NOON + 40 * DAY)
    assert sent(parts, NOON + 40 * DAY).accepted == 1
    assert (is_refused(parts, never), is_refused(parts, confirm), never_again(parts, confirm, now=NOON)) == (
        False,
        None,
        False,
    )


def test_who_reads_already_and_says_never_again_reads_on(parts):
    assert never_again(parts, never_token(parts, ADA, parts.settings.edition("weekday")), now=NOON)

    pipeline.sync(parts, now=NOON)

    assert ADA in [recipient.email for recipient in parts.store.subscribers.audience(["weekday"])]


def test_nothing_that_a_stranger_typed_stands_in_the_mail_they_cause(parts):
    form = readers.Form(CY, "weekday", Preferences(), "Yes.", name="Win a boat at https://boats.example")
    readers.sign_up(parts, form, now=NOON)

    sent(parts)

    ((mail, _),) = mails(parts)
    said = [*map(str, mail.values()), *(part.get_content() for part in mail.walk() if not part.is_multipart())]
    assert len(said) > 2
    assert not [each for each in said if "a boat" in each or "boats.example" in each]  # no token has blanks or dots


def test_the_link_that_is_mailed_to_a_reader_of_two_editions_comes_with_the_other_one(desk):
    sunday = 'title = "The Brief on Sunday"\nlists = ["sunday"]\ndraft = "Sun 06:00"\nsend = "Sun 07:00"\n'
    (desk / "digest.toml").write_text(BASE + "\n[edition.sunday]\n" + sunday)
    (desk / "subscribers/sunday.csv").write_text(f"email\n{ADA}\n{CY}\n")
    with open_parts(load(desk / "digest.toml", {})) as parts:
        pipeline.sync(parts, now=NOON)
        for address in (ADA, CY):
            for edition in parts.settings.editions:
                readers.mail_link(parts, address, edition, now=NOON)
        sent(parts)
        texts = {mail["To"]: text for mail, text in mails(parts)}

        tokens = {to: re.findall(r"^http\S*/prefs/(\S+)$", text, re.MULTILINE) for to, text in texts.items()}
        opened = {to: [parts.tokens.read(token).edition for token in found] for to, found in tokens.items()}

    assert opened == {ADA: ["weekday", "sunday"], CY: ["sunday"]}
    assert "The Brief on Sunday:" in texts[ADA]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_is_said_in_every_language_and_is_the_same_at_every_try(parts, language):
    for number, kind in enumerate(NoticeKind, 1):
        wish = Preferences(language=language)
        notice = Notice(number, kind, 1, "weekday", 3, ADA, CY, wish, NOON, 0)

        data = compose_notice(parts, notice)
        mail = message_from_bytes(data, policy=policy)
        text, html = (mail.get_body((each,)).get_content() for each in ("plain", "html"))

        assert data == compose_notice(parts, notice)
        assert not mail.defects
        assert mail["Content-Language"] == language
        assert f'lang="{language}"' in html
        assert "{" not in text
        assert max(map(len, data.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
        assert html.count("<h1") == 1


@pytest.mark.parametrize("public", [True, False])
def test_a_welcome_tells_what_the_latest_issue_told_and_leads_there_where_it_is_public(desk, public):
    (desk / "digest.toml").write_text(BASE.replace("[edition.weekday]", '[edition.brief]\nlists = ["weekday"]'))
    (desk / "subscribers/lists.toml").write_text(f"[weekday]\narchive = {str(public).lower()}\n")
    with open_parts(load(desk / "digest.toml", {})) as parts:
        told = article("bridge")
        issue = draft(parts.store, [told], at=slot())
        for move in (Move.SUBMIT, Move.APPROVE):
            parts.store.issues.move(issue.id, move, now=NOON, by="ada", binding="b")
        plans = {wish: Plan(None, NOON, "a test") for wish in parts.store.subscribers.cohorts(["weekday"])}
        parts.store.outbox.freeze(issue.id, lists=["weekday"], cohorts=plans, skeletons={}, now=NOON)

        mail = compose_notice(parts, Notice(1, NoticeKind.WELCOME, 1, "brief", None, ADA, ADA, Preferences(), NOON, 0))

    text = message_from_bytes(mail, policy=policy).get_body(("plain",)).get_content()
    assert told.title in text
    assert (f"/archive/{issue.id}#military-1" in text) is public
    assert b"List-Id: The Aldovar Brief <brief." in mail


def test_a_mail_server_that_is_not_there_loses_no_mail(desk):
    (desk / "digest.toml").write_text(BASE + RELAY.replace("2525", "1").replace('username = "digest"\n', ""))
    with open_parts(load(desk / "digest.toml", {})) as parts:
        sign_up(parts)
        first = sent(parts)
        waiting = parts.store.notices.waiting()

    (desk / "digest.toml").write_text(BASE)
    with open_parts(load(desk / "digest.toml", {})) as parts:
        second = sent(parts, NOON + 2 * MINUTE)

    assert "127.0.0.1:1" in first.trouble
    assert (first.later, waiting, second.accepted) == (1, 1, 1)


def test_a_look_that_is_broken_keeps_the_mail_until_it_is_mended(desk, parts):
    file = desk / "templates/common/notice.txt.j2"
    whole = file.read_text()
    file.write_text("{{ nothing }}")
    sign_up(parts)
    broken = sent(parts)
    file.write_text(whole)

    mended = sent(parts, NOON + 6 * MINUTE)

    assert "nothing" in broken.trouble
    assert (broken.later, mended.accepted) == (1, 1)


def test_an_outage_of_a_day_or_an_edition_that_is_gone_for_one_loses_no_mail(desk):
    (desk / "digest.toml").write_text(BASE + RELAY.replace("2525", "1").replace('username = "digest"\n', ""))
    with open_parts(load(desk / "digest.toml", {})) as parts:
        sign_up(parts)
        outage = [sent(parts, NOON + minutes * MINUTE).later for minutes in range(0, 12 * 60, 60)]
    (desk / "digest.toml").write_text(BASE.replace("[edition.weekday]", '[edition.brief]\nlists = ["weekday"]'))
    with open_parts(load(desk / "digest.toml", {})) as parts:
        outage += [sent(parts, NOON + minutes * MINUTE).later for minutes in range(12 * 60, 24 * 60, 60)]

    (desk / "digest.toml").write_text(BASE)
    with open_parts(load(desk / "digest.toml", {})) as parts:
        after = sent(parts, NOON + 24 * 60 * MINUTE)

    assert (outage, after.accepted) == ([1] * 24, 1)


def test_what_waited_for_two_days_goes_to_nobody_and_the_log_says_so(desk, parts, caplog):
    sign_up(parts)

    late = sent(parts, NOON + 2 * 24 * 60 * MINUTE)

    assert (late.accepted, parts.store.notices.waiting()) == (0, 0)
    assert "a mail to one reader will not go out" in caplog.text


def test_a_mail_that_servers_put_off_five_times_is_given_up(parts):
    sign_up(parts)
    (each,) = parts.store.notices.claim(1, now=NOON)
    busy = Outcome(DeliveryState.DEFERRED, 451, "busy")

    pauses = [again(busy, replace(each, attempts=before), NOON) for before in range(5)]

    assert [pause and (pause - NOON) // MINUTE for pause in pauses] == [5, 15, 30, 60, None]


def test_who_is_suppressed_meanwhile_gets_nothing(parts):
    sign_up(parts)
    pipeline.forget(parts, CY, now=NOON)

    assert sent(parts).accepted == 0
    assert mails(parts) == []


def test_a_flood_of_sign_ups_waits_and_leaves_the_way_free_for_readers_own_mails(parts):
    for number in range(65):
        sign_up(parts, f"reader{number}@mail.example")
    token = parts.tokens.make("unsubscribe", parts.store.subscribers.by_email(ADA)[0].subscriber.id, "weekday")
    readers.leave(parts, token, origin="page", now=NOON)
    taken = []

    while some := parts.store.notices.claim(20, now=NOON):
        taken += some

    kinds = [each.kind for each in taken]
    assert (kinds.count(NoticeKind.CONFIRM), kinds.count(NoticeKind.GOODBYE)) == (60, 1)
    assert len(parts.store.notices.claim(20, now=NOON + MINUTE)) == 5


def test_one_address_gets_three_confirmations_a_month_that_nobody_follows(parts):
    for hours in range(0, 40 * 24, 8):
        sign_up(parts, now=NOON + hours * 60 * MINUTE)
        if hours == 29 * 24:
            within = parts.store.notices.waiting()

    assert within == 3
    assert parts.store.notices.waiting() == 6


def test_what_strangers_cause_keeps_no_word_from_a_reader_and_waits_behind_theirs(parts):
    token = parts.tokens.make("preferences", parts.store.subscribers.by_email(ADA)[0].subscriber.id, "weekday")
    for number in range(30):
        sign_up(parts, f"reader{number}@mail.example")
    for minutes in range(0, 120, 11):
        sign_up(parts, ADA, now=NOON + minutes * MINUTE)
    readers.move_address(parts, token, CY, now=NOON + 120 * MINUTE)
    asked = [each for each in parts.store.notices.claim(99, now=NOON + 120 * MINUTE) if each.email == CY]

    readers.confirm_address(parts, parts.tokens.make("address", asked[0].request, "weekday"), now=NOON + 121 * MINUTE)

    (first,) = parts.store.notices.claim(1, now=NOON + 180 * MINUTE)
    assert (first.kind, first.email) == (NoticeKind.MOVED, ADA)


def test_one_address_gets_six_mails_a_day_of_those_that_strangers_cause_and_none_within_minutes_of_its_like(parts):
    for minutes in range(0, 120, 5):
        sign_up(parts, ADA, now=NOON + minutes * MINUTE)

    assert parts.store.notices.waiting() == 6


def test_what_was_not_begun_when_the_daemon_is_told_to_stop_is_given_back_at_once(parts):
    stop, asked = asyncio.Event(), []

    def clock():
        asked.append(NOON)
        stop.set()  # while the first are being claimed
        return NOON

    readers.sign_up(parts, readers.Form(CY, "weekday", Preferences(), "Yes."), now=NOON)

    done = asyncio.run(asyncio.wait_for(send_notices(parts, clock=clock, stop=stop), 120))

    assert (done.accepted, done.later, done.trouble) == (0, 0, "")
    assert [each.email for each in parts.store.notices.claim(9, now=NOON)] == [CY]


def test_a_mail_for_which_issues_leave_no_connection_waits_and_that_is_no_failure(desk):
    relay = RELAY.replace("2525", "1").replace('username = "digest"\n', "") + "connections = 1\n"
    (desk / "digest.toml").write_text(BASE + relay)

    async def wait(parts):
        async with parts.transport() as issue:
            issue._shares[0].guest.begin()  # a connection that is made and never ends
            watch = Watch(parts, lambda: NOON, asyncio.Event())
            return [event.text async for event in answer(watch)]

    with open_parts(load(desk / "digest.toml", {})) as parts:
        sign_up(parts)
        told = virtually(wait(parts))
        left = parts.store.notices.waiting()
        (desk / "digest.toml").write_text(BASE)

    with open_parts(load(desk / "digest.toml", {})) as parts:
        later = sent(parts, NOON + 5 * MINUTE)

    assert (told, left, later.accepted) == ([], 1, 1)
