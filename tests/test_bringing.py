"""Another program's readers brought onto a list, into real files and a real database."""

from __future__ import annotations

import pytest

from digest import pipeline
from digest.errors import ListError
from digest.parts import open_parts
from digest.settings import load
from tests.fakes import NOON
from tests.settings.conftest import BASE

HEAD = "uuid,email,name,attributes,status,created_at,updated_at\n"
OLD = "2024-03-01T08:00:00Z,2024-04-01T08:00:00Z"


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "subscribers").mkdir()
    (tmp_path / "digest.toml").write_text(BASE)
    (tmp_path / "subscribers/weekday.csv").write_text("email,note,joined\nada@mail.example,a friend,2026-01-02\n")
    return tmp_path


@pytest.fixture
def parts(desk):
    with open_parts(load(desk / "digest.toml", {})) as opened:
        pipeline.sync(opened, now=NOON)
        yield opened


@pytest.fixture
def bring(desk, parts):
    """Imports rows of listmonk, each `(address, status)`."""

    def bring_rows(*rows, name="weekday", dry_run=False, times=OLD):
        text = "".join(f"u,{email},,{{}},{status},{times}\n" for email, status in rows)
        (desk / "export.csv").write_text(HEAD + text)
        return pipeline.bring(parts, desk / "export.csv", name, now=NOON, dry_run=dry_run)

    return bring_rows


def mailed(parts, name="weekday"):
    return sorted(recipient.email for recipient in parts.store.subscribers.audience([name]))


def state(desk):
    return {path.name: path.read_bytes() for path in (desk / "subscribers").iterdir()}


def test_readers_join_and_the_rest_of_the_list_keeps_every_cell(desk, parts, bring):
    brought = bring(("mira@mail.example", "enabled"), ("joon@mail.example", "enabled"))

    assert mailed(parts) == ["ada@mail.example", "joon@mail.example", "mira@mail.example"]
    assert (brought.report.added, brought.ended, brought.barred) == (2, 0, 0)
    assert (
        (desk / "subscribers/weekday.csv")
        .read_text()
        .splitlines()[1]
        .startswith("ada@mail.example,a friend,2026-01-02")
    )


def test_who_left_there_is_ended_here_and_no_later_file_or_import_brings_them_back(desk, parts, bring):
    bring(("mira@mail.example", "disabled"), ("bo@mail.example", "blocklisted"))

    again = bring(("mira@mail.example", "enabled"), ("bo@mail.example", "enabled"))
    with (desk / "subscribers/weekday.csv").open("a") as file:
        file.write("mira@mail.example,,\nbo@mail.example,,\n")
    pipeline.sync(parts, now=NOON)

    assert again.kept_out == 2
    assert mailed(parts) == ["ada@mail.example"]
    assert "bo@mail.example" not in (desk / "subscribers/suppressed.csv").read_text()


def test_who_unsubscribed_from_one_list_may_read_another_and_who_is_barred_may_not(parts, bring):
    bring(("mira@mail.example", "disabled"), ("bo@mail.example", "blocklisted"))

    bring(("mira@mail.example", "enabled"), ("bo@mail.example", "enabled"), name="sunday")

    assert mailed(parts, "sunday") == ["mira@mail.example"]


def test_a_reader_who_left_there_before_they_joined_here_stays(parts, bring):
    brought = bring(("ada@mail.example", "disabled"))

    assert (brought.ended, mailed(parts)) == (0, ["ada@mail.example"])


def test_a_reader_of_whom_no_day_of_joining_is_known_is_ended_by_a_word_of_leaving_however_old(desk, parts, bring):
    (desk / "subscribers/weekday.csv").write_text("email\nada@mail.example\n")
    pipeline.sync(parts, now=NOON)

    brought = bring(("ada@mail.example", "disabled"))

    assert (brought.ended, mailed(parts)) == (1, [])


def test_a_reader_who_left_there_after_they_joined_here_is_ended(parts, bring):
    brought = bring(("ada@mail.example", "disabled"), times="2024-03-01T08:00:00Z,2026-06-01T08:00:00Z")

    assert (brought.ended, mailed(parts)) == (1, [])


def test_the_same_import_again_changes_nothing(desk, parts, bring):
    rows = [("mira@mail.example", "enabled"), ("joon@mail.example", "disabled"), ("bo@mail.example", "blocklisted")]
    bring(*rows)
    before = state(desk)

    again = bring(*rows)

    assert state(desk) == before
    assert (again.report.added, again.report.changed, again.ended, again.barred) == (0, 0, 0, 0)


def test_a_rehearsal_says_the_same_and_changes_nothing(desk, parts, bring):
    before = state(desk)

    brought = bring(("mira@mail.example", "enabled"), ("joon@mail.example", "disabled"), ("x", "enabled"), dry_run=True)

    assert (list(brought.found.rows), len(brought.found.gone), len(brought.found.rejects)) == (
        ["mira@mail.example"],
        1,
        1,
    )
    assert brought.report is None
    assert state(desk) == before
    assert mailed(parts) == ["ada@mail.example"]


def test_rows_that_were_not_taken_go_to_a_file_with_their_reasons_and_no_list_is_made_of_it(desk, parts, bring):
    brought = bring(("x", "enabled"), ("=cmd|calc", "enabled"))

    lines = brought.rejects.read_text().splitlines()
    assert lines[0] == "row,reason,uuid,email,name,attributes,status,created_at,updated_at"
    assert [line.split(",")[0] for line in lines[1:]] == ["2", "3"]
    assert "'=cmd|calc" in lines[2]
    assert brought.rejects.stat().st_mode & 0o777 == 0o600
    assert pipeline.sync(parts, now=NOON).report.added == 0


def test_a_list_that_would_lose_something_is_not_written(desk, parts, bring):
    path = desk / "subscribers/weekday.csv"
    path.write_text("email,name\nada@mail.example,Ada,and more\n")

    with pytest.raises(ListError, match=r"weekday.csv, row 2: 3 cells for 2 columns.*mend it before"):
        bring(("mira@mail.example", "enabled"))

    assert path.read_text() == "email,name\nada@mail.example,Ada,and more\n"
