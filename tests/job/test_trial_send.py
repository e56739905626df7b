"""Test sends over real SMTP: what testers get, what they cannot do with it, and what is kept of it."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from typer.testing import CliRunner

from digest import pipeline
from digest.cli.app import app
from digest.errors import ListError, MoveError, UnknownError
from digest.model.delivery import DeliveryState
from digest.parts import open_parts
from digest.render.trial import as_test
from digest.settings import load
from tests.deliver.server import TAKE_AND_DROP, willing
from tests.job.postoffice import PostOffice

ADA, BO, TESS, UMA = (f"{name}@aldovar.example" for name in ("ada", "bo", "tess", "uma"))
NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
TOKEN = re.compile(r"/(?:u|prefs)/([A-Za-z0-9._~-]{16,})")
MARKS = {
    "subject",
    "x-digest-test",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
    "date",
    "message-id",
    "to",
}


@pytest.fixture(scope="module")
def office():
    with PostOffice() as office:
        yield office


@pytest.fixture
def desk(approved, office):
    """A working folder whose issue 1 is approved; Ada reads diplomacy alone, Bo everything."""
    office.answer = willing
    office.log.mails.clear()
    approved.settings.write_text(approved.settings.read_text() + office.table)
    (approved.folder / "subscribers/daily.csv").write_text(
        f"email,name,sections\n{ADA},Ada Rehn,diplomacy\n{BO},Bo Tarn,\n"
    )
    return approved


@pytest.fixture
def parts(desk):
    with open_parts(load(desk.settings, {})) as parts:
        yield parts


def tried(parts, *addresses, as_address=""):
    issue = parts.store.issues.find(1)
    return asyncio.run(pipeline.test_send(parts, issue, addresses, as_address=as_address, by="uma", now=NOW))


def mails(office):
    return [(to, message_from_bytes(data, policy=default)) for _, to, data in office.log.mails]


def test_testers_get_what_a_subscriber_gets_marked_and_nothing_is_counted(parts, office):
    pipeline.sync(parts, now=NOW)
    (real,) = pipeline.mails(parts, parts.store.issues.find(1), address=ADA)

    done = tried(parts, TESS, UMA, as_address=ADA)

    assert [(each.address, each.outcome.state, each.outcome.code) for each in done] == [
        (TESS, DeliveryState.ACCEPTED, 250),
        (UMA, DeliveryState.ACCEPTED, 250),
    ]
    theirs = message_from_bytes(real.data, policy=default)
    (_, first), (_, second) = got = mails(office)
    assert [to for to, _ in got] == [TESS, UMA] == [mail["To"] for _, mail in got]
    assert first["Subject"] == f"[Test] {theirs['Subject']}"
    assert first["X-Digest-Test"] == "1"
    assert first["Date"].datetime == NOW
    assert len({first["Message-ID"], second["Message-ID"], theirs["Message-ID"]}) == 3
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"} & set(first.keys())
    kept = [pair for pair in theirs.items() if pair[0].lower() not in MARKS]
    assert [pair for pair in first.items() if pair[0].lower() not in MARKS] == kept
    assert (
        TOKEN.sub("/", first.as_string()).split("\n\n", 1)[1] == TOKEN.sub("/", theirs.as_string()).split("\n\n", 1)[1]
    )
    assert "Military" not in first.get_body(("plain",)).get_content()
    assert parts.store.issues.find(1).state == "approved"
    assert not any(parts.store.outbox.counts(1).values())
    assert office.log.mails[0][0] == "bounce-1-0@aldovar.example"


def test_no_link_of_a_test_acts_for_a_subscriber(parts, office):
    tried(parts, BO, as_address=BO)

    ((_, mail),) = mails(office)
    found = {token for part in ("plain", "html") for token in TOKEN.findall(mail.get_body((part,)).get_content())}
    assert len(found) == 2  # to unsubscribe, and for preferences
    assert {parts.tokens.read(token).subscriber for token in found} == {0}
    assert not parts.store.subscribers.by_email("")
    everybody = [s.subscriber.id for name in ("daily",) for s in parts.store.subscribers.all(name)]
    assert everybody
    assert 0 not in everybody


def test_what_the_server_says_is_told_for_each_address_and_the_rest_goes_out(parts, office):
    replies = {("rcpt", BO): "550 5.1.1 nobody here", ("rcpt", TESS): "451 4.7.1 later", ("dot", UMA): TAKE_AND_DROP}
    office.answer = lambda stage, argument: replies.get((stage, argument)) or willing(stage, argument)

    done = tried(parts, BO, TESS, UMA, ADA)

    assert {each.address: (each.outcome.state.value, each.outcome.code) for each in done} == {
        BO: ("refused", 550),
        TESS: ("deferred", 451),
        UMA: ("in_doubt", 0),
        ADA: ("accepted", 250),
    }
    assert done[0].outcome.text == "5.1.1 nobody here"
    assert pipeline.test_addresses(parts, "daily") == [ADA, TESS, UMA]  # without the one that is nobody's
    (run,) = parts.store.runs.recent("test-send")
    assert (run.about, run.result, run.text) == (
        {"issue": 1, "edition": "daily", "by": "uma"},
        "failed",
        "1 of 4 accepted",
    )


def test_a_message_that_no_connection_takes_counts_as_deferred(parts, office):
    office.answer = lambda stage, argument: (
        "421 4.3.2 closing" if (stage, argument) == ("rcpt", BO) else willing(stage, argument)
    )

    done = tried(parts, BO, TESS)

    assert [(each.outcome.state.value, each.outcome.code) for each in done] == [("deferred", 421), ("accepted", 250)]


@pytest.mark.parametrize(
    ("addresses", "as_address", "error", "words"),
    [
        ([], "", ListError, "0 addresses"),
        ([f"t{n}@aldovar.example" for n in range(21)], "", ListError, "at most 20"),
        ([TESS, "tess at aldovar"], "", ListError, "no address"),
        ([TESS, "gone@aldovar.example"], "", ListError, r"suppressed since 2026-11-02 \(complaint\).*nothing was sent"),
        ([TESS], UMA, UnknownError, "on none of the lists of daily"),
    ],
)
def test_all_is_sent_or_nothing(parts, office, addresses, as_address, error, words):
    folder = parts.settings.subscribers
    (folder / "suppressed.csv").write_text("email,reason,since\ngone@aldovar.example,complaint,2026-11-02\n")

    with pytest.raises(error, match=words):
        tried(parts, *addresses, as_address=as_address)

    assert not office.log.mails
    assert parts.store.testers.recent("daily") == []


def test_a_subscriber_for_whom_the_issue_has_nothing_gets_no_test_either(desk, office):
    desk.settings.write_text(
        f'{desk.settings.read_text()}\n[[section]]\nid = "harbour"\ntitle = "Harbour"\nmatch = ["pier"]\n'
    )
    (desk.folder / "subscribers/daily.csv").write_text(f"email,sections\n{ADA},harbour\n")

    with open_parts(load(desk.settings, {})) as parts, pytest.raises(MoveError, match="nothing in the sections"):
        tried(parts, TESS, as_address=ADA)

    assert not office.log.mails


def test_of_an_issue_on_its_way_testers_get_what_was_frozen_for_the_subscriber(parts, office):
    office.answer = lambda stage, who: "451 4.7.1 later" if (stage, who) == ("rcpt", ADA) else willing(stage, who)
    pipeline.sync(parts, now=NOW)
    asyncio.run(pipeline.send(parts, 1, clock=lambda: parts.store.issues.find(1).send_at))
    (parts.settings.subscribers / "daily.csv").write_text(f"email,sections\n{ADA},military\n")
    office.answer = willing
    office.log.mails.clear()

    tried(parts, TESS, as_address=ADA)

    ((_, mail),) = mails(office)
    text = mail.get_body(("plain",)).get_content()
    assert "You read Diplomacy" in text
    assert parts.store.issues.find(1).state == "sending"
    assert parts.store.outbox.counts(1) == parts.store.outbox.counts(1) | {"accepted": 1, "deferred": 1}


def test_who_is_erased_is_no_tester_any_more(parts, office):
    tried(parts, TESS, UMA)

    pipeline.forget(parts, TESS, now=NOW)

    assert parts.store.testers.recent("daily") == [UMA]


def test_the_command_says_what_became_of_each(desk, office):
    office.answer = lambda stage, who: "451 4.7.1 later" if (stage, who) == ("rcpt", BO) else willing(stage, who)
    command = ["-c", str(desk.settings), "test-send", "1"]

    done = CliRunner().invoke(app, [*command, "--to", TESS, "--to", BO])
    data = CliRunner().invoke(app, [*command, "--to", TESS, "--as", ADA, "--json"])
    nobody = CliRunner().invoke(app, command)

    assert done.exit_code == 6, "nobody tries a test again, so there is nothing to wait for"
    assert [line.split()[:3] for line in done.stdout.splitlines()] == [
        [TESS, "accepted", "250"],
        [BO, "deferred", "451"],
    ]
    assert "1 mail of 2 accepted" in done.stderr
    assert (data.exit_code, json.loads(data.stdout)) == (
        0,
        {
            "issue": 1,
            "as": ADA,
            "results": [{"address": TESS, "state": "accepted", "code": 250, "text": "2.0.0 taken"}],
        },
    )
    assert nobody.exit_code == 2
    assert TESS in nobody.stderr


def test_only_the_last_twenty_testers_are_kept(parts):
    for n in range(5):
        parts.store.testers.remember("daily", [f"t{n}-{m}@aldovar.example" for m in range(6)], now=NOW + timedelta(n))

    kept = parts.store.testers.recent("daily")

    assert len(kept) == 20
    assert kept[0] == "t4-0@aldovar.example"
    assert parts.store.testers.recent("sunday") == []


def test_a_subject_in_any_script_stays_what_it_was_behind_the_mark():
    mail = b"Subject: =?utf-8?b?0J3RltGHINC90LDQtCDQvNC+0YHRgtC+0Lw=?=\r\nFrom: a@b.example\r\n\r\nbody\r\n"

    marked = as_test(mail, issue=4)

    assert marked.isascii()
    assert message_from_bytes(marked, policy=default)["Subject"] == "[Test] Ніч над мостом"
    assert marked.endswith(b"\r\n\r\nbody\r\n")
