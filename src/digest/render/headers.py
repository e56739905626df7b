"""Header fields (RFC 5322), in ASCII and folded, whatever words they carry."""

from __future__ import annotations

import re
from email.header import Header
from email.utils import quote
from typing import Final

from digest.errors import LookError

FOLD: Final = 78
_WORD: Final = 75
"""Octets an encoded word may have (RFC 2047, 2). The stdlib's newer policies make some of 76: hence its older class."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_LONGEST_WORD: Final = 60


def unstructured(name: str, text: str) -> str:
    """Return `Name: text` for words meant for people, encoded where they are not ASCII.

    >>> unstructured("Subject", "Ніч над мостом")
    'Subject: =?utf-8?b?0J3RltGHINC90LDQtCDQvNC+0YHRgtC+0Lw=?='
    """
    one_line(name, text)
    if _plain(text):
        return f"{name}: {folded(text, len(name) + 2)}"
    return f"{name}: {_encoded(text, name)}"


def _plain(text: str) -> bool:
    if not text.isascii() or "=?" in text:
        return False
    return len(text) <= _LONGEST_WORD or all(len(word) <= _LONGEST_WORD for word in text.split(" "))


def _encoded(text: str, name: str) -> str:
    return Header(text, "utf-8", maxlinelen=_WORD, header_name=name).encode(linesep="\r\n")


def mailbox(name: str, address: str) -> str:
    """Return `name <address>` on one line, the name quoted or encoded as it needs.

    >>> mailbox("Ada Rehn", "ada@tarnmouth.example"), mailbox("R. Tarn, Ltd", "r@t.example"), mailbox("", "r@t.example")
    ('Ada Rehn <ada@tarnmouth.example>', '"R. Tarn, Ltd" <r@t.example>', 'r@t.example')
    """
    one_line("name", name)
    words = name.strip()
    if not words:
        return address
    return f"{_phrase(words)} <{address}>"


def _phrase(words: str) -> str:
    if not _plain(words):
        return _encoded(words, "To").replace("\r\n", "")
    return words if _ATOMS.fullmatch(words) else f'"{quote(words)}"'


def folded(value: str, used: int) -> str:
    """Return a value broken at its spaces so that no line passes 78 characters; `used` stand before it on the first.

    >>> folded("nine words of one header that goes on", 62)
    'nine words of\\r\\n one header that goes on'
    """
    if used + len(value) <= FOLD:
        return value
    lines, line, room = [], "", FOLD - used
    for word in value.split(" "):
        if line.strip() and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = "", FOLD - 1
        line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def one_line(name: str, value: str) -> str:
    """Return the value; LookError if it holds what could start another header."""
    if not value.isprintable() and _CONTROL.search(value):
        raise LookError(f"{name} holds a line break or a control character: {value[:60]!r}")
    return value
