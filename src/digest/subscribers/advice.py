"""What may be wrong with an address that is one: a typo of a big domain, an office's mailbox. Said, never refused."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

BIG: Final = (
    *("aol.com", "bluewin.ch", "comcast.net", "free.fr", "fastmail.com", "freenet.de", "gmail.com", "gmx.at"),
    *("gmx.de", "gmx.net", "googlemail.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es", "hotmail.fr"),
    *("i.ua", "icloud.com", "interia.pl", "laposte.net", "libero.it", "live.com", "mail.com", "me.com", "msn.com"),
    *(
        "o2.pl",
        "online.de",
        "onet.pl",
        "orange.fr",
        "outlook.com",
        "outlook.de",
        "outlook.es",
        "outlook.fr",
        "posteo.de",
    ),
    *(
        "proton.me",
        "protonmail.com",
        "seznam.cz",
        "sfr.fr",
        "t-online.de",
        "tuta.com",
        "ukr.net",
        "wanadoo.fr",
        "web.de",
    ),
    *("wp.pl", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.es", "yahoo.fr"),
)
"""Domains that many people have their mail at, in the countries of the seven languages of the mails."""

OWN: Final = frozenset(
    {"ail.com", "email.com", "gmx.com", "gmx.ch", "live.de", "live.fr", "mail.de", "ymail.com", "wp.eu"}
)
"""Domains that people do have their mail at although they look like one of the others mistyped."""

ENDINGS: Final = {"con": "com", "comm": "com", "cim": "com", "vom": "com", "cmo": "com", "ney": "net", "nett": "net"}
"""Ends of domains that there are not, and what was meant."""

SHORTEST: Final = 6
"""Letters that a domain needs to be taken for another: of `o2.pl` half the alphabet is one letter away."""

ROLES: Final = frozenset(
    (
        *(
            "abuse",
            "admin",
            "administrator",
            "billing",
            "contact",
            "hello",
            "help",
            "hostmaster",
            "info",
            "jobs",
            "mail",
        ),
        *("mailer-daemon", "marketing", "news", "newsletter", "no-reply", "noc", "noreply", "office", "postmaster"),
        *("press", "privacy", "root", "sales", "security", "service", "spam", "support", "team", "webmaster"),
    )
)
"""Local parts that stand for an office, not for a person (RFC 2142 and custom): who agreed is hard to say."""


def advice(email: str) -> tuple[tuple[str, ...], str]:
    """Return what to look at in a normalised address, in words, and the address that may have been meant, or nothing.

    >>> advice("ada@gmial.com")
    (('did they mean gmail.com, not gmial.com?',), 'ada@gmail.com')
    >>> advice("info@mail.example")
    (('info@ is an office, not a person: who agreed there is hard to say',), '')
    """
    local, _, domain = email.rpartition("@")
    hints = []
    meant = near_domain(domain.lower())
    if meant:
        hints.append(f"did they mean {meant}, not {domain}?")
    if local.lower().partition("+")[0] in ROLES:
        hints.append(f"{local}@ is an office, not a person: who agreed there is hard to say")
    return tuple(hints), f"{local}@{meant}" if meant else ""


@lru_cache(maxsize=10_000)
def near_domain(domain: str) -> str:
    """Return the big domain that a domain is one slip away from; empty if it is one itself, or near none.

    A slip is a letter too many, too few, another one, or two of them exchanged.

    >>> near_domain("gnail.com"), near_domain("gmail.con"), near_domain("gmail.com"), near_domain("tarn.example")
    ('gmail.com', 'gmail.com', '', '')
    """
    if domain in BIG or domain in OWN:
        return ""
    found = next((big for big in BIG if len(big) >= SHORTEST and one_slip(domain, big)), "")
    if found:
        return found
    name, _, end = domain.rpartition(".")
    return f"{name}.{ENDINGS[end]}" if name and end in ENDINGS else ""


def one_slip(a: str, b: str) -> bool:
    """Return whether one slip makes one text of the other (Damerau's distance 1).

    >>> one_slip("gmial.com", "gmail.com"), one_slip("gmail.com", "gmail.com"), one_slip("gml.com", "gmail.com")
    (True, False, False)
    """
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    at = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    return a[at + 1 :] == b[at + 1 :] or (a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :])
