"""A real mail server, Debian's postfix: an issue goes out over STARTTLS with a login, and is read from its maildir."""

from __future__ import annotations

from collections import Counter

import pytest

from digest.cli import loop
from digest.deliver import deliver
from digest.deliver.smtp import Login, Security, SmtpTransport
from digest.errors import RelayError
from tests import postfix
from tests.fakes import NOON, MemoryOutbox, MemoryWorker, reader

pytestmark = pytest.mark.postfix
READERS = 200


@pytest.fixture(scope="module")
def server(ours):
    if why := postfix.missing():
        pytest.skip(f"delivery to a real mail server is NOT tested: {why}")
    with postfix.running(ours.certificate, ours.key) as running:
        yield running


def composed(claim):
    head = f"From: brief@brief.example\r\nTo: {claim.recipient.email}\r\nX-Token: token-of-{claim.seq}\r\n\r\n"
    return head.encode(), b"The Ferren bridge is open.\r\n.\r\n..\r\n" * 600, b"Bye.\r\n"


def send(server, way, trusted, *, password=postfix.PASSWORD, readers=READERS, **options):
    outbox = MemoryOutbox([reader(n) for n in range(1, readers + 1)])
    outbox.enlist("w1", host="h", boot="b", now=NOON)
    transport = SmtpTransport(
        "127.0.0.1", server.ports[way], lambda claim: f"bounce-{claim.seq}@brief.example", connections=2,
        security=Security.STARTTLS, tls=trusted.client(), login=Login(f"digest@{postfix.REALM}", password), **options,
    )  # fmt: skip
    run = deliver(
        1, outbox=outbox, transport=transport, worker=MemoryWorker(), now=lambda: NOON, compose_message=composed,
    )  # fmt: skip
    return outbox, loop.run(run)


@pytest.mark.parametrize("way", postfix.WAYS)
def test_everybody_gets_their_own_copy_once_from_a_real_server(server, ours, way):
    server.empty()

    outbox, _ = send(server, way, ours)
    mails = server.arrived(READERS)

    assert outbox.counts(1)["accepted"] == READERS, server.log
    assert Counter(mail["Delivered-To"] for mail in mails) == {f"reader{n}@aldovar.example": 1 for n in range(1, 201)}
    for mail in mails:
        number = mail["To"].removeprefix("reader").partition("@")[0]
        assert mail["To"] == mail["Delivered-To"]
        assert mail["X-Token"] == f"token-of-{number}"
        assert mail["Return-Path"] == f"<bounce-{number}@brief.example>"
        assert mail.get_payload() == "The Ferren bridge is open.\n.\n..\n" * 600 + "Bye.\n"
        assert "with ESMTPSA" in mail["Received"]


@pytest.mark.parametrize("way", postfix.WAYS)
def test_whom_a_real_server_does_not_know_is_refused_and_costs_nobody_else_anything(server, ours, way):
    server.empty()
    outbox = MemoryOutbox([reader(n, "eve@norrmark.example" if n % 7 == 0 else "") for n in range(1, 31)])
    outbox.enlist("w1", host="h", boot="b", now=NOON)

    transport = SmtpTransport(
        "127.0.0.1", server.ports[way], lambda claim: "bounce@brief.example", connections=1, tls=ours.client(),
        login=Login(f"digest@{postfix.REALM}", postfix.PASSWORD),
    )  # fmt: skip
    loop.run(
        deliver(
            1, outbox=outbox, transport=transport, worker=MemoryWorker(), now=lambda: NOON, compose_message=composed
        )
    )

    assert len(server.arrived(26)) == 26
    assert (outbox.counts(1)["accepted"], outbox.counts(1)["refused"]) == (26, 4), server.log
    (code, text), *others = {(row.code, row.text[:5]) for row, _ in outbox.deliveries(1) if row.state == "refused"}
    assert (code, text, others) == (554, "5.7.1", [])


def test_a_wrong_password_is_told_with_the_servers_words(server, ours):
    with pytest.raises(RelayError, match=r"does not take our login: 535 5\.7\.8"):
        send(server, "chunking", ours, password="guessed", readers=1)


def test_a_real_servers_certificate_of_somebody_else_is_not_taken(server, others):
    with pytest.raises(RelayError, match="certificate is not valid"):
        send(server, "chunking", others, readers=1)
