"""An issue over real SMTP: what the server says, what becomes of it, and what a run that died leaves behind."""

import json
import re
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from digest.render.fields import address as envelope
from tests.deliver.server import USUAL, willing
from tests.job.conftest import finished
from tests.job.postoffice import LATER, PostOffice, kept_free

ADA, BO, CY, DI = (f"{name}@aldovar.example" for name in ("ada", "bo", "cy", "di"))
FEW = (ADA, BO, CY, DI)
MANY = tuple(f"reader{n}@aldovar.example" for n in range(200))


@pytest.fixture
def office():
    with PostOffice() as office:
        yield office


@pytest.fixture
def desk(approved, office):
    """A working folder whose issue 1 is approved and would go to the office."""
    relayed(approved, office)
    approved.readers(*FEW)
    return approved


def relayed(desk, office):
    desk.settings.write_text(desk.settings.read_text() + office.table)


def send(desk, now=None):
    return desk("send", 1, "--yes", "--json", now=now)


def counted(done):
    """The counts that are not zero."""
    return {state: count for state, count in done.json["counts"].items() if count}


def later(**span):
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def saying(replies):
    """Answer what is told for a stage and an address; yes to everything else."""
    return lambda stage, argument: replies.get((stage, argument)) or willing(stage, argument)


def test_the_server_gets_every_mail_once_the_very_bytes_that_were_exported(approved, office):
    relayed(approved, office)
    assert approved("export", 1, "--out", "out").code == 0
    lines = map(json.loads, (approved.folder / "out/mails.jsonl").read_text().splitlines())
    mails = {envelope(line["address"]): (approved.folder / "out" / line["file"]).read_bytes() for line in lines}

    done = send(approved)

    assert (done.code, done.json["state"]) == (0, "sent")
    assert counted(done) == {"accepted": len(mails)}
    assert office.log.copies == Counter(mails.keys())
    assert {recipient: data for _, recipient, data in office.log.mails} == mails
    senders = [sender for sender, _, _ in office.log.mails]
    assert len(set(senders)) == len(mails)
    assert all(re.fullmatch(r"bounce-1-\d+@aldovar\.example", sender) for sender in senders)


def test_who_is_refused_is_counted_and_costs_nobody_else_anything(desk, office):
    office.answer = saying({("rcpt", BO): "550 5.1.1 nobody here", ("dot", CY): "554 5.7.1 not that"})

    done = send(desk)
    asked = len(office.asked)
    again = send(desk)

    assert (done.code, done.json["state"]) == (6, "sent")
    assert counted(done) == {"accepted": 2, "refused": 2}
    assert office.log.copies == {ADA: 1, DI: 1}
    assert (again.code, again.json) == (6, done.json)
    assert len(office.asked) == asked == len(FEW)


LETTERS = ("lis@bücher.example", "юля@aldovar.example")


def test_letters_beyond_ascii_in_a_domain_go_to_any_server_and_in_a_name_to_none_without_smtputf8(desk, office):
    desk.readers(ADA, *LETTERS)

    done = send(desk)

    assert (done.code, counted(done)) == (6, {"accepted": 2, "refused": 1})
    assert office.log.copies == {ADA: 1, "lis@xn--bcher-kva.example": 1}
    assert all(data.isascii() for _, _, data in office.log.mails)
    assert desk.deliveries["юля@aldovar.example"] == "refused"
    (reason,) = desk.reasons
    assert reason.startswith("smtputf8")


def test_a_server_that_takes_smtputf8_gets_every_letter_of_an_address(approved):
    with PostOffice(offers=("SMTPUTF8", "8BITMIME")) as office:
        relayed(approved, office)
        approved.readers(*LETTERS)
        done = send(approved)

        assert (done.code, counted(done)) == (0, {"accepted": 2})
        mails = {recipient: data for _, recipient, data in office.log.mails}
    assert set(mails) == {"lis@xn--bcher-kva.example", "юля@aldovar.example"}
    assert "To: юля@aldovar.example\r\n".encode() in mails["юля@aldovar.example"]
    assert mails["lis@xn--bcher-kva.example"].isascii()


def test_who_is_deferred_is_tried_again_when_it_is_time_and_nobody_else(desk, office):
    office.answer = saying({("rcpt", BO): "451 4.7.1 later, please", ("dot", CY): "452 4.3.1 no room"})

    first = send(desk)
    asked = len(office.asked)
    early = send(desk)
    asked_early = len(office.asked) - asked
    office.answer = willing
    last = send(desk, now=later(minutes=10))

    assert (first.code, first.json["state"]) == (75, "sending")
    assert counted(first) == {"accepted": 2, "deferred": 2}
    assert "next try is due" in first.err
    assert (early.code, early.json, asked_early) == (75, first.json, 0)
    assert (last.code, last.json["state"]) == (0, "sent")
    assert sorted(office.asked[asked:]) == [BO, CY]
    assert office.log.copies == Counter(FEW)


def test_a_server_that_is_not_there_counts_against_nobody(approved):
    with kept_free() as port:
        office = PostOffice(port=port)
        relayed(approved, office)
        approved.readers(*FEW)

        absent = approved("send", 1, "--yes", "--json")
        waiting = approved("status", 1, "--json").json
        with office:
            there = send(approved)

    assert (absent.code, absent.out) == (75, "")
    assert f"127.0.0.1:{office.log.port}: no connection" in absent.err
    assert waiting["state"] == "sending"
    assert waiting["counts"] == {**dict.fromkeys(waiting["counts"], 0), "queued": len(FEW)}
    assert (there.code, there.json["state"], counted(there)) == (0, "sent", {"accepted": len(FEW)})
    assert office.log.copies == Counter(FEW)


def test_without_the_encryption_that_is_asked_for_nothing_is_said(desk, office):
    desk.edit("digest.toml", 'security = "none"', 'security = "starttls"')

    done = send(desk)

    assert done.code == 75
    assert "STARTTLS" in done.err
    assert set(desk.deliveries.values()) == {"queued"}
    assert not office.asked
    assert not any(line.startswith("MAIL") for line in office.log.heard)


def test_killed_in_the_middle_it_goes_on_and_nobody_gets_two(desk, office):
    desk.readers(*MANY)

    def slower_and_slower(stage, argument):
        """Keep the mails from the sixtieth on, and never say so."""
        slow = stage == "dot" and len(office.log.mails) >= 60
        return USUAL["dot"] + LATER if slow else willing(stage, argument)

    office.answer = slower_and_slower
    process = desk.start("send", 1, "--yes", "--json")
    office.until(lambda log: len(log.mails) >= 64)
    process.kill()
    finished(process)
    unsaid = set(office.log.copies)
    office.answer = willing
    done = send(desk)
    again = send(desk)

    states = desk.deliveries
    doubtful = {address for address, state in states.items() if state == "in_doubt"}
    assert done.code == again.code == 6
    assert again.json == done.json
    assert done.json["state"] == "sent"
    assert counted(done) == {"accepted": len(MANY) - len(doubtful), "in_doubt": len(doubtful)}
    assert len(doubtful) <= 4  # one a connection: what had been begun
    assert set(office.log.copies.values()) == {1}
    assert {address for address, state in states.items() if state == "accepted"} <= set(office.log.copies)
    assert set(MANY) - set(office.log.copies) <= doubtful
    assert len(unsaid) == 64


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_lets_what_is_begun_end_and_the_rest_for_the_next_run(desk, office, how):
    desk.readers(*MANY)

    def stalling(stage, argument):
        """Keep the answers to the last mails back, and take no further one."""
        if stage == "dot" and len(office.log.mails) >= 60:
            return USUAL["dot"] + LATER
        return "250 ok" + LATER if stage == "mail" and len(office.log.mails) >= 64 else willing(stage, argument)

    office.answer = stalling
    process = desk.start("send", 1, "--yes", "--json")
    office.until(lambda log: len(log.mails) >= 64)
    process.send_signal(how)
    office.release()
    stopped = finished(process)
    taken = office.log.copies.total()
    between = Counter(desk.deliveries.values())
    office.answer = willing
    done = send(desk)

    assert (stopped.code, stopped.out) == (130, "")
    assert "run it again" in stopped.err
    assert between == {"accepted": taken, "queued": len(MANY) - taken}
    assert (done.code, done.json["state"], counted(done)) == (0, "sent", {"accepted": len(MANY)})
    assert office.log.copies == Counter(MANY)


@pytest.mark.parametrize("leaving", ["suppressed", "off the list"])
def test_who_leaves_while_the_issue_is_on_its_way_is_not_mailed(desk, office, leaving):
    office.answer = saying({("rcpt", BO): "451 4.7.1 later, please", ("rcpt", CY): "451 4.7.1 later, please"})
    assert send(desk).code == 75

    office.answer = willing
    if leaving == "suppressed":
        (desk.folder / "subscribers/suppressed.csv").write_text(f"email,reason,since\n{BO},complaint,2026-11-20\n")
    else:
        desk.readers(ADA, CY, DI)
    done = send(desk, now=later(minutes=10))

    assert (done.code, done.json["state"]) == (0, "sent")
    assert counted(done) == {"accepted": 3, "suppressed": 1}
    assert desk.deliveries[BO] == "suppressed"
    assert office.log.copies == Counter([ADA, CY, DI])


def test_who_joins_while_the_issue_is_on_its_way_waits_for_the_next(desk, office):
    office.answer = saying({("rcpt", BO): "451 4.7.1 later, please"})
    assert send(desk).code == 75

    office.answer = willing
    desk.readers(*FEW, "eve@aldovar.example")
    done = send(desk, now=later(minutes=10))

    assert (done.code, counted(done)) == (0, {"accepted": len(FEW)})
    assert office.log.copies == Counter(FEW)


def test_two_runs_at_once_share_the_work_and_never_a_reader(desk, office):
    people = [f"reader{n}@aldovar.example" for n in range(600)]
    desk.readers(*people)

    def together(stage, argument):
        """Take nothing before both have come: one alone has at most four connections."""
        if stage == "mail" and office.log.connections >= 5:
            office.release()
        return willing(stage, argument) + (LATER if stage == "mail" else "")

    office.answer = together
    at_once = {"DIGEST_EDITION__DAILY__CANARY": "0"}  # else the second has nothing to do until the first is answered
    runs = [finished(run) for run in [desk.start("send", 1, "--yes", "--json", env=at_once) for _ in range(2)]]
    done = send(desk)

    assert sorted(run.code for run in runs) in ([0, 0], [0, 75]), [run.err for run in runs]
    assert (done.code, done.json["state"], counted(done)) == (0, "sent", {"accepted": len(people)})
    assert office.log.copies == Counter(people)


def test_what_is_exported_is_its_owners_alone_though_an_earlier_folder_is_open_to_all(approved):
    (approved.folder / "out/mails").mkdir(parents=True)
    for folder in (approved.folder / "out", approved.folder / "out/mails"):
        folder.chmod(0o755)

    assert approved("export", 1, "--out", "out", "--sample", 2).code == 0

    modes = {path.name: path.stat().st_mode & 0o777 for path in (approved.folder / "out").rglob("*") if path.is_file()}
    assert {"1.eml", "2.eml", "issue.html", "mails.jsonl"} <= set(modes)
    assert set(modes.values()) == {0o600}
