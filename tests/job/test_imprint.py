"""What is sent is what was approved, and stays so to the last retry, whatever becomes of settings, looks and labels."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from digest.render.fields import address as envelope
from tests.deliver.server import willing
from tests.job.postoffice import PostOffice


@pytest.fixture
def office():
    with PostOffice() as office:
        yield office


@pytest.fixture
def built(desk):
    """A working folder whose issue 1 is built."""
    for command in (("subscribers", "sync"), ("build", "daily")):
        done = desk(*command)
        assert done.code == 0, done.err
    return desk


def renamed(desk):
    """Give the edition another title and a quarter of an hour more; returns when it leaves, as the mail says it."""
    (send,) = re.findall(r'send = "daily \d\d:00"', desk.settings.read_text())
    desk.edit("digest.toml", send, send.replace(':00"', ':15"\ntitle = "The Evening Brief"'))
    return f"every day at {send[-6:-4]}:15".encode()


def approve(desk, office):
    """Approve issue 1, which goes to the office then; returns its mails by recipient."""
    done = desk("approve", 1)
    assert done.code == 0, done.err
    desk.settings.write_text(desk.settings.read_text() + office.table)
    return exported(desk)


def deferred(desk, office):
    """Send to a server that wants all of it later."""
    office.answer = lambda stage, argument: "451 4.7.1 later" if stage == "dot" else willing(stage, argument)
    done = desk("send", 1, "--yes")
    assert done.code == 75, done.err


def exported(desk, folder="out"):
    done = desk("export", 1, "--out", folder)
    assert done.code == 0, done.err
    lines = map(json.loads, (desk.folder / folder / "mails.jsonl").read_text().splitlines())
    return {envelope(line["address"]): (desk.folder / folder / line["file"]).read_bytes() for line in lines}


def retried(desk, office):
    """What a later run sends, by recipient."""
    office.answer = willing
    done = desk("send", 1, "--yes", now=(datetime.now(UTC) + timedelta(minutes=10)).isoformat())
    assert done.code == 0, done.err
    return {recipient: data for _, recipient, data in office.log.mails}


def test_an_edition_changed_before_the_approval_goes_out_as_it_was_approved(built, office):
    later = renamed(built)
    approved = approve(built, office)

    assert built("send", 1, "--yes").code == 0

    assert {recipient: data for _, recipient, data in office.log.mails} == approved
    assert len(approved) > 2
    assert any(later in data for data in approved.values())
    assert exported(built, "after") == approved


def test_a_send_that_has_begun_goes_on_alike_whatever_becomes_of_edition_look_and_labels(built, office):
    looks = built.folder / "templates"
    (looks / "brief").rename(looks / "ours")
    built.edit("digest.toml", 'lists = ["daily"]', 'lists = ["daily"]\nlook = "ours"')
    approved = approve(built, office)
    deferred(built, office)

    renamed(built)
    shutil.rmtree(looks / "ours")
    for file in (looks / "labels").iterdir():
        file.write_text("no labels at all [")

    assert exported(built, "after") == approved
    assert retried(built, office) == approved
