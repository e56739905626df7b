"""Header fields: what is asked with, and what of an answer's is used (RFC 9110)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from multidict import CIMultiDictProxy

from digest.collect.http.pace import SAID
from digest.model.news import SourceState

_VALIDATOR_CHARS: Final = 500


def codings(headers: CIMultiDictProxy[str]) -> str:
    """Return how a body is packed, on its way (but for `chunked`, which is undone already) or for good."""
    sent = [
        coding for coding in ",".join(headers.getall("Transfer-Encoding", ())).split(",") if coding.strip() != "chunked"
    ]
    return ",".join((*sent, *headers.getall("Content-Encoding", ())))


def joint(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """Return header fields by their name in lower case, those given several times in one (RFC 9110, 5.3)."""
    return {name: ", ".join(headers.getall(name)) for name in SAID if name in headers}


def conditional(headers: Mapping[str, str]) -> bool:
    """Return whether a question may be answered by 304 (RFC 9110, 13.1)."""
    return "If-None-Match" in headers or "If-Modified-Since" in headers


def conditions(state: SourceState | None) -> dict[str, str]:
    """Return the fields that ask for a document only if it is another one than was remembered."""
    if state is None:
        return {}
    said = {"If-None-Match": validator(state.etag), "If-Modified-Since": validator(state.last_modified)}
    return {name: value for name, value in said.items() if value}


def validator(value: str | None) -> str:
    """Return what may be sent back as it came: printable ASCII of a reasonable length, else nothing."""
    value = (value or "").strip()
    return value if value.isascii() and value.isprintable() and len(value) <= _VALIDATOR_CHARS else ""


def charset(content_type: str) -> str:
    """Return the charset of a Content-Type; empty where it names none.

    >>> charset('text/xml; Charset="KOI8-R"')
    'KOI8-R'
    """
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40]
    return ""
