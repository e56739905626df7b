"""What nobody knows after a crash: shown by commands, and decided by people."""

import json
import shutil
from collections import Counter

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from tests.deliver.server import USUAL, willing
from tests.job.conftest import finished
from tests.job.postoffice import LATER, PostOffice

ADA, BO, CY, DI, EL = FIVE = tuple(f"{name}@aldovar.example" for name in ("ada", "bo", "cy", "di", "el"))


@pytest.fixture
def office():
    with PostOffice() as office:
        yield office


@pytest.fixture
def desk(approved, office):
    """A working folder whose issue 1 is approved and would go to five readers over the office."""
    approved.settings.write_text(approved.settings.read_text() + office.table)
    approved.readers(*FIVE)
    return approved


def send(desk):
    return desk("send", 1, "--yes", "--json")


def killed(desk, office, at="dot"):
    """Kill a sender while four messages are in the office's hands, which says nothing to the end."""
    office.answer = lambda stage, who: (USUAL.get(stage, "250 ok") + LATER) if stage == at else willing(stage, who)
    process = desk.start("send", 1, "--yes")
    if at == "dot":
        office.until(lambda log: len(log.mails) >= 4)
    else:
        office.until(lambda log: len(office.asked) >= 4)
    process.kill()
    finished(process)
    office.answer = willing


def test_what_a_killed_sender_had_begun_is_shown_and_decided_and_the_rest_goes_on(desk, office):
    killed(desk, office)

    shown = desk("settle", 1, "--json")
    status = desk("status", 1)
    one = shown.json[0]["address"]
    assumed = desk("settle", 1, "--assume-sent", "--address", one, "--json")
    resent = desk("settle", 1, "--resend", "--json")
    done = send(desk)
    after = desk("status", 1, "--json").json
    taken = office.log.copies

    assert {row["state"] for row in shown.json} == {"in_doubt"}
    assert len(shown.json) == 4
    assert "4 messages of No. 1 in doubt" in shown.err
    assert "digest settle 1" in status.out
    assert (assumed.code, assumed.json["assumed"]) == (0, 1)
    assert (resent.code, resent.json["resent"], resent.json["later"]) == (0, 3, 0)
    assert (done.code, done.json["state"], done.json["counts"]["accepted"]) == (0, "sent", 5)
    assert (after["assumed"], after["counts"]["in_doubt"]) == (1, 0)
    again = {row["address"] for row in shown.json} - {one}
    assert taken == Counter(FIVE) + Counter(again)  # they were taken before the kill, too, and somebody chose to resend


def test_an_edition_may_choose_that_messages_in_doubt_are_sent_again(desk, office):
    desk.edit("digest.toml", "[edition.daily]", '[edition.daily]\nin_doubt = "resend"')
    killed(desk, office)

    done = send(desk)

    assert (done.code, done.json["counts"]["accepted"]) == (0, 5)
    assert office.log.copies.total() == 9


def test_what_was_never_begun_when_its_sender_was_killed_goes_out_without_a_question(desk, office):
    killed(desk, office, at="rcpt")

    done = send(desk)

    assert (done.code, done.json["state"]) == (0, "sent")
    assert office.log.copies == Counter(FIVE)


def test_a_database_that_was_put_back_sends_nothing_until_somebody_has_looked(desk, office):
    older = desk.folder / "older.db"
    shutil.copy(desk.folder / "var/digest.db", older)
    assert send(desk).code == 0
    for name in ("digest.db-wal", "digest.db-shm"):
        (desk.folder / "var" / name).unlink(missing_ok=True)
    older.replace(desk.folder / "var/digest.db")

    refused = send(desk)
    status = desk("status", 1)
    looked = desk("settle", "--put-back", "--json")
    held = send(desk)

    assert refused.code == 5
    assert "older than what was sent" in refused.err
    assert "--put-back" in status.err
    assert desk.state == "held"
    assert (looked.code, looked.json) == (0, {"accepted": True})
    assert (held.code, office.log.copies) == (5, Counter(FIVE))


def test_a_sender_of_this_machine_is_not_called_dead_while_it_lives(desk, office):
    office.answer = lambda stage, who: USUAL["dot"] + LATER if stage == "dot" else willing(stage, who)
    process = desk.start("send", 1, "--yes", "--json")
    office.until(lambda log: len(log.mails) >= 4)
    ((name, count),) = desk("status", 1, "--json").json["holders"].items()
    another = "0123" if not name.startswith("0123") else "4567"

    nobody = desk("settle", "--worker", another, "--dead")
    alive = desk("settle", "--worker", name[:8], "--dead")
    office.release()
    done = finished(process)

    assert (nobody.code, alive.code, count) == (2, 5, 5)
    assert name in nobody.err
    assert "lives on this machine" in alive.err
    assert (done.code, json.loads(done.out)["counts"]["accepted"]) == (0, 5)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("1", "--resend", "--assume-sent"),
        ("--resend",),
        ("--worker", "ab"),
        ("1", "--dead"),
        ("1", "--put-back"),
        ("--address", ADA),
    ],
)
def test_half_a_decision_is_refused(words):
    assert CliRunner().invoke(app, ["settle", *words]).exit_code == 2
