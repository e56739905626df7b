"""Signatures: any verifier accepts them, whatever is added or changed breaks them, and they are always the same."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st

from digest.model.delivery import Variant
from digest.render import Signer, fields_for, message, open_look, render, titled
from digest.render.dkim import SEALED, SigningKey, relaxed_body, relaxed_field

from .samples import ADA, EDITION, MAIL, NOW, TEMPLATES, content, tokens

SENT = NOW - timedelta(days=1000)
"""Long ago on any machine: the other implementation takes no signature from the future."""
LOOK = open_look(TEMPLATES, "brief")
EVERYONE = Variant(("military", "diplomacy", "peace_summit"), "en")
SKELETON = render(titled(content(), LOOK, EDITION), LOOK, [EVERYONE], MAIL)[EVERYONE.id]

RSA = SigningKey("brief.example", "d1", generate_private_key(65537, 2048))
ED25519 = SigningKey("brief.example", "d1e", Ed25519PrivateKey.generate())
BOTH = Signer((RSA, ED25519))
RECORDS = {f"{key.place}.".encode(): key.record.encode() for key in (RSA, ED25519)}

BODIES = st.lists(st.text(" \tab=", max_size=8), max_size=8).map(
    lambda lines: "".join(f"{line}\r\n" for line in lines).encode()
)


def mail(reader=ADA, **changes):
    fields = fields_for(reader, issue=412, due_at=SENT, edition=EDITION, look=LOOK, mail=MAIL, tokens=tokens)
    return message(SKELETON, {**fields, **changes})


def verified(signed, place=0):
    """Whether the signature at that place, counted from the top, is good by another implementation."""
    try:
        return dkim.DKIM(signed).verify(idx=place, dnsfunc=lambda name, timeout=5: RECORDS.get(name))
    except dkim.ValidationError:
        return False


def tags(signed):
    """The tags of each signature, from the top."""
    heads = message_from_bytes(signed).get_all("DKIM-Signature")
    return [dict(re.findall(r"(\w+)=([^;]*)", re.sub(r"\s+", "", head))) for head in heads]


@pytest.mark.parametrize(
    "reader",
    [
        ADA,
        replace(ADA, name="Товариство захисників мосту біля Феррена"),
        replace(ADA, name="", email="ada@tärn.example"),
        replace(ADA, name="Ада", email="ада@tarnmouth.example"),
    ],
)
def test_both_signatures_of_any_readers_mail_are_good(reader):
    signed = BOTH.sign(mail(reader))

    assert [found["a"] for found in tags(signed)] == ["rsa-sha256", "ed25519-sha256"]
    assert [verified(signed, place) for place in (0, 1)] == [True, True]


def test_what_is_signed_is_the_message_as_it_was():
    assert BOTH.sign(mail()).endswith(b"\r\n" + mail())
    assert Signer().sign(mail()) == mail()


def test_a_signature_depends_on_no_clock_and_on_no_chance():
    found = tags(BOTH.sign(mail()))

    assert BOTH.sign(mail()) == BOTH.sign(mail())
    assert {each["t"] for each in found} == {str(int(SENT.timestamp()))}
    assert not {"x", "l"} & {tag for each in found for tag in each}
    assert {each["c"] for each in found} == {"relaxed/relaxed"}


def test_every_header_of_the_mail_is_signed_and_what_counts_cannot_be_added_to():
    signed = mail()
    there = [line.partition(b":")[0].decode() for line in re.split(rb"\r\n(?=\S)", signed.partition(b"\r\n\r\n")[0])]

    for found in tags(BOTH.sign(signed)):
        names = found["h"].split(":")
        assert set(there) <= set(names)
        assert {name for name in set(names) if names.count(name) > there.count(name)} == set(SEALED)


@pytest.mark.parametrize("name", SEALED)
def test_a_header_that_is_added_breaks_both_signatures(name):
    signed = BOTH.sign(mail())
    top, rest = signed.split(b"From: ", 1)

    added = top + f"{name}: mallory@elsewhere.example\r\n".encode() + b"From: " + rest

    assert [verified(added, place) for place in (0, 1)] == [False, False]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: List-Unsubscribe=Two-Clicks"),
        (b"Feedback-ID: 412", b"Feedback-ID: 413"),
        (b"Precedence: bulk", b"Precedence: list"),
        (b"Crossing", b"Closing"),
        (b"</html>", b"</html>\r\nmore"),
    ],
)
def test_a_change_of_header_or_body_breaks_both_signatures(was, becomes):
    signed = BOTH.sign(mail())
    assert was in signed

    assert [verified(signed.replace(was, becomes), place) for place in (0, 1)] == [False, False]


def test_what_relays_do_to_blanks_breaks_neither():
    signed = BOTH.sign(mail())

    refolded = signed.replace(b"Precedence: bulk", b"precedence:\tbulk  ", 1) + b"\r\n\r\n"

    assert [verified(refolded, place) for place in (0, 1)] == [True, True]


def test_no_line_of_a_signature_is_longer_than_78():
    assert max(map(len, BOTH.sign(mail()).removesuffix(mail()).split(b"\r\n"))) <= 78


@given(BODIES)
def test_a_bodys_relaxed_form_is_what_another_implementation_makes(body):
    assert relaxed_body(body) == (Relaxed.canonicalize_body(body) if body.strip(b" \t\r\n") else b"")


@given(st.text(" \tab:", max_size=20), st.text(" \tab:", max_size=20))
def test_a_fields_relaxed_form_is_what_another_implementation_makes(first, second):
    ((name, value),) = Relaxed.canonicalize_headers([(b"X-Tarn", f"{first}\r\n {second}\r\n".encode())])

    assert relaxed_field(f"X-Tarn:{first}\r\n {second}".encode()) + b"\r\n" == name + b":" + value


def test_a_key_never_shows_itself():
    assert "private" not in repr(BOTH)


def test_a_seal_tells_another_key_of_the_same_name():
    other = replace(RSA, private=generate_private_key(65537, 2048))

    assert RSA.seal == replace(RSA).seal
    assert RSA.seal != other.seal
    assert replace(RSA.seal, thumbprint="") == replace(other.seal, thumbprint="")


@pytest.mark.parametrize("name", [b"Date", b"From"])
def test_a_message_that_lacks_what_must_be_signed_is_refused(name):
    with pytest.raises(ValueError, match="Date or From"):
        BOTH.sign(re.sub(rb"(?m)^" + name + rb": .*\r\n", b"", mail()))
