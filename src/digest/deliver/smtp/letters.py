"""What is said of one message: its commands, and its bytes as they are carried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from digest.deliver.needs import Message
from digest.deliver.smtp.envelope import Envelope, on_the_wire
from digest.deliver.smtp.offer import Offer
from digest.deliver.smtp.replies import one_line
from digest.model.delivery import DeliveryState, Outcome

LOOSE: Final = "the message has line ends other than CRLF"
LARGE: Final = 512
"""Bytes from which a piece is worth remembering: it is a literal of a skeleton, and comes again with every message."""
MOST_KNOWN: Final = 8 * 1024 * 1024
"""Bytes of pieces that are remembered at most, with all that is known of them."""
MOST_NEW: Final = 256
"""So many pieces seen once are kept to be known again: most are of one message alone, its signature for one."""


class Letter(NamedTuple):
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
        self._known: dict[int, _Piece] = {}
        self._new: dict[int, bytes] = {}
        self._bytes = 0

    def write(self, envelope: Envelope, message: Message) -> Letter | Outcome:
        """Return the message ready to be said, or `refused` where this server could not take it.

        Raises ValueError for a sender that is no address, and for a message with line ends other than CRLF: a server
        may take those for the end of the message.
        """
        pieces = message if isinstance(message, tuple) else None
        plain = message if isinstance(message, bytes) else b"".join(message)
        short = plain if pieces is None else b"".join([p if len(p) < LARGE else self._piece(p).short for p in pieces])
        if not _ends_well(short):
            raise ValueError(LOOSE)
        sender = on_the_wire(envelope.sender) if envelope.sender else ""
        try:
            options, recipient = _options(
                sender, envelope.recipient, len(plain), self._offer, seven_bit=short.isascii()
            )
        except ValueError as error:
            return Outcome(DeliveryState.REFUSED, 0, one_line(str(error)))
        mail, rcpt = f"MAIL FROM:<{sender}>{options}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode()
        if self._offer.chunking:
            return Letter(mail, rcpt, b"BDAT %d LAST\r\n" % len(plain), plain)
        if pieces is None or b"\n." in short or short.startswith(b"."):
            carried = stuffed(plain)
        else:  # no line that begins with a dot but within large pieces
            carried = b"".join([p if len(p) < LARGE else self._piece(p).stuffed for p in pieces])
        return Letter(
            mail, rcpt, b"DATA\r\n", carried + (b".\r\n" if not plain or plain[-1:] == b"\n" else b"\r\n.\r\n")
        )

    def _piece(self, piece: bytes) -> _Piece:
        """Return what is known of a large piece; remembered from its second sight on. Raises ValueError."""
        known = self._known.get(id(piece))
        if known is not None and known.piece is piece:
            return known
        known = _looked_at(piece)
        again = self._new.pop(id(piece), None) is piece
        self._bytes -= len(piece) * again
        weight = known.weight if again else len(piece)
        if self._bytes + weight > MOST_KNOWN:
            self._known.clear()
            self._new.clear()
            self._bytes = 0
        if weight > MOST_KNOWN:
            return known
        self._bytes += weight
        if again:
            self._known[id(piece)] = known
        else:
            self._new[id(piece)] = piece
            if len(self._new) > MOST_NEW:
                self._bytes -= len(self._new.pop(next(iter(self._new))))
        return known


@dataclass(frozen=True, slots=True)
class _Piece:
    """A large piece that was looked at."""

    piece: bytes
    short: bytes
    """What stands for it where line ends, dots and bytes beyond ASCII are looked at: its beginning, one byte between
    that is ASCII if all of it is, and its end."""
    stuffed: bytes
    """With each dot that follows one of its own line ends doubled."""

    @property
    def weight(self) -> int:
        """How many bytes remembering it takes."""
        return len(self.piece) + len(self.short) + (0 if self.stuffed is self.piece else len(self.stuffed))


def _looked_at(piece: bytes) -> _Piece:
    """Look at the line ends and dots of a piece. Raises ValueError."""
    within = piece.removeprefix(b"\n").removesuffix(b"\r")  # what these belong to, the neighbours say
    if not _ends_well(within):
        raise ValueError(LOOSE)
    head = piece[: 1 + piece.startswith(b"\r\n")]
    tail = piece[-1 - piece.endswith(b"\r\n") :]
    between = b"~" if piece.isascii() else b"\xff"
    return _Piece(piece, head + between + tail, piece.replace(b"\n.", b"\n.."))


def stuffed(message: bytes) -> bytes:
    """Return the message with dots at the start of lines doubled (RFC 5321, 4.5.2).

    >>> stuffed(b"Subject: x\\r\\n\\r\\n.hidden\\r\\n")
    b'Subject: x\\r\\n\\r\\n..hidden\\r\\n'
    """
    if b"\n." in message:
        message = message.replace(b"\n.", b"\n..")
    return b"." + message if message.startswith(b".") else message


def _ends_well(text: bytes) -> bool:
    """Say whether every CR and LF is part of a CRLF. Counting runs through memory; a regular expression would crawl."""
    feeds = text.count(b"\n")
    return text.count(b"\r") == feeds and (not feeds or text.count(b"\r\n") == feeds)


def _options(sender: str, recipient: str, size: int, offer: Offer, *, seven_bit: bool) -> tuple[str, str]:
    """Return MAIL's options and the recipient. Raises ValueError that says why this server cannot take the message."""
    try:
        recipient = on_the_wire(recipient)
    except ValueError as error:
        raise ValueError(f"address: {error}") from error
    options = f" SIZE={size}" if offer.sized else ""
    if not (recipient.isascii() and sender.isascii()):
        if not offer.smtputf8:
            raise ValueError("smtputf8: the address has letters beyond ASCII, which the mail server does not take")
        options += " SMTPUTF8"
    if offer.size and size > offer.size:
        raise ValueError(f"size: the message has {size} bytes, the mail server takes {offer.size}")
    if not seven_bit:
        if not offer.eight_bit:
            raise ValueError("8bitmime: the message has bytes beyond ASCII, which the mail server does not take")
        options += " BODY=8BITMIME"
    return options, recipient
