"""How an editor looks at an issue: which pane, how wide, by day or night, as whom. It stands in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final
from urllib.parse import urlencode

PANES: Final = {"outline": "Outline", "preview": "Preview", "checks": "Checks"}
WIDTHS: Final = {"phone": "Phone", "desktop": "Desktop", "free": "Free width"}
SHADES: Final = {"light": "Light", "dark": "Dark", "forced": "Forced"}
PARTS: Final = {
    "html": "HTML",
    "pictureless": "No images",
    "outlook": "As in Outlook",
    "text": "Text",
    "headers": "Headers",
    "source": "Source",
}
CHOICES: Final = {"pane": PANES, "width": WIDTHS, "shade": SHADES, "part": PARTS}
FRAMED: Final = ("html", "pictureless", "outlook")
"""Parts that are shown in a frame."""
MORE: Final = ("outlook", "headers", "source")
"""Parts that are seldom asked for."""


@dataclass(frozen=True, slots=True)
class View:
    """One way to look; the first choice of each where nothing is said."""

    pane: str = "outline"
    """Which of the three is there where only one has room."""
    width: str = "phone"
    shade: str = "light"
    part: str = "html"
    who: str = ""
    """As whom: an address, a variant's id, or nobody in particular."""
    at: str = ""
    """The anchor of the story that is in hand."""

    def link(self, issue: int, **changes: str) -> str:
        """Return the address of the issue's page, looked at like this but for the changes."""
        return f"/issues/{issue}{self._query(replace(self, **changes))}"

    def frame(self, issue: int, revision: int, bound: str = "") -> str:
        """Return the address of the mail for the frame; another one once what an approval binds is another."""
        asked = {
            "as": self.who,
            "shade": "dark" if self.shade == "dark" else "light",
            "part": self.part,
            "of": bound[:8],
        }
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/issues/{issue}/preview/{revision}.html?{query}{f'#{self.at}' if self.at else ''}"

    @property
    def hidden(self) -> dict[str, str]:
        """What is not as usual, for a form that keeps it."""
        usual = View()
        return {
            "as" if each.name == "who" else each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) != getattr(usual, each.name)
        }

    @staticmethod
    def _query(view: View) -> str:
        asked = urlencode(view.hidden)
        return f"?{asked}" if asked else ""


def read_view(query: Mapping[str, str]) -> View:
    """Return the way to look that an address asks for; what it asks for and is not there is not asked for.

    >>> read_view({"shade": "dark", "part": "<b>", "at": "military-2"}).link(3, width="desktop")
    '/issues/3?width=desktop&shade=dark&at=military-2'
    """
    chosen = {name: query[name] for name, values in CHOICES.items() if query.get(name) in values}
    return View(**chosen, who=query.get("as", "")[:320].strip(), at=query.get("at", "")[:80])
