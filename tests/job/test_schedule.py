"""The daemon's jobs: what one edition, source or issue costs another, and what a crash leaves behind."""

import asyncio
import re
import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest import pipeline, schedule
from digest.errors import Unfit
from digest.lifecycle import Move
from digest.model.issue import State
from digest.parts import open_parts
from digest.pipeline.send import freeze
from digest.rounds import Rounds
from digest.settings import load
from digest.slots import candidates
from tests.deliver.server import willing
from tests.job.postoffice import LATER, PATIENCE, PostOffice

ZONE = ZoneInfo("Europe/Helsinki")


@contextmanager
def daemon(desk, *, editions=1, **settings):
    """Parts of a folder whose editions all draft at 06:00 and send at 07:00 by themselves, and tomorrow's 07:00."""
    text = desk.settings.read_text()
    head, edition = text[: text.index("[edition.daily]")], text[text.index("[edition.daily]") :]
    edition = edition[: edition.index("[edition.sunday]")]
    for key, value in {"draft": "daily 06:00", "send": "daily 07:00", "approval": "auto", **settings}.items():
        edition = re.sub(rf"(?m)^{key} = .*\n", "", edition)
        edition = edition.replace("[edition.daily]\n", f"[edition.daily]\n{key} = {value!r}\n")
    copies = [edition.replace("[edition.daily]", f"[edition.copy{n}]") for n in range(1, editions)]
    desk.settings.write_text(head + edition + "".join(copies))
    people = "".join(f"reader{n}@aldovar.example\n" for n in range(7))
    (desk.folder / "subscribers/daily.csv").write_text(f"email\n{people}")
    tomorrow = datetime.now(ZONE).date() + timedelta(days=1)
    seven = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 7, tzinfo=ZONE).astimezone(UTC)
    with open_parts(load(desk.settings, {})) as parts:
        yield parts, seven


def turn(parts, at):
    """One turn at that instant; what it did, but for collecting."""

    async def once():
        return await schedule.turn(schedule.Watch(parts, lambda: at, asyncio.Event()))

    return [(event.job, event.failed) for event in asyncio.run(once()) if event.job != "collect"]


def test_one_edition_that_cannot_be_built_or_sent_costs_the_other_nothing(desk):
    with daemon(desk, editions=2) as (parts, seven):
        text = desk.settings.read_text()
        desk.settings.write_text(text.replace("[edition.daily]\n", '[edition.daily]\nsubject = "{{ nobody }}"\n'))
    with open_parts(load(desk.settings, {})) as parts:
        drafted = turn(parts, seven - timedelta(hours=1))
        sent = turn(parts, seven)

        states = {issue.edition: issue.state for issue in parts.store.issues.all(9)}
    assert sorted(drafted) == [("draft", False), ("draft", True)]
    assert ("send", False) in sent
    assert states == {"copy1": State.SENT, "daily": State.DRAFT}


def test_a_building_that_was_cut_off_is_taken_up_again(desk):
    with daemon(desk) as (parts, seven):
        edition = parts.settings.edition("daily")
        slot = next(candidates(edition, seven))
        parts.store.issues.claim_slot(slot, slot.send_at + edition.expires, seven)

        turn(parts, seven - timedelta(minutes=30))

        assert parts.store.issues.last("daily").state is State.REVIEW


def test_what_expired_before_it_left_gives_its_articles_back(desk):
    with daemon(desk, approval="required") as (parts, seven):
        turn(parts, seven - timedelta(hours=1))
        taken = len(parts.store.articles.unpooled("daily"))

        told = turn(parts, seven + timedelta(hours=18))

        issue = next(i for i in parts.store.issues.all(9) if i.content)
        assert ("deadline", True) in told
        assert (issue.state, "expired" in issue.reason) == (State.SKIPPED, True)
        assert len(parts.store.articles.unpooled("daily")) > taken


def test_a_draft_made_by_hand_before_its_hour_is_made_anew_at_its_hour(desk):
    with daemon(desk, approval="required") as (parts, seven):
        early = pipeline.build(parts, "daily", now=seven - timedelta(hours=6))

        turn(parts, seven - timedelta(hours=1))

        issue = parts.store.issues.find(early.issue.id)
        assert (issue.revision, issue.state) == (2, State.REVIEW)
        assert issue.content.built_at == seven - timedelta(hours=1)


def test_what_an_editor_approved_before_its_hour_stays_as_it_is(desk):
    with daemon(desk, approval="required") as (parts, seven):
        early = pipeline.build(parts, "daily", now=seven - timedelta(hours=6))
        pipeline.approve(parts, early.issue.id, by="ada", now=seven - timedelta(hours=5))

        turn(parts, seven - timedelta(hours=1))

        assert parts.store.issues.find(early.issue.id).revision == 1


def test_held_for_too_few_stories_an_issue_is_released_once_there_are_enough(desk):
    with daemon(desk, approval="required", min_stories=99) as (parts, seven):
        held = pipeline.build(parts, "daily", now=seven).issue
    desk.settings.write_text(re.sub(r"(?m)^min_stories = .*$", "min_stories = 1", desk.settings.read_text()))
    with open_parts(load(desk.settings, {})) as parts:
        again = pipeline.build(parts, "daily", now=seven).issue

    assert (held.state, again.state) == (State.HELD, State.REVIEW)


def test_an_editors_hold_outlives_a_rebuild(desk):
    with daemon(desk, approval="required") as (parts, seven):
        issue = pipeline.build(parts, "daily", now=seven).issue
        parts.store.issues.move(issue.id, Move.HOLD, now=seven, by="ada", reason="one more look")

        again = pipeline.build(parts, "daily", now=seven).issue

        assert (again.state, again.reason) == (State.HELD, "one more look")


def test_an_edition_renamed_while_it_goes_out_still_goes_out(desk):
    with daemon(desk) as (parts, seven):
        turn(parts, seven - timedelta(hours=1))
        issue = parts.store.issues.last("daily")
        pipeline.approve(parts, issue.id, by="ada", now=seven)
        freeze(parts, parts.store.issues.find(issue.id), now=seven, scheduled=True)
    desk.settings.write_text(desk.settings.read_text().replace("[edition.daily]", "[edition.renamed]"))
    with open_parts(load(desk.settings, {})) as parts:
        done = turn(parts, seven + timedelta(minutes=1))

        assert ("send", False) in done
        assert parts.store.issues.find(issue.id).state is State.SENT


def test_settings_changed_while_an_issue_goes_out_change_no_byte_of_it(desk):
    with daemon(desk) as (parts, seven):
        issue = pipeline.build(parts, "daily", now=seven).issue
        pipeline.sync(parts, now=seven)
        before = {mail.address: mail.data for mail in pipeline.mails(parts, issue)}
        asyncio.run(pipeline.send(parts, issue.id, clock=lambda: seven))
    desk.edit("digest.toml", "https://brief.aldovar.example", "https://elsewhere.example")
    with open_parts(load(desk.settings, {})) as parts:
        after = {mail.address: mail.data for mail in pipeline.mails(parts, parts.store.issues.find(issue.id))}
        verified = pipeline.verify(parts, issue.id)

    assert len(before) == 7
    assert after == before
    assert verified.same


def test_everybody_on_the_lists_is_accounted_for(desk):
    with daemon(desk) as (parts, seven):
        (desk.folder / "subscribers/daily.csv").write_text(
            "email,sections,time,timezone\nada@aldovar.example,*,,\nlate@aldovar.example,*,23:30,America/Los_Angeles\n"
        )
        turn(parts, seven - timedelta(hours=1))
        turn(parts, seven)

        issue = parts.store.issues.last("daily")
        rows = {r.email: (d.state.value, d.text) for d, r in parts.store.outbox.deliveries(issue.id)}
    assert rows["ada@aldovar.example"][0] == "accepted"
    assert rows["late@aldovar.example"][0] == "suppressed"
    assert "expired" in rows["late@aldovar.example"][1]


@pytest.mark.parametrize("at", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_was_set_back_does_not_silence_a_source(desk, at):
    with daemon(desk) as (parts, seven):
        turn(parts, seven + at)

        async def once():
            return await schedule.turn(schedule.Watch(parts, lambda: seven, asyncio.Event()))

        events = asyncio.run(once())

    assert any(event.job == "collect" for event in events)


def test_told_to_stop_the_daemon_puts_a_long_send_down_within_seconds_and_goes_on_later(desk):
    with PostOffice() as office:
        with daemon(desk) as (_, seven):
            people = "".join(f"reader{n}@aldovar.example\n" for n in range(400))
            (desk.folder / "subscribers/daily.csv").write_text(f"email\n{people}")
            desk.settings.write_text(desk.settings.read_text() + office.table + "connections = 1\n")
        with open_parts(load(desk.settings, {})) as parts:
            turn(parts, seven - timedelta(hours=1))
            office.answer = lambda stage, who: (
                willing(stage, who) + (LATER if stage == "dot" and len(office.log.mails) >= 20 else "")
            )
            asyncio.run(stopped_when(parts, seven, lambda: office.until(lambda log: len(log.mails) >= 21), office))
            office.answer = willing
            half = parts.store.outbox.counts(parts.store.issues.last("daily").id)

            turn(parts, seven)

            whole = parts.store.outbox.counts(parts.store.issues.last("daily").id)
    assert half["queued"] > 0
    assert half["claimed"] == half["in_doubt"] == 0
    assert whole["accepted"] == 400
    assert len({to for _, to, _ in office.log.mails}) == len(office.log.mails) == 400


async def stopped_when(parts, at, happened, office):
    """Run the daemon, set its clock to `at`, and tell it to stop once something has happened; then the office says
    what it has kept back, before which no more could go out."""
    stop = asyncio.Event()
    running = asyncio.create_task(Rounds(schedule.Watch(parts, lambda: at, stop), lambda event, run: None)())
    await asyncio.to_thread(happened)
    stop.set()
    office.release()
    async with asyncio.timeout(PATIENCE):
        await running


def test_what_one_job_meets_in_the_database_ends_neither_the_others_nor_the_daemon(desk):
    with daemon(desk) as (parts, seven):
        turn(parts, seven - timedelta(hours=1))
        with closing(sqlite3.connect(desk.folder / "var/digest.db")) as database:
            database.execute("ALTER TABLE source RENAME TO elsewhere")

        async def once():
            return await schedule.turn(schedule.Watch(parts, lambda: seven, asyncio.Event()))

        told = [(event.job, event.failed) for event in asyncio.run(once())]

    assert told == [("collect", True), ("send", False), ("alerts", True)]


def test_an_edition_that_goes_by_itself_goes_where_nothing_is_red(desk):
    with daemon(desk, approval="auto-if-green") as (parts, seven):
        drafted = turn(parts, seven - timedelta(hours=1))
        sent = turn(parts, seven)

        issue = parts.store.issues.last("daily")
    assert (drafted, sent) == ([("draft", False)], [("send", False)])
    assert (issue.state, issue.approved_by) == (State.SENT, "auto")


def test_an_edition_that_goes_by_itself_is_held_where_something_is_red_and_says_why(desk):
    with PostOffice() as office:
        desk.settings.write_text(desk.settings.read_text().replace("\n[edition.", f"{office.table}\n[edition.", 1))
        with daemon(desk, approval="auto-if-green") as (parts, seven):
            drafted = turn(parts, seven - timedelta(hours=1))
            issue = parts.store.issues.last("daily")
            with pytest.raises(Unfit, match="Links that lead into this network"):
                asyncio.run(pipeline.send(parts, issue.id, clock=lambda: seven - timedelta(minutes=30)))
            kept = parts.store.issues.last("daily")
            late = turn(parts, seven + timedelta(hours=1))
            held = parts.store.issues.last("daily")
            again = turn(parts, seven + timedelta(hours=2))
            pipeline.release(parts, issue.id, by="ada", now=seven)
            pipeline.approve(parts, issue.id, by="ada", override="read on this machine only", now=seven)
            turn(parts, seven + timedelta(hours=3))

            sent = parts.store.issues.last("daily")
    assert (drafted, kept.state, late, again) == ([("draft", False)], State.REVIEW, [("send", True)], [])
    assert held.state is State.HELD
    assert held.reason.startswith("the check found red: Links that lead into this network (127.0.0.1:")
    assert (sent.state, sent.override, len(office.log.mails)) == (State.SENT, "read on this machine only", 7)
