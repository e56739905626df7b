"""Where an issue stands on the web: the one scheme of its mail, its page and its feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

ARCHIVE = "archive"
FEED = "feed.xml"
STYLE = "style.css"


def archive_url(public_url: str) -> str:
    """Return the canonical address of the archive; issues, months and the feed are below it."""
    return f"{public_url}/{ARCHIVE}"


def issue_url(public_url: str, issue: int) -> str:
    """Return the canonical address of an issue's page.

    >>> issue_url("https://brief.example", 412)
    'https://brief.example/archive/412'
    """
    return f"{archive_url(public_url)}/{issue}"


def feed_url(public_url: str) -> str:
    """Return the canonical address of the feed."""
    return f"{archive_url(public_url)}/{FEED}"


def preferences_url(public_url: str, token: str) -> str:
    """Return where a reader's settings are."""
    return f"{public_url}/prefs/{token}"


def leave_url(public_url: str, token: str) -> str:
    """Return where a reader leaves, and may be put back."""
    return f"{public_url}/u/{token}"


def counted_url(public_url: str, token: str) -> str:
    """Return where a click is counted on its way to a story."""
    return f"{public_url}/c/{token}"


def confirm_url(public_url: str, token: str) -> str:
    """Return where a sign-up is confirmed."""
    return f"{public_url}/confirm/{token}"


def address_url(public_url: str, token: str) -> str:
    """Return where a new address is confirmed."""
    return f"{public_url}/address/{token}"


def never_url(public_url: str, token: str) -> str:
    """Return where somebody lets no form write to them any more."""
    return f"{public_url}/never/{token}"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a page refers to its neighbours: by their addresses, or from file to file."""

    archive: str
    feed: str
    style: str
    before: str
    """What stands before an issue's id, or a month's name."""
    after: str = ""
    subscribe: str = ""
    """Where readers sign up; empty where nobody can."""

    @classmethod
    def served(cls, public_url: str) -> Self:
        """Return the ways of a page that a server gives out under its canonical address."""
        base = archive_url(public_url)
        return cls(base, feed_url(public_url), f"{base}/{STYLE}", f"{base}/")

    @classmethod
    def filed(cls, up: str) -> Self:
        """Return the ways of a page that is a file, `up` being the path to the archive's folder: `./` or `../`."""
        return cls(up, f"{up}{FEED}", f"{up}{STYLE}", up, "/")

    def to(self, name: int | str) -> str:
        """Return the way to an issue or a month."""
        return f"{self.before}{name}{self.after}"
