r"""Markup taken out of words in one walk, with no tree behind it that hostile markup could make grow.

Where a tag, a comment or a script ends is where the HTML Standard has it end (13.2.5). Each pattern matches whatever
follows its beginning, if need be to the end of the text, and goes no way back: each character is looked at once.
"""

from __future__ import annotations

import re
from typing import Final

# A quoted value may hold a `>`. Where a quote is never closed it is a character like others.
_REST: Final = r"""(?:[^=>]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>?+"""
_MARKUP: Final = re.compile(
    rf"""
    <!--(?:-?>|.*?(?:--!?>|\Z))                                                     # a comment
    | <(script|style)(?=[\s/>]){_REST}(?:.*?</\1(?=[\s/>]){_REST}|.*+)              # what is no words at all
    | </?([a-z][^\s/>]*+){_REST}                                                    # a tag
    | <[!?/][^>]*+>?+                                                               # an instruction and the like
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_BREAKING: Final = frozenset(
    {"br", "p", "div", "li", "tr", "td", "th", "dt", "dd", "hr", "blockquote", *(f"h{n}" for n in range(1, 7))}
)


def stripped(markup: str) -> str:
    """Return a bit of HTML without its tags and comments, its scripts and styles; entities stay as they are.

    >>> stripped("Ferren<br>&amp; <b title='5 > 4'>Tarn</b><script>x</script> <!-- - -->5 < 6")
    'Ferren &amp; Tarn 5 < 6'
    """
    return _MARKUP.sub(_instead, markup)


def _instead(found: re.Match[str]) -> str:
    # Between two blocks there is room, though nothing stands there.
    return " " if found[2] and found[2].lower() in _BREAKING else ""
