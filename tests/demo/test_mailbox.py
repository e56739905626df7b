"""Caught mails can be looked at, and none of them does anything."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from digest.anatomy import take_apart
from digest.demo import mailbox

HOSTILE = "<script>alert(1)</script>\"'&amp;"
HTML = "<html><body onload=alert(1)><script>alert(2)</script><b>Näws</b></body></html>"
FIRST, SECOND = "1763620000000001.1.eml", "1763620000000002.2.eml"


@pytest.fixture
def maildir(tmp_path):
    """Two caught mails, the first of them hostile."""
    new = tmp_path / "new"
    new.mkdir()
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = HOSTILE, "The Brief <brief@aldovar.example>", "Mira <mira@mail.example>"
    mail.set_content("Plain </pre><script>alert(3)</script>")
    mail.add_alternative(HTML, subtype="html")
    (new / FIRST).write_bytes(mail.as_bytes())
    (new / SECOND).write_bytes(b"Subject: bare\r\nTo: joon@mail.example\r\n\r\nOnly text.\r\n")
    (tmp_path / "secret").write_text("secret")
    return tmp_path


def ask(maildir, *paths, headers=None):
    """Ask the page for each path; return (status, headers, body) of each."""

    async def asking():
        async with mailbox(maildir) as url, aiohttp.ClientSession() as session:
            answers = []
            for path in paths:
                async with session.get(URL(url + path, encoded=True), headers=headers) as answer:
                    answers.append((answer.status, answer.headers.copy(), await answer.read()))
            return answers

    return asyncio.run(asking())


def test_the_list_names_every_mail_in_the_order_it_came(maildir):
    ((status, _, body),) = ask(maildir, "/")

    page = body.decode()
    assert status == 200
    assert "2 mails. None of them left this machine." in page
    assert 0 < page.index("mira@mail.example") < page.index("joon@mail.example")


@pytest.mark.parametrize(
    "path", ["/", f"/mail/{FIRST}", *(f"/mail/{FIRST}?as={v}" for v in ("text", "headers", "source"))]
)
def test_no_part_of_a_mail_becomes_a_part_of_the_page(maildir, path):
    ((status, headers, body),) = ask(maildir, path)

    assert status == 200
    assert b"<script" not in body.lower()
    assert b"&lt;script&gt;alert(" in body
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


def test_a_mails_html_is_shown_as_it_is_and_shut_in(maildir):
    (_, _, page), (status, headers, body) = ask(maildir, f"/mail/{FIRST}", f"/mail/{FIRST}/html")

    assert f'<iframe sandbox="" referrerpolicy="no-referrer" src="/mail/{FIRST}/html"'.encode() in page
    assert (status, body.decode().strip()) == (200, HTML)
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'; style-src 'unsafe-inline';")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_mail_without_html_shows_its_text(maildir):
    ((_, _, body),) = ask(maildir, f"/mail/{SECOND}")

    assert b"Only text." in body
    assert b"<iframe" not in body


def test_a_mail_can_be_saved_byte_for_byte(maildir):
    ((status, headers, body),) = ask(maildir, f"/mail/{FIRST}/eml")

    assert (status, body) == (200, (maildir / "new" / FIRST).read_bytes())
    assert headers["Content-Disposition"] == f'attachment; filename="{FIRST}"'


@pytest.mark.parametrize("name", ["nobody.eml", "9.9.eml", "..%2fsecret", "%2e%2e", "1763620000000001.1.eml%00"])
@pytest.mark.parametrize("rest", ["", "/html", "/eml"])
def test_nothing_but_mails_is_served(maildir, name, rest):
    ((status, _, body),) = ask(maildir, f"/mail/{name}{rest}")

    assert status in (400, 404)
    assert b"secret" not in body


def test_a_page_elsewhere_cannot_read_the_mails(maildir):
    ((status, headers, body),) = ask(maildir, "/", headers={"Host": "rebound.example:80"})

    assert status == 421
    assert b"mira" not in body
    assert "Access-Control-Allow-Origin" not in headers


def test_an_empty_box_says_so(tmp_path):
    ((status, _, body),) = ask(tmp_path / "nowhere", "/")

    assert status == 200
    assert b"Nothing yet." in body


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: =?utf-8?q?Tarnm=C3=BCnde?=\n\n", "Tarnmünde"),
        (b"Subject: =?martian?q?Tarn?=\n\n", "=?martian?q?Tarn?="),
        (b"Subject: two\n lines\n\n", "two lines"),
        (b"\n\nno header", ""),
    ],
)
def test_a_subject_is_read_or_shown_as_it_came(raw, subject):
    assert take_apart(raw).subject == subject


def test_a_part_in_an_unknown_charset_is_still_shown():
    raw = b"Content-Type: text/html; charset=martian\nContent-Transfer-Encoding: quoted-printable\n\nN=C3=A4ws"

    assert take_apart(raw).html == "Näws"


@given(st.binary(max_size=300) | st.lists(st.sampled_from(
    ["Subject: ", "To: ", "Content-Type: multipart/mixed; boundary=b", "text/html; charset=", "=?utf-8?q?", "?=", "--b",
     "\n", "\n\n", "<", "é", "\x00", "Content-Transfer-Encoding: base64", "Content-Type: ", '"', "@"]
)).map(lambda pieces: "".join(pieces).encode()))  # fmt: skip
def test_any_bytes_can_be_shown(raw):
    mail = take_apart(raw)

    shown = (mail.subject, mail.sender, mail.to, mail.html, mail.text, mail.headers, mail.source)
    assert all(isinstance(part, str) for part in shown)
    assert mail.size == len(raw)
    assert "\n" not in mail.subject
