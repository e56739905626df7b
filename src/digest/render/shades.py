"""A mail by day and by night, whatever the machine is set to on which it is looked at."""

from __future__ import annotations

import re
from typing import Final

_ASKED: Final = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")
_ALWAYS, _NEVER = "(min-width:0)", "(max-width:0)"


def shaded(html: str, shade: str) -> str:
    """Return the HTML as a machine set to `light` or `dark` shows it.

    >>> shaded("@media (prefers-color-scheme:dark){a{color:red}}", "dark")
    '@media (min-width:0){a{color:red}}'
    """
    return _ASKED.sub(lambda asked: _ALWAYS if asked[1] == shade else _NEVER, html)
