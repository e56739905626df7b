"""Colours and how well one is read on another (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

NAMED: Final = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "gray": "#808080", "grey": "#808080"}
HEX: Final = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b")
_CHANNEL: Final = r"([0-9]{1,9})"
RGB: Final = re.compile(
    rf"rgba?\(\s*{_CHANNEL}[\s,]+{_CHANNEL}[\s,]+{_CHANNEL}(?:[\s,/]+([0-9]{{0,9}}\.?[0-9]{{1,20}}%?))?\s*\)"
)
ENOUGH: Final = 4.5
ENOUGH_LARGE: Final = 3.0


class Colour(NamedTuple):
    """Red, green and blue, 0 to 255."""

    red: float
    green: float
    blue: float

    def __str__(self) -> str:
        return f"#{round(self.red):02x}{round(self.green):02x}{round(self.blue):02x}"


def colour(value: str, under: Colour) -> Colour | None:
    """Return the first colour in a CSS value, laid over `under` where light goes through; None where there is none.

    >>> str(colour("#FFF url(x)", Colour(0, 0, 0))), colour("inherit", Colour(0, 0, 0))
    ('#ffffff', None)
    """
    text = value.strip().lower()
    if found := HEX.search(text):
        digits = found[1]
        if len(digits) < 6:
            digits = "".join(digit * 2 for digit in digits)
        channels = [int(digits[i : i + 2], 16) for i in range(0, len(digits), 2)]
        return _over(channels[:3], channels[3] / 255 if len(channels) == 4 else 1.0, under)
    if found := RGB.search(text):
        alpha = found[4] or "1"
        share = float(alpha.rstrip("%")) / (100 if alpha.endswith("%") else 1)
        return _over([min(int(found[n]), 255) for n in (1, 2, 3)], min(share, 1.0), under)
    word = re.split(r"[\s,(]", text, maxsplit=1)[0]
    return colour(NAMED[word], under) if word in NAMED else None


def _over(channels: list[int], share: float, under: Colour) -> Colour:
    return Colour(*(share * over + (1 - share) * below for over, below in zip(channels, under, strict=True)))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, 1 to 21.

    >>> round(contrast(Colour(0, 0, 0), Colour(255, 255, 255)), 1)
    21.0
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(of: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in of)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
