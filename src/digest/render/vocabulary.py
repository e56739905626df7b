"""The elements and attributes of MJML that looks are made of: what mrml and npm's mjml both know, and do alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from digest.model.words import listed

_PADDING: Final = listed("padding padding-top padding-right padding-bottom padding-left")
_BORDER: Final = listed("border border-top border-right border-bottom border-left border-radius")
_BACKGROUND: Final = listed(
    "background-color background-url background-repeat background-size background-position background-position-x "
    "background-position-y"
)
_FONT: Final = listed(
    "color font-family font-size font-style font-weight letter-spacing line-height text-decoration text-transform"
)
_BOX: Final = _PADDING | listed("css-class container-background-color")
_ROW: Final = _PADDING | _BORDER | _BACKGROUND | listed("css-class direction full-width text-align text-padding")

ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "mjml": listed("lang dir"),
    "mj-head": frozenset(),
    "mj-title": frozenset(),
    "mj-preview": frozenset(),
    "mj-breakpoint": listed("width"),
    "mj-attributes": frozenset(),
    "mj-all": frozenset(),
    "mj-style": listed("inline"),
    "mj-raw": listed("position"),
    "mj-body": listed("width background-color css-class"),
    "mj-wrapper": _ROW,
    "mj-section": _ROW,
    "mj-group": listed("width direction vertical-align background-color css-class"),
    "mj-column": _PADDING
    | _BORDER
    | listed(
        "width vertical-align background-color css-class direction inner-background-color inner-border "
        "inner-border-top inner-border-right inner-border-bottom inner-border-left"
    ),
    "mj-text": _BOX | _FONT | listed("align height"),
    "mj-table": _BOX | _FONT | listed("align border cellpadding cellspacing role table-layout width vertical-align"),
    "mj-image": _BOX
    | listed("align alt src href width height title rel target border border-radius fluid-on-mobile name usemap"),
    "mj-button": _BOX
    | _FONT
    | _BORDER
    | listed("align background-color href height inner-padding name rel target text-align vertical-align width"),
    "mj-divider": _BOX | listed("align border-color border-style border-width width"),
    "mj-spacer": _BOX | listed("height"),
}
"""Element -> its attributes."""

HOLDS_TEXT: Final = frozenset({"mj-title", "mj-preview", "mj-style", "mj-raw", "mj-text", "mj-table", "mj-button"})
"""Elements that hold text and HTML; in all others both are dropped."""

_CONTENT: Final = ("mj-column",)
PARENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "mjml": ("",),
    "mj-head": ("mjml",),
    "mj-body": ("mjml",),
    **dict.fromkeys(("mj-title", "mj-preview", "mj-breakpoint", "mj-attributes", "mj-style"), ("mj-head",)),
    "mj-all": ("mj-attributes",),
    "mj-raw": ("mj-head", "mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column"),
    "mj-wrapper": ("mj-body",),
    "mj-section": ("mj-body", "mj-wrapper"),
    "mj-group": ("mj-section",),
    "mj-column": ("mj-section", "mj-group"),
    **dict.fromkeys(("mj-text", "mj-table", "mj-image", "mj-button", "mj-divider", "mj-spacer"), _CONTENT),
}
"""Element -> what it may stand in; the top is empty."""

NO_EFFECT: Final[Mapping[str, frozenset[str]]] = {
    "mjml": listed("owa"),
    "mj-body": listed("id"),
    "mj-wrapper": listed("gap"),
    "mj-section": listed("gutter"),
    "mj-column": listed("inner-border-radius"),
    "mj-image": listed("sizes srcset border-top border-bottom border-left border-right"),
    "mj-button": listed("title"),
}
"""Attributes of MJML that mrml passes over."""

NOT_VETTED: Final[Mapping[str, str]] = {
    "mj-font": "do without web fonts: most programs drop them, and a fetch tells who reads",
    "mj-class": "name styles by a macro of Jinja2, or set attributes in mj-attributes",
    "mj-html-attributes": "write the attributes where they belong",
    "mj-hero": "use mj-section with a background",
    "mj-social": "write links into mj-text",
    "mj-social-element": "write links into mj-text",
    "mj-navbar": "write links into mj-text",
    "mj-navbar-link": "write links into mj-text",
    "mj-accordion": "use sections: programs that cannot fold show nothing of it",
    "mj-accordion-element": "use sections",
    "mj-accordion-title": "use sections",
    "mj-accordion-text": "use sections",
    "mj-carousel": "use mj-image: most programs show the first picture only",
    "mj-carousel-image": "use mj-image",
}
"""Elements of MJML that compile, and that looks had better do without."""
