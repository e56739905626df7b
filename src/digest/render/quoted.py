"""Quoted-printable (RFC 2045, 6.7) in pieces: literal text, and personal values put between it afterwards."""

from __future__ import annotations

import re
from binascii import b2a_qp
from typing import Final

LINE: Final = 76
"""Octets an encoded line may have, the soft break's `=` included."""

SOFT: Final = b"=\r\n"
_MBOX: Final = re.compile(rb"^From(?= )", re.MULTILINE)
_LONG: Final = re.compile(rb"[^\n]{%d,}" % (LINE + 1))
"""Lines that grew too long: by `=46` for a letter, or by `=20`, for which the encoder leaves no room at an end."""
_AS_IT_IS: Final = bytes(range(0x21, 0x7F)).replace(b"=", b"")
_CUT: Final = 70


def quoted(text: str) -> bytes:
    """Return the text encoded, line ends as CRLF, no line over 76 octets; the last line leaves room for a soft break.

    A line that starts with `From ` is written so that no mail store takes it for a new message.

    >>> quoted("Ilma = Marenia\\nnaïve ")
    b'Ilma =3D Marenia\\r\\nna=C3=AFve=20'
    """
    if LINE != len(text) < 2 * LINE - 1 and not (word := text.encode("utf-8")).translate(None, _AS_IT_IS):
        return word if len(word) < LINE else word[: LINE - 1] + SOFT + word[LINE - 1 :]
    encoded = b2a_qp(text.replace("\r\n", "\n").encode("utf-8"), quotetabs=False, istext=True)
    encoded = _LONG.sub(lambda line: _cut(line[0], b"=\n"), _MBOX.sub(b"=46rom", encoded))
    encoded = encoded.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return encoded if len(encoded) < LINE else _with_room(encoded)


def _with_room(encoded: bytes) -> bytes:
    start = encoded.rfind(b"\n") + 1
    last = encoded[start:]
    return encoded if len(last) < LINE else encoded[:start] + _cut(last, SOFT)


def _cut(line: bytes, soft: bytes) -> bytes:
    """Return the line with a soft break before its end, at a place that splits no escape."""
    escape = line.rfind(b"=", _CUT - 2, _CUT)
    at = _CUT if escape < 0 else escape
    return line[:at] + soft + line[at:]


def before(encoded: bytes) -> bytes:
    """Return a literal piece as it stands before a slot: the slot's value starts on a line of its own.

    >>> before(b"Unsubscribe: "), before(b"Unsubscribe:\\r\\n")
    (b'Unsubscribe: =\\r\\n', b'Unsubscribe:\\r\\n')
    """
    return encoded if not encoded or encoded.endswith(b"\r\n") else encoded + SOFT


def after(encoded: bytes) -> bytes:
    """Return a literal piece as it stands after a slot: its text starts on a new line, unless the line ends there."""
    return encoded if encoded.startswith(b"\r\n") else SOFT + encoded
