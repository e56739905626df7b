"""Lists as people, spreadsheets and hostile hands write them."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from digest.errors import ListError
from digest.model.people import Preferences, Row
from digest.subscribers import ListSettings, read_lists

HEADER = "email,name,sections,frequency,time,timezone,language,joined\n"
SAMPLES = Path(__file__).parents[2] / "subscribers"


def test_a_row_says_what_its_reader_wants(read):
    text = HEADER + "Mira@Mail.Example,Mira Aalto,military;diplomacy,weekdays,07:00,Europe/Helsinki,en,2026-03-02\n"

    lists = read(text)

    wanted = Preferences(("military", "diplomacy"), "weekdays", time(7), "Europe/Helsinki", "en")
    assert lists.rows == {"weekday": (Row("weekday", "Mira@mail.example", "Mira Aalto", wanted, date(2026, 3, 2)),)}
    assert lists.problems == ()


@pytest.mark.parametrize("sections", ["", "*", "*;military", "military;*"])
def test_nothing_or_a_star_means_all_sections(read, sections):
    lists = read(f"email,sections\njoon@mail.example,{sections}\n")

    assert lists.rows["weekday"][0].preferences == Preferences()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_every_kind_of_file_end_and_mark_reads_the_same(read, mark, end):
    text = end.join(["email,name", "mira@mail.example,Mira", "", "joon@mail.example,Joon", "broken,", ""])

    lists = read(mark + text.encode())

    assert [row.name for row in lists.rows["weekday"]] == ["Mira", "Joon"]
    assert [problem.split(":")[0] for problem in lists.problems] == ["weekday.csv, row 5"]


def test_a_reader_of_a_section_that_was_renamed_keeps_the_others(read):
    lists = read("email,sections\nmira@mail.example,front;diplomacy;peace_summit\njoon@mail.example,front\n")

    (mira,) = lists.rows["weekday"]
    there = "there are military, diplomacy, peace_summit, or * for all"
    assert (mira.email, mira.preferences.sections) == ("mira@mail.example", ("diplomacy", "peace_summit"))
    assert lists.problems == (
        f"weekday.csv, row 2: no section is called 'front'; {there}. The others stay",
        f"weekday.csv, row 3: no section is called 'front'; {there}",
    )


def test_whoever_wants_all_sections_loses_none_by_one_nobody_knows(read):
    lists = read("email,sections\nmira@mail.example,front;*\n")

    assert lists.rows["weekday"][0].preferences.sections == ()
    assert lists.problems[0].startswith("weekday.csv, row 2: no section is called 'front'")


@pytest.mark.parametrize("word", ["", "all", "weekdays", "daily", "sundays", "weekly", "ALERTS"])
def test_how_often_somebody_reads_is_kept_whatever_the_case(read, word):
    lists = read(f"email,frequency\nmira@mail.example,{word}\n")

    assert lists.rows["weekday"][0].preferences.frequency == (word.lower() or "all")
    assert lists.problems == ()


def test_a_file_with_semicolons_keeps_quoted_sections_together(read):
    lists = read('name;sections;email\n"Aalto; Mira";"military;diplomacy";mira@mail.example\n')

    (row,) = lists.rows["weekday"]
    assert (row.name, row.preferences.sections) == ("Aalto; Mira", ("military", "diplomacy"))


def test_a_file_with_semicolons_says_when_sections_were_not_quoted(read):
    lists = read("email;sections\nmira@mail.example;military;diplomacy\njoon@mail.example;military\n")

    assert [row.email for row in lists.rows["weekday"]] == ["joon@mail.example"]
    assert lists.problems == (
        "weekday.csv, row 2: 3 cells for 2 columns; put quotes around a cell that holds the separator",
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("nobody,,,,,,,", "'nobody' is no address"),
        (",Mira,,,,,,", "no address"),
        ("a@b.example,,sport,,,,,", "no section is called 'sport'; there are military, diplomacy, peace_summit"),
        ("a@b.example,,sport;chess,,,,,", "no section is called 'sport', 'chess'; there are military"),
        ("a@b.example,,,,25:00,,,", "'25:00' is no time"),
        ("a@b.example,,,,7am,,,", "'7am' is no time"),
        ("a@b.example,,,,,,english please,", "'english please' is no language tag"),
        ("a@b.example,,,,,,,02.03.2026", "'02.03.2026' is no date"),
        ("a@b.example,,,,,,,2026-02-30", "'2026-02-30' is no date"),
        ('"a@b.example"x,,,,,,,', "a cell goes on behind its closing quote"),
        ("a@b.example,,,,,,,,stray", "9 cells for 8 columns"),
    ],
)
def test_a_broken_row_is_named_and_left_out_and_the_others_are_read(read, cells, reason):
    lists = read(f"{HEADER}mira@mail.example,,,,,,,\n{cells}\njoon@mail.example,,,,,,,\n")

    assert [row.email for row in lists.rows["weekday"]] == ["mira@mail.example", "joon@mail.example"]
    (problem,) = lists.problems
    assert problem.startswith(f"weekday.csv, row 3: {reason}")


def test_rows_are_counted_as_an_editor_counts_lines(read):
    lists = read('email,name\n\n"mira@mail.example","Mira\nAalto"\n\nnobody,\n')

    assert lists.rows["weekday"][0].name == "Mira Aalto"
    assert lists.problems[0].startswith("weekday.csv, row 6: ")


def test_an_unknown_zone_is_warned_of_and_the_row_kept(read):
    lists = read("email,timezone\nmira@mail.example,Europe/Helsinky\n")

    assert lists.rows["weekday"][0].preferences.timezone == ""
    assert lists.problems == (
        "weekday.csv, row 2: unknown time zone 'Europe/Helsinky'; did you mean Europe/Helsinki?; "
        "Europe/Helsinki is used",
    )


def test_a_zone_that_is_a_path_is_no_zone(read):
    lists = read("email,timezone\nmira@mail.example,../../../etc/passwd\n")

    assert lists.rows["weekday"][0].preferences.timezone == ""
    assert len(lists.problems) == 1


def test_an_unknown_frequency_is_warned_of_and_the_row_kept(read):
    lists = read("email,frequency\nmira@mail.example,hourly\n")

    assert lists.rows["weekday"][0].preferences.frequency == "all"
    assert lists.problems[0].startswith("weekday.csv, row 2: unknown frequency 'hourly'; all is used")


def test_one_person_stands_on_a_list_once_whatever_the_case(read):
    lists = read("email,name\nmira@mail.example,First\nmira@MAIL.Example,Second\nMira@mail.example,Third\n")

    assert [row.name for row in lists.rows["weekday"]] == ["First"]
    assert lists.problems == (
        "weekday.csv, row 3: same address as row 2",
        "weekday.csv, row 4: same address as row 2",
    )


def test_a_domain_and_its_punycode_are_one(read):
    lists = read("email\nlis@bücher.example\nlis@xn--bcher-kva.example\n")

    assert [row.email for row in lists.rows["weekday"]] == ["lis@bücher.example"]
    assert lists.problems == ("weekday.csv, row 3: same address as row 2",)


def test_an_address_in_another_script_is_taken(read):
    lists = read("email\nмира@пошта.example\n")

    assert lists.rows["weekday"][0].email == "мира@пошта.example"


def test_a_name_cannot_smuggle_a_header_in(read):
    lists = read('email,name\nmira@mail.example,"Mira\r\nBcc: all@mail.example"\n')

    assert lists.rows["weekday"][0].name == "Mira Bcc: all@mail.example"


def test_an_unknown_column_is_named_once_and_the_file_read(read):
    lists = read("Email,timezome,Joined\nmira@mail.example,Asia/Seoul,2026-01-01\njoon@mail.example,,\n")

    assert len(lists.rows["weekday"]) == 2
    assert lists.problems == ("weekday.csv: unknown column timezome; did you mean timezone?",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "weekday.csv is empty"),
        (b"\n \n", "weekday.csv is empty"),
        (b"PK\x03\x04\x00\x00", "weekday.csv is no text"),
        ("email\nmira@mail.example\n".encode("utf-16"), "weekday.csv is no text"),
        (b"email,name\nmira@mail.example,Mir\xe1\n", "weekday.csv, row 2: not UTF-8"),
        (b"mira@mail.example,Mira\n", "weekday.csv: no column email"),
        (b"email,name,name\na@b.example,,\n", "weekday.csv, row 1: two columns are called name"),
        (b'email,name\na@b.example,"Mira\nb@b.example,Joon\n', "weekday.csv, row 2: a quote is opened here and not"),
        (b'email,name\na@b.example,"Mira\nb@b.example,"Joon"\n', "weekday.csv, row 2: a quote is opened here and not"),
        (b'"email"x,name\na@b.example,\n', "weekday.csv, row 1: a cell goes on"),
    ],
)
def test_a_file_that_is_no_list_stops_the_reading(read, folder, content, reason):
    (folder / "alerts.csv").write_text("email\nmira@mail.example\n")

    with pytest.raises(ListError) as refused:
        read(content)

    assert str(refused.value).startswith(reason)


def test_a_name_no_list_can_have_is_refused(read):
    with pytest.raises(ListError, match=r"my list\.csv: a list's name has letters"):
        read("email\n", name="my list.csv")


def test_rejects_and_hidden_files_are_no_lists(read, folder):
    (folder / "weekday.rejected.csv").write_text("whatever")
    (folder / ".weekday.csv.tmp").write_text("whatever")

    lists = read("email\nmira@mail.example\n")

    assert set(lists.rows) == {"weekday"}


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ListError, match="nowhere is no folder"):
        read_lists(tmp_path / "nowhere", section_ids=(), timezone="UTC")


def test_lists_toml_says_how_lists_are_joined(read, folder):
    (folder / "lists.toml").write_text(
        '[weekday]\ntitle = "Weekday brief"\npublic = true\ndefault_sections = ["military"]\n[desk]\ntest_list = true\n'
    )

    lists = read("email\n")

    assert lists.settings["weekday"] == ListSettings("Weekday brief", public=True, default_sections=("military",))
    assert lists.settings["desk"] == ListSettings("Desk", test_list=True)
    assert lists.problems == ()


def test_a_list_without_settings_is_private(read):
    lists = read("email\n", name="alerts.csv")

    assert lists.settings == {"alerts": ListSettings("Alerts", double_opt_in=True, public=False)}


def test_what_lists_toml_misspells_is_named_with_a_hint(read, folder):
    (folder / "lists.toml").write_text('[weekday]\ndouble_optin = false\ndefault_sections = ["milatary"]\n')

    lists = read("email\n")

    assert lists.problems == (
        "lists.toml, [weekday]: unknown key double_optin; did you mean double_opt_in?",
        "lists.toml, [weekday]: no section is called milatary; did you mean military?",
    )
    assert lists.settings["weekday"].double_opt_in


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[weekday", "lists.toml cannot be read"),
        ('title = "Weekday"', "lists.toml: title stands outside of a list"),
        ('[weekday]\npublic = "no"', r"lists.toml, \[weekday\]: public must be true or false, not 'no'"),
    ],
)
def test_a_lists_toml_that_cannot_be_meant_stops_the_reading(read, folder, text, reason):
    (folder / "lists.toml").write_text(text)

    with pytest.raises(ListError, match=reason):
        read("email\n")


def test_the_sample_lists_have_no_problems():
    lists = read_lists(SAMPLES, section_ids=("military", "diplomacy", "peace_summit"), timezone="Europe/Helsinki")

    assert lists.problems == ()
    assert {name: len(rows) for name, rows in lists.rows.items()} == {"weekday": 3, "sunday": 2}
    assert lists.settings["weekday"].public
