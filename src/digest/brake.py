"""When the rest of an issue is kept back: a few messages go first, and what servers refuse is watched all the way.

A refusal that speaks of one mailbox comes now and then from every list. Many of them mean that something is wrong with
all: the sender is blocked, the content disliked, the list a wrong one. Each further message then makes it worse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

BRAKE: Final = "the brake"
"""How the reason of an issue begins that the brake has paused."""
SPARED: Final = 1.1
"""A canary that is not smaller than the issue by this factor spares nobody: waiting for it would only take time."""
FEWEST: Final = 50
"""So many answers before their share says anything once the canary is through."""
STRETCH: Final = 500
"""So many answers are looked at by themselves, besides all: late trouble drowns in what went well before."""
MOST_TRIED: Final = 3
"""So many canaries' worth of messages are tried for the answers of one: a server that only says "not now", or nothing,
is not given the whole list for it."""
MOST_LET_GO: Final = 50.0
"""So many in a hundred a person lets go on at the most: where the greater part is refused, they are asked again."""
CHANCE: Final = 3.0
"""Standard deviations that chance is given: with as many refused as are allowed, one stretch in 700 has more."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What of an issue went out while its canary was."""

    flight: int = 0
    """On their way without an answer."""
    messages: int = 0
    """All that were begun or are claimed, each once however often it was tried."""
    coming: int = 0
    """How many of them are claimed, or wait to be tried again: their answers may still come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """What has been answered of an issue, and what of it is too much. Deferred messages have no answer yet."""

    canary: int
    """So many answers are waited for before the rest may go; 0 once they were good, or where nothing is waited for."""
    percent: float
    """`brake_percent`: how many in a hundred may be refused."""
    let_go: float = 0.0
    """How many in a hundred were refused when somebody let the issue go on all the same."""
    taken: int = 0
    refused: int = 0
    lately_taken: int = 0
    lately_refused: int = 0
    """The same of the present stretch alone."""
    pulled: bool = False
    """Whether it has paused the issue, and nobody has let it go on since."""

    @property
    def answers(self) -> int:
        """How many messages were taken or refused."""
        return self.taken + self.refused

    @property
    def limit(self) -> float:
        """How many in a hundred may be refused, whoever said so."""
        return max(self.percent, self.let_go)

    def fitted(self, messages: int) -> Brake:
        """Return the brake for an issue of so many messages: a canary that is nearly all of it is none.

        >>> [Brake(canary=50, percent=5).fitted(n).canary for n in (40, 55, 56)]
        [0, 0, 50]
        """
        return self if messages > self.canary * SPARED else replace(self, canary=0)

    def room(self, flight: int) -> float:
        """Return how many more messages may be begun now, `flight` of which are on their way without an answer."""
        if not self.canary:
            return math.inf
        return 0 if self._spoilt else max(0, self.canary - self.answers - flight)

    def untried(self, tried: Tried) -> float:
        """Return how many messages may be begun now that were not tried before.

        Once there are none, those that were deferred are tried again when their pause is over, and nothing else.
        """
        return max(0, MOST_TRIED * self.canary - tried.messages) if self.canary else math.inf

    def unanswered(self, tried: Tried) -> bool:
        """Say whether the canary never gets its answers: enough was tried, and nothing of that is tried again."""
        return not (self.passed() or self.untried(tried) or tried.coming)

    def passed(self) -> bool:
        """Say whether the canary has its answers, and they are good."""
        return 0 < self.canary <= self.answers and not self._spoilt

    def pulls(self, flight: int) -> bool:
        """Say whether the rest is to be kept back.

        Of the canary more than the share were refused: told once what is on its way is answered too, so that the counts
        are whole; nothing else goes out meanwhile. Later: of all, or of the latest, more were than the share and chance
        explain, since a share that is looked at again and again is above its mean half of the time.
        """
        if self.canary:
            return self._spoilt and (flight == 0 or self.answers >= self.canary)
        return self._too_many or self._too_many_lately

    def counted(self, taken: int, refused: int) -> Brake:
        """Return the brake after so many more answers."""
        return replace(
            self,
            taken=self.taken + taken,
            refused=self.refused + refused,
            lately_taken=self.lately_taken + taken,
            lately_refused=self.lately_refused + refused,
        )

    def looked_at(self) -> Brake:
        """Return the brake after its counts were judged and let pass: behind a full stretch begins a new one."""
        through = replace(self, canary=0) if self.passed() else self
        full = self.lately_taken + self.lately_refused >= STRETCH
        return replace(through, lately_taken=0, lately_refused=0) if full else through

    def released(self) -> Brake:
        """Return the brake after somebody let the issue go on: the share they saw holds from now on, counted anew.

        Of a few answers it is no share: three refusals of three are three of the canary.
        """
        refused, answers = self._told
        seen = 100 * refused / max(answers, self.canary or FEWEST)
        return Brake(canary=0, percent=self.percent, let_go=max(self.let_go, min(seen, MOST_LET_GO)))

    def silence(self, tried: Tried) -> str:
        """Return why it is pulled where the canary is `unanswered`.

        >>> Brake(canary=50, percent=5, taken=3).silence(Tried(messages=150))
        'the brake: 150 were tried, and 3 of the first 50 answers came; the others are in doubt'
        """
        came = f"{self.answers:,} of the first {self.canary:,} answers came"
        return f"{BRAKE}: {tried.messages:,} were tried, and {came}; the others are in doubt"

    def reason(self, reply: str) -> str:
        """Return why it is pulled; `reply` is what a server said last, with nobody named in it.

        >>> Brake(canary=50, percent=5, taken=41, refused=9).reason("554 5.7.1 blocked")
        'the brake: 9 of 50 refused (18 %), brake_percent is 5; the last reply: 554 5.7.1 blocked'
        """
        refused, answers = self._told
        which = f"{answers:,}" if answers == self.answers else f"the last {answers:,}"
        said = f"; the last reply: {reply}" if reply else ""
        share = f"{refused:,} of {which} refused ({_shown(100 * refused / answers)})"
        return f"{BRAKE}: {share}, brake_percent is {self.percent:g}{self._before}{said}"

    def __str__(self) -> str:
        """Return how it stands, as a phrase.

        >>> str(Brake(canary=50, percent=5, taken=11, refused=1)), str(Brake(canary=0, percent=5, taken=620))
        ('12 of the first 50 answered, 1 refused; the rest waits', '0 of 620 refused (0 %), brake_percent is 5')
        >>> str(Brake(canary=0, percent=5, let_go=18.0))
        'no answers yet, brake_percent is 5, 18 % were let go before'
        """
        if self.canary and not self.pulled:
            return f"{self.answers:,} of the first {self.canary:,} answered, {self.refused:,} refused; the rest waits"
        if not self.answers:
            return f"no answers yet, brake_percent is {self.percent:g}{self._before}"
        return self.reason("").removeprefix(f"{BRAKE}: ")

    @property
    def _before(self) -> str:
        return f", {_shown(self.let_go)} were let go before" if self.let_go > self.percent else ""

    @property
    def _spoilt(self) -> bool:
        return 100 * self.refused > self.limit * max(self.canary, self.answers)

    @property
    def _too_many(self) -> bool:
        return self.answers >= FEWEST and self.refused > _explained(self.answers, self.limit)

    @property
    def _too_many_lately(self) -> bool:
        return self.lately_refused > _explained(max(self.lately_taken + self.lately_refused, STRETCH), self.limit)

    @property
    def _told(self) -> tuple[int, int]:
        """How many were refused of how many, by the counts that speak: the latest where only those are too many."""
        if not self.canary and self._too_many_lately and not self._too_many:
            return self.lately_refused, self.lately_taken + self.lately_refused
        return self.refused, max(self.answers, 1)


def _shown(percent: float) -> str:
    """Return so many in a hundred, no more exactly than anybody needs it.

    >>> _shown(18.2), _shown(5.88), _shown(100), _shown(0.0)
    ('18 %', '5.9 %', '100 %', '0 %')
    """
    return f"{percent:.0f} %" if percent >= 10 or percent == round(percent) else f"{percent:.1f} %"


def _explained(answers: int, percent: float) -> float:
    """Return how many refusals a share of so many in a hundred explains, with chance."""
    share = percent / 100
    return answers * share + CHANCE * math.sqrt(answers * share * (1 - share))
