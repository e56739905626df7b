"""What sites leave within a paragraph that is no part of it: notes on pictures, pointers to other articles."""

from __future__ import annotations

import re
from typing import Final

LOOKED_AT: Final = re.compile(
    r"(?:^|\s+)(?:View|See|Watch|Click for|Open)\s+(?:(?:the|more|our|full)\s+)?"
    r"(?:photos?|videos?|pictures?|images?|gallery|infographics?)(?:\s+(?:news|gallery|report|story|here|below))?"
    r"(?=\s*(?:[.!»>]|$))[.!»> ]*"
)
"""An invitation to look at pictures, also where no full stop parts it from the sentence before."""
POINTER: Final = re.compile(
    r"(?:^|(?<=[.!?…”\"»)]\s))(?:(?:Photos?|Videos?|Pictures?|Images?|Credits?|Foto|Фото|Відео|Видео|Related|Source)"
    r"(?: (?:by|credit|gallery|story|news))?\s*[:：]"
    r"|(?:Read|See|Watch)\s+(?:also|more|next)\b|Also\s+read\b|Lesen Sie auch\b|(?:À )?[Ll]ire aussi\b|Lea también\b"
    r"|Читайте (?:також|также)\b).*$",
    re.DOTALL,
)
"""A credit or the title of another article: from there on the paragraph is not the article's."""


def own_words(paragraph: str) -> list[str]:
    """Return a paragraph's own text in order, each piece word for word as it stands there.

    >>> own_words("The mayor spoke to the crews View photo news. Two boats left. Read also: Bridge falls")
    ['The mayor spoke to the crews', 'Two boats left.']
    >>> own_words("See photos of the bridge at the museum.")
    ['See photos of the bridge at the museum.']
    """
    pieces = (POINTER.sub("", piece).strip() for piece in LOOKED_AT.split(paragraph))
    return [piece for piece in pieces if piece]
