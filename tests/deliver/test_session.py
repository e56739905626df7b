"""Sessions with a real server on loopback: sockets, encryption, logins, and every way to hang up."""

from __future__ import annotations

import asyncio
import select
import socket
import struct
from contextlib import asynccontextmanager

import pytest

from digest.deliver.smtp import Login, Security, SmtpTransport
from digest.deliver.smtp.wire import Wire, is_loopback
from digest.errors import RelayError
from digest.model.delivery import Claim
from digest.model.delivery import DeliveryState as S
from tests.fakes import NOON, reader
from tests.virtual import virtually

from .batch import send, send_all
from .server import DROP, HANG, TAKE_AND_DROP, Server, willing

MAIL = b"Subject: No. 7\r\n\r\n.The Ferren bridge is open.\r\n"
LOGIN = Login("digest", "secret-of-karsk")


def claim(number=1, email=""):
    return Claim(1, number, 1, "en:military", NOON, reader(number, email))


def to(server, **options):
    options = {"security": Security.NONE, "sender": lambda claim: "bounce@brief.example"} | options
    return SmtpTransport(server.host, server.port, **options)


@asynccontextmanager
async def session_with(server, **options):
    async with server:
        session = await to(server, **options).open()
        try:
            yield session
        finally:
            await session.close()


def send_one(server, message=MAIL, begin=lambda: True, start=asyncio.run, **options):
    """Return the outcome of one message, and whether the session could go on."""

    async def go():
        async with session_with(server, **options) as session:
            outcome = await send(session, claim(), message, lambda claim: begin())
            return outcome, session.usable

    return start(go())


def open_only(server, start=asyncio.run, **options):
    async def go():
        async with session_with(server, **options):
            return

    start(go())


def saying(line, at, times=1):
    """Answer `line` at the stage for the first `times`, and yes to everything else."""
    left = [times]

    def answer(stage, argument):
        if stage == at and left[0]:
            left[0] -= 1
            return line
        return willing(stage, argument)

    return answer


def test_a_message_arrives_byte_for_byte():
    server = Server()

    outcome, usable = send_one(server)

    assert (outcome.state, outcome.code, outcome.text, usable) == (S.ACCEPTED, 250, "2.0.0 taken", True)
    assert server.mails == [("bounce@brief.example", "reader1@aldovar.example", MAIL)]
    assert server.heard[-1] == "QUIT"


def test_a_large_message_arrives_whole():
    server, message = Server(), b"Subject: x\r\n\r\n" + b"..The Ferren bridge is open.\r\n" * 100_000

    outcome, _ = send_one(server, message)

    assert outcome.state is S.ACCEPTED
    assert server.mails[0][2] == message


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize(("line", "state"), [("452 4.3.1 full", S.DEFERRED), ("554 5.7.1 no", S.REFUSED)])
def test_after_a_no_the_next_message_goes_over_the_same_connection(stage, line, state):
    server = Server(saying(line, at=stage))

    async def go():
        async with session_with(server) as session:
            return await send_all(session, [(claim(n), MAIL) for n in (1, 2, 3)])

    outcomes = asyncio.run(go()).outcomes

    assert [outcome.state for outcome in outcomes.values()] == [state, S.ACCEPTED, S.ACCEPTED]
    assert list(server.copies) == ["reader2@aldovar.example", "reader3@aldovar.example"]
    assert (server.connections, server.heard.count("RSET")) == (1, 1)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("line", [DROP, HANG, "421 4.3.2 closing", "garbage", "250-\r\n354 mixed", "999 what"])
def test_trouble_before_the_body_begins_nothing(stage, line):
    server, asked = Server(saying(line, at=stage)), []

    outcome, usable = send_one(server, begin=lambda: not asked.append(1), start=virtually)

    assert (outcome.state, usable, asked) == (S.QUEUED, False, [])
    assert not server.begun


@pytest.mark.parametrize(
    ("stage", "line"), [("body", DROP), ("dot", DROP), ("dot", HANG), ("dot", TAKE_AND_DROP), ("dot", "what")]
)
def test_trouble_after_the_body_leaves_the_message_in_doubt(stage, line):
    outcome, usable = send_one(Server(saying(line, at=stage)), start=virtually)

    assert (outcome.state, outcome.code, usable) == (S.IN_DOUBT, 0, False)
    assert outcome.text


def test_a_server_that_closes_at_the_dot_defers_and_is_left():
    outcome, usable = send_one(Server(saying("421 4.7.0 too fast", at="dot")))

    assert (outcome.state, outcome.code, usable) == (S.DEFERRED, 421, False)


def test_a_message_that_may_not_be_begun_is_not():
    server = Server()

    outcome, usable = send_one(server, begin=lambda: False)

    assert (outcome.state, usable) == (S.QUEUED, False)
    assert not server.begun


@pytest.mark.parametrize(
    ("stage", "lines"),
    [("mail", "250 ok\r\n550 5.1.1 no"), ("rcpt", "250 ok\r\n354 go ahead"), ("data", "354 go ahead\r\n250 ok")],
)
def test_a_reply_nobody_asked_for_is_never_taken_for_an_answer(stage, lines):
    server = Server(saying(lines, at=stage))

    outcome, usable = send_one(server)

    assert (outcome.state, usable) == (S.QUEUED, False)
    assert not server.begun


@pytest.mark.parametrize(("line", "state"), [("552 5.3.4 enough", S.REFUSED), ("250 taken", S.IN_DOUBT)])
def test_only_a_no_counts_before_the_server_has_the_whole_message(line, state):
    server, message = Server(saying(line, at="body")), b"x: y\r\n\r\n" + b"The bridge is open.\r\n" * 1_000_000

    outcome, usable = send_one(server, message)

    assert (outcome.state, usable) == (state, False)


def test_a_cancelled_message_drops_its_connection():
    server = Server(saying(HANG, at="rcpt"))

    async def go():
        async with session_with(server) as session:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(send(session, claim(), MAIL), 0.1)
            return session.usable

    assert asyncio.run(go()) is False


@pytest.mark.parametrize("size", [100, 5_000_000])
def test_no_more_is_begun_than_the_server_takes(size):
    def answer(stage, argument):
        return HANG if stage == "body" and len(server.mails) == 20 else willing(stage, argument)

    server = Server(answer, offers=("PIPELINING", "CHUNKING"), ahead=2**16)
    mails = [(claim(n), MAIL if n <= 20 else b"x: y\r\n" * (size // 6)) for n in range(1, 61)]

    async def go():
        async with session_with(server) as session:
            return await send_all(session, mails)

    batch = virtually(go())

    in_doubt = [outcome for outcome in batch.outcomes.values() if outcome.state is S.IN_DOUBT]
    assert len(server.copies) == 20
    assert len(in_doubt) == len(batch.begun) - 20
    assert len(in_doubt) == 8 if size == 100 else 1 <= len(in_doubt) <= 4


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_several_messages_in_flight_are_encrypted_like_one(security, ours):
    server = Server(offers=("STARTTLS", "PIPELINING", "CHUNKING"), tls=ours.server(), implicit=security is Security.TLS)
    mails = [(claim(n), (b"X-Number: %d\r\n\r\n" % n, b"The bridge is open.\r\n" * 4000)) for n in range(1, 41)]

    async def go():
        async with session_with(server, security=security, tls=ours.client()) as session:
            return await send_all(session, mails)

    batch = asyncio.run(go())

    assert {outcome.state for outcome in batch.outcomes.values()} == {S.ACCEPTED}
    assert batch.most_begun == 8
    assert [mail for _, _, mail in server.mails] == [b"".join(message) for _, message in mails]


# a dead relay


@pytest.mark.parametrize(
    ("stage", "line", "told"),
    [("banner", "554 go away", "554 go away"), ("banner", "421 busy", "421 busy"), ("banner", HANG, "no answer"),
     ("banner", DROP, "hung up"), ("banner", "SSH-2.0-x", "no SMTP reply"), ("ehlo", "451 later", "451 later")],
)  # fmt: skip
def test_a_server_that_does_not_let_us_in_is_named_with_the_reason(stage, line, told):
    server = Server(saying(line, at=stage))

    with pytest.raises(RelayError, match=f"127.0.0.1:[0-9]+: .*{told}"):
        open_only(server, start=virtually)


def test_a_server_that_is_not_there_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody else gets the port, and nobody listens there
        transport = SmtpTransport("127.0.0.1", taken.getsockname()[1], lambda claim: "", security=Security.NONE)

        with pytest.raises(RelayError, match="no connection"):
            asyncio.run(transport.open())


def test_a_host_that_does_not_exist_is_named():
    """By an interface that is not there, which the system knows of itself: a name server might take its time."""
    transport = SmtpTransport("fe80::1%nowhere", 25, lambda claim: "")

    with pytest.raises(RelayError, match=r"fe80::1%nowhere:25: no such host"):
        asyncio.run(transport.open())


def test_an_old_server_gets_mail_too():
    server = Server(saying("502 what", at="ehlo"))

    outcome, _ = send_one(server)

    assert outcome.state is S.ACCEPTED
    assert server.heard[1] == "HELO [127.0.0.1]"


# encryption and logins


def test_encryption_begins_before_anything_is_told(ours):
    server = Server(offers=("STARTTLS", "AUTH PLAIN"), tls=ours.server())

    outcome, _ = send_one(server, security=Security.STARTTLS, tls=ours.client(), login=LOGIN, hello="brief.example")

    assert outcome.state is S.ACCEPTED
    assert [line.split()[0] for line in server.heard[:4]] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_what_was_slipped_in_before_encryption_is_forgotten(ours):
    injected = b"250-mx\r\n250 AUTH LOGIN\r\n235 welcome\r\n"
    server = Server(offers=("STARTTLS",), tls=ours.server(), injected=injected)

    outcome, _ = send_one(server, security=Security.STARTTLS, tls=ours.client())

    assert outcome.state is S.ACCEPTED
    assert len(server.mails) == 1


def test_a_stripped_starttls_ends_the_dialogue(ours):
    server = Server(tls=ours.server())

    with pytest.raises(RelayError, match="STARTTLS"):
        open_only(server, security=Security.STARTTLS, login=LOGIN)

    assert len(server.heard) == 1


def test_encryption_from_the_first_byte(ours):
    server = Server(offers=("AUTH LOGIN",), tls=ours.server(), implicit=True)

    def answer(stage, argument):
        return "334 more" if stage in ("auth", "auth-name") else willing("auth" if "auth" in stage else stage, argument)

    server._answer = answer

    outcome, _ = send_one(server, security=Security.TLS, tls=ours.client(), login=LOGIN)

    assert outcome.state is S.ACCEPTED


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize(("shown", "trusted"), [("others", "others"), ("ours", "others")])
def test_a_certificate_of_somebody_else_is_not_taken(security, shown, trusted, request):
    server_has, client_trusts = request.getfixturevalue(shown), request.getfixturevalue(trusted)
    server = Server(offers=("STARTTLS",), tls=server_has.server(), implicit=security is Security.TLS)

    with pytest.raises(RelayError, match=r"certificate is not valid for 127\.0\.0\.1"):
        open_only(server, security=security, tls=client_trusts.client(), login=LOGIN)

    assert not any(line.startswith("AUTH") for line in server.heard)


def test_a_server_that_speaks_no_tls_is_named(ours):
    with pytest.raises(RelayError, match="no encrypted connection"):
        open_only(Server(), security=Security.TLS, tls=ours.client())


def test_a_wrong_password_is_the_relays_no_and_is_not_shown():
    server = Server(saying("535 5.7.8 no", at="auth"), offers=("AUTH PLAIN",))

    with pytest.raises(RelayError, match=r"535 5\.7\.8 no") as caught:
        open_only(server, login=LOGIN)

    assert "secret" not in str(caught.value) + repr(to(server, login=LOGIN))


@pytest.mark.parametrize(
    ("address", "own"),
    [("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.1", False), ("fe80::1%eth0", False)],
)
def test_unencrypted_mail_stays_on_this_machine(address, own):
    assert is_loopback(address) is own


def own_address() -> str:
    """Return an address of this machine that is not loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("unencrypted mail to elsewhere is NOT tested: this machine has only loopback")
        return probe.getsockname()[0]


def test_an_unencrypted_relay_elsewhere_hears_nothing():
    server = Server()
    server.host = own_address()

    with pytest.raises(RelayError, match="for this machine only"):
        open_only(server)

    assert server.heard == []


def test_a_connection_reset_before_it_is_looked_at_is_a_server_that_hung_up():
    async def looked_at(client):
        _, wire = await asyncio.get_running_loop().create_connection(Wire, sock=client)
        try:
            return wire.loopback
        finally:
            wire.abort()

    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        taken, _ = server.accept()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        taken.close()  # with a reset
        select.select([client], [], [], 20)
        client.setblocking(False)

        with pytest.raises(RelayError, match="hung up"):
            asyncio.run(looked_at(client))
