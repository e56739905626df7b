"""Whether a person came over a link: by what the request shows, and by what else came from where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from digest.model.clicks import Kind

FEW, MANY = 4, 7
"""Links of one issue that one program took within seconds: from the first on nobody can say, from the second on it is
none that a person holds."""
PURPOSES: Final = ("sec-purpose", "purpose", "x-purpose", "x-moz")
"""Where browsers say that nobody asked for the page yet; the first is the standard's (Fetch, 3.2.7)."""
AHEAD: Final = ("prefetch", "prerender", "preview")
BROWSER: Final = "Mozilla/"
"""What every browser begins to name itself with."""


def by_itself(method: str, headers: Mapping[str, str]) -> Kind:
    """Return what a request seems to be, without a look at others; the names of the headers are in small letters.

    A browser that opens a page for somebody says so over https (Fetch Metadata): a navigation, to a document. What
    says something else is no click; what says nothing may be an old browser.

    >>> agent = {"user-agent": "Mozilla/5.0 (X11)"}
    >>> opens = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    >>> [by_itself(*asked).value for asked in (("GET", agent | opens), ("GET", agent), ("HEAD", agent | opens))]
    ['human', 'unsure', 'machine']
    """
    said = [headers.get(name, "").lower() for name in PURPOSES]
    if method != "GET" or any(word in each for each in said for word in AHEAD):
        return Kind.MACHINE
    if not headers.get("user-agent", "").startswith(BROWSER):
        return Kind.MACHINE
    mode, dest = headers.get("sec-fetch-mode", ""), headers.get("sec-fetch-dest", "")
    if not mode and not dest:
        return Kind.UNSURE
    return Kind.HUMAN if (mode, dest) == ("navigate", "document") else Kind.MACHINE


def beside(kind: Kind, *, links: int, headed: bool, snared: bool) -> Kind:
    """Return what a request is, taken together with others.

    `links` is how many different links of the issue the same program took within seconds, this one among them; `headed`
    whether it asked one with HEAD, `snared` whether something at the same place took the one that nobody sees.

    >>> beside(Kind.HUMAN, links=1, headed=False, snared=False).value
    'human'
    """
    if kind is Kind.MACHINE or links >= MANY or headed or snared:
        return Kind.MACHINE
    return Kind.UNSURE if kind is Kind.UNSURE or links >= FEW else Kind.HUMAN
