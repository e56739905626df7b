"""Signed issues by the installed command: keys made and published, the same bytes everywhere, and good signatures."""

import json
import stat
from datetime import UTC, datetime, timedelta

import dkim
import pytest

from digest.render.fields import address as envelope
from tests.deliver.server import willing
from tests.job.postoffice import PostOffice

TABLE = '\n[dkim]\ndomain = "aldovar.example"\nselectors = ["d1", "d1e"]\n'


@pytest.fixture
def office():
    with PostOffice() as office:
        yield office


@pytest.fixture
def desk(approved, office):
    """A working folder whose issue 1 is approved and would go to the office; keys are made."""
    approved.settings.write_text(approved.settings.read_text() + office.table)
    assert approved("dkim", "keygen", "--domain", "aldovar.example").code == 0
    approved.settings.write_text(approved.settings.read_text() + TABLE)
    return approved


def published(desk):
    """The DNS records that the command prints, as a verifier asks for them."""
    return {f"{row['name']}.".encode(): "".join(row["strings"]).encode() for row in desk("dkim", "show", "--json").json}


def good(mail, records):
    """Which algorithms signed the mail for whom, as another implementation verifies them."""
    seen = []
    for place in range(mail.partition(b"\r\n\r\n")[0].count(b"DKIM-Signature:")):
        verifier = dkim.DKIM(mail)
        if verifier.verify(idx=place, dnsfunc=lambda name, timeout=5: records.get(name)):
            seen.append((verifier.signature_fields[b"a"].decode(), verifier.domain.decode()))
    return seen


def exported(desk, folder="out"):
    assert desk("export", 1, "--out", folder).code == 0
    lines = map(json.loads, (desk.folder / folder / "mails.jsonl").read_text().splitlines())
    return {envelope(line["address"]): (desk.folder / folder / line["file"]).read_bytes() for line in lines}


BOTH = [("rsa-sha256", "aldovar.example"), ("ed25519-sha256", "aldovar.example")]


def test_the_server_gets_the_very_bytes_that_were_exported_and_every_signature_is_good(desk, office):
    mails, records = exported(desk), published(desk)

    tried = desk("test-send", 1, "--to", "tess@aldovar.example")
    ((_, _, trial),) = office.log.mails
    office.log.mails.clear()
    done = desk("send", 1, "--yes", "--json")

    assert (tried.code, done.code, done.json["state"]) == (0, 0, "sent")
    assert b"Subject: [Test] " in trial
    assert good(trial, records) == BOTH
    assert {recipient: data for _, recipient, data in office.log.mails} == mails
    assert len(mails) > 2
    assert all(good(mail, records) == BOTH for mail in mails.values())
    assert exported(desk, "after") == mails


def test_a_retry_is_signed_as_the_first_try_was_whatever_the_settings_name_by_then(desk, office):
    mails = exported(desk)
    office.answer = lambda stage, argument: "451 4.7.1 later" if stage == "dot" else willing(stage, argument)
    assert desk("send", 1, "--yes").code == 75
    assert desk("dkim", "keygen", "d2").code == 0
    desk.edit("digest.toml", '["d1", "d1e"]', '["d2"]')
    office.answer = willing

    done = desk("send", 1, "--yes", now=(datetime.now(UTC) + timedelta(minutes=10)).isoformat())

    assert done.code == 0
    assert {recipient: data for _, recipient, data in office.log.mails} == mails


def test_a_retry_whose_first_key_was_taken_away_is_signed_with_the_key_of_now(desk, office):
    office.answer = lambda stage, argument: "451 4.7.1 later" if stage == "dot" else willing(stage, argument)
    assert desk("send", 1, "--yes").code == 75
    assert desk("dkim", "keygen", "d2").code == 0
    desk.edit("digest.toml", '["d1", "d1e"]', '["d2"]')
    (desk.folder / "var/keys/dkim-d1.pem").unlink()
    office.answer = willing

    done = desk("send", 1, "--yes", now=(datetime.now(UTC) + timedelta(minutes=10)).isoformat())

    assert done.code == 0
    assert "keys that signed this issue are gone" in done.err
    records = published(desk)
    assert {tuple(good(data, records)) for _, _, data in office.log.mails} == {(BOTH[0],)}


def test_a_key_that_is_missing_stops_a_send_before_anything_is_frozen_or_sent(desk, office):
    (desk.folder / "var/keys/dkim-d1e.pem").unlink()

    done, state, asked = desk("send", 1, "--yes"), desk.state, list(office.asked)
    check = desk("config", "check")
    made = desk("dkim", "keygen")
    again = desk("send", 1, "--yes")

    assert (done.code, state, asked) == (3, "approved", [])
    assert "dkim-d1e.pem: [dkim] names 'd1e', which has no key here" in done.err
    assert "digest dkim keygen d1e" in done.err
    assert (check.code, "no message can be sent" in check.err) == (0, True)
    assert made.err.count("Made ") == 1
    assert again.code == 0


def test_keys_are_made_once_and_told_as_records_that_a_zone_file_takes(approved):
    made = approved("dkim", "keygen", "--domain", "brief.example")
    again = approved("dkim", "keygen", "--domain", "brief.example")
    taken = approved("dkim", "keygen", "d2", "d1", "--domain", "brief.example")

    lines = made.out.splitlines()
    assert [line.split(" ( ")[0] for line in lines] == [
        "d1._domainkey.brief.example. IN TXT",
        "d1e._domainkey.brief.example. IN TXT",
    ]
    assert lines[0].count('"') == 4
    assert max(len(part) for part in lines[0].split('"')[1::2]) == 255
    assert 'selectors = ["d1", "d1e"]' in made.err
    keys = [approved.folder / "var/keys" / name for name in ("dkim-d1.pem", "dkim-d1e.pem")]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]
    assert (again.code, again.out, "none made" in again.err) == (0, made.out, True)
    assert (taken.code, taken.out) == (3, "")
    assert "'d1' has a key already" in taken.err
    assert not (approved.folder / "var/keys/dkim-d2.pem").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("keygen", "D1"), 2, "small letters"),
        (("keygen", "../k1"), 2, "small letters"),
        (("keygen", "--kind", "dsa"), 2, "neither rsa nor ed25519"),
        (("keygen", "--domain", "nowhere"), 2, "no domain"),
        (("show",), 3, "nothing is signed"),
    ],
)
def test_what_makes_no_sense_is_told_and_makes_no_key(approved, arguments, code, told):
    done = approved("dkim", *arguments)

    assert done.code == code
    assert told in done.err
    assert not list((approved.folder / "var/keys").glob("dkim-*"))


def test_a_lost_key_is_made_again_of_its_own_kind_by_the_command_that_its_error_names(desk):
    (desk.folder / "var/keys/dkim-d1e.pem").unlink()
    told = desk("dkim", "show")

    made = desk("dkim", "keygen", "d1e", "--json")

    assert "digest dkim keygen d1e" in told.err
    assert [row["kind"] for row in made.json] == ["ed25519"]
    assert [row["kind"] for row in desk("dkim", "keygen", "d2", "--json").json] == ["rsa"]
