"""A message as a test: the same bytes to read, marked, and without what would speak for a subscriber."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from typing import Final

from digest.render.clean import clean
from digest.render.headers import unstructured

MARK: Final = "[Test]"
HEADER: Final = "X-Digest-Test"
DROPPED: Final = frozenset({b"list-unsubscribe", b"list-unsubscribe-post", b"feedback-id"})
"""What mailbox providers act on: nobody is unsubscribed by a test, and no complaint about one counts."""
_FIELDS: Final = re.compile(rb"\r\n(?![ \t])")


def as_test(message: bytes, *, issue: int) -> bytes:
    """Return a message with `[Test]` before its subject and `X-Digest-Test` naming the issue; its body stays as it is.

    >>> as_test(b"Subject: Rain\\r\\nList-Unsubscribe: <x>,\\r\\n <y>\\r\\n\\r\\nWet.", issue=7)
    b'Subject: [Test] Rain\\r\\nX-Digest-Test: 7\\r\\n\\r\\nWet.'
    """
    head, _, body = message.partition(b"\r\n\r\n")
    named = [(field.partition(b":")[0].lower(), field) for field in _FIELDS.split(head)]
    kept = [_marked(field) if name == b"subject" else field for name, field in named if name not in DROPPED]
    return b"\r\n".join([*kept, f"{HEADER}: {issue}".encode()]) + b"\r\n\r\n" + body


def _marked(subject: bytes) -> bytes:
    words = make_header(decode_header(subject.partition(b":")[2].replace(b"\r\n", b"").decode()))
    return unstructured("Subject", f"{MARK} {clean(str(words))}").encode()
