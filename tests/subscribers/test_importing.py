"""Readers who come from another program: who reads, who is gone, and who is not taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ListError
from digest.subscribers import Standing, read_export

from .conftest import SECTIONS

EXPORTS = {
    "listmonk": (
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        'a1,mira@mail.example,Mira Aalto,"{""city"": ""Aldovar""}",enabled,2024-03-01T08:00:00Z,2024-04-01T08:00:00Z\n'
        "a2,joon@mail.example,Joon,{},disabled,2024-03-01T08:00:00Z,2025-02-03T08:00:00Z\n"
        "a3,bo@mail.example,Bo,{},blocklisted,2024-03-01T08:00:00Z,2025-02-04T08:00:00Z\n"
    ),
    "mailchimp": (
        '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,TIMEZONE,UNSUB_TIME,'
        "UNSUB_REASON,UNSUB_REASON,CLEAN_TIME,LEID,EUID\n"
        "mira@mail.example,Mira,Aalto,2,,2024-03-01 08:00:00,Europe/Helsinki,,,,2025-01-01 08:00:00,1,x\n"
        'joon@mail.example,Joon,"",2,,,,2025-02-03 08:00:00,,,,2,y\n'
    ),
    "mailtrain": (
        "cid,status,HASH_EMAIL,EMAIL,MERGE_FIRST_NAME,MERGE_LAST_NAME\n"
        "c1,subscribed,h,mira@mail.example,Mira,Aalto\n"
        "c2,unsubscribed,h,joon@mail.example,Joon,\n"
        "c3,bounced,h,bo@mail.example,Bo,\n"
        "c4,complained,h,cy@mail.example,Cy,\n"
    ),
    "ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n"
        "g1,mira@mail.example,Mira Aalto,,true,false,,2024-03-01T08:00:00.000Z,,,\n"
        "g2,joon@mail.example,Joon,,false,false,,2024-03-01T08:00:00.000Z,,,\n"
        "g3,bo@mail.example,Bo,,true,false,,2024-03-01T08:00:00.000Z,2025-02-04T08:00:00.000Z,,\n"
    ),
    "substack": (
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
        "mira@mail.example,true,,yearly,false,2024-03-01T08:00:00.000Z,\n"
        "joon@mail.example,false,,other,true,2024-03-01T08:00:00.000Z,\n"
    ),
    "phplist": (
        'id,Email,"Is this subscriber confirmed (1/0)","Is this subscriber blacklisted (1/0)",Entered,First Name\n'
        "1,mira@mail.example,1,0,2024-03-01 08:00:00,Mira\n"
        "2,joon@mail.example,0,0,2024-03-01 08:00:00,Joon\n"
        "3,bo@mail.example,1,1,2024-03-01 08:00:00,Bo\n"
    ),
}
STANDINGS = {
    "listmonk": {"joon@mail.example": "unsubscribed", "bo@mail.example": "blocked"},
    "mailchimp": {"mira@mail.example": "bounced", "joon@mail.example": "unsubscribed"},
    "mailtrain": {"joon@mail.example": "unsubscribed", "bo@mail.example": "bounced", "cy@mail.example": "complained"},
    "ghost": {"joon@mail.example": "unsubscribed", "bo@mail.example": "unsubscribed"},
    "substack": {"joon@mail.example": "unsubscribed"},
    "phplist": {"bo@mail.example": "blocked"},
}


@pytest.fixture
def take(tmp_path):
    """Reads an export for the list weekday, on which `present` are."""

    def take_from(text, *, name="export.csv", present=(), program="", gone=False):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_export(
            path, "weekday", present, section_ids=SECTIONS, timezone="Europe/Helsinki", program=program, gone=gone
        )

    return take_from


@pytest.mark.parametrize("program", EXPORTS)
def test_an_export_is_known_by_its_columns_and_who_is_gone_is_not_taken_for_a_reader(take, program):
    found = take(EXPORTS[program])

    assert found.program == program
    assert {gone.email: gone.standing.value for gone in found.gone.values()} == STANDINGS[program]
    assert set(found.rows) == ({"mira@mail.example"} if "mira@mail.example" not in STANDINGS[program] else set())


@pytest.mark.parametrize("program", [each for each in EXPORTS if each != "mailchimp"])
def test_a_reader_keeps_name_and_day_of_joining(take, program):
    (row,) = take(EXPORTS[program]).rows.values()

    assert row.list == "weekday"
    assert row.name in ({"substack": ""}.get(program, "Mira Aalto"), "Mira")
    assert str(row.joined_on) == ("None" if program == "mailtrain" else "2024-03-01")


def test_who_was_never_confirmed_is_refused_with_that_reason(take):
    (reject,) = take(EXPORTS["phplist"]).rejects

    assert (reject.line, reject.cells[1]) == (3, "joon@mail.example")
    assert "never confirmed" in reject.reason


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("subscribed_members_export_ab12.csv", Standing.READING),
        ("unsubscribed_members_export_ab12.csv", Standing.UNSUBSCRIBED),
        ("cleaned_members_export_ab12.csv", Standing.BOUNCED),
    ],
)
def test_of_mailchimps_files_the_name_tells_who_is_in_them(take, name, expected):
    found = take("Email Address,First Name,Last Name,LEID,EUID\nmira@mail.example,Mira,Aalto,1,x\n", name=name)

    standings = [gone.standing for gone in found.gone.values()] or [Standing.READING]
    assert standings == [expected]
    assert len(found.rows) == (expected is Standing.READING)


@pytest.mark.parametrize("first", ["enabled", "disabled"])
def test_one_word_of_leaving_outweighs_all_of_reading_whichever_comes_first(take, first):
    then = {"enabled": "disabled", "disabled": "enabled"}[first]

    found = take(f"uuid,email,status\n1,mira@mail.example,{first}\n2,Mira@MAIL.example,{then}\n")

    assert (found.rows, [gone.standing for gone in found.gone.values()]) == ({}, [Standing.UNSUBSCRIBED])
    assert found.repeated == 1


def test_what_bars_for_good_outweighs_what_ends_one_list(take):
    found = take("cid,status,EMAIL\n1,unsubscribed,bo@mail.example\n2,complained,bo@mail.example\n")

    assert [gone.standing for gone in found.gone.values()] == [Standing.COMPLAINED]


def test_readers_who_are_on_the_list_already_stay_as_they_are(take):
    found = take(EXPORTS["ghost"], present={"mira@mail.example"})

    assert (found.rows, found.known) == ({}, 1)


def test_a_list_of_ones_own_keeps_every_preference(take):
    text = "email,sections,time,timezone,language\nmira@mail.example,military;diplomacy,06:30,Asia/Seoul,fi\n"

    (row,) = take(text).rows.values()

    wanted = row.preferences
    assert (wanted.sections, str(wanted.time)) == (("military", "diplomacy"), "06:30:00")
    assert (wanted.timezone, wanted.language) == ("Asia/Seoul", "fi")


@pytest.mark.parametrize(
    ("text", "program", "said"),
    [
        ("email,opted_out\nmira@mail.example,1\n", "", "what does the column 'opted_out' say"),
        ("email,subscribed\nmira@mail.example,no\n", "", "what does the column 'subscribed' say"),
        ("email,cancelled_at\nmira@mail.example,\n", "", "what does the column 'cancelled_at' say"),
        (f"email,note\nmira@mail.example,{'x' * 140_000}\n", "", "a cell of more than 131,072 characters"),
        ("e-mail\nmira@mail.example\n", "", "no column email"),
        ("email\nmira@mail.example\n", "mailchimp", "no export of mailchimp: the column email address is missing"),
        ("email\nmira@mail.example\n", "listmunk", "did you mean listmonk?"),
        ("", "", "is empty"),
        (b"\xff\xfe", "", "not UTF-8"),
        (b"email\n\0\n", "", "no text"),
    ],
)
def test_a_file_that_nobody_can_read_as_an_export_is_refused_whole(take, text, program, said):
    with pytest.raises(ListError, match=said.replace("?", r"\?")):
        take(text, program=program)


def test_a_table_of_nobodys_making_is_taken_where_its_columns_tell_nothing_or_it_is_named(take):
    plain = take("email,First Name,city,note\nmira@mail.example,Mira,Aldovar,\n")
    named = take("email,subscribed\nmira@mail.example,yes\n", program="csv")

    assert set(plain.rows) == set(named.rows) == {"mira@mail.example"}


def test_a_file_of_those_who_left_holds_no_reader_whatever_its_rows_say(take):
    found = take(EXPORTS["listmonk"], gone=True)

    assert found.rows == {}
    assert found.gone["mira@mail.example"].standing is Standing.UNSUBSCRIBED
    assert found.gone["bo@mail.example"].standing is Standing.BLOCKED


def test_what_listmonks_file_does_not_say_is_told(take):
    assert "--gone" in take(EXPORTS["listmonk"]).advice
    assert take(EXPORTS["ghost"]).advice == ""


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,,enabled", "no address"),
        ("1,mira,enabled", "is no address"),
        ("1,mira@mail.example,paused", "status is 'paused'; known are enabled, disabled, blocklisted"),
        ("1,mira@mail.example,enabled,more", "4 cells for 3 columns"),
    ],
)
def test_a_row_that_says_too_little_is_refused_with_its_reason_and_costs_no_other(take, row, said):
    found = take(f"uuid,email,status\n{row}\n2,joon@mail.example,enabled\n")

    assert [(reject.line, said in reject.reason) for reject in found.rejects] == [(2, True)]
    assert set(found.rows) == {"joon@mail.example"}


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "C", "ü"]), st.sampled_from(["enabled", "disabled", "blocklisted"])),
        max_size=12,
    )
)
def test_no_order_of_rows_makes_a_reader_of_who_left(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "order.csv"
    path.write_text("uuid,email,status\n" + "".join(f"1,{who}@mail.example,{word}\n" for who, word in rows))

    found = read_export(path, "weekday", (), section_ids=SECTIONS, timezone="UTC")

    left = {f"{who}@mail.example".lower() for who, word in rows if word != "enabled"}
    assert set(found.gone) == left
    assert set(found.rows) == {f"{who}@mail.example".lower() for who, _ in rows} - left
