"""How long a mail server may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """How long a reply may take, in seconds: RFC 5321, 4.5.3.2.

    The last is long because a short one makes duplicates: the server has the message, and its word is on the way.
    """

    banner: float = 300
    command: float = 300
    """EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET."""
    data: float = 120
    block: float = 180
    """For the server to take anything of what was written."""
    dot: float = 600

    @property
    def shortest(self) -> float:
        """The shortest of those that hold while messages are on their way."""
        return min(self.command, self.data, self.block, self.dot)
