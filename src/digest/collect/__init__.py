"""Sources in, articles out.

`collect` polls feeds, pages and folders; `read_document` reads one local file; `discover` finds the feed of a site;
`ask` asks links whether they lead anywhere.
Everything that comes in is hostile: what leaves this stage is plain text, http(s) addresses and dates within reason.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from digest.collect.cache import Cache
    from digest.collect.feeds.discover import Found, discover, feed_key
    from digest.collect.feeds.opml import Outline, read_opml_file, write_opml
    from digest.collect.folder import read_document
    from digest.collect.http.asking import ask
    from digest.collect.poll import TIMEOUT, collect
    from digest.collect.reports import Collected, Memory, SourceReport, Status
    from digest.collect.workers import Workers

__all__ = [
    "TIMEOUT",
    "Cache",
    "Collected",
    "Found",
    "Memory",
    "Outline",
    "SourceReport",
    "Status",
    "Workers",
    "ask",
    "collect",
    "discover",
    "feed_key",
    "read_document",
    "read_opml_file",
    "write_opml",
]

HOMES: Final = {
    "TIMEOUT": "poll",
    "Cache": "cache",
    "Collected": "reports",
    "Found": "feeds.discover",
    "Memory": "reports",
    "Outline": "feeds.opml",
    "SourceReport": "reports",
    "Status": "reports",
    "Workers": "workers",
    "ask": "http.asking",
    "collect": "poll",
    "discover": "feeds.discover",
    "feed_key": "feeds.discover",
    "read_document": "folder",
    "read_opml_file": "feeds.opml",
    "write_opml": "feeds.opml",
}
"""Where each of them lives; loaded when it is asked for, since HTTP, parsers and extraction take long to load."""


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
