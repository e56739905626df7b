"""Signing keys as files: made once, for nobody else's eyes, and a bad one is named with its cure."""

from __future__ import annotations

import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from digest.errors import SettingsError
from digest.settings import Dkim
from digest.signing import ED25519, RSA, key_file, make_key, read_signer, require_new, sealed

DKIM = Dkim("brief.example", ("d1", "d1e"))


@pytest.fixture
def folder(tmp_path):
    keys = tmp_path / "var" / "keys"
    make_key(keys, "d1", RSA)
    make_key(keys, "d1e", ED25519)
    return keys


def pem(key, encryption=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def test_keys_that_were_made_sign_for_the_domain_in_the_order_of_the_settings(folder):
    signer = read_signer(folder, DKIM)

    assert [(key.place, key.algorithm) for key in signer.keys] == [
        ("d1._domainkey.brief.example", "rsa-sha256"),
        ("d1e._domainkey.brief.example", "ed25519-sha256"),
    ]
    assert signer.keys[0].private.key_size == 2048


def test_without_a_domain_nothing_is_signed(folder):
    assert read_signer(folder, Dkim("")).keys == ()


def test_keys_are_their_owners_alone(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_key_is_never_written_over(folder):
    before = key_file(folder, "d1").read_bytes()

    with pytest.raises(SettingsError, match=r"dkim-d1\.pem: 'd1' has a key already.*never used"):
        make_key(folder, "d1", ED25519)
    with pytest.raises(SettingsError, match="'d1e' has a key already"):
        require_new(folder, ["d2", "d1e"])

    assert key_file(folder, "d1").read_bytes() == before


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no private key in PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "no private key in PEM"),
        (pem(generate_private_key(65537, 2048), BestAvailableEncryption(b"tarn")), "without a passphrase"),
        (pem(generate_private_key(65537, 1024)), "1024 bits is too weak"),
        (pem(generate_ec(SECP256R1())), "neither an RSA nor an Ed25519 key"),
    ],
)
def test_a_file_that_is_no_key_to_sign_with_is_named_and_not_quoted(folder, data, told):
    file = key_file(folder, "d1")
    file.write_bytes(data)

    with pytest.raises(SettingsError, match=told) as caught:
        read_signer(folder, DKIM)

    assert caught.value.where == str(file)
    assert "MII" not in str(caught.value)


def test_a_key_that_is_missing_is_named_with_the_command_that_makes_one(folder):
    with pytest.raises(SettingsError, match=r"dkim-d2\.pem.*'d2', which has no key here.*digest dkim keygen d2"):
        read_signer(folder, Dkim("brief.example", ("d1", "d2")))


def test_a_key_that_others_may_read_is_refused(folder):
    key_file(folder, "d1e").chmod(0o640)

    with pytest.raises(SettingsError, match="chmod 0600"):
        read_signer(folder, DKIM)


def test_what_an_issue_was_sealed_with_is_found_again_until_a_key_is_gone_or_another(folder):
    seals = read_signer(folder, DKIM).seals

    found = sealed(folder, seals)
    key_file(folder, "d1e").rename(folder / "kept")
    gone = sealed(folder, seals)
    make_key(folder, "d1e", ED25519)
    another = sealed(folder, seals)

    assert found is not None
    assert found.seals == seals
    assert (gone, another) == (None, None)
    assert sealed(folder, ()) is not None
