"""What an address is: the quick way and the library's say the same."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import ListError
from digest.subscribers import normalise

PIECE = st.text("aZ0.!-_@ \"'ü\u0301`~(\x00", max_size=8)
DOMAIN = st.sampled_from(
    ["mail.example", "MAIL.example", "bücher.example", "xn--bcher-kva.example", "a", "a..b", "", "-a.example"]
)


def by_the_library(text):
    try:
        return validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True).normalized
    except EmailNotValidError:
        return None


def ours(text):
    try:
        return normalise(text)
    except ListError:
        return None


@given(
    PIECE | st.from_regex(r"[a-z.]{60,70}", fullmatch=True),
    DOMAIN | st.from_regex(r"([a-z]{50}\.){2,6}example", fullmatch=True),
)
@example("a" * 64, "mail.example")
@example("a" * 65, "mail.example")
@example("postmaster", "mail.test")
@example("mira", "[127.0.0.1]")
@example("mira", "localhost")
def test_an_address_is_what_the_library_says_it_is(local, domain):
    text = f"{local}@{domain}"

    assert ours(text) == by_the_library(text)
