"""Keys are made once, kept to their owner, and never replaced in silence."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from digest.errors import ListError, SettingsError
from digest.subscribers import Key, Keyring


@pytest.fixture
def keys(tmp_path):
    """Where the keys will be."""
    return tmp_path / "var" / "keys"


def test_the_first_key_is_made_at_first_use_for_its_owner_alone(keys):
    ring = Keyring(keys)
    assert not keys.exists()

    key = ring.current

    assert (key.id, len(key.secret)) == ("k1", 32)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in keys.iterdir()] == [("k1.key", 0o600)]


def test_the_next_start_finds_the_same_key(keys):
    assert Keyring(keys).current == Keyring(keys).current


def test_two_rings_have_two_keys(tmp_path):
    assert Keyring(tmp_path / "a").current.secret != Keyring(tmp_path / "b").current.secret


def test_processes_that_start_together_agree(keys):
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: Keyring(keys).current.secret, range(32)))

    assert len(secrets) == 1
    assert [path.name for path in keys.iterdir()] == ["k1.key"]


def test_a_new_key_leaves_the_old_ones_valid_also_where_it_was_not_made(keys):
    here, elsewhere = Keyring(keys), Keyring(keys)
    old, _ = here.current, elsewhere.current

    new = here.rotate()

    assert (new.id, here.current, here.by_id("k1")) == ("k2", new, old)
    assert elsewhere.by_id("k2") == new


def test_the_tenth_key_is_newer_than_the_ninth(keys):
    ring = Keyring(keys)

    for _ in range(9):
        ring.rotate()

    assert Keyring(keys).current.id == "k10"


@pytest.mark.parametrize("name", ["k2", "k0", "k", "../k1", "k1.key", "k" + "1" * 500, ""])
def test_an_id_without_a_key_is_nobodys(keys, name):
    assert Keyring(keys).by_id(name) is None


def test_addresses_are_hashed_with_the_first_key_whatever_was_made_since(keys):
    ring = Keyring(keys)
    first = ring.hashing

    ring.rotate()

    assert (first.id, ring.hashing, Keyring(keys).hashing) == ("k1", first, first)


def test_without_the_first_key_no_address_is_hashed_with_a_later_one(keys):
    Keyring(keys).rotate()
    (keys / "k1.key").unlink()

    with pytest.raises(SettingsError, match=r"k1\.key: it is gone, .* Put it back from a backup"):
        _ = Keyring(keys).hashing

    assert Keyring(keys).current.id == "k2"


def test_a_mark_tells_two_keys_of_one_id_apart_and_not_their_secrets():
    here, there = Key("k1", bytes(range(32))), Key("k1", bytes(range(1, 33)))

    assert re.fullmatch(r"k1-[0-9a-f]{6}", here.mark)
    assert here.mark == Key("k1", here.secret).mark != there.mark
    assert here.mark[3:] not in here.secret.hex()


def test_a_ring_is_empty_until_its_first_key_and_looking_makes_none(keys):
    ring = Keyring(keys)

    assert ring.empty
    assert not keys.exists()
    assert not (ring.current, ring.empty)[1]


def test_whoever_is_asked_may_forbid_to_start_anew_and_is_asked_only_then(keys):
    asked = []

    def forbid():
        asked.append(keys.exists())
        raise ListError("addresses were hashed with a key that is gone")

    with pytest.raises(ListError, match="a key that is gone"):
        _ = Keyring(keys, at_start=forbid).current
    assert not keys.exists()
    _ = Keyring(keys).current
    _ = Keyring(keys, at_start=forbid).hashing

    assert asked == [False]


@pytest.mark.parametrize("path", ["", "k1.key"])
def test_keys_that_others_may_read_are_refused_with_the_cure(keys, path):
    _ = Keyring(keys).current
    (keys / path).chmod(0o755)

    with pytest.raises(SettingsError, match=r"others may use the keys \(mode 0755\)\. Run: chmod 0[67]00 ") as refused:
        _ = Keyring(keys).current

    assert refused.value.where == str(keys / path)


@pytest.mark.parametrize("content", ["", "no key", "ab" * 31, "ab" * 33, "é" * 64])
def test_a_broken_key_is_never_replaced(keys, content):
    _ = Keyring(keys).current
    (keys / "k1.key").write_text(content)

    with pytest.raises(SettingsError, match=r"64 hex digits expected\. Put it back from a backup"):
        _ = Keyring(keys).current

    assert (keys / "k1.key").read_text() == content


def test_a_file_in_the_folders_place_is_said(tmp_path):
    (tmp_path / "keys").write_text("")

    with pytest.raises(SettingsError, match="no folder for keys can be made"):
        _ = Keyring(tmp_path / "keys").current


def test_a_key_does_not_show_its_secret(keys):
    key = Keyring(keys).current

    assert key.secret.hex() not in repr(key)
    assert str(key.secret) not in f"{key}"
