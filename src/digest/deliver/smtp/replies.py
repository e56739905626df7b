"""Bytes from a mail server -> replies (RFC 5321, 4.2), without any socket."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from digest.errors import RelayError
from digest.model.delivery import ENHANCED

MAX_LINE: Final = 4096
"""Bytes of a reply's line, its end included. RFC 5321, 4.5.3.1.5 asks for 512; servers go beyond it."""
MAX_LINES: Final = 100
MAX_TEXT: Final = 500
"""Characters kept of a reply's text."""

LINE: Final = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)


class GarbledReply(RelayError, ValueError):
    """What the server said is no SMTP reply; the connection cannot be trusted any further."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: three digits and a text of one or more lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def kind(self) -> int:
        """The first digit: 2 done, 3 go on, 4 not now, 5 no."""
        return self.code // 100

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463) it opens with; empty if it has none.

        >>> Reply(550, ("5.1.1 no such mailbox",)).enhanced
        '5.1.1'
        """
        found = ENHANCED.match(self.lines[0])
        return found[0] if found else ""

    @property
    def text(self) -> str:
        """All of it as one printable line of at most 500 characters, an enhanced code told once.

        >>> Reply(550, ("5.1.1 no such", "5.1.1 mailbox")).text
        '5.1.1 no such mailbox'
        """
        first, *more = self.lines
        if not more:
            return one_line(first)
        return one_line(" ".join([first, *(line.removeprefix(self.enhanced) for line in more)]))

    def __str__(self) -> str:
        """Return it as it is told to people: `550 5.1.1 no such mailbox`."""
        return f"{self.code} {self.text}".rstrip()


class ReplyReader:
    """Takes bytes as they arrive and gives replies as they are complete."""

    def __init__(self) -> None:
        self._buffer, self._at = b"", 0
        self._lines: list[Reply] = []

    @property
    def unread(self) -> bool:
        """Whether anything has come that no reply was made of yet."""
        return bool(self._at < len(self._buffer) or self._lines)

    def feed(self, data: bytes) -> None:
        """Add what has arrived. Raises GarbledReply if more is waiting than the longest reply takes."""
        self._buffer, self._at = self._buffer[self._at :] + data, 0
        if len(self._buffer) > MAX_LINE * MAX_LINES:
            raise GarbledReply("the mail server sends without end")

    def clear(self) -> None:
        """Forget what has arrived: what came in the clear before TLS is nobody's word (RFC 3207, 6)."""
        self._buffer, self._at = b"", 0
        self._lines.clear()

    def next(self) -> Reply | None:
        """Return the next complete reply; None if more must arrive first. Raises GarbledReply."""
        while (line := self._line()) is not None:
            reply, last = _read(line)
            if last and not self._lines:
                return reply
            if self._lines and self._lines[0].code != reply.code:
                raise _garbled(line)
            if len(self._lines) == MAX_LINES:
                raise GarbledReply(f"the mail server's reply has more than {MAX_LINES} lines")
            self._lines.append(reply)
            if last:
                whole = Reply(reply.code, tuple(each.lines[0] for each in self._lines))
                self._lines.clear()
                return whole
        return None

    def _line(self) -> bytes | None:
        """Return the next line with its end."""
        start = self._at
        end = self._buffer.find(b"\n", start, start + MAX_LINE) + 1
        if not end:
            if len(self._buffer) - start >= MAX_LINE:
                raise GarbledReply(f"the mail server's reply has a line of more than {MAX_LINE} bytes")
            return None
        self._at = end
        return self._buffer[start:end]


@lru_cache(maxsize=256)
def _read(line: bytes) -> tuple[Reply, bool]:
    """Return a line as a reply of its own, and whether no line follows it. Most come again with every message."""
    text = line.removesuffix(b"\n").removesuffix(b"\r")
    found = LINE.fullmatch(text)
    if found is None:
        raise _garbled(text)
    return Reply(int(found[1]), ((found[3] or b"").decode("utf-8", "backslashreplace"),)), found[2] != b"-"


def _garbled(line: bytes) -> GarbledReply:
    shown = one_line(line.decode("ascii", "backslashreplace"))[:80]
    return GarbledReply(f"the mail server's answer is no SMTP reply: {shown!r}")


def one_line(text: str) -> str:
    """Return the text as one printable line of at most 500 characters.

    >>> one_line("try\\r\\n later\\x1b[2J")
    'try later [2J'
    """
    if len(text) <= MAX_TEXT and text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:MAX_TEXT]
