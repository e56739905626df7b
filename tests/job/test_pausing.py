"""A send that is paused, goes on, is stopped, or stops itself because too much of it is refused."""

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.errors import DigestError
from tests.deliver.server import willing
from tests.job.conftest import Done, finished
from tests.job.postoffice import LATER, PostOffice

PEOPLE = tuple(f"reader{n}@aldovar.example" for n in range(80))
WITHOUT_CANARY = {"DIGEST_EDITION__DAILY__CANARY": "0"}


def run(desk, *args):
    """Run a command in this process, which is quicker than in one of its own; only a sender under way needs that."""
    done = CliRunner().invoke(app, ["-c", str(desk.settings), *map(str, args)])
    if isinstance(done.exception, DigestError):
        return Done(done.exception.exit_code, done.stdout, f"digest: {done.exception}")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def office():
    with PostOffice() as office:
        yield office


@pytest.fixture
def desk(approved, office):
    """A working folder whose issue 1 is approved and would go to the office, at fifty a second."""
    approved.settings.write_text(approved.settings.read_text() + office.table + 'rate = "50/s"\n')
    approved.readers(*PEOPLE)
    return approved


def test_where_the_canary_is_refused_the_rest_stays_until_somebody_says_so(desk, office):
    office.answer = lambda at, who: f"554 5.7.1 <{who}> is not for you" if at == "rcpt" else willing(at, who)

    plan = run(desk, "send", 1, "--dry-run", "--json")
    held = run(desk, "send", 1, "--yes")
    asked = len(office.asked)
    again = run(desk, "send", 1, "--yes")
    status = run(desk, "status", 1, "--json")
    went_on = run(desk, "resume", 1, "--json")
    office.answer = willing
    sent = run(desk, "send", 1, "--yes", "--json")

    assert plan.json["takes"] == {"messages": 80, "deferred": 0, "rate": 50.0, "seconds": 1.6, "basis": "relay"}
    assert (held.code, asked) == (5, 50)
    assert "The brake: 50 of 50 refused (100 %), brake_percent is 5; the last reply: 554 5.7.1 … is not" in held.err
    assert "digest resume 1   or   digest stop 1" in held.err
    assert "reader" not in held.err
    assert (again.code, "digest resume 1 lets it go on" in again.err) == (5, True)
    assert status.json["brake"] == {"canary": 50, "answers": 50, "refused": 50, "percent": 5.0, "pulled": True}
    assert (went_on.json["state"], went_on.json["counts"]["queued"]) == ("sending", 30)
    assert "clearly more than 50 %" in went_on.err
    assert (sent.json["state"], sent.json["counts"]["accepted"]) == ("sent", 30)


def test_a_sender_heeds_a_pause_and_what_is_stopped_is_over(desk, office):
    def slow(stage, argument):
        return willing(stage, argument) + (LATER if stage == "dot" and len(office.log.mails) >= 5 else "")

    office.answer = slow
    process = desk.start("send", 1, "--yes", "--json", env=WITHOUT_CANARY)
    office.until(lambda log: len(log.mails) >= 6)
    paused = run(desk, "pause", 1, "--reason", "a wrong date", "--json")
    office.release()
    put_down = finished(process)
    asked = run(desk, "stop", 1)
    stopped = run(desk, "stop", 1, "--yes", "--json")
    too_late = run(desk, "resume", 1)

    taken = len(office.log.mails)
    assert (paused.json["state"], paused.json["reason"]) == ("paused", "a wrong date")
    assert put_down.code == 5
    assert "A wrong date\nNext:  digest resume 1   or   digest stop 1" in put_down.err
    assert taken < len(PEOPLE)
    assert (asked.code, "digest stop 1 --yes" in asked.err) == (5, True)
    counts = {state: n for state, n in stopped.json["counts"].items() if n}
    assert (stopped.json["state"], counts) == ("stopped", {"accepted": taken, "suppressed": len(PEOPLE) - taken})
    assert (too_late.code, "what was stopped stays stopped" in too_late.err) == (5, True)
