"""One page for one visitor: in their language, with what every readers' page has around its words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.parts import Parts
from digest.pipeline import readers
from digest.pipeline.trial_send import NOBODY
from digest.render.labels import Labels
from digest.web.below import below
from digest.web.readers.forms import Fields
from digest.web.readers.reading import anchor, apart
from digest.web.readers.stand import Shown, Stand
from digest.web.readers.words import choose
from digest.web.templates import rendered

FIELDS: Final = 200
PART: Final = 8 * 1024
"""Fields of a form, and bytes of one of them, that are read at most."""
PRIVATE: Final = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
"""Of pages whose address is a secret: it goes nowhere, not even to the next page."""


@dataclass(frozen=True)
class Leaf:
    """What a page is made with; `labels` are the words it is in."""

    parts: Parts
    shown: Shown
    labels: Labels
    request: Request
    now: datetime
    asked: str
    """The language that the switch asks for; empty where it does not."""

    def show(self, name: str, *, status: int = 200, private: bool = False, **values: Any) -> Response:
        """Return the page that `readers/NAME` makes of the values."""
        labels, site = self.labels, self.shown.site
        around = {
            "language": labels.language,
            "direction": labels.direction,
            "say": labels.say_html,
            "site": site.title,
            "postal": site.postal_address,
            "latest": self.shown.latest,
            "tongues": [
                (code, str(each.messages["name"]), each.direction)
                for code, each in self.shown.words.items()
                if code != labels.language
            ],
            "opens": private and status < 400,
            "wide": False,
            "apart": apart,
            "anchor": anchor,
            "query": self.query,
            "here": f"{below(self.request.url.path)}{self.query}",
            "here_to": self.here_to,
        }
        headers = PRIVATE if private else {}
        return rendered(f"readers/{name}", status=status, headers=headers, **(around | values))

    def closed(self) -> Response:
        """Return the page of a link that opens nothing: forged, cut, of another purpose or of nobody, all alike.

        That of a test mail is told from them, since it was made to be looked at, and that of somebody who had
        themselves erased, who may look whether that was done.
        """
        said, say = self.parts.tokens.read(self.request.path_params.get("token", "")), self.labels.say
        if said and said.subscriber == NOBODY.subscriber:
            heading, lede = say("trial_h1"), say("trial_lede")
            return self.show("state.html.j2", status=404, private=True, said="", heading=heading, lede=lede, days=None)
        if said and readers.is_forgotten(self.parts, said):
            heading, lede = say("gone_h1"), say("gone_lede")
            return self.show("state.html.j2", private=True, opens=False, said="", heading=heading, lede=lede, days=None)
        return self.show("closed.html.j2", status=404, private=True)

    def done(self) -> Response:
        """Return the page of a link that was good for one press: the same whatever became of what it was for."""
        return self.show("done.html.j2", private=True)

    def slow(self, seconds: float) -> Response:
        """Return the page for who asks too often."""
        say = self.labels.say
        heading, lede = say("slow_h1"), say("slow_lede")
        page = self.show("state.html.j2", status=429, private=True, said="", heading=heading, lede=lede, days=None)
        page.headers["Retry-After"] = str(max(1, round(seconds)))
        return page

    def go(self, path: str, **query: str) -> Response:
        """Send the browser to a page of ours after a form, so that going back or reloading sends nothing again."""
        told = ({"lang": self.asked} if self.asked else {}) | query
        headers = PRIVATE | {"Cache-Control": "no-store"}
        return RedirectResponse(below(path) + (f"?{urlencode(told)}" if told else ""), status_code=303, headers=headers)

    @property
    def query(self) -> str:
        """What keeps the switch's language on the way to the next page."""
        return f"?{urlencode({'lang': self.asked})}" if self.asked else ""

    def here_to(self, step: str) -> str:
        """Return the way from a token's page to what can be done there."""
        token, first = self.request.path_params["token"], self.request.url.path.split("/")[1]
        return below(f"/{first}/{token}/{step}{self.query}")

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        return self.parts.settings.sender.from_[1]

    @property
    def to_archive(self) -> Markup:
        """The link to the archive."""
        return anchor("/archive", self.labels.say("archive"))


@dataclass(frozen=True)
class Leaves:
    """Opens a page for each request."""

    parts: Parts
    stand: Stand
    clock: Callable[[], datetime]

    def turn(self, request: Request, *, own: str = "") -> Leaf:
        """Return the page for a visitor, whose language of before is `own`. Raises LookError."""
        now = self.clock()
        shown = self.stand.at(now)
        asked = request.query_params.get("lang", "")
        asked = asked if asked in shown.words else ""
        accept = request.headers.get("accept-language", "")
        labels = choose(shown.words, asked=asked, own=own, accept=accept, site=shown.site.language)
        return Leaf(self.parts, shown, labels, request, now, asked)


Answer = Callable[[Request, Fields], Response]


def posted(answer: Answer, *, after: float = 0) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that reads a form, then answers in a thread: what changes is in the database.

    The answer goes out `after` so many seconds at the earliest, where how long it took would tell something.
    """

    async def endpoint(request: Request) -> Response:
        made, _ = await asyncio.gather(
            run_in_threadpool(answer, request, await read_fields(request)), asyncio.sleep(after)
        )
        return made

    return endpoint


async def read_fields(request: Request) -> Fields:
    """Return what a form brought, urlencoded or multipart; files are refused. HTTPException 400 for what is none."""
    found: dict[str, list[str]] = {}
    async with request.form(max_files=0, max_fields=FIELDS, max_part_size=PART) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                found.setdefault(name, []).append(value)
    return found
