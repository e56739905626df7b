"""JSON as others write it (RFC 8259), its texts such as can be written down again."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(text: str, *, strict: bool = True) -> Any:
    r"""Return the value; ValueError or RecursionError where it is none. With `strict` no text may hold controls.

    Half a surrogate pair, which only an escape can name (8.2) and no encoding can write, is dropped from texts.

    >>> read_json('{"title": ["Ferren \\ud83d", "\\ud83d\\ude00"]}')
    {'title': ['Ferren ', '😀']}
    """
    value = json.loads(text, strict=strict)
    return _whole(value) if _HALF.search(text) else value


def _whole(value: Any) -> Any:
    root = [value]
    left: list[Any] = [root]
    while left:  # in place and not by recursion: the value may be large and deep
        inside = left.pop()
        for key, each in inside.items() if isinstance(inside, dict) else enumerate(inside):
            if isinstance(each, str):
                inside[key] = _sound(each)
            elif isinstance(each, dict | list):
                left.append(each)
    return root[0]


def _sound(text: str) -> str:
    """Return a text without halves of surrogate pairs."""
    return text if text.isascii() else text.encode("utf-8", "ignore").decode()
