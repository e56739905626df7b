"""Whoever is on duty hears of trouble once, and of its end."""

import asyncio
import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from digest import pipeline, schedule
from digest.parts import open_parts
from digest.rounds import Rounds
from digest.settings import load
from tests.job.conftest import PATIENCE
from tests.job.test_schedule import daemon

HOUR = timedelta(hours=1)


@contextmanager
def listening(status=200):
    """A server on loopback; yields its address and what it is told, as (method, path, body)."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            heard.append((self.command, self.path, body))
            self.send_response(status)
            self.end_headers()

        def do_GET(self):
            self.do_POST()

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/secret", heard
        finally:
            server.shutdown()
            thread.join()


def turn(parts, at, job="alerts"):
    """One turn of the alerts at that instant; what it said, and whether it failed."""

    async def once():
        watch = schedule.Watch(parts, lambda: at, asyncio.Event())
        return [(event.text, event.failed) async for event in schedule.done(job, watch)]

    return asyncio.run(once())


def letters(desk):
    """What the duty was mailed: (subject, text)."""
    mails = [message_from_bytes(data, policy=policy.default) for data in desk.caught.get("duty@aldovar.example", [])]
    return [(mail["Subject"], mail.get_content()) for mail in mails]


def test_an_issue_that_is_held_is_told_once_by_mail_and_webhook_and_its_end_too(desk):
    with listening() as (url, heard), daemon(desk, approval="required") as (parts, seven):
        text = desk.settings.read_text()
        desk.settings.write_text(f'{text}\n[alerts]\nemail = ["duty@aldovar.example"]\nwebhook = "{url}"\n')
        with open_parts(load(desk.settings, {})) as parts:
            turn(parts, seven - HOUR, "draft")
            issue = parts.store.issues.last("daily")
            quiet = turn(parts, seven - HOUR)
            pipeline.hold(parts, issue.id, by="ada", reason="one more look", now=seven - HOUR / 2)
            told = turn(parts, seven - HOUR / 2)
        with open_parts(load(desk.settings, {})) as parts:  # a restart
            again = turn(parts, seven - HOUR / 3)
            pipeline.release(parts, issue.id, by="ada", now=seven - HOUR / 4)
            over = turn(parts, seven - HOUR / 4)
            late = turn(parts, seven + HOUR / 20)

    held = f"daily No. {issue.number} is held: one more look"
    assert quiet == again == []
    assert told == [(f"told by mail: {held}", False), (f"told by webhook: {held}", False)]
    assert over == [(f"told by mail: over: {held}", False), (f"told by webhook: over: {held}", False)]
    assert late[0][0].startswith(f"told by mail: daily No. {issue.number} is not out, and its hour")
    subjects = [subject for subject, _ in letters(desk)]
    assert len(subjects) == 3
    assert subjects[0].endswith(held)
    assert "over: " in subjects[1]
    bodies = [json.loads(body) for _, _, body in heard]
    assert [[each["kind"] for each in body["alerts"]] for body in bodies] == [["held"], ["held"], ["late"]]
    assert bodies[1]["alerts"][0]["ended_at"]


def test_what_could_not_be_told_over_one_way_is_told_later_and_over_the_other_once(desk):
    with listening(503) as (url, heard), daemon(desk, approval="required") as (parts, seven):
        text = desk.settings.read_text()
        desk.settings.write_text(f'{text}\n[alerts]\nemail = ["duty@aldovar.example"]\nwebhook = "{url}"\n')
        with open_parts(load(desk.settings, {})) as parts:
            turn(parts, seven - HOUR, "draft")
            first = turn(parts, seven + HOUR / 20)
            second = turn(parts, seven + HOUR / 19)

    assert first[-1] == second[-1] == ("an alert could not be told: the webhook was answered 503", True)
    assert "secret" not in str(first)
    assert (len(letters(desk)), len(heard)) == (1, 2)


@pytest.mark.parametrize("well", [True, False], ids=["well", "failing"])
def test_the_ping_is_fetched_while_every_job_does_well(desk, well):
    with listening() as (url, heard), daemon(desk, **({} if well else {"subject": "{{ nobody }}"})) as (parts, seven):
        desk.settings.write_text(f'{desk.settings.read_text()}\n[alerts]\nping = "{url}"\n')
        with open_parts(load(desk.settings, {})) as parts:
            if well:
                parts.store.jobs.pause("collect", seven)
            told = asyncio.run(rounds(parts, seven - HOUR, heard, well))
            diary = parts.store.runs.recent("draft")
            issue = parts.store.issues.last("daily").id

    assert [(run.result, run.text, run.ended_at is None, dict(run.about)) for run in diary] == [
        ("ok" if well else "failed", event.text, False, {"issue": issue} if well else {})
        for event in told
        if event.job == "draft"
    ]
    assert any(event.job == "collect" for event in told) is not well
    assert [(event.job, event.failed) for event in told if event.job == "draft"] == [("draft", not well)]
    assert [method for method, _, _ in heard] == (["GET"] if well else [])


async def rounds(parts, at, heard, well):
    """Let the daemon go until it pings, or in bad times until drafting and collecting are over and written down."""
    stop, told = asyncio.Event(), []
    running = Rounds(schedule.Watch(parts, lambda: at, stop), lambda event, run: told.append(event))
    task = asyncio.create_task(running())
    async with asyncio.timeout(PATIENCE):
        while not (heard if well else all(over(parts, job) for job in ("draft", "collect"))):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0 if well else 0.3)
    stop.set()
    await task
    return told


def over(parts, job):
    """Whether a run of the job stands in the diary with its end."""
    return any(run.ended_at for run in parts.store.runs.recent(job))


def test_mail_goes_out_by_itself_while_a_daemon_has_the_lead_and_the_database_is_not_an_older_one(desk):
    with daemon(desk) as (parts, seven):
        alone = pipeline.unready(parts)
        lead = parts.store.lead()
        assert lead.take()
        led, calm = pipeline.unready(parts), pipeline.outlook(parts, now=seven).sentence
        parts.store.outbox.declare_put_back({}, claims=9, now=seven)
        back, alarm = pipeline.unready(parts), pipeline.outlook(parts, now=seven).sentence
        lead.leave()

    assert (alone, led, back) == ("no daemon runs", "", "the database was put back")
    assert calm.startswith("All is quiet: the next issue is drafted")
    assert alarm.startswith("Nothing is sent: the database is older than what was sent")
