"""Several mail servers as one way out: shared by weight, and without those that are not there."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from digest.deliver.smtp.session import SmtpSession
from digest.deliver.smtp.transport import SmtpTransport
from digest.errors import RelayError

log = logging.getLogger(__name__)

REST: Final = 60.0
"""Seconds for which a relay that did not let us in is not asked again while another does."""


@dataclass(slots=True)
class Share:
    """A relay, and how much of the mail it gets."""

    name: str
    transport: SmtpTransport
    weight: int = 1
    """Connections are opened in this proportion; 0: only while no other relay lets us in."""
    sessions: list[SmtpSession] = field(default_factory=list)
    """Those that are open."""
    opening: int = 0
    """How many connections are being made."""
    down_until: float = -math.inf

    @property
    def open(self) -> int:
        """How many connections stand or are being made."""
        return len(self.sessions) + self.opening

    def look(self, now: float) -> None:
        """Forget the sessions that ended; a relay that took nothing over one of them rests."""
        if any(session.closed and session.fruitless for session in self.sessions):
            self.down_until = now + REST
        self.sessions = [session for session in self.sessions if not session.closed]


class Relays:
    """The relays of digest.toml. The heaviest has all its connections, the others as many as their weight says."""

    def __init__(self, shares: Sequence[Share], clock: Callable[[], float]) -> None:
        """Take the shares, at least one, and a clock of seconds."""
        self._shares, self._clock = tuple(shares), clock
        self._heaviest = max(share.weight for share in shares)

    @property
    def connections(self) -> int:
        """How many sessions may be open at once."""
        usual = sum(self._usual(share) for share in self._shares)
        return usual or max(share.transport.connections for share in self._shares)

    @property
    def in_use(self) -> dict[str, int]:
        """How many connections stand with each relay, in the order of digest.toml; empty where there is only one."""
        if len(self._shares) < 2:
            return {}
        return {share.name: sum(not each.closed for each in share.sessions) for share in self._shares}

    @property
    def rate(self) -> float:
        """Messages a second that may go at most, over those that are there; infinite where one of them has no rate."""
        return sum(share.transport.rate for share in self._there())

    def ready_in(self, *, anew: bool = False) -> float:
        """Return the seconds until one of those that are there may be sent a message.

        `anew`: over a new connection; 0 where none may be made, which `open` tells.
        """
        free = [share for share in self._there() if not anew or share.open < share.transport.connections]
        return min((share.transport.ready_in() for share in free), default=0.0)

    async def open(self) -> SmtpSession:
        """Return a session with the relay whose turn it is. Raises RelayError where none lets us in."""
        reasons: list[str] = []
        for share in self._in_turn():
            share.opening += 1
            try:
                session = await share.transport.open()
            except RelayError as error:
                reasons.append(str(error))
                share.down_until = self._clock() + REST
                if len(self._shares) > 1:
                    log.warning("a relay does not let us in", extra={"relay": share.name, "reason": str(error)})
                continue
            finally:
                share.opening -= 1
            share.sessions.append(session)
            return session
        raise RelayError("; ".join(reasons) or "every relay has all the connections it may have")

    def _in_turn(self) -> list[Share]:
        """Return the relays to ask, in order: those furthest below their share, spare ones, those that rest.

        Of those that are as far from it, one that its rate lets send now goes first.
        """
        now = self._clock()
        for share in self._shares:
            share.look(now)
        free = [share for share in self._shares if share.open < share.transport.connections]

        def turn(share: Share) -> tuple[bool, bool, bool, bool, float]:
            full = share.open >= self._usual(share)
            held = share.transport.ready_in() > 0
            return now < share.down_until, not share.weight, full, held, share.open / (share.weight or 1)

        return sorted(free, key=turn)

    def _there(self) -> list[Share]:
        """Return the relays that do not rest; all where every one does."""
        now = self._clock()
        return [share for share in self._shares if now >= share.down_until] or list(self._shares)

    def _usual(self, share: Share) -> int:
        """Return how many connections the relay has while all are there."""
        if not share.weight:
            return 0
        return max(1, share.transport.connections * share.weight // self._heaviest)
