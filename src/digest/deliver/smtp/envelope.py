"""What SMTP routes a message by, and how addresses are written on the wire."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import idna

MAX_ADDRESS: Final = 254
"""Bytes: a path of 256 (RFC 5321, 4.5.3.1.3) less its angle brackets."""
PLAIN: Final = re.compile(r"[!-;=?-~]+@[!-;=?A-~]+")
"""Printable ASCII without blanks and angle brackets, so that nothing can end the command it stands in."""


class Envelope(NamedTuple):
    """Where a message goes, and where word of its failure goes."""

    sender: str
    """The bounce address; empty for none (`<>`)."""
    recipient: str


def on_the_wire(address: str) -> str:
    """Return the address as it stands in MAIL and RCPT: an internationalised domain as A-labels (RFC 5891).

    A local part beyond ASCII stays as it is, and needs SMTPUTF8. Raises ValueError for what is no address, or holds
    what could end the command (blanks, line ends, angle brackets).

    >>> on_the_wire("ada@zeitung-köln.example"), on_the_wire("ada@aldovar.example")
    ('ada@xn--zeitung-kln-zfb.example', 'ada@aldovar.example')
    """
    wire = ascii_form = address if address.isascii() else _with_ascii_domain(address)
    if not wire.isascii():
        # Letters beyond ASCII stand for themselves in SMTPUTF8; for the check of the rest, any ASCII letter will do.
        ascii_form = "".join("x" if not c.isascii() and c.isprintable() and not c.isspace() else c for c in wire)
    if PLAIN.fullmatch(ascii_form) is None:
        raise ValueError("it is no address that SMTP could carry")
    if len(wire.encode()) > MAX_ADDRESS:
        raise ValueError(f"it is longer than {MAX_ADDRESS} bytes")
    return wire


def _with_ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        raise ValueError("its domain is none") from None
