"""Several mail servers as one way out: shared by weight, and without those that are not there."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from digest.deliver.smtp.gates import POLL, Gate, Guest
from digest.deliver.smtp.session import SmtpSession
from digest.deliver.smtp.transport import SmtpTransport
from digest.errors import RelayError

log = logging.getLogger(__name__)

REST: Final = 60.0
"""Seconds for which a relay that did not let us in is not asked again while another does."""
CROWDED: Final = 30.0
"""Seconds to wait for a connection where other runs have all of them."""


@dataclass(slots=True)
class Share:
    """A relay, and how much of the mail it gets."""

    name: str
    transport: SmtpTransport
    weight: int = 1
    """Connections are opened in this proportion; 0: only while no other relay lets us in."""
    guest: Guest = field(default_factory=lambda: Gate().guest())
    """Our part of its connections, where other runs send over it, too."""
    down_until: float = -math.inf

    @property
    def open(self) -> int:
        """How many of our connections stand or are being made."""
        return self.guest.open

    def look(self, now: float) -> None:
        """Forget the sessions that ended; a relay that took nothing over one of them rests."""
        if any(session.closed and session.fruitless for session in self.guest.sessions):
            self.down_until = now + REST
        self.guest.sessions = [session for session in self.guest.sessions if not session.closed]

    def connect_in(self, now: float) -> float:
        """Return the seconds until a connection may be made that can carry something."""
        return self.transport.ready_in(anew=True) or self.guest.ask(now)

    def leave(self) -> None:
        """Give up our part of what is shared."""
        self.guest.leave()
        if self.transport.pace is not None:
            self.transport.pace.leave()


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
        return {share.name: sum(not each.closed for each in share.guest.sessions) for share in self._shares}

    @property
    def rate(self) -> float:
        """Messages a second that may go at most, over those that are there; infinite where one of them has no rate."""
        return sum(share.transport.rate for share in self._there())

    def ready_in(self, *, anew: bool = False) -> float:
        """Return the seconds until one of those that are there may be sent a message.

        `anew`: over a new connection; 0 where none may be made, which `open` tells.
        """
        if not anew:
            return min(share.transport.ready_in() for share in self._there())
        free = [share for share in self._there() if share.open < share.transport.connections]
        now = self._clock()
        return min((share.connect_in(now) for share in free), default=0.0)

    async def open(self) -> SmtpSession:
        """Return a session with the relay whose turn it is, once other runs leave one to us.

        Raises RelayError where none lets us in.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + CROWDED
        while True:
            reasons, session = await self._try()
            if session is not None:
                return session
            crowded = any(share.open < share.transport.connections for share in self._shares)
            if reasons or not crowded or loop.time() >= until:
                raise RelayError("; ".join(reasons) or "every relay has all the connections it may have")
            await asyncio.sleep(POLL)

    def leave(self) -> None:
        """Give up our part of what is shared with other runs."""
        for share in self._shares:
            share.leave()

    async def _try(self) -> tuple[list[str], SmtpSession | None]:
        """Ask one relay after the other; return why they do not let us in, and the session where one does."""
        reasons: list[str] = []
        for share in self._in_turn():
            if share.guest.ask(self._clock()) > 0:
                continue
            share.guest.begin()
            try:
                session = await share.transport.open()
            except RelayError as error:
                reasons.append(str(error))
                share.down_until = self._clock() + REST
                if len(self._shares) > 1:
                    log.warning("a relay does not let us in", extra={"relay": share.name, "reason": str(error)})
                continue
            finally:
                share.guest.opening -= 1
            session.opened_at = self._clock()
            share.guest.sessions.append(session)
            return reasons, session
        return reasons, None

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
