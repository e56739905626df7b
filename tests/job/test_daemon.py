"""The job by the clock."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.cli.jobs import known
from digest.deliver.journals import journals
from digest.deliver.mark import Mark, raise_mark
from digest.errors import UnknownError
from tests.job.conftest import COMMAND, PATIENCE, opened
from tests.job.test_bad_input import fed

ZONE = ZoneInfo("Europe/Helsinki")


def by_the_clock(desk, approval, hour=7):
    """Set the edition to that hour each day, and its draft to the one before; return tomorrow's in UTC."""
    text = desk.settings.read_text()
    text = re.sub(r"(?m)^draft = .*$", f'draft = "daily {(hour - 1) % 24:02}:00"', text)
    text = re.sub(r"(?m)^send = .*$", f'send = "daily {hour:02}:00"', text)
    text = text.replace('approval = "required"', f'approval = "{approval}"')
    text = text[: text.index("[edition.sunday]")]
    desk.settings.write_text(text)
    people = "".join(f"reader{n}@aldovar.example\n" for n in range(7))
    (desk.folder / "subscribers/daily.csv").write_text(f"email\n{people}")
    return in_days(1, hour)


def in_days(days, hour=7):
    """That hour of so many days from now, in UTC."""
    day = datetime.now(ZONE).date() + timedelta(days=days)
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def far_off():
    """The hour that is half a day away: a daemon that goes by the real clock has nothing to draft or to send."""
    return (datetime.now(ZONE) + timedelta(hours=12)).hour


def turn(desk, at):
    """One look of the daemon; returns what it did as (job, text)."""
    done = desk("daemon", "--once", "--json", now=at.isoformat())
    assert done.code in (0, 1), done.err
    return [(event["job"], event["text"]) for event in done.json], done.code


@pytest.mark.parametrize("approval", ["auto", "required"])
def test_an_issue_is_drafted_at_its_hour_and_leaves_at_its_hour_once_it_may(desk, approval):
    seven = by_the_clock(desk, approval)

    early, _ = turn(desk, seven - timedelta(minutes=61))
    drafted, _ = turn(desk, seven - timedelta(minutes=60))
    waiting, _ = turn(desk, seven - timedelta(minutes=1))
    if approval == "required":
        assert desk("approve", "latest").code == 0
    sent, _ = turn(desk, seven)
    after, _ = turn(desk, seven + timedelta(minutes=1))

    jobs = [[job for job, _ in events if job != "collect"] for events in (early, drafted, waiting, sent, after)]
    assert jobs == [[], ["draft"], [], ["send"], []]
    assert "7 accepted" in sent[-1][1]
    assert all(len(mails) == 1 for mails in desk.caught.values())


def test_what_nobody_approved_in_time_is_held_and_told(desk):
    seven = by_the_clock(desk, "required")
    turn(desk, seven - timedelta(minutes=60))

    told, code = turn(desk, seven + timedelta(minutes=20))

    assert code == 1
    assert [job for job, _ in told if job != "collect"] == ["deadline"]
    assert desk("status", "latest", "--json").json["state"] == "held"


def test_an_hour_too_long_gone_is_missed_never_sent(desk):
    seven = by_the_clock(desk, "auto")
    turn(desk, seven - timedelta(minutes=60))
    turn(desk, seven)

    told, _ = turn(desk, seven + timedelta(days=1, hours=8))
    again, _ = turn(desk, seven + timedelta(days=1, hours=9))

    assert any("missed" in text for _, text in told)
    assert desk("issues", "--json").json[0]["state"] == "missed"
    assert not any("missed" in text for _, text in again)
    assert all(len(mails) == 1 for mails in desk.caught.values())


def test_readers_own_hours_are_kept(desk):
    seven = by_the_clock(desk, "auto")
    (desk.folder / "subscribers/daily.csv").write_text(
        "email,time,timezone\nearly@aldovar.example,,\nlate@aldovar.example,09:00,Europe/Helsinki\n"
    )
    turn(desk, seven - timedelta(minutes=60))

    turn(desk, seven)
    at_seven = set(desk.caught)
    turn(desk, seven + timedelta(hours=2))

    assert at_seven == {"early@aldovar.example"}
    assert {address: len(mails) for address, mails in desk.caught.items()} == {
        "early@aldovar.example": 1,
        "late@aldovar.example": 1,
    }


def test_a_list_that_cannot_be_read_keeps_the_last_good_one(desk):
    seven = by_the_clock(desk, "auto")
    assert desk("subscribers", "sync").code == 0
    turn(desk, seven - timedelta(minutes=60))
    (desk.folder / "subscribers/daily.csv").write_bytes(b"\x00\x01\x02")

    told, code = turn(desk, seven)

    assert code == 1
    assert [job for job, _ in told if job != "collect"] == ["lists", "send"]
    assert "7 accepted" in told[-1][1]


def lines(process):
    """The log of a daemon as it comes, each line as what it holds."""
    for line in process.stderr:
        yield json.loads(line)


def until(process, sentence):
    """Read the log up to a line that says so; a daemon that never says it is ended, and with it its log."""
    seen = []
    for line in lines(process):
        seen.append(line)
        if sentence in line["event"]:
            return seen
    raise AssertionError((sentence, seen))


@pytest.fixture
def manager():
    """A service manager: the address of its socket, and what gives all that it was told, line by line, at the end."""
    words = []

    def heard():
        """All that was told until now."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", channel.getsockname())
        thread.join()
        return words

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("")  # a name of the kernel's choice: no path, which might be too long for a socket

        def listen():
            while (told := channel.recv(4096)) != b"end":
                words.extend(told.decode().splitlines())

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield f"@{channel.getsockname()[1:].decode()}", heard


def begin(desk, *options, env=None):
    """Start a daemon, or a standby."""
    return subprocess.Popen(
        [str(COMMAND), "-c", str(desk.settings), "daemon", *options],
        env={**os.environ, **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def daemons(desk):
    """Starts daemons, and ends what is left of them."""
    started = []

    def start(*options, env=None):
        process = begin(desk, *options, env=env)
        limit = threading.Timer(2 * PATIENCE, process.kill)
        limit.start()
        started.append((process, limit))
        return process

    yield start
    for process, limit in started:
        limit.cancel()
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def silent():
    """An outlet that takes calls and never says anything; whoever asks it waits for half a minute."""
    with socket.create_server(("127.0.0.1", 0)) as outlet:
        outlet.settimeout(PATIENCE)
        yield outlet


def test_a_second_daemon_waits_until_the_first_is_gone_and_for_no_outlet_when_it_is_to_stop(desk, daemons, silent):
    by_the_clock(desk, "auto", far_off())
    first = daemons("--no-web")
    until(first, "has the lead")

    url = f"http://127.0.0.1:{silent.getsockname()[1]}/rss.xml"
    desk.edit("digest.toml", "\n[edition.daily]", f'\n[[source]]\nname = "Silent"\n{fed(url)}\n\n[edition.daily]')
    second = daemons("--no-web")
    until(second, "waits as a standby")
    first.kill()
    until(second, "has the lead")
    with silent.accept()[0]:
        second.send_signal(signal.SIGTERM)
        stopped = until(second, "has stopped")
        assert second.wait(PATIENCE) == 0
    last = stopped[-1]
    assert [line for line in stopped if line["job"] == "collect"] == [], "it would tell that nothing was answered"

    raise_mark(journals(desk.folder / "var"), Mark(9, 1))  # a database put back from a backup: nine claims are gone
    third = daemons("--no-web")
    told = until(third, "the database is older than what was sent")[-1]
    assert (last["job"], last["level"]) == ("daemon", "info")
    assert (told["level"], "digest settle --put-back" in told["event"]) == ("warning", True)


def test_at_sighup_settings_that_are_right_are_taken_and_others_are_told_and_left(desk, daemons, manager):
    hour = far_off()
    by_the_clock(desk, "auto", hour)
    address, heard = manager
    right = desk.settings.read_text() + '\n[web]\nlisten = "127.0.0.1:0"\n'
    daemon = daemons(env={"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000"})
    until(daemon, "has the lead")

    desk.settings.write_text(right.replace(f'send = "daily {hour:02}:00"', 'send = "daily at seven"'))
    daemon.send_signal(signal.SIGHUP)
    told = until(daemon, "keeps the settings it had")[-1]
    desk.settings.write_text(right)
    daemon.send_signal(signal.SIGHUP)
    until(daemon, "has read its settings again")
    url = until(daemon, "serves the desk and the readers' pages at http://127.0.0.1:")[-1]["event"].rpartition(" ")[2]

    with opened(f"{url}/readyz", timeout=PATIENCE) as answer:
        assert answer.read() == b"ok\n"
    there = ("127.0.0.1", urlsplit(url).port)
    with socket.create_connection(there) as waiting:  # a reader in the middle of a request holds nothing up
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        daemon.send_signal(signal.SIGTERM)
        until(daemon, "has stopped")
    assert daemon.wait(PATIENCE) == 0
    words = heard()
    assert words.index("READY=1") < words.index("RELOADING=1") < words.index("STOPPING=1")
    assert "STATUS=All is quiet: the next issue is drafted" in " ".join(words)
    assert "WATCHDOG=1" in words
    assert told["level"] == "warning"
    assert "'daily at' is no weekday" in told["event"]


def test_jobs_are_listed_rest_run_and_are_remembered(desk):
    seven = by_the_clock(desk, "auto")

    def digest(*arguments, now=None):
        """In this process: each command would take a second to start."""
        given = ["-c", str(desk.settings), *map(str, arguments), *(["--now", now.isoformat()] if now else [])]
        done = CliRunner().invoke(app, given)
        assert not isinstance(done.exception, Exception), done.exception
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    digest("jobs", "pause", "collect", now=seven)
    listed = digest("jobs", "list", "--json")
    run = digest("jobs", "run", "deadline", "--json", now=seven - timedelta(minutes=60))
    history = digest("jobs", "history", "--json")
    coming = digest("jobs", "next", "-n", 3, "--json", now=seven)
    overview = digest("status", now=seven)
    resumed = digest("jobs", "resume", "collect", "--json")

    assert listed["daemon"] is False
    assert [job["job"] for job in listed["jobs"] if job["paused_at"]] == ["collect"]
    assert run["result"] == "ok"
    assert [(each["job"], each["result"], each["text"]) for each in history] == [("deadline", "ok", "nothing was owed")]
    assert [slot["send_at"] for slot in coming] == [in_days(n).isoformat() for n in (2, 3, 4)]
    assert overview.splitlines()[0] == "All is quiet: the next issue is drafted tomorrow 06:00."
    assert "collect rests since" in overview
    assert "No daemon runs on this database" in overview
    assert resumed["changed"] is True
    with pytest.raises(UnknownError, match="there are collect, draft, deadline, "):
        known("teatime")
