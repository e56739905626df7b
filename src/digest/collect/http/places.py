"""Where a question may go: addresses of the web in every spelling people use, and none that carries a password."""

from __future__ import annotations

from yarl import URL

from digest.collect.text import line, shorten
from digest.errors import FetchError
from digest.model.news import Source


def checked(source: Source, url: str) -> URL:
    """Return an address that can be asked; FetchError where it is none of http or https, or names a user."""
    try:
        place = URL(url)
        host, port = place.host, place.port
    except ValueError as e:  # also where a name breaks the rules of IDNA
        raise FetchError(source.name, f"no usable address: {shorten(line(url), 120)}") from e
    if place.scheme not in ("http", "https") or not host or not port:
        raise FetchError(source.name, f"only http and https are fetched, not {shorten(line(url), 120)}")
    if place.user is not None or place.password is not None:
        raise FetchError(source.name, f"the address of {shorten(line(host), 120)} carries a user name or password")
    return place


def joined(source: Source, place: URL, location: str) -> str:
    """Return where a redirect from `place` leads; FetchError where that is no address."""
    try:
        return str(place.join(URL(line(location).replace(" ", "%20"))))
    except ValueError as e:
        raise FetchError(source.name, f"redirects to no usable address: {shorten(line(location), 120)}") from e


def host_of(place: URL) -> str:
    """Return the host that is asked, in one spelling.

    >>> host_of(URL("https://ILMA.example.:8443/feed"))
    'ilma.example'
    """
    return (place.host or "").rstrip(".").lower()


def may_be_inside(source: Source, place: URL) -> bool:
    """Return whether a source may reach a place even if it is inside: its own host and port, if it has leave to."""
    if not source.allow_private:
        return False
    try:
        own = URL(source.url)
        return (own.host, own.port) == (place.host, place.port)
    except ValueError:
        return False
