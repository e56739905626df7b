"""Titles that look back at a day of another year, told from news that only dates itself by one.

Careful on purpose: a title that goes on after a comma, or with what happened meanwhile, is news.
"""

from __future__ import annotations

import re
from typing import Final

_MANY: Final = (
    r"(?:\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|a hundred)"
)
_NTH: Final = r"(?:\w{1,20}[.-]? ){0,2}"
_END: Final = r"\s*(?:$|[:–—|])"
_LOOKS_BACK: Final = r"\s*[:–—|]\s*(?:how|what|why|where|who|when|remember|look|in pictures|voices|timeline|the story)"


def _words(most: int) -> str:
    # Words without a mark between them that would begin another clause.
    return rf"(?:\s+[^\s,;:–—|?!]{{1,40}}){{1,{most}}}+"


_PATTERNS: Final[tuple[re.Pattern[str], ...]] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # English
        rf"^(?:on )?this day(?:{_END}| in (?:history\b|\d{{3,4}}\b)|, \d{{1,3}} years ago\b)",
        rf"^{_MANY} years since{_words(8)}{_END}",
        rf"^{_MANY} years (?:after|on from){_words(4)}(?:\s*$|{_LOOKS_BACK})",
        rf"^{_MANY} years (?:ago|on)(?: (?:today|this (?:day|week|month)))?{_END}",
        rf"(?<=[\w,:] ){_MANY} years on\s*$",
        rf"^(?:the )?{_NTH}anniversary of{_words(12)}(?:\s*$|{_LOOKS_BACK})",
        rf"\b(?:marks?|marking|commemorates?|commemorating|celebrates?|observes?|honou?rs) (?:the |its |his |her )?"
        rf"(?:{_NTH}anniversary of|{_MANY} years (?:since|of))(?:(?! (?:as|with|by|amid|after|while|despite)\b)"
        rf"\s+[^\s,;:–—|]{{1,40}}){{1,12}}+\s*$",
        # Ukrainian, Russian
        rf"^(?:у |в |)(?:цей|этот) день(?:{_END}| (?:у|в) (?:історії|истории|\d{{4}})\b|,? \d{{1,3}} (?:рок|лет|год))",
        rf"^(?:\d{{1,3}}(?:-?(?:та|а|я))? )?(?:річниця|роковини|годовщина){_words(8)}\s*$",
        rf"^\d{{1,3}} (?:років|роки|рік|лет|года) (?:тому|назад|від дня|з дня|со дня){_words(8)}\s*$",
        # German
        rf"^heute vor {_MANY} jahren\b",
        rf"^(?:vor )?\d{{1,3}} jahre?n?:?(?: nach| seit|:){_words(5)}\s*$",
        rf"^(?:\d{{1,3}}\. )?jahrestag (?:der|des|von){_words(6)}\s*$",
        # French
        r"^(?:c[’']était )?il y a \d{1,3} ans\b(?:[,: ]+jour pour jour\b|\s*[:–—|,])",
        rf"^\d{{1,3}} ans après{_words(4)}\s*$",
        rf"^(?:le )?(?:\d{{1,3}}e )?anniversaire (?:de|du|des){_words(7)}\s*$",
        # Spanish
        r"^(?:un día como hoy|tal día como hoy)\b",
        rf"^\d{{1,3}} años después de{_words(5)}\s*$",
        rf"^(?:el )?(?:\w{{1,20}} )?aniversario (?:de|del){_words(7)}\s*$",
        # Polish
        r"^tego dnia (?:w \d{4}|\d{1,3} lat temu)\b",
        rf"^\d{{1,3}} (?:lat|lata) (?:temu|po|od){_words(5)}\s*$",
        rf"^(?:\d{{1,3}}\. )?rocznica{_words(7)}\s*$",
    )
)


def is_anniversary(title: str) -> bool:
    """Return whether a title looks back at a day of another year and tells nothing that is new.

    >>> is_anniversary("Ten years after the flood"), is_anniversary("Ten years after the flood, Ilma signs a pact")
    (True, False)
    """
    return any(pattern.search(title[:300]) for pattern in _PATTERNS)
