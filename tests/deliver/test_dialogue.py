"""The SMTP dialogue, without sockets: every reply and every fault at every stage."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.smtp.dialogue import Login, Mark, Offer, Say, Times, greeting, stuffed, transaction
from digest.deliver.smtp.envelope import Envelope, on_the_wire
from digest.deliver.smtp.replies import Reply
from digest.errors import RelayError
from digest.model.delivery import DeliveryState as S
from digest.model.delivery import Outcome

TIMES = Times()
ADA = Envelope("bounce+7@brief.example", "ada@aldovar.example")
MAIL = b"Subject: No. 7\r\n\r\nThe Ferren bridge is open.\r\n"
LOST = RelayError("the mail server hung up")


def reply(line: str) -> Reply:
    return Reply(int(line[:3]), (line[4:],))


def hold(steps, *answers):
    """Play the server; return what it was told (lines and marks) and the dialogue's result."""
    told, waiting = [], list(answers)
    try:
        step = next(steps)
        while True:
            told.append(step.data.decode() if isinstance(step, Say) else step)
            if isinstance(step, Mark):
                step = next(steps)
                continue
            answer = waiting.pop(0)
            step = steps.throw(answer) if isinstance(answer, Exception) else steps.send(answer)
    except StopIteration as end:
        assert not waiting, "the dialogue ended early"
        return told, end.value


def send(*answers, envelope=ADA, message=MAIL, offer=None, reset=False):
    lines = [reply(a) if isinstance(a, str) else a for a in answers]
    return hold(transaction(envelope, message, offer or Offer(), TIMES, reset=reset), *lines)


def greet(*answers, starttls=False, safe=True, login=None):
    lines = [Reply(a[0], a[1:]) if isinstance(a, tuple) else reply(a) for a in answers]
    return hold(greeting(hello="brief.example", starttls=starttls, safe=safe, login=login, times=TIMES), *lines)


# one message


def test_a_message_goes_out_in_four_steps():
    told, outcome = send("250 ok", "250 ok", "354 go", "250 2.0.0 taken as 4711")

    assert told == [
        "MAIL FROM:<bounce+7@brief.example>\r\n",
        "RCPT TO:<ada@aldovar.example>\r\n",
        "DATA\r\n",
        Mark.BEGIN,
        MAIL.decode() + ".\r\n",
    ]
    assert outcome == Outcome(S.ACCEPTED, 250, "2.0.0 taken as 4711")


YES = ("250 ok", "250 ok", "354 go", "250 ok")


@pytest.mark.parametrize("stage", range(4))
@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("451 4.7.1 greylisted", S.DEFERRED),
        ("450 full", S.DEFERRED),
        ("550 5.1.1 unknown", S.REFUSED),
        ("552 5.3.4 big", S.REFUSED),
    ],
)
def test_a_no_is_an_outcome_at_every_stage(stage, line, state):
    _, outcome = send(*YES[:stage], line)

    assert outcome == Outcome(state, int(line[:3]), line[4:])


@pytest.mark.parametrize("stage", range(3))
@pytest.mark.parametrize(
    "line", ["421 4.3.2 closing", "530 5.7.0 log in first", "535 5.7.8 who are you", "538 5.7.11 encrypt"]
)
def test_a_closing_or_locked_server_costs_no_reader_anything(stage, line):
    told, outcome = send(*YES[:stage], line)

    assert outcome == Outcome(S.QUEUED, int(line[:3]), line[4:])
    assert Mark.BEGIN not in told


@pytest.mark.parametrize("stage", range(3))
def test_a_connection_lost_before_the_body_is_nobodys_outcome(stage):
    with pytest.raises(RelayError, match="hung up"):
        send(*YES[:stage], LOST)


def test_a_connection_lost_after_the_body_leaves_the_message_in_doubt():
    _, outcome = send(*YES[:3], LOST)

    assert outcome == Outcome(S.IN_DOUBT, 0, "the mail server hung up")


def test_a_closing_server_that_has_the_body_did_not_take_it():
    _, outcome = send(*YES[:3], "421 4.3.2 shutting down")

    assert outcome == Outcome(S.DEFERRED, 421, "4.3.2 shutting down")


@pytest.mark.parametrize(("stage", "line"), [(0, "354 go"), (1, "354 go"), (2, "250 ok")])
def test_a_reply_that_makes_no_sense_before_the_body_begins_nothing(stage, line):
    with pytest.raises(RelayError, match="out of turn"):
        send(*YES[:stage], line)


def test_a_reply_that_makes_no_sense_after_the_body_leaves_it_in_doubt():
    _, outcome = send(*YES[:3], "354 go on")

    assert outcome.state is S.IN_DOUBT


def test_what_was_broken_off_is_reset_before_the_next_message():
    told, outcome = send("250 flushed", *YES, reset=True)

    assert told[0] == "RSET\r\n"
    assert outcome.state is S.ACCEPTED


def test_a_server_that_cannot_reset_is_left():
    with pytest.raises(RelayError, match="start over"):
        send("500 what", reset=True)


# what a server offers


def test_the_size_is_told_where_the_server_asks_for_it():
    told, _ = send(*YES, offer=Offer(sized=True, size=10_000))

    assert told[0] == f"MAIL FROM:<bounce+7@brief.example> SIZE={len(MAIL)}\r\n"


def test_a_message_larger_than_the_server_takes_is_refused_without_asking():
    told, outcome = send(offer=Offer(sized=True, size=20))

    assert told == []
    assert (outcome.state, outcome.code) == (S.REFUSED, 0)
    assert outcome.text.startswith("size: ")


def test_an_address_beyond_ascii_needs_a_server_that_takes_it():
    envelope = Envelope("", "ада@aldovar.example")

    _, refused = send(envelope=envelope)
    told, accepted = send(*YES, envelope=envelope, offer=Offer(smtputf8=True))

    assert (refused.state, refused.text[:8]) == (S.REFUSED, "smtputf8")
    assert told[:2] == ["MAIL FROM:<> SMTPUTF8\r\n", "RCPT TO:<ада@aldovar.example>\r\n"]
    assert accepted.state is S.ACCEPTED


def test_a_domain_beyond_ascii_goes_to_any_server():
    told, _ = send(*YES, envelope=Envelope("", "ada@zeitung-köln.example"))

    assert told[1] == "RCPT TO:<ada@xn--zeitung-kln-zfb.example>\r\n"


def test_bytes_beyond_ascii_need_a_server_that_takes_them():
    message = "Subject: x\r\n\r\nЖ\r\n".encode()

    _, refused = send(message=message)
    told, _ = send("250 ok", "250 ok", "354 go", "250 ok", message=message, offer=Offer(eight_bit=True))

    assert refused.text.startswith("8bitmime: ")
    assert told[0].endswith("> BODY=8BITMIME\r\n")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@aldovar.example",
        "ada@",
        "a b@aldovar.example",
        "ada@aldovar.example>\r\nDATA",
        "<ada@aldovar.example>",
        "ada\n@aldovar.example",
        "a\u2028da@aldovar.example",
        "a\u00a0da@aldovar.example",
        "a\x00@aldovar.example",
        "ada@-\u00fc-.example",
        "x" * 250 + "@aldovar.example",
    ],
)
def test_no_address_can_carry_a_command(address):
    told, outcome = send(envelope=Envelope("", address))

    assert told == []
    assert (outcome.state, outcome.code) == (S.REFUSED, 0)
    assert outcome.text.startswith("address: ")


def test_a_sender_that_is_no_address_is_nobodys_refusal():
    with pytest.raises(ValueError, match="no address"):
        send(envelope=Envelope("bounce\r\n@brief.example", "ada@aldovar.example"))


@given(st.from_regex(r"[^@]{1,9}@([a-zé]{1,5}|.)[.]example"))
def test_whatever_an_address_holds_it_stays_within_its_command(address):
    try:
        wire = on_the_wire(address)
    except ValueError:
        return

    assert not set(wire) & set("<> \r\n\t\0")
    assert wire.isprintable()


# the body


@given(st.lists(st.text("ab.", max_size=4), max_size=6))
def test_dots_come_out_as_they_went_in(lines):
    message = "".join(line + "\r\n" for line in lines).encode()

    sent = stuffed(message).decode().split("\r\n")

    assert sent[-2:] == [".", ""]
    assert all(line == "" or line != "." for line in sent[:-2])
    assert [line.removeprefix(".") if line.startswith(".") else line for line in sent[:-2]] == lines


@pytest.mark.parametrize("message", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n.\nb\r\n", b"a\r\r\n", b"a\n"])
def test_a_message_with_loose_line_ends_is_not_sent(message):
    with pytest.raises(ValueError, match="CRLF"):
        send(message=message)


# the greeting


EHLO = (250, "mx.lindholm.example", "SIZE 35882577", "8BITMIME", "SMTPUTF8", "STARTTLS", "AUTH PLAIN LOGIN")


def test_the_greeting_learns_what_the_server_offers():
    told, offer = greet("220 hello", EHLO)

    assert told == ["", "EHLO brief.example\r\n"]
    assert offer == Offer(True, frozenset({"PLAIN", "LOGIN"}), 35882577, sized=True, smtputf8=True, eight_bit=True)


@pytest.mark.parametrize("line", ["SIZE", "SIZE 0", "SIZE many", "size ٣"])
def test_a_size_that_is_no_number_is_no_limit(line):
    _, offer = greet("220 hello", (250, "mx", line))

    assert (offer.sized, offer.size) == (True, 0)


def test_an_old_server_is_greeted_the_old_way():
    told, offer = greet("220 hello", "502 what", "250 hello")

    assert told[-1] == "HELO brief.example\r\n"
    assert offer == Offer()


@pytest.mark.parametrize(
    "lines", [("554 go away",), ("421 busy",), ("220 hi", "451 later"), ("220 hi", "550 no", "550 no")]
)
def test_a_server_that_turns_us_away_is_named_with_its_words(lines):
    with pytest.raises(RelayError, match=lines[-1]):
        greet(*lines)


def test_what_was_offered_before_encryption_counts_no_more():
    told, offer = greet("220 hi", EHLO, "220 go", (250, "mx", "AUTH PLAIN"), starttls=True)

    assert told == ["", "EHLO brief.example\r\n", "STARTTLS\r\n", Mark.TLS, "EHLO brief.example\r\n"]
    assert offer == Offer(auth=frozenset({"PLAIN"}))


@pytest.mark.parametrize(
    "lines", [("220 hi", "250 mx"), ("220 hi", "502 what", "250 mx"), ("220 hi", EHLO, "454 not today")]
)
def test_nothing_is_said_in_the_clear_where_encryption_is_wanted(lines):
    with pytest.raises(RelayError, match="STARTTLS"):
        greet(*lines, starttls=True)


LOGIN = Login("digest", "geheim–1")


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_login_goes_by_plain_where_it_is_offered():
    told, _ = greet("220 hi", EHLO, "235 welcome", login=LOGIN)

    assert told[-1] == f"AUTH PLAIN {b64(chr(0) + 'digest' + chr(0) + 'geheim–1')}\r\n"


def test_a_login_goes_by_login_where_plain_is_not_offered():
    told, _ = greet("220 hi", (250, "mx", "AUTH=LOGIN"), "334 who", "334 prove", "235 welcome", login=LOGIN)

    assert told[-3:] == ["AUTH LOGIN\r\n", b64("digest") + "\r\n", b64("geheim–1") + "\r\n"]


def test_a_password_never_goes_in_the_clear_beyond_this_machine():
    with pytest.raises(RelayError, match="not encrypted"):
        greet("220 hi", EHLO, login=LOGIN, safe=False)


@pytest.mark.parametrize(
    ("lines", "word"),
    [((EHLO, "535 5.7.8 wrong"), "535 5.7.8 wrong"), ((EHLO, "334 more"), "login"),
     (((250, "mx", "AUTH GSSAPI"),), "neither"), (((250, "mx", "AUTH LOGIN"), "334 who", "535 no"), "535 no")],
)  # fmt: skip
def test_a_login_that_fails_says_why_and_shows_nothing(lines, word):
    with pytest.raises(RelayError, match=word) as caught:
        greet("220 hi", *lines, login=LOGIN)

    assert "geheim" not in str(caught.value) + repr(LOGIN)
