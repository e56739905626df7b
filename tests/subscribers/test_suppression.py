"""Addresses never to be mailed are kept without keeping the address."""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import date

import pytest

from digest.errors import ListError
from digest.model.people import Suppression
from digest.subscribers import Key, email_hmac, rewrite_suppressed

KEY = Key("k1", b"k" * 32)
MIRA = hmac.new(KEY.secret, b"mira@mail.example", hashlib.sha256).hexdigest()


def test_a_hash_is_the_hmac_of_the_normalised_address_in_lower_case():
    hashes = {email_hmac(text, KEY.secret) for text in ("Mira@Mail.Example", " mira@mail.example", "MIRA@MAIL.EXAMPLE")}

    assert hashes == {MIRA}
    assert email_hmac("mira@mail.example", b"x" * 32) != MIRA


def test_hashed_rows_are_read(read):
    lists = read(f"email_hmac,key,reason,since\n{MIRA.upper()},k1,asked by mail,2026-03-02\n", "suppressed.csv")

    assert lists.suppressions == (Suppression(MIRA, "k1", "asked by mail", date(2026, 3, 2)),)
    assert (lists.plain, lists.rows) == ((), {})


@pytest.mark.parametrize("header", ["email,reason,since", "email_hmac,reason,since", "since,reason,email"])
def test_plain_addresses_become_hashes_and_leave_the_file(read, folder, header):
    cells = {"email": "Mira@Mail.Example", "email_hmac": "Mira@Mail.Example", "reason": "asked", "since": "2026-03-02"}
    row = ",".join(cells[column] for column in header.split(","))
    before = read(f"{header}\n{row}\n", "suppressed.csv")
    path = folder / "suppressed.csv"

    taken = rewrite_suppressed(path, KEY)

    assert [plain.hashed(KEY).email_hmac for plain in before.plain] == [MIRA]
    assert taken == 1
    assert path.read_text() == f"email_hmac,key,reason,since\n{MIRA},k1,asked,2026-03-02\n"


def test_a_second_rewrite_changes_nothing(folder):
    path = folder / "suppressed.csv"
    path.write_text(f"email_hmac,key,reason,since\n{MIRA},k1,asked,2026-03-02\nmira@mail.example,,again,2026-04-01\n")

    first, once = rewrite_suppressed(path, KEY), path.read_bytes()
    second = rewrite_suppressed(path, KEY)

    assert (first, second) == (1, 0)
    assert path.read_bytes() == once == f"email_hmac,key,reason,since\n{MIRA},k1,asked,2026-03-02\n".encode()


def test_a_plain_address_without_a_day_is_dated_by_its_file(folder):
    path = folder / "suppressed.csv"
    path.write_text("email\nmira@mail.example\n")
    os.utime(path, (1_772_409_600, 1_772_409_600))

    rewrite_suppressed(path, KEY)

    assert path.read_text().endswith(",k1,,2026-03-02\n")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("beef,k1,,2026-01-01", "'beef' is neither an address nor 64 hex digits"),
        (f"{MIRA},,,2026-01-01", "'' is no key id"),
        (f"{MIRA},k1,,yesterday", "'yesterday' is no date"),
        ("mira@,k1,,2026-01-01", "'mira@' is no address"),
        (f"{MIRA},k1,moved, to a farm,2026-01-01", "5 cells for 4 columns"),
    ],
)
def test_a_wish_that_cannot_be_read_stops_the_reading_and_the_rewriting(read, folder, row, reason):
    text = f"email_hmac,key,reason,since\njoon@mail.example,,,\n{row}\n"

    with pytest.raises(ListError) as refused:
        read(text, "suppressed.csv")
    with pytest.raises(ListError):
        rewrite_suppressed(folder / "suppressed.csv", KEY)

    assert str(refused.value).startswith(f"suppressed.csv, row 3: {reason}")
    assert (folder / "suppressed.csv").read_text() == text


def test_a_file_without_a_column_of_addresses_is_refused(read):
    with pytest.raises(ListError, match=r"suppressed\.csv: no column email_hmac"):
        read("address,why\nmira@mail.example,asked\n", "suppressed.csv")


def test_no_file_means_nobody(folder):
    assert rewrite_suppressed(folder / "suppressed.csv", KEY) == 0
    assert list(folder.iterdir()) == []
