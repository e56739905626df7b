"""Who asks, for counting: the other end of the connection, or whom a proxy of ours speaks for."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from starlette.requests import Request

from digest.web.readers.rates import address_of, place


def client(request: Request, trusted: Sequence[str]) -> str:
    """Return the place that a request comes from; only a proxy in the `trusted` networks is believed about another."""
    near = request.client.host if request.client else ""
    return place(said_by(near, request.headers.getlist("x-forwarded-for"), trusted))


def said_by(near: str, forwarded: Sequence[str], trusted: Sequence[str]) -> str:
    """Return the last host in `X-Forwarded-For` that is no proxy of ours; `near` where it is none itself.

    What stands further to the left was written by whoever asks.

    >>> said_by("127.0.0.1", ["6.6.6.6, 192.0.2.7, 10.0.0.2"], ["127.0.0.0/8", "10.0.0.0/8"])
    '192.0.2.7'
    >>> said_by("::ffff:127.0.0.1", ["192.0.2.7:4711"], ["127.0.0.0/8"])
    '192.0.2.7:4711'
    >>> said_by("192.0.2.7", ["6.6.6.6"], ["127.0.0.0/8"])
    '192.0.2.7'
    """
    hosts = [host.strip() for line in forwarded for host in line.split(",")]
    while hosts and _is_in(near, trusted):
        near = hosts.pop()
    return near


def _is_in(host: str, networks: Sequence[str]) -> bool:
    address = address_of(host)
    return address is not None and any(address in ip_network(network, strict=False) for network in networks)
