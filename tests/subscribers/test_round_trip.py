"""Whatever a reader is called, writing a list and reading it again changes nothing."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ListError
from digest.model.people import FREQUENCIES, Preferences, Row
from digest.subscribers import normalise, read_lists, write_rows
from digest.subscribers.csvfile import clean
from tests.postgres import memory

SECTIONS = ("military", "diplomacy", "peace_summit")
ODD = st.sampled_from(
    ["=1+1", "+49", "-", "@x", "'=1", "''@", "'t Hooft", ";", ",", '"', '""', "\ufeff", "\u202e", "\u200d", "e\u0301",
     "👩‍👩‍👧", "שלום", "ﷺ", "\u2028", "\x85", "\u00a0", "\U0010ffff", "\x1f", "\r", "\n", "\t", "\x00", "＝1"]
)  # fmt: skip
NAMES = st.lists(ODD | st.text(max_size=8), max_size=5).map("".join)
DOMAINS = st.sampled_from(["mail.example", "bücher.example", "пошта.example", "例え.example"])
LOCALS = st.from_regex(r"[=+\-'a-zA-Zéж日][a-z0-9]{0,8}", fullmatch=True)
ADDRESSES = st.builds(lambda local, domain: normalise(f"{local}@{domain}"), LOCALS, DOMAINS)
PREFERENCES = st.builds(
    Preferences,
    sections=st.lists(st.sampled_from(SECTIONS), unique=True).map(tuple),
    frequency=st.sampled_from(FREQUENCIES),
    time=st.none() | st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    timezone=st.sampled_from(["", "Europe/Helsinki", "America/Argentina/Buenos_Aires", "UTC"]),
    language=st.sampled_from(["", "en", "zh-Hant-TW"]),
)
ROWS = st.lists(
    st.builds(
        Row,
        list=st.just("weekday"),
        email=ADDRESSES,
        name=NAMES.map(clean),
        preferences=PREFERENCES,
        joined_on=st.none() | st.dates(min_value=date(1000, 1, 1)),
    ),
    unique_by=lambda row: row.email.lower(),
    max_size=6,
)


@given(ROWS)
def test_a_list_survives_being_written_and_read(rows):
    with TemporaryDirectory(dir=memory()) as folder:
        path = Path(folder) / "weekday.csv"

        write_rows(path, rows)
        lists = read_lists(path.parent, section_ids=SECTIONS, timezone="UTC")

        assert lists.problems == ()
        assert lists.rows["weekday"] == tuple(rows)
        assert [entry.name for entry in path.parent.iterdir()] == ["weekday.csv"]


@given(NAMES)
def test_no_written_cell_is_run_by_a_spreadsheet_and_no_name_leaves_its_line(name):
    with TemporaryDirectory(dir=memory()) as folder:
        path = Path(folder) / "weekday.csv"

        write_rows(path, [Row("weekday", "mira@mail.example", name, Preferences(), None)])

        _, line = path.read_text(encoding="utf-8").splitlines()
        (cells,) = csv.reader([line])
        assert not cells[1].startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.binary(max_size=200) | st.text(alphabet='email,;"\n\r @.x*', max_size=120).map(str.encode))
def test_any_bytes_are_rows_or_a_plain_refusal(content):
    with TemporaryDirectory(dir=memory()) as folder:
        (Path(folder) / "weekday.csv").write_bytes(content)

        said = problems_of(Path(folder))

        assert all(problem.startswith("weekday.csv") for problem in said)


def problems_of(folder):
    """What reading the folder says, whether it goes on or stops."""
    try:
        return read_lists(folder, section_ids=SECTIONS, timezone="UTC").problems
    except ListError as refused:
        return (str(refused),)


def test_a_write_that_fails_leaves_the_old_list(tmp_path):
    path = tmp_path / "weekday.csv"
    path.mkdir()

    with pytest.raises(ListError, match=r"weekday\.csv cannot be written"):
        write_rows(path, [Row("weekday", "mira@mail.example", "", Preferences(), None)])

    assert [entry.name for entry in tmp_path.iterdir()] == ["weekday.csv"]


def test_a_new_list_is_its_owners_alone(tmp_path):
    write_rows(tmp_path / "weekday.csv", [])

    assert (tmp_path / "weekday.csv").stat().st_mode & 0o777 == 0o600


def test_a_rewritten_list_keeps_who_may_read_it(tmp_path):
    path = tmp_path / "weekday.csv"
    path.write_text("email\n")
    path.chmod(0o640)

    write_rows(path, [])

    assert path.stat().st_mode & 0o777 == 0o640
