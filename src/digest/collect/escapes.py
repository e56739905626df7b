"""One spelling of the escapes in an address (RFC 3986, 6.2.2)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote_to_bytes

_ESCAPE: Final = re.compile(r"%(?:[0-9A-Fa-f]{2})?")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~/-]*")
_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def respelt(text: str, safe: str, also: str = "") -> str:
    """Return a text with its escapes in upper case, none where none is needed, and all else that needs one escaped.

    What is unreserved or `safe` needs none; escapes of the characters of `also`, which are ASCII, are undone too.

    >>> respelt("/%7euser/a%2fb/Größe", "/")
    '/~user/a%2Fb/Gr%C3%B6%C3%9Fe'
    """
    if "/" in safe and _PLAIN.fullmatch(text):
        return text
    undone = _UNRESERVED.union(also.encode())

    def settle(match: re.Match[str]) -> str:
        if match[0] == "%":
            return "%25"  # it stands for itself, and must not make an escape of what an escape behind it stood for
        byte = unquote_to_bytes(match[0])
        return byte.decode() if byte[0] in undone else match[0].upper()

    # "%" stays as it is, so that quoting twice changes nothing.
    return _ESCAPE.sub(settle, quote(text.encode("utf-8", "replace"), safe=safe + "%~"))
