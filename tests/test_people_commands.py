"""`digest keys`, `subscribers lint` and `subscribers segments`, run in this process."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.parts import open_parts
from digest.settings import load
from digest.subscribers import Purpose
from tests.settings.conftest import BASE


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "subscribers").mkdir()
    (tmp_path / "digest.toml").write_text(BASE)
    (tmp_path / "subscribers/weekday.csv").write_text("email,frequency\ninfo@gnail.com,sundays\nada@mail.example,\n")
    return tmp_path


def digest(desk, *words):
    done = CliRunner().invoke(app, ["-c", str(desk / "digest.toml"), *words, "--json"])
    return done.exit_code, json.loads(done.stdout) if done.stdout else done.exception


def test_a_new_key_signs_and_links_made_before_stay_good(desk):
    with open_parts(load(desk / "digest.toml", {})) as parts:
        old, marked = parts.tokens.make(Purpose.UNSUBSCRIBE, 7, "weekday"), parts.keyring.hashing.mark

    code, told = digest(desk, "keys", "rotate")
    _, keys = digest(desk, "keys", "list")

    with open_parts(load(desk / "digest.toml", {})) as parts:
        new = parts.tokens.make(Purpose.UNSUBSCRIBE, 7, "weekday")
        assert (code, told) == (0, {"key": "k2", "keys": ["k1", "k2"]})
        assert [(key["key"], key["for"]) for key in keys] == [("k1", "hashes addresses"), ("k2", "signs links")]
        assert new != old
        assert parts.tokens.read(old) == parts.tokens.read(new)
        assert parts.keyring.hashing.mark == marked


def test_a_key_that_is_gone_is_told_and_no_number_is_ever_dealt_twice(desk):
    digest(desk, "keys", "rotate")
    keys = desk / "var/keys"
    (keys / "k2.key").unlink()

    listed, found = digest(desk, "keys", "list")
    refused, error = digest(desk, "keys", "rotate")
    code, told = digest(desk, "keys", "rotate", "--lost", "k2")

    assert (listed, found[-1]["key"], found[-1]["for"]) == (1, "k2", "is gone")
    assert refused != 0
    assert "k2 is gone" in str(error)
    assert (code, told["keys"]) == (0, ["k1", "k3"])


def test_without_the_key_that_hashes_addresses_no_other_is_made(desk):
    digest(desk, "keys", "rotate")
    (desk / "var/keys/k1.key").unlink()

    code, error = digest(desk, "keys", "rotate", "--lost", "k1")

    assert code != 0
    assert "every suppression with it" in str(error)


def test_lint_points_out_what_it_does_not_refuse_and_writes_nothing(desk):
    code, told = digest(desk, "subscribers", "lint")

    assert code == 0
    assert told["hints"] == [
        "weekday.csv, row 2: did they mean gmail.com, not gnail.com?",
        "weekday.csv, row 2: info@ is an office, not a person: who agreed there is hard to say",
        "weekday.csv: 1 wish for sundays, and no issue of the list comes on such a day",
    ]
    assert not (desk / "var").exists()


def test_the_size_of_a_segment_is_told_before_an_edition_uses_it(desk):
    with (desk / "digest.toml").open("a") as file:
        file.write('[segment.tarn]\ndomains = ["mail.example"]\n')
    digest(desk, "subscribers", "sync")

    code, told = digest(desk, "subscribers", "segments")

    assert (code, told) == (0, [{"segment": "tarn", "edition": "weekday", "readers": 1, "of": 2, "used": "no"}])
