"""What a mail server would hold against a message's headers (RFC 5322, 8058, 6376; the rules of large receivers)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from html import escape, unescape
from typing import Final

from digest.check.finding import Area, Finding, Level
from digest.check.proof import Proof

MESSAGE_ID: Final = re.compile(r"<[^<>@\s]+@[^<>@\s]+\.[^<>@\s]+>")
SIGNED_BY: Final = re.compile(r"(?:^|;)\s*d\s*=\s*([^;\s]+)")
ADDRESSES: Final = re.compile(r"<([^<>]*)>")
ONE_CLICK: Final = "List-Unsubscribe=One-Click"


def sender(proof: Proof) -> Iterator[Finding]:
    """Yield what is to be said of the sender; what only matters outside counts once mail leaves the machine."""
    message = message_from_bytes(proof.prints[0].message, _class=EmailMessage, policy=default)
    found = [*_always(message)]
    if proof.way.leaves:
        found += [*_aligned(message), *_one_click(message), *_shown(message, proof)]
    yield from found
    if not found:
        who = "From, Date, Message-ID and the way out are in order"
        still = (
            ""
            if proof.way.leaves
            else "nothing leaves this machine yet: DKIM and addresses are judged once a relay is set"
        )
        yield Finding(Level.GREEN, Area.SENDER, who, still)


def _always(message: EmailMessage) -> Iterator[Finding]:
    boxes = _senders(message)
    if len(boxes) != 1 or not boxes[0].domain:
        yield _red("There is not exactly one sender", str(message["From"]), "set `from` in [sender]")
    if not MESSAGE_ID.fullmatch(str(message["Message-ID"] or "").strip()):
        yield _red("The Message-ID is none", str(message["Message-ID"]), "set `from` in [sender] to a full address")
    try:
        zoned = parsedate_to_datetime(str(message["Date"])).tzinfo is not None
    except (TypeError, ValueError):
        zoned = False
    if not zoned:
        yield _red("The Date is none", str(message["Date"]), "this is the program's fault; report it")
    if not message["List-Unsubscribe"]:
        yield _red("There is no List-Unsubscribe", "", "receivers refuse bulk mail without a way out")
    if str(message["Precedence"] or "bulk").lower() not in ("bulk", "list"):
        yield _amber("An odd Precedence", str(message["Precedence"]), "use bulk, or none")


def _senders(message: EmailMessage) -> Sequence[Address]:
    return message["From"].addresses if message["From"] else ()


def _aligned(message: EmailMessage) -> Iterator[Finding]:
    domains = [
        found[1].lower() for each in message.get_all("DKIM-Signature", ()) if (found := SIGNED_BY.search(str(each)))
    ]
    boxes = _senders(message)
    own = boxes[0].domain.lower() if boxes else ""
    if not domains:
        yield _amber(
            "Nothing signs this mail here",
            own,
            "large receivers refuse bulk mail without DKIM: set [dkim], or make sure that the relay signs",
        )
    elif not any(_related(own, domain) for domain in domains):
        yield _red(
            "The signature is not the sender's",
            f"From {own}, signed by {', '.join(domains)}",
            "set `domain` in [dkim] to that of `from` in [sender]",
        )


def _related(one: str, other: str) -> bool:
    """Return whether two domains are one or one stands below the other (RFC 7489, 3.1.1: relaxed)."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _one_click(message: EmailMessage) -> Iterator[Finding]:
    ways = ADDRESSES.findall(str(message["List-Unsubscribe"] or ""))
    if ways and not ways[0].startswith("https://"):
        yield _red(
            "The first way out is not an https address",
            ways[0].split("?")[0][:60],
            "one-click unsubscribing needs https (RFC 8058): set `public_url` in [digest]",
        )
    if not any(way.startswith("mailto:") for way in ways):
        yield _amber("There is no way out by mail", "", "set `reply_to` in [sender]")
    if str(message["List-Unsubscribe-Post"] or "").strip() != ONE_CLICK:
        yield _red("One-click unsubscribing is not announced", "", "both headers or neither: it is a pair (RFC 8058)")


def _shown(message: EmailMessage, proof: Proof) -> Iterator[Finding]:
    """Yield what readers have to see and do not: the way out, and who writes to them."""
    ways, html = ADDRESSES.findall(str(message["List-Unsubscribe"] or "")), proof.prints[0].html
    if ways and escape(ways[0]) not in html:
        yield _red("The mail itself shows no way out", "", "place {{ slot.unsubscribe_url }} in the look")
    if not proof.way.postal_address:
        yield _amber("There is no postal address", "", "many countries ask for one: set `postal_address` in [digest]")
    elif " ".join(proof.way.postal_address.split()) not in " ".join(unescape(html).replace("\u00a0", " ").split()):
        yield _amber("The postal address is not in the mail", proof.way.postal_address, "place it in the look")


def _red(text: str, seen: str, cure: str) -> Finding:
    return Finding(Level.RED, Area.SENDER, text, seen, cure=cure)


def _amber(text: str, seen: str, cure: str) -> Finding:
    return Finding(Level.AMBER, Area.SENDER, text, seen, cure=cure)
