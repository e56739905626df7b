"""What a mail server announced, and how messages may be sent to it because of that."""

from __future__ import annotations

from dataclasses import dataclass

from digest.deliver.smtp.replies import Reply


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server announced in its answer to EHLO or LHLO."""

    starttls: bool = False
    auth: frozenset[str] = frozenset()
    size: int = 0
    """The largest message it takes, in bytes; 0 if it names none."""
    sized: bool = False
    """Whether MAIL may tell it the size (RFC 1870)."""
    smtputf8: bool = False
    eight_bit: bool = False
    pipelining: bool = False
    """Whether commands may follow each other without waiting (RFC 2920)."""
    chunking: bool = False
    """Whether it takes BDAT (RFC 3030)."""

    @classmethod
    def read(cls, reply: Reply) -> Offer:
        """Return what the reply's lines after the first announce.

        >>> Offer.read(Reply(250, ("mx.aldovar.example", "SIZE 1000", "AUTH=PLAIN LOGIN"))).size
        1000
        """
        words = [line.upper().replace("AUTH=", "AUTH ").split() for line in reply.lines[1:]]
        said = {verb: rest for verb, *rest in filter(None, words)}
        size = said.get("SIZE", [])
        return cls(
            starttls="STARTTLS" in said,
            auth=frozenset(said.get("AUTH", [])),
            size=int(size[0]) if size and size[0].isascii() and size[0].isdecimal() else 0,
            sized="SIZE" in said,
            smtputf8="SMTPUTF8" in said,
            eight_bit="8BITMIME" in said,
            pipelining="PIPELINING" in said,
            chunking="CHUNKING" in said,
        )
