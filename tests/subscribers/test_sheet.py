"""A list that the program writes into stays its people's own file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.errors import ListError
from digest.model.people import Preferences, Row
from digest.subscribers import drop_address, drop_text, extend_list, follow, read_list
from digest.subscribers import sheet as sheets

CY = Row("weekday", "cy@mail.example", "", Preferences(("hills",)), None)
OWN = (
    "\ufeff\r\nE-Mail;Email;Name;;Notes;\r\n"
    '1;ada@mail.example;"Ada";first;"two\nlines; =1+1";last\r\n\r\n'
    "2;bo@mail.example;Bo;;;"
)


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "weekday.csv"
    file.write_bytes(OWN.encode())
    return file


def text(path):
    return path.read_bytes().decode()


def test_one_reader_s_word_changes_their_row_alone(path):
    follow(path, [], ["bo@mail.example"])

    assert text(path) == OWN.removesuffix("2;bo@mail.example;Bo;;;")


def test_a_new_address_stands_where_the_old_one_stood(path):
    was = {"ada@mail.example": "cy@mail.example"}.get

    follow(path, [CY], [], was)
    renamed = text(path).split("\r\n")[2]
    follow(path, [], ["cy@mail.example"], was)

    assert renamed == '1;cy@mail.example;Ada;first;"two\nlines; =1+1";last;hills;all;;;;'
    assert "cy@mail.example" not in text(path)


def test_an_old_address_that_stands_twice_gives_its_row_to_the_new_one_with_all_that_is_in_it(path):
    twice = text(path) + "\r\n3;ada@mail.example;;;;"
    path.write_bytes(twice.encode())

    follow(path, [CY], [], {"ada@mail.example": "cy@mail.example"}.get)

    rows = text(path).split("\r\n")
    assert rows[2] == '1;cy@mail.example;Ada;first;"two\nlines; =1+1";last;hills;all;;;;'
    assert sum("cy@mail.example" in row for row in rows) == 1


@pytest.mark.parametrize("add", [lambda path: extend_list(path, [CY]), lambda path: follow(path, [CY], [])])
def test_who_joins_gets_the_columns_they_need_and_every_cell_stays_in_its_place(path, add):
    add(path)

    header, ada, *_ = text(path).split("\r\n")[1:]
    assert header == "E-Mail;Email;Name;;Notes;;sections;frequency;time;timezone;language;joined"
    assert ada == '1;ada@mail.example;Ada;first;"two\nlines; =1+1";last;;;;;;'
    assert text(path).endswith("\r\n\r\n2;bo@mail.example;Bo;;;;;;;;;\r\n;cy@mail.example;;;;;hills;all;;;;\r\n")
    rows, _ = read_list(path, section_ids=["hills"], timezone="UTC")
    assert [row.email for row in rows] == ["ada@mail.example", "bo@mail.example", "cy@mail.example"]
    assert replace(rows[2], name="") == CY


def test_a_list_that_is_a_link_stays_one_and_what_it_leads_to_is_written(path, tmp_path):
    link = tmp_path / "linked.csv"
    link.symlink_to(path)

    extend_list(link, [CY])

    assert link.is_symlink()
    assert "cy@mail.example" in text(path)


def saving(path, monkeypatch, times):
    """Somebody saves the file while it is being written, so many times."""
    put, left = sheets.replace, [times]

    def busy(real, data, **others):
        if left[0]:
            left[0] -= 1
            path.write_text(f"{text(path)}\r\n{left[0]};eve{left[0]}@mail.example")
        return put(real, data, **others)

    monkeypatch.setattr(sheets, "replace", busy)


def test_what_somebody_saves_meanwhile_is_not_lost(path, monkeypatch):
    saving(path, monkeypatch, 2)

    follow(path, [], ["ada@mail.example"])

    assert "eve0@mail.example" in text(path)
    assert "eve1@mail.example" in text(path)
    assert "ada@mail.example" not in text(path)


def test_a_file_that_is_saved_all_the_time_is_left_to_them(path, monkeypatch):
    saving(path, monkeypatch, 9)

    with pytest.raises(ListError, match="changed by others all the time"):
        follow(path, [], ["ada@mail.example"])
    assert "ada@mail.example" in text(path)


def test_a_row_goes_from_a_file_with_a_broken_one_which_stays(tmp_path):
    file = tmp_path / "weekday.csv"
    file.write_text('email,name\nx@mail.example,"A" b\nada@mail.example,Ada\n')

    assert drop_address(file, "ada@mail.example") == 1
    assert text(file) == 'email,name\nx@mail.example,"A" b\n'


def test_only_the_rows_in_which_that_very_address_stands_go_from_a_file_of_rejects(tmp_path):
    file = tmp_path / "weekday-old.rejected.csv"
    kept = ["reason,email,reason", "x,nada@mail.example,", "x,ada@mail.example.org,", "x,b.ada@mail.example,"]
    file.write_text("\n".join([*kept, "x,<ADA@mail.example>,", "x,,see ada@mail.example."]) + "\n")

    assert drop_text(file, "ada@mail.example") == 2
    assert text(file).splitlines() == kept
