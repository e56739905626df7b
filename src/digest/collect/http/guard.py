"""No fetch reaches an address inside: the check sits on the address that is really connected to.

A name says nothing (anyone's DNS may answer 127.0.0.1), and a resolver is never asked about an address written out,
so the decision is taken where the socket is made.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


def _v4(*nets: str) -> tuple[IPv4Network, ...]:
    return tuple(map(IPv4Network, nets))


def _v6(*nets: str) -> tuple[IPv6Network, ...]:
    return tuple(map(IPv6Network, nets))


# IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast and class E; the last is a cloud's host agent,
# which answers instances at a public number.
_INSIDE_V4: Final = _v4(
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
)
# Of IPv6 only global unicast is outside (RFC 4291, 2.4), without protocol assignments and Teredo (RFC 2928, 4380),
# the examples of documentation (RFC 3849, 9637).
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_INSIDE_V6: Final = _v6("2001::/23", "2001:db8::/32", "3fff::/20")
# Here the last 32 bits are an IPv4 address: mapped (RFC 4291, 2.5.5.2) and translated (RFC 6052, 2.1).
_EMBEDDING_V6: Final = _v6("::ffff:0:0/96", "64:ff9b::/96")
_6TO4: Final = IPv6Network("2002::/16")
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)
"""The third quarter of an address whose last one is an IPv4 address (RFC 5214, 6.1)."""


class InsideAddress(OSError):
    """The address is inside; `address` says which. The text is the same for all, so that a name's addresses agree."""

    def __init__(self, address: str) -> None:
        super().__init__("an address inside")
        self.address = address


def is_inside(address: str) -> bool:
    """Return whether an address is private, loopback, link-local, multicast, reserved or otherwise not of the open net.

    Addresses that carry an IPv4 address (mapped, 6to4, NAT64, ISATAP) are judged by it; what is no address is inside.

    >>> [is_inside(a) for a in ("93.184.216.34", "::ffff:127.0.0.1", "169.254.169.254", "64:ff9b::10.0.0.1")]
    [False, True, True, True]
    """
    try:
        ip = ip_address(address.split("%", 1)[0])
    except ValueError:
        return True
    if isinstance(ip, IPv4Address):
        return _within(ip, _INSIDE_V4)
    if _within(ip, _EMBEDDING_V6):
        return is_inside(str(IPv4Address(int(ip) & 0xFFFF_FFFF)))
    if int(ip) >> 32 & 0xFFFF_FFFF in _ISATAP and is_inside(str(IPv4Address(int(ip) & 0xFFFF_FFFF))):
        return True
    if ip in _6TO4:
        return is_inside(str(IPv4Address(int(ip) >> 80 & 0xFFFF_FFFF)))
    return ip not in _GLOBAL_V6 or _within(ip, _INSIDE_V6)


def outside_socket(info: AddrInfo) -> socket.socket:
    """Make the socket of a connection (`TCPConnector(socket_factory=…)`); InsideAddress where it would lead inside."""
    family, kind, protocol, _, sockaddr = info
    if is_inside(str(sockaddr[0])):
        raise InsideAddress(str(sockaddr[0]))
    return socket.socket(family, kind, protocol)


def _within(ip: IPv4Address | IPv6Address, nets: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(ip in net for net in nets)
