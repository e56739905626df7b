"""Texts as bags of weighted words, and how much two of them share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import log, sqrt
from typing import Final, TypeAlias

from digest.model.issue import Archive
from digest.model.words import listed, words

Vector: TypeAlias = dict[str, float]
NO_ARCHIVE: Final = Archive()

STOPWORDS: Final = listed(
    """
    a about across after again against all along also amid an and any are around as at be because been before being
    between both but by can could day days did do does during each for from further had has have having he her here
    him his how i if in including inside into is it its just last latest least live made make may more most new news
    next no near nor not now of off on once only or other our out outside over own s said same say says several she
    should since so some such t than that the their them then there these they this those through to today too u
    under until up update updates us very video was we week were what when where which while who whom why will with
    would year years yesterday you your і й та в у на з із за до що це як не від про для або але також він вона вони
    його її їх під час після и в во на с со за до что это как не от про для или но также он она они его её их по к о
    об из при после der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an
    werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder
    aber vor zur bis mehr durch man le la les de des du et en un une que qui dans pour sur par au aux avec ne pas
    est sont el los las y del al se lo por con su para es una o que w z na i do nie się że o jest po za od przez في
    من على إلى عن أن التي الذي هذا هذه مع كان قد لا ما بعد بين
    """
)
ENDINGS: Final = (
    "ization",
    "ational",
    "ations",
    "ation",
    "ingly",
    "ments",
    "ment",
    "ings",
    "edly",
    "ians",
    "ian",
    "ing",
    "ers",
    "ed",
    "es",
    "ly",
    "er",
    "yi",
    "yy",
    "iy",
    "ia",
    "s",
    "e",
    "y",
    "i",
)
STEM: Final = 4
"""Characters a word keeps at the least when an ending is taken off."""


HALF: Final = 0.5
"""What a word's rarity among the texts of the day counts beside that in the archive."""
ENOUGH: Final = 50
"""Texts from which it counts so much; fewer count less, since what two texts share is half of all they have."""
NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SYNONYMS: Final[dict[str, str]] = {
    **{name: str(number) for number, name in enumerate(NUMBERS, 1)},
    **dict.fromkeys(listed("killed kill kills killing dead death deaths died die dies toll"), "dead"),
    **dict.fromkeys(listed("wounded injured hurt injuries injuring injures"), "hurt"),
    **dict.fromkeys(listed("talks negotiations negotiation negotiating meet meets met meeting"), "talk"),
    **dict.fromkeys(listed("reject rejects rejected dismiss dismisses dismissed refuse refuses refused"), "reject"),
    **dict.fromkeys(listed("ceasefire ceasefires truce armistice"), "ceasefir"),
    **dict.fromkeys(listed("deal deals agreement agreements pact pacts accord treaty"), "deal"),
    **dict.fromkeys(listed("propose proposes proposed proposal proposals offer offers offered"), "propos"),
    **dict.fromkeys(listed("pledge pledges pledged promise promises promised vow vows vowed"), "pledg"),
    **dict.fromkeys(listed("arrest arrests arrested detain detains detained"), "arrest"),
    **dict.fromkeys(listed("approve approves approved adopt adopts adopted"), "adopt"),
    **dict.fromkeys(listed("fire fires blaze ablaze burn burns burned burnt burning"), "fire"),
    **dict.fromkeys(listed("block blocks blocked veto vetoes vetoed"), "veto"),
    **dict.fromkeys(listed("evacuate evacuated evacuation evacuates evacuating"), "evacuat"),
    **dict.fromkeys(listed("begin begins began begun beginning start starts started starting"), "begin"),
}
"""Words that reports of one event choose between."""


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return an English word without its commonest endings; a word in another script keeps its first six letters.

    Crude on purpose: it only has to bring `attacks` and `attacked` together, and two spellings of a name,
    the same way on both sides.

    >>> [stem(word) for word in ("attacks", "attacked", "strike", "strikes", "Sorvatskyi".lower(), "sorvatsky", "bus")]
    ['attack', 'attack', 'strik', 'strik', 'sorvatsk', 'sorvatsk', 'bus']
    """
    if word in SYNONYMS:
        return SYNONYMS[word]
    if not word.isascii():
        return word[:6]
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= STEM and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


def stems(text: str) -> list[str]:
    """Return the stems of a text's telling words, in order."""
    return [
        stem(word.folded)
        for word in words(text)
        if word.folded not in STOPWORDS and (len(word.folded) > 1 or word.folded.isdigit())
    ]


def rarity(bags: Sequence[Iterable[str]], archive: Archive = NO_ARCHIVE) -> dict[str, float]:
    """Return how rare each word is among the texts, and among them and those of an archive: 0 where it is in all.

    The archive knows which words tell anything at all, the texts which of them tell one from the other today; so both
    count the same, if there are texts enough to judge by.
    """
    counts = Counter(word for bag in bags for word in set(bag))
    if not archive.texts:
        return {word: log((1 + len(bags)) / count) for word, count in counts.items()}
    before = dict(archive.counts)
    every = 1 + len(bags) + archive.texts
    today = HALF * min(1.0, len(bags) / ENOUGH)
    return {
        word: today * log((1 + len(bags)) / count) + (1 - today) * log(every / (count + before.get(word, 0)))
        for word, count in counts.items()
    }


def vector(bag: Mapping[str, float], rare: Mapping[str, float]) -> Vector:
    """Return a bag as a vector of length 1; empty if nothing in it tells."""
    raw = {word: (1.0 + log(count)) * rare[word] if count > 1 else count * rare[word] for word, count in bag.items()}
    length = sqrt(sum(weight * weight for weight in raw.values()))
    return {word: weight / length for word, weight in raw.items()} if length else {}


def cosine(one: Vector, other: Vector) -> float:
    """Return how alike two vectors of length 1 are: 0 to 1."""
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[word] for word, weight in one.items() if word in other)
