"""Several mail servers as one way out: shared by weight, and without those that are not there."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from digest.deliver.smtp.gates import POLL, Gate, Guest
from digest.deliver.smtp.session import SmtpSession
from digest.deliver.smtp.transport import SmtpTransport
from digest.errors import Crowded, RelayError

log = logging.getLogger(__name__)

REST: Final = 60.0
"""Seconds for which a relay that did not let us in is not asked again while another does."""


@dataclass(slots=True, eq=False)
class Share:
    """A relay, and how much of the mail it gets."""

    name: str
    transport: SmtpTransport
    weight: int = 1
    """Connections are opened in this proportion; 0: only while no relay of more weight lets us in."""
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
        usual = sum(_part(share, self._heaviest) for share in self._shares)
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

        `anew`: over a new connection, as far as others leave one to us.
        """
        if not anew:
            return min(share.transport.ready_in() for share in self._there())
        share = self._next()
        if share is None:
            return POLL
        return share.transport.ready_in(anew=True) or self._ask(share)

    async def open(self) -> SmtpSession:
        """Return a session with the relay whose turn it is.

        Raises RelayError where none lets us in, Crowded where others have to give a connection up first.
        """
        reasons: dict[str, str] = {}
        while (share := self._next(reasons)) is not None and not self._ask(share):
            share.guest.begin()
            try:
                session = await share.transport.open()
            except RelayError as error:
                reasons[share.name] = str(error)
                share.down_until = self._clock() + REST
                if len(self._shares) > 1:
                    log.warning("a relay does not let us in", extra={"relay": share.name, "reason": str(error)})
                continue
            finally:
                share.guest.opening -= 1
            session.opened_at = self._clock()
            share.guest.sessions.append(session)
            self._ease()
            return session
        if share is None and reasons:
            raise RelayError("; ".join(reasons.values()))
        raise Crowded("; ".join((*reasons.values(), "others who send have all the connections there may be")))

    def leave(self) -> None:
        """Give up our part of what is shared with other runs."""
        for share in self._shares:
            share.leave()

    def _next(self, refused: Collection[str] = ()) -> Share | None:
        """Return the relay to ask for one more connection; None where we have as many as there may be.

        That is one where there is room and that its rate lets send now, the one furthest below its share; where all are
        taken, the one where somebody has the most more than we have.
        """
        for share in self._shares:
            share.look(self._clock())

        def turn(share: Share) -> tuple[bool, bool, bool, float]:
            gate = share.guest.gate
            held, full = share.transport.ready_in(anew=True) > 0, gate.taken >= min(gate.limit, self._most(share))
            far = -gate.ahead(share.guest) if full else gate.taken / (share.weight or 1)
            return not share.weight, held, full, far

        able = [each for each in self._there() if each.name not in refused and each.open < self._most(each)]
        return min(able, key=turn, default=None)

    def _ask(self, share: Share) -> float:
        """Return the seconds until it is worth asking for a connection again; 0: it may be made, at once."""
        bare = not any(other.open for other in self._shares if other is not share)
        return share.guest.ask(self._clock(), most=self._most(share), bare=bare)

    def _ease(self) -> None:
        """Give one connection up where more stand than usual, since a heavier relay that did not has come back."""
        for share in self._shares:
            if share.guest.staying and share.guest.gate.staying > self._most(share):
                share.guest.staying[0].leave()
                return

    def _there(self) -> list[Share]:
        """Return the relays that do not rest, spare ones only where no other is left; all where every one rests."""
        now = self._clock()
        awake = [share for share in self._shares if now >= share.down_until]
        return [share for share in awake if share.weight] or awake or list(self._shares)

    def _most(self, share: Share) -> int:
        """Return how many connections the relay may have now, counted over all who send: heavier ones may rest."""
        heaviest = max(each.weight for each in self._there())
        if not share.weight:
            return 0 if heaviest and share not in self._there() else share.transport.connections
        return _part(share, max(heaviest, share.weight))


def _part(share: Share, heaviest: int) -> int:
    """Return how many connections a relay has beside one of the weight `heaviest`."""
    return max(1, share.transport.connections * share.weight // heaviest) if share.weight else 0
