"""How often one place on the net may ask for mails: a bucket that fills up again as time passes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

PLACES: Final = 10_000
"""Places that are remembered; whoever was quiet longest is forgotten first."""
NETWORK: Final = 64
"""Bits of an IPv6 address that one customer commonly has for themselves (RFC 6177)."""


@dataclass(slots=True)
class Bucket:
    """So many at once, and one more every `every` after that; a separate count for each key."""

    size: int
    every: timedelta
    _full_at: OrderedDict[Hashable, datetime] = field(default_factory=OrderedDict)

    def take(self, key: Hashable, now: datetime) -> timedelta:
        """Take one and return nothing, or take none and return how long to wait until there is one."""
        full = max(self._full_at.get(key, now), now)
        wait = full - now - self.every * (self.size - 1)
        if wait > timedelta(0):
            return wait
        self._full_at[key] = full + self.every
        self._full_at.move_to_end(key)
        if len(self._full_at) > PLACES:
            self._full_at.popitem(last=False)
        return timedelta(0)


def place(host: str) -> str:
    """Return what stands for a client: its address, or the network of an IPv6 one.

    Some proxies write a port behind it, and a socket for both families writes IPv4 into IPv6.

    >>> place("192.0.2.7"), place("2001:db8:1:2:3::4"), place("")
    ('192.0.2.7', '2001:db8:1:2::', '')
    >>> place("192.0.2.7:4711"), place("[2001:db8:1:2:3::4]:4711"), place("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:1:2::', '192.0.2.7')
    """
    address = address_of(host)
    if address is None:
        return ""
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> (128 - NETWORK) << (128 - NETWORK)))
    return str(address)


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is, whatever port or mapping is around it; None for what is none."""
    bare, _, _ = host.removeprefix("[").partition("]") if host.startswith("[") else (host, "", "")
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
