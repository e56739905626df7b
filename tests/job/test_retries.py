"""What the daemon does about messages that a server does not take: tries again, or lets the brake hold the rest."""

import asyncio
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

from digest import schedule
from digest.deliver.retry import JITTER, pause_after
from digest.model.issue import State
from digest.parts import open_parts
from digest.settings import load
from tests.deliver.server import willing
from tests.job.postoffice import PostOffice
from tests.job.test_schedule import daemon


@contextmanager
def going_out(desk, office, people, **settings):
    """Parts of a folder whose edition goes to so many over the office, built and due; and the hour it goes out."""
    with daemon(desk, **settings) as (_, seven):
        readers = "".join(f"reader{n}@aldovar.example\n" for n in range(people))
        (desk.folder / "subscribers/daily.csv").write_text(f"email\n{readers}")
        desk.settings.write_text(desk.settings.read_text() + office.table)
    with open_parts(load(desk.settings, {})) as parts:
        told(parts, "draft", seven - timedelta(minutes=30))
        yield parts, seven


def told(parts, job, at):
    """Run one job at that instant; return what it told."""

    async def once():
        return [event async for event in schedule.done(job, schedule.Watch(parts, lambda: at, asyncio.Event()))]

    return asyncio.run(once())


def test_who_is_deferred_is_tried_again_at_growing_pauses_until_the_issue_expires(desk):
    def busy(stage, argument):
        return "451 4.3.2 busy" if stage == "rcpt" and argument.startswith("reader0@") else willing(stage, argument)

    with PostOffice(busy) as office, going_out(desk, office, 3, expires="4h", catch_up="1h") as (parts, seven):
        tries = []
        for minutes in range(0, 245, 5):
            before = len(office.asked)
            told(parts, "send", seven + timedelta(minutes=minutes))
            tries += [minutes] * sum(who.startswith("reader0@") for who in office.asked[before:])
        issue = parts.store.issues.last("daily")
        counts = parts.store.outbox.counts(issue.id)
        expired = parts.store.outbox.expired(issue.id)

    gaps = [later - earlier for earlier, later in pairwise(tries)]
    pauses = [pause_after(attempt) / timedelta(minutes=1) for attempt in range(1, len(tries))]
    assert len(tries) >= 5
    assert all(pause <= gap <= pause * (1 + JITTER) + 5 for pause, gap in zip(pauses, gaps, strict=True)), gaps
    assert (issue.state, expired) == (State.SENT, 1)
    assert (counts["accepted"], counts["suppressed"]) == (2, 1)


def test_a_pulled_brake_is_told_as_a_failure_once_and_the_issue_left_alone(desk):
    def refusing(stage, argument):
        return "554 5.7.1 blocked" if stage == "rcpt" else willing(stage, argument)

    with PostOffice(refusing) as office, going_out(desk, office, 80) as (parts, seven):
        first = told(parts, "send", seven)
        later = told(parts, "send", seven + timedelta(minutes=10))
        issue = parts.store.issues.last("daily")
        ended = told(parts, "deadline", issue.expires_at)
        after = parts.store.issues.last("daily").state

    assert [(event.failed, event.text) for event in first] == [
        (
            True,
            f"daily No. {issue.number} is paused: the brake: 50 of 50 refused (100 %), brake_percent is 5; "
            "the last reply: 554 5.7.1 blocked",
        )
    ]
    assert later == []
    assert issue.state is State.PAUSED
    assert len(office.asked) == 50
    expired = f"daily No. {issue.number} is sent: 30 messages of it expired before they could leave"
    assert ([event.text for event in ended], after) == ([expired], State.SENT)


def test_an_issue_of_which_too_much_was_refused_at_its_end_is_told_as_a_failure_too(desk):
    def refusing(stage, argument):
        return "554 5.7.1 blocked" if stage == "rcpt" else willing(stage, argument)

    with PostOffice(refusing) as office, going_out(desk, office, 52) as (parts, seven):
        (event,) = told(parts, "send", seven)

    assert event.failed
    assert "is sent: the brake: 52 of 52 refused (100 %), brake_percent is 5; the last reply: 554" in event.text
