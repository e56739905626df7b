"""How a connection begins, without sockets: banner, EHLO, STARTTLS, AUTH."""

from __future__ import annotations

import base64

import pytest

from digest.deliver.smtp.greeting import Manners, Mark, Say, greeting
from digest.deliver.smtp.login import Login, Proof
from digest.deliver.smtp.offer import Offer
from digest.deliver.smtp.replies import Reply
from digest.deliver.smtp.times import Times
from digest.errors import RelayError

TIMES = Times()


def greet(*answers, safe=True, **manners):
    """Play the server; return what it was told (lines and marks) and what it offers."""
    waiting = [Reply(a[0], a[1:]) if isinstance(a, tuple) else Reply(int(a[:3]), (a[4:],)) for a in answers]
    steps, told = greeting(Manners(hello="brief.example", safe=safe, **manners), TIMES), []
    try:
        step = next(steps)
        while True:
            told.append(step.data.decode() if isinstance(step, Say) else step)
            step = next(steps) if isinstance(step, Mark) else steps.send(waiting.pop(0))
    except StopIteration as end:
        assert not waiting, "the dialogue ended early"
        return told, end.value


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


TOKEN = Login("digest", "geheim–1", Proof.XOAUTH2)


def test_an_access_token_goes_by_xoauth2():
    told, _ = greet("220 hi", (250, "mx", "AUTH PLAIN XOAUTH2"), "235 welcome", login=TOKEN)

    assert told[-1] == f"AUTH XOAUTH2 {b64('user=digest' + chr(1) + 'auth=Bearer geheim–1' + chr(1) * 2)}\r\n"


def test_what_is_wrong_with_a_token_is_asked_for_before_the_no():
    with pytest.raises(RelayError, match=r"535 5\.7\.8 expired") as caught:
        greet("220 hi", (250, "mx", "AUTH XOAUTH2"), "334 eyJzdGF0dXMiOiI0MDAifQ==", "535 5.7.8 expired", login=TOKEN)

    assert "geheim" not in str(caught.value)


def test_an_access_token_is_never_said_as_a_password():
    with pytest.raises(RelayError, match="no AUTH XOAUTH2"):
        greet("220 hi", EHLO, login=TOKEN)


def test_lmtp_is_greeted_with_its_own_word_and_no_other():
    told, _ = greet("220 hi", EHLO, lmtp=True)

    assert told == ["", "LHLO brief.example\r\n"]
    with pytest.raises(RelayError, match="500 what"):
        greet("220 hi", "500 what", lmtp=True)


def test_the_ways_of_sending_are_learned_from_the_greeting():
    _, offer = greet("220 hi", (250, "mx", "PIPELINING", "CHUNKING"))

    assert (offer.pipelining, offer.chunking) == (True, True)
