"""What is told of an issue on its way: how it stands, what became of each message, and another try of some."""

import csv
import io
import json
import re
from datetime import datetime

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.errors import NotKept
from tests.deliver.server import willing
from tests.job.postoffice import PostOffice
from tests.listening import listening

ADA, BO, CY, DI = FOUR = tuple(f"{name}@aldovar.example" for name in ("ada", "bo", "cy", "di"))
REPLIES = {
    ("rcpt", BO): "550 5.1.1 <bo@aldovar.example> is nobody",
    ("rcpt", CY): "451 4.7.1 later",
    ("dot", DI): "554 =5.7.1+cmd",
}


@pytest.fixture
def office():
    with PostOffice(lambda stage, argument: REPLIES.get((stage, argument)) or willing(stage, argument)) as office:
        yield office


@pytest.fixture
def digest(approved, office):
    """Runs commands on issue 1, which was sent to four: one was accepted, one deferred, two refused."""
    approved.settings.write_text(approved.settings.read_text() + office.table)
    approved.readers(*FOUR)

    def run(*words):
        return CliRunner().invoke(app, ["-c", str(approved.settings), *words])

    assert run("send", "1", "--yes").exit_code == 75
    return run


def test_status_says_how_an_issue_stands_and_what_servers_said_without_naming_anybody(digest):
    text = digest("status", "1").stdout
    data = json.loads(digest("status", "1", "--json").stdout)

    assert re.search(r"is being sent\n  accepted +1\n  deferred +1\n  refused +2\n", text)
    assert "what servers said: " in text
    assert "550 5.1.1 (1 refused)" in text
    assert "451 4.7.1 (1 deferred)" in text
    assert re.search(r"first answer 20.*, last 20.* UTC, \d+:\d\d apart", text)
    assert "the next try of what is deferred is due at 20" in text
    assert "Who was refused:  digest log 1 --state refused" in text
    assert "to whom it does not get through: aldovar.example (3)" in text
    assert "@" not in text
    assert {(each["code"], each["enhanced"], each["count"]) for each in data["replies"]} == {
        (550, "5.1.1", 1),
        (451, "4.7.1", 1),
        (554, "", 1),
    }
    assert data["counts"] == {"accepted": 1, "deferred": 1, "refused": 2} | dict.fromkeys(
        ("queued", "claimed", "suppressed", "in_doubt"), 0
    )
    assert datetime.fromisoformat(data["next_try_at"]) > datetime.fromisoformat(data["last_at"])
    assert data["takes"] is None  # nothing waits but for its retry
    assert "  through main: 1 accepted, 1 deferred, 2 refused" in text
    assert [(each["relay"], each["accepted"], each["refused"]) for each in data["relays"]] == [("main", 1, 2)]


def test_no_log_line_of_a_whole_send_names_a_reader_or_holds_a_token(approved, office):
    def repeat(stage, argument):
        """Tell back whom and what one was told, and the last mail's links."""
        token = re.search(rb"/u/([A-Za-z0-9._~-]{16,})", office.log.mails[-1][2]) if office.log.mails else None
        said = {("dot", BO): "451 4.7.1", ("rcpt", CY): "550 5.1.1", ("dot", DI): "421 4.3.2"}.get((stage, argument))
        return f"{said} <{argument}> {argument} {token and token[1].decode()}" if said else willing(stage, argument)

    office.answer = repeat
    approved.settings.write_text(approved.settings.read_text() + office.table)
    approved.readers(*FOUR)
    command = ["-c", str(approved.settings)]

    with listening() as heard:
        codes = [
            CliRunner().invoke(app, [*command, *words]).exit_code
            for words in (
                ("test-send", "1", "--to", BO, "--to", CY, "--to", ADA),
                ("send", "1", "--yes"),
                ("retry", "1", "--state", "refused", "--yes"),
                ("send", "1", "--yes"),
                ("status", "1"),
            )
        ]

    told = "\n".join(heard.lines)
    mailed = b"".join(data for _, _, data in office.log.mails).replace(b"=\r\n", b"").decode()
    tokens = set(re.findall(r"/(?:u|prefs)/([A-Za-z0-9._~-]{16,})", mailed))
    assert codes == [6, 75, 0, 75, 0]
    assert "test sent" in told
    assert len(tokens) >= 4
    assert not [name for name in FOUR if name in told]
    assert not [token for token in tokens if token in told]


def test_the_log_takes_several_states_and_is_safe_in_a_spreadsheet(digest):
    rows = list(
        csv.DictReader(io.StringIO(digest("log", "1", "--state", "refused", "--state", "deferred", "--csv").stdout))
    )
    data = json.loads(digest("log", "1", "--state", "refused", "--json").stdout)
    none = json.loads(digest("log", "1", "--state", "in_doubt", "--json").stdout)
    wrong = digest("log", "1", "--state", "eaten")
    shown = digest("log", "1").stdout.splitlines()

    assert {row["address"]: (row["state"], row["text"]) for row in rows} == {
        BO: ("refused", "5.1.1 <bo@aldovar.example> is nobody"),
        CY: ("deferred", "4.7.1 later"),
        DI: ("refused", "'=5.7.1+cmd"),
    }
    assert all(datetime.fromisoformat(row["at"]).tzinfo for row in rows)
    assert {row["address"] for row in data} == {BO, DI}
    assert none == []
    assert (wrong.exit_code, "accepted" in wrong.stderr) == (2, True)
    assert [line.split()[1] for line in shown] == ["address", *FOUR]


def test_what_was_refused_is_tried_again_only_when_a_person_says_so(digest, office):
    office.answer = willing
    digest("send", "1", "--yes")
    asked = list(office.asked)

    would = digest("retry", "1", "--code", "5.1.1", "--dry-run", "--json")
    unsaid = digest("retry", "1", "--code", "5.1.1")
    said = digest("retry", "1", "--code", "5.1.1", "--yes", "--json")
    done = digest("send", "1", "--yes", "--json")

    assert json.loads(would.stdout) == {"issue": 1, "retried": 0, "would_retry": 1}
    assert unsaid.exit_code == 5
    assert json.loads(said.stdout) == {"issue": 1, "retried": 1, "state": "sending"}
    assert "digest send 1" in said.stderr
    assert json.loads(done.stdout)["counts"]["accepted"] == 2
    assert office.asked[len(asked) :] == [BO]


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ((), "--state refused"),
        (("--state", "in_doubt"), "digest settle"),
        (("--state", "suppressed"), "never mailed"),
        (("--state", "accepted"), "only what was refused or deferred"),
        (("--code", "5.1"), "no code of a reply"),
    ],
)
def test_what_cannot_be_tried_again_is_refused_with_the_reason(words, cure):
    done = CliRunner().invoke(app, ["retry", "1", *words], terminal_width=200)

    assert done.exit_code == 2
    assert cure in re.sub(r"[\s│]+", " ", done.stderr)


def test_of_an_issue_that_is_long_over_counts_are_told_and_that_single_messages_are_not_kept(digest, tmp_path):
    late = ("--now", "2096-12-24T12:00:00+00:00")
    digest("stop", "1", "--yes")
    was = json.loads(digest("status", "1", "--json", *late).stdout)

    swept = digest("jobs", "run", "retention", *late)

    now, text = json.loads(digest("status", "1", "--json", *late).stdout), digest("status", "1").stdout
    assert "4 deliveries, whose counts stay" in swept.stderr
    assert "4 deliveries, whose counts stay" in digest("jobs", "history", "retention").stdout
    assert now == was | {"folded_at": "2096-12-24T12:00:00+00:00", "domains": {}}
    assert "only these counts are kept since 2096-12-24" in text
    assert "digest log" not in text
    for words in (
        ("log", "1"),
        ("log", "1", "--csv"),
        ("log", "1", "--state", "refused", "--json"),
        ("settle", "1"),
        ("settle", "1", "--assume-sent"),
        ("retry", "1", "--state", "refused", "--yes"),
        ("export", "1", "--out", str(tmp_path / "all")),
    ):
        done = digest(*words)
        assert isinstance(done.exception, NotKept), words
        assert (done.exception.exit_code, done.stdout) == (5, "")
        assert "is kept no longer since 2096-12-24, only how many there were: digest status 1" in str(done.exception)
    assert digest("export", "1", "--as", ADA, "--out", str(tmp_path / "one")).exit_code == 0
    assert not (tmp_path / "all" / "mails").exists()
    assert len(list((tmp_path / "one" / "mails").iterdir())) == 1
