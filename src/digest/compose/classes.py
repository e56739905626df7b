"""What sort of thing happened: reports of one event agree on it, in whatever words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from digest.compose.vectors import stem
from digest.model.words import listed

CLASSES: Final[dict[str, frozenset[str]]] = {
    name: frozenset(form for word in listed(said) for form in (word, stem(word)))
    for name, said in {
        "attack": """
            attack attacks attacked strike strikes struck striking hit hits hitting shelling shelled shells bombard
            bombardment bomb bombs bombed bombing airstrike airstrikes raid
            raids explosion explosions blast blasts barrage fired destroyed destroys destroy pounded pounds
        """,
        "ground": """
            advance advances offensive offensives assault capture captures captured recapture recaptures recaptured
            retake retakes retook seize seizes seized liberate liberated withdraw withdraws withdrew retreat retreats
            encircle encircled battle battles repel repelled frontline breakthrough
        """,
        "rescue": "evacuate evacuated evacuation evacuees rescue rescued surrender surrenders surrendered besieged",
        "exchange": """
            exchange exchanges exchanged swap swapped swaps prisoner prisoners pow captivity freed release released
        """,
        "talk": """
            talks talk negotiate negotiations meet meets met meeting summit visit visits visited discuss discussed envoy
            phone call calls dialogue host hosts mediate mediated
        """,
        "give": """
            aid loan loans package deliver delivers deliveries supply supplies send sends pledge pledges pledged donate
            hand transfer transferred
        """,
        "sanction": "sanction sanctions sanctioned embargo ban bans banned blacklist cap",
        "court": """
            court warrant arrest arrested trial sentence sentenced jailed convicted charged charges judge judges bribe
            bribes bribery verdict guilty indicted prosecutor prosecutors remanded investigator
            investigators investigation probe
        """,
        "vote": """
            vote votes voted referendum election elections elected parliament bill adopts adopted veto vetoes vetoed
            ballot
        """,
        "open": "open opens opened opening reopen reopens reopened inaugurate inaugurated built",
        "power": "blackout blackouts outage outages electricity grid",
    }.items()
}
"""Each sort's words and their stems."""
LOCAL: Final = frozenset({"attack", "rescue", "power"})
"""Sorts that happen to a town, so that two of a sort on one day are likely one; talks and votes are only held there."""
_OF: Final = {word: name for name, said in CLASSES.items() for word in said}


def classes(stems: Iterable[str]) -> frozenset[str]:
    """Return the sorts of event that some stems speak of; empty where they speak of none.

    >>> sorted(classes([stem("strikes"), "kyiv", "talk"]))
    ['attack', 'talk']
    """
    return frozenset(_OF[word] for word in stems if word in _OF)
