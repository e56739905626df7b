"""Addresses never to be mailed are kept without keeping the address."""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import date

import pytest

from digest.errors import SuppressionError
from digest.model.people import Suppression
from digest.subscribers import Keyring, email_hmac, rewrite_suppressed

from .conftest import KEY

MIRA = hmac.new(KEY.secret, b"mira@mail.example", hashlib.sha256).hexdigest()


def test_a_hash_is_the_hmac_of_the_normalised_address_in_lower_case():
    hashes = {email_hmac(text, KEY.secret) for text in ("Mira@Mail.Example", " mira@mail.example", "MIRA@MAIL.EXAMPLE")}

    assert hashes == {MIRA}
    assert email_hmac("mira@mail.example", b"x" * 32) != MIRA


def test_hashed_rows_are_read(read):
    lists = read(f"email_hmac,key,reason,since\n{MIRA.upper()},{KEY.mark},asked by mail,2026-03-02\n", "suppressed.csv")

    assert lists.suppressions == (Suppression(MIRA, KEY.mark, "asked by mail", date(2026, 3, 2)),)
    assert (lists.plain, lists.rows) == ((), {})


@pytest.mark.parametrize("header", ["email,reason,since", "email_hmac,reason,since", "since,reason,email"])
def test_plain_addresses_become_hashes_and_leave_the_file(read, folder, ring, header):
    cells = {"email": "Mira@Mail.Example", "email_hmac": "Mira@Mail.Example", "reason": "asked", "since": "2026-03-02"}
    row = ",".join(cells[column] for column in header.split(","))
    before = read(f"{header}\n{row}\n", "suppressed.csv")
    path = folder / "suppressed.csv"

    taken = rewrite_suppressed(path, ring)

    assert [plain.hashed(KEY).email_hmac for plain in before.plain] == [MIRA]
    assert taken == 1
    assert path.read_text() == f"email_hmac,key,reason,since\n{MIRA},{KEY.mark},asked,2026-03-02\n"


def test_a_second_rewrite_changes_nothing(folder, ring):
    path = folder / "suppressed.csv"
    path.write_text(
        f"email_hmac,key,reason,since\n{MIRA},{KEY.mark},asked,2026-03-02\nmira@mail.example,,again,2026-04-01\n"
    )

    first, once = rewrite_suppressed(path, ring), path.read_bytes()
    second = rewrite_suppressed(path, ring)

    assert (first, second) == (1, 0)
    assert path.read_bytes() == once == f"email_hmac,key,reason,since\n{MIRA},{KEY.mark},asked,2026-03-02\n".encode()


def test_a_plain_address_without_a_day_is_dated_by_its_file(folder, ring):
    path = folder / "suppressed.csv"
    path.write_text("email\nmira@mail.example\n")
    os.utime(path, (1_772_409_600, 1_772_409_600))

    rewrite_suppressed(path, ring)

    assert path.read_text().endswith(f",{KEY.mark},,2026-03-02\n")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{MIRA},k1,,2026-01-01", "'k1' names no key"),
        ("beef,k1,,2026-01-01", "'beef' is neither an address nor 64 hex digits"),
        (f"{MIRA},,,2026-01-01", "'' names no key; it says which made the hash, for example k1-3f9a2c"),
        (f"{MIRA},{KEY.mark},,yesterday", "'yesterday' is no date"),
        ("mira@,k1,,2026-01-01", "'mira@' is no address"),
        (f"{MIRA},{KEY.mark},moved, to a farm,2026-01-01", "5 cells for 4 columns"),
    ],
)
def test_a_wish_that_cannot_be_read_stops_the_reading_and_the_rewriting(read, folder, ring, row, reason):
    text = f"email_hmac,key,reason,since\njoon@mail.example,,,\n{row}\n"

    with pytest.raises(SuppressionError) as refused:
        read(text, "suppressed.csv")
    with pytest.raises(SuppressionError):
        rewrite_suppressed(folder / "suppressed.csv", ring)

    assert str(refused.value).startswith(f"suppressed.csv, row 3: {reason}")
    assert (folder / "suppressed.csv").read_text() == text


def test_a_file_without_a_column_of_addresses_is_refused(read):
    with pytest.raises(SuppressionError, match=r"suppressed\.csv: no column email_hmac"):
        read("address,why\nmira@mail.example,asked\n", "suppressed.csv")


@pytest.mark.parametrize("content", [b"", b"email\nmir\xe1@mail.example\n", b'email\n"mira@mail.example\n'])
def test_a_file_that_is_no_csv_is_refused_as_what_it_is(read, content):
    with pytest.raises(SuppressionError, match=r"suppressed\.csv"):
        read(content, "suppressed.csv")


def test_hashes_of_our_key_are_taken(read, ring):
    ring.rotate()

    lists = read(f"email_hmac,key,reason,since\n{MIRA},{KEY.mark},asked,2026-03-02\n", "suppressed.csv", ring)

    assert [row.email_hmac for row in lists.suppressions] == [MIRA]


@pytest.mark.parametrize("mark", [f"k1-{'0' * 6}", "k2-3f9a2c", "k7-3f9a2c"])
def test_a_hash_of_a_key_that_is_not_here_is_named_with_its_row_and_the_cure(read, folder, ring, mark):
    text = f"email_hmac,key,reason,since\n{MIRA},{KEY.mark},asked,2026-03-02\n\n{MIRA},{mark},asked,2026-03-02\n"

    with pytest.raises(SuppressionError) as refused:
        read(text, "suppressed.csv", ring)
    (folder / "suppressed.csv").write_text(text + "joon@mail.example,,,\n")
    with pytest.raises(SuppressionError):
        rewrite_suppressed(folder / "suppressed.csv", ring)

    assert str(refused.value).startswith(f"suppressed.csv, row 4: {mark} made this hash, but {ring.folder} holds ")
    assert KEY.mark in str(refused.value)
    assert "put k1.key back from a backup" in str(refused.value)
    assert "joon@mail.example" in (folder / "suppressed.csv").read_text()


def test_a_hash_of_a_later_key_of_ours_is_refused_too(read, ring):
    later = ring.rotate()

    with pytest.raises(SuppressionError, match=rf"row 2: {later.mark} made this hash"):
        read(f"email_hmac,key,reason,since\n{MIRA},{later.mark},,\n", "suppressed.csv", ring)


def test_where_no_key_is_left_hashes_are_refused_and_none_is_made(read, tmp_path):
    lost = Keyring(tmp_path / "lost")

    with pytest.raises(SuppressionError, match=r"row 2: .*lost holds no key"):
        read(f"email_hmac,key,reason,since\n{MIRA},{KEY.mark},,\n", "suppressed.csv", lost)

    assert not lost.folder.exists()


def test_no_file_means_nobody(folder, ring):
    assert rewrite_suppressed(folder / "suppressed.csv", ring) == 0
    assert list(folder.iterdir()) == []
