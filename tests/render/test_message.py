"""The message: headers, parts, slots, and the same bytes for the same reader."""

from __future__ import annotations

import html as markup
import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from digest.errors import LookError
from digest.model.delivery import Hole, Place, Skeleton, Variant
from digest.render import Form, fields_for, message, open_look, render, shown, titled
from digest.render.slots import FIELDS

from .samples import ADA, EDITION, MAIL, NOW, TEMPLATES, content, tokens

LOOK = open_look(TEMPLATES, "brief")
ISSUE = titled(content(), LOOK, EDITION)
EVERYONE = Variant(("military", "diplomacy", "peace_summit"), "en")
SKELETON = render(ISSUE, LOOK, [EVERYONE], MAIL)[EVERYONE.id]


def fields(**changes):
    made = fields_for(ADA, issue=412, due_at=NOW, edition=EDITION, look=LOOK, mail=MAIL, tokens=tokens)
    return {**made, **changes}


def parsed(**changes):
    return message_from_bytes(message(SKELETON, fields(**changes)), policy=default)


def test_a_message_carries_every_header_an_inbox_asks_of_a_newsletter():
    headers = parsed()

    leave = f"https://brief.example/u/{tokens('unsubscribe')}"
    assert headers["From"] == "The Aldovar Brief <brief@brief.example>"
    assert headers["To"] == "Ada Rehn <ada@tarnmouth.example>"
    assert headers["Subject"] == "Crossing at Ferren holds through a third night of shelling"
    assert headers["Date"].datetime == NOW
    assert headers["Reply-To"] == "The Aldovar Brief <desk@brief.example>"
    assert headers["List-Id"] == "The Aldovar Brief <weekday.brief.example>"
    assert re.sub(r"\s+", "", headers["List-Unsubscribe"]) == (
        f"<{leave}>,<mailto:leave@brief.example?subject={tokens('unsubscribe')}>"
    )
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Archive"] == "<https://brief.example/archive>"
    assert headers["Feedback-ID"] == "412:weekday:digest:brief.example"
    assert headers["Precedence"] == "bulk"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Content-Language"] == "en"
    assert re.fullmatch(r"<412\.[0-9a-f]{32}@brief\.example>", headers["Message-ID"])


def test_a_message_has_a_text_part_and_then_an_html_part_in_seven_bits():
    sent = message(SKELETON, fields())

    mail = message_from_bytes(sent, policy=default)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in mail.iter_parts()} == {"quoted-printable"}
    assert {part.get_content_charset() for part in mail.iter_parts()} == {"utf-8"}
    assert not [defect for part in mail.walk() for defect in part.defects]
    assert sent.isascii()


def test_the_same_reader_gets_the_same_bytes_again():
    again = render(titled(content(), open_look(TEMPLATES, "brief"), EDITION), LOOK, [EVERYONE], MAIL)[EVERYONE.id]

    assert again == SKELETON
    assert message(again, fields()) == message(SKELETON, fields())


def test_another_reader_gets_another_message_id_and_no_other_boundary():
    other = fields_for(
        replace(ADA, subscriber=8), issue=412, due_at=NOW, edition=EDITION, look=LOOK, mail=MAIL, tokens=tokens
    )

    first, second = parsed(), message_from_bytes(message(SKELETON, other), policy=default)
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Content-Type"] == second["Content-Type"]


def test_the_decoded_parts_are_the_rendered_ones_with_the_fields_in_their_slots():
    given = fields(settings="Ви читаєте «усе» & <більше> о 07:00, тому що так обрали.")

    html, text = shown(SKELETON, given)

    def filled(template, encode):
        return re.sub(r"slot[0-9a-f]{24}x(\d+)x", lambda m: encode(given[FIELDS[int(m[1])]]), template)

    assert html.replace("\r\n", "\n").rstrip("\n") == filled(SKELETON.html, markup.escape).rstrip("\n")
    assert text.replace("\r\n", "\n").rstrip("\n") == filled(SKELETON.text, str).rstrip("\n")


def test_a_long_line_of_settings_is_wrapped_in_the_text_part():
    line = "You read Military situation, Diplomacy and Peace summit, on Monday, Wednesday, Friday and Sunday at 07:00."

    _, text = shown(SKELETON, fields(settings=line))

    assert line in " ".join(text.split())
    assert not [row for row in text.splitlines() if len(row) > 78 and "://" not in row]


@pytest.mark.parametrize("field", ["to", "date", "message_id", "unsubscribe_url", "settings"])
@pytest.mark.parametrize("value", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b"])
def test_no_field_can_break_out_of_its_line(field, value):
    with pytest.raises(LookError, match=f"{field} holds a line break"):
        message(SKELETON, fields(**{field: value}))


@pytest.mark.parametrize("field", sorted({p.field for p in SKELETON.parts if isinstance(p, Hole)}))
def test_a_field_that_is_missing_is_named(field):
    given = fields()
    del given[field]

    with pytest.raises(LookError, match=f"needs {field}"):
        message(SKELETON, given)


def test_a_value_is_encoded_for_the_place_it_stands_in():
    places = tuple(Hole("settings", place) for place in (Place.HEADER, Place.TEXT, Place.HTML))
    skeleton = Skeleton("x", (b"X: ", places[0], b"\r\n\r\n", places[1], b"\r\n", places[2]), "", "")

    sent = message(skeleton, {"settings": "a=b & <c>"})

    assert sent == b"X: a=b & <c>\r\n\r\na=3Db & <c>\r\na=3Db &amp; &lt;c&gt;"


def test_an_issue_without_a_subject_is_not_rendered():
    with pytest.raises(LookError, match="no subject"):
        render(content(), LOOK, [EVERYONE], MAIL)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from_name": "A\r\nBcc: x"}, "from_name holds a line break"),
        ({"from_address": "nobody"}, "from_address is no mail address"),
        ({"reply_to": "a@b.example, c@d.example"}, "reply_to is no mail address"),
        ({"list_domain": "localhost"}, "list_domain"),
        ({"public_url": "https://brief.example/"}, "without a slash"),
        ({"public_url": "ftp://brief.example"}, "https"),
    ],
)
def test_mail_settings_that_no_header_could_carry_are_refused(change, said):
    with pytest.raises(LookError, match=said):
        replace(MAIL, **change)


def test_the_sender_id_of_a_long_domain_keeps_to_fifteen_characters():
    assert re.fullmatch(r"[A-Za-z0-9._-]{5,15}", replace(MAIL, list_domain="letters.from.aldovar.example").sender_id)
    assert re.fullmatch(r"[A-Za-z0-9._-]{5,15}", replace(MAIL, list_domain="a.b").sender_id)


@pytest.mark.parametrize("shared", [set(), {"date", "web_url", "settings"}, {"to", "unsubscribe_url"}, set(FIELDS)])
def test_what_is_filled_in_for_many_beforehand_makes_the_same_message(shared):
    made = fields()
    form = Form.of(SKELETON, {name: value for name, value in made.items() if name in shared})

    pieces = form.pieces({name: value for name, value in made.items() if name not in shared})

    assert b"".join(pieces) == message(SKELETON, made)


def test_readers_messages_share_the_very_same_pieces_but_for_what_is_each_ones_own():
    made = fields()
    form = Form.of(SKELETON, {name: made.pop(name) for name in ("date", "web_url", "settings")})

    ada, luz = (
        form.pieces(made),
        form.pieces({**made, "to": "luz@tarnmouth.example", "message_id": "<412.0@b.example>"}),
    )

    other = [(a, b) for a, b in zip(ada, luz, strict=True) if a != b]
    assert other == [
        (b"Ada Rehn <ada@tarnmouth.example>", b"luz@tarnmouth.example"),
        (made["message_id"].encode(), b"<412.0@b.example>"),
    ]
    assert all(a is b for a, b in zip(ada, luz, strict=True) if a == b and len(a) > 200)
