"""One reader put on a list, taken off it, looked up and forgotten, in real files and a real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from digest import pipeline
from digest.errors import ListError, UnknownError
from digest.parts import open_parts
from digest.settings import load
from digest.store.schema import consent, subscriber
from tests.fakes import NOON
from tests.settings.conftest import BASE

ADA, BO = "ada@mail.example", "bo@mail.example"


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "subscribers").mkdir()
    (tmp_path / "digest.toml").write_text(BASE)
    (tmp_path / "subscribers/weekday.csv").write_text(f"email,name,note\n{ADA},Ada,a friend\n{BO},Bo,\n")
    return tmp_path


@pytest.fixture
def parts(desk):
    with open_parts(load(desk / "digest.toml", {})) as opened:
        pipeline.sync(opened, now=NOON)
        yield opened


def mailed(parts, name="weekday"):
    return sorted(recipient.email for recipient in parts.store.subscribers.audience([name]))


def on_file(desk, name="weekday"):
    return [line.split(",")[0] for line in (desk / f"subscribers/{name}.csv").read_text().splitlines()[1:]]


def test_who_is_added_stands_in_the_file_and_is_mailed(desk, parts):
    new = pipeline.enlist(parts, "weekday", {"email": "Cy@MAIL.example", "time": "06:30"}, now=NOON)
    again = pipeline.enlist(parts, "weekday", {"email": "cy@mail.example"}, now=NOON)

    assert (new, again) == (True, False)
    assert on_file(desk) == [ADA, BO, "Cy@mail.example"]
    assert mailed(parts) == ["Cy@mail.example", ADA, BO]


@pytest.mark.parametrize(
    ("cells", "name", "said"),
    [
        ({"email": "cy"}, "weekday", "is no address"),
        ({"email": "cy@mail.example", "time": "25:00"}, "weekday", "is no time"),
        ({"email": "cy@mail.example", "timezone": "Europe/Kyjiv"}, "weekday", "unknown time zone"),
        ({"email": "cy@mail.example", "sections": "sport"}, "weekday", "no section is called"),
        ({"email": "cy@mail.example"}, "../weekday", "cannot be a list's name"),
    ],
)
def test_what_no_list_could_hold_is_refused_and_nothing_is_written(desk, parts, cells, name, said):
    with pytest.raises(ListError, match=said):
        pipeline.enlist(parts, name, cells, now=NOON)

    assert on_file(desk) == [ADA, BO]


def test_who_asked_to_leave_comes_back_by_no_hand_but_their_own(desk, parts):
    lists = pipeline.delist(parts, "Ada@mail.example", [], asked=True, now=NOON)

    with pytest.raises(ListError, match="only they themselves"):
        pipeline.enlist(parts, "weekday", {"email": ADA}, now=NOON)
    assert (lists, on_file(desk), mailed(parts)) == (["weekday"], [BO], [BO])


def test_a_wish_to_leave_holds_for_a_row_that_nobody_took_over_yet(desk, parts):
    path = desk / "subscribers/weekday.csv"
    path.write_text(path.read_text() + "cy@mail.example,Cy,\n")

    lists = pipeline.delist(parts, "cy@mail.example", [], asked=True, now=NOON)
    path.write_text(path.read_text() + "cy@mail.example,Cy,\n")
    pipeline.sync(parts, now=NOON)

    assert (lists, mailed(parts)) == (["weekday"], [ADA, BO])


def test_a_wish_to_leave_holds_for_a_reader_whose_row_left_the_file_before(desk, parts):
    path = desk / "subscribers/weekday.csv"
    before = path.read_text()
    path.write_text(f"email\n{BO}\n")
    pipeline.sync(parts, now=NOON)

    pipeline.delist(parts, ADA, ["weekday"], asked=True, now=NOON)
    path.write_text(before)
    pipeline.sync(parts, now=NOON)

    assert mailed(parts) == [BO]


def test_many_who_change_a_list_at_once_lose_nobody(desk, parts):
    def one(n):
        with open_parts(load(desk / "digest.toml", {})) as own:
            pipeline.enlist(own, "weekday", {"email": f"reader{n}@mail.example"}, now=NOON)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(one, range(12)))

    assert len(on_file(desk)) == len(mailed(parts)) == 14


def test_who_is_taken_off_without_asking_may_be_put_back(desk, parts):
    pipeline.delist(parts, ADA, ["weekday"], asked=False, now=NOON)
    before = mailed(parts)

    pipeline.enlist(parts, "weekday", {"email": ADA}, now=NOON)

    assert (before, mailed(parts)) == ([BO], [ADA, BO])


def test_an_address_on_no_list_cannot_be_taken_off(parts):
    with pytest.raises(UnknownError, match="is on no list"):
        pipeline.delist(parts, "cy@mail.example", [], asked=True, now=NOON)


def test_what_is_kept_of_a_reader_tells_each_word_of_consent(parts):
    pipeline.delist(parts, ADA, [], asked=True, now=NOON)

    known = pipeline.look_up(parts, ADA)

    assert [(event.list, event.event, event.origin) for event in known.events] == [
        ("weekday", "file", "weekday.csv"),
        ("weekday", "unsubscribe", "operator"),
    ]
    assert known.suppression is None


def test_a_forgotten_person_leaves_a_hash_and_is_never_mailed_again_by_any_list(desk, parts):
    lists = pipeline.forget(parts, "ADA@mail.example", now=NOON).lists

    with pytest.raises(ListError, match="suppressed since"):
        pipeline.enlist(parts, "weekday", {"email": ADA}, now=NOON)
    with (desk / "subscribers/weekday.csv").open("a") as file:
        file.write(f"{ADA},,\n")
    kept_out = pipeline.sync(parts, now=NOON).report.kept_out
    assert (lists, mailed(parts), kept_out) == (("weekday",), [BO], {"weekday": 1})


def test_of_a_forgotten_person_neither_address_nor_name_stays(desk, parts):
    pipeline.forget(parts, ADA, now=NOON)

    with parts.store.database.read() as connection:
        rows = connection.execute(select(subscriber.c.address, subscriber.c.email, subscriber.c.name)).all()
        events = [row.event for row in connection.execute(consent.select())]
    assert "ada" not in repr([tuple(row) for row in rows]).lower()
    assert events.count("erase") == 1
    assert all(ADA not in path.read_text() for path in (desk / "subscribers").iterdir())
    assert pipeline.look_up(parts, ADA).suppression.reason == "erased"


def test_of_a_forgotten_person_no_row_that_an_import_refused_stays(desk, parts):
    path = desk / "subscribers/weekday-export.rejected.csv"
    path.write_text(f"row,reason,email\n2,no such status,{ADA.upper()}\n3,no such status,{BO}\n")

    pipeline.forget(parts, ADA, now=NOON)

    assert path.read_text().splitlines() == ["row,reason,email", f"3,no such status,{BO}"]


def test_forgetting_twice_changes_nothing_more(desk, parts):
    pipeline.forget(parts, ADA, now=NOON)
    before = (desk / "subscribers/suppressed.csv").read_bytes()

    assert pipeline.forget(parts, ADA, now=NOON).lists == ()
    assert (desk / "subscribers/suppressed.csv").read_bytes() == before


def test_files_that_nobody_can_read_keep_nobody_from_being_forgotten_and_are_named(desk, parts, caplog):
    folder = desk / "subscribers"
    (folder / "weekday-old.rejected.csv").write_text(f"row,reason,reason,email\n2,x,,{ADA}\n3,x,,{BO}\n")
    (folder / "other.csv").write_text(f'email,name\nx@mail.example,"A" b\n{ADA},Ada\n')
    (folder / "doubled.csv").write_text(f"email,email\n{ADA},\n")
    (folder / "open.csv").write_text(f'email\n"{ADA}\n')

    done = pipeline.forget(parts, ADA, now=NOON)

    assert (done.lists, mailed(parts)) == (("other", "weekday"), [BO])
    assert pipeline.look_up(parts, ADA).suppression.reason == "erased"
    assert (folder / "other.csv").read_text() == 'email,name\nx@mail.example,"A" b\n'
    assert ADA not in (folder / "weekday-old.rejected.csv").read_text()
    assert [why.partition(",")[0] for why in done.held] == ["doubled.csv", "open.csv"]
    assert [each.file for each in caplog.records if each.msg.startswith("a file may")] == ["doubled.csv", "open.csv"]


def test_nobody_is_taken_off_a_file_that_would_lose_something(desk, parts):
    path = desk / "subscribers/weekday.csv"
    path.write_text(f"email\n{ADA},more\n{BO}\n")

    with pytest.raises(ListError, match="mend it before"):
        pipeline.delist(parts, BO, [], asked=True, now=NOON)

    assert path.read_text() == f"email\n{ADA},more\n{BO}\n"
    assert BO in mailed(parts)
