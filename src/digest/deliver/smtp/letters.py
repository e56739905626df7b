"""What is said of one message: its commands, and its bytes as they are carried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from digest.deliver.needs import Message
from digest.deliver.smtp.envelope import Envelope, on_the_wire
from digest.deliver.smtp.offer import Offer
from digest.deliver.smtp.replies import one_line
from digest.model.delivery import DeliveryState, Outcome

CR, LF, DOT = b"\r\n."
LOOSE: Final = "the message has line ends other than CRLF"
LARGE: Final = 512
"""Bytes from which a piece is worth remembering: it is a literal of a skeleton, and comes again with every message."""
MOST_KNOWN: Final = 8 * 1024 * 1024
"""Bytes of pieces that are remembered at most."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message and its envelope, ready to be said to one server."""

    mail: bytes
    rcpt: bytes
    go: bytes
    """DATA, or BDAT with the size of all of it."""
    body: bytes
    """The message as that command carries it."""


class Writer:
    """Writes letters for a server that offers this. It knows the pieces again that many messages share."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._within = as_it_is if offer.chunking else stuffed_within
        self._known: dict[int, tuple[bytes, bytes]] = {}
        self._known_bytes = 0

    def write(self, envelope: Envelope, message: Message) -> Letter | Outcome:
        """Return the message ready to be said, or `refused` where this server could not take it.

        Raises ValueError for a sender that is no address, and for a message with line ends other than CRLF: a server
        may take those for the end of the message.
        """
        pieces = message if isinstance(message, tuple) else (message,)
        carried = self._carried(pieces)
        sender = on_the_wire(envelope.sender) if envelope.sender else ""
        plain = b"".join(pieces)
        try:
            options, recipient = _options(sender, envelope.recipient, plain, self._offer)
        except ValueError as error:
            return Outcome(DeliveryState.REFUSED, 0, one_line(str(error)))
        mail, rcpt = f"MAIL FROM:<{sender}>{options}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode()
        if self._offer.chunking:
            return Letter(mail, rcpt, b"BDAT %d LAST\r\n" % len(plain), plain)
        tail = b".\r\n" if plain.endswith(b"\r\n") or not plain else b"\r\n.\r\n"
        return Letter(mail, rcpt, b"DATA\r\n", b"".join((*carried, tail)))

    def _carried(self, pieces: tuple[bytes, ...]) -> list[bytes]:
        """Return the pieces, for DATA with dots doubled (RFC 5321, 4.5.2). Raises ValueError for loose line ends."""
        made: list[bytes] = []
        last = LF
        for piece in pieces:
            if not piece:
                continue
            first = piece[0]
            if (last == CR) != (first == LF):
                raise ValueError(LOOSE)
            if last == LF and first == DOT:
                made.append(b".")
            if len(piece) >= LARGE and len(pieces) > 1:
                made.append(self._remembered(piece))
            elif b"\n" in piece or b"\r" in piece:
                made.append(self._within(piece))
            else:
                made.append(piece)
            last = piece[-1]
        if last == CR:
            raise ValueError(LOOSE)
        return made

    def _remembered(self, piece: bytes) -> bytes:
        """Return the piece as it is carried, worked out at its first message only. Raises ValueError."""
        known = self._known.get(id(piece))
        if known is not None and known[0] is piece:
            return known[1]
        made = self._within(piece)
        if self._known_bytes + len(piece) > MOST_KNOWN:
            self._known.clear()
            self._known_bytes = 0
        self._known[id(piece)] = (piece, made)
        self._known_bytes += len(piece)
        return made


def stuffed_within(piece: bytes) -> bytes:
    """Return the piece with each dot that follows one of its own line ends doubled.

    A line feed at its very start and a carriage return at its very end are the neighbours' business.
    Raises ValueError for any other CR or LF that stands alone.

    >>> stuffed_within(b"Subject: x\\r\\n\\r\\n.hidden\\r\\n")
    b'Subject: x\\r\\n\\r\\n..hidden\\r\\n'
    """
    piece = as_it_is(piece)
    return piece.replace(b"\n.", b"\n..") if b"\n." in piece else piece


def as_it_is(piece: bytes) -> bytes:
    """Return the piece, which a chunk carries as it is. Raises ValueError like `stuffed_within`."""
    feeds = piece.count(b"\n") - piece.startswith(b"\n")
    returns = piece.count(b"\r") - piece.endswith(b"\r")
    if feeds != returns or (feeds and piece.count(b"\r\n") != feeds):
        raise ValueError(LOOSE)
    return piece


def _options(sender: str, recipient: str, message: bytes, offer: Offer) -> tuple[str, str]:
    """Return MAIL's options and the recipient. Raises ValueError that says why this server cannot take the message."""
    try:
        recipient = on_the_wire(recipient)
    except ValueError as error:
        raise ValueError(f"address: {error}") from error
    options = f" SIZE={len(message)}" if offer.sized else ""
    if not (recipient.isascii() and sender.isascii()):
        if not offer.smtputf8:
            raise ValueError("smtputf8: the address has letters beyond ASCII, which the mail server does not take")
        options += " SMTPUTF8"
    if offer.size and len(message) > offer.size:
        raise ValueError(f"size: the message has {len(message)} bytes, the mail server takes {offer.size}")
    if not message.isascii():
        if not offer.eight_bit:
            raise ValueError("8bitmime: the message has bytes beyond ASCII, which the mail server does not take")
        options += " BODY=8BITMIME"
    return options, recipient
