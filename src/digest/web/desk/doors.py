"""A route of the desk: who may pass, and what is done in a thread of its own while the loop serves others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from digest.errors import DigestError, MoveError, UnknownError
from digest.model.editors import Editor, Right
from digest.parts import Parts
from digest.web.below import below, root
from digest.web.desk.caching import Kept
from digest.web.desk.forms import FIELDS, OURS, Carried, typed
from digest.web.entrance import SAID, Entrance
from digest.web.templates import rendered

SLOW_TURNS: Final = 2
"""Passwords that are looked at at a time: each takes 64 MiB, and many would be a way to stop the machine."""
SLOW_QUEUE: Final = 20
"""Those that may wait for their turn, a second or two; others are told to come again."""
ELSEWHERE: Final = "It asks nobody who they are. To reach it from elsewhere, set `auth` in [web] to password or proxy."
CROWDED: Final = "Too many are signing in just now. Try again in a moment.\n"
SIGNED_OUT: Final = "You are signed out. Sign in, and what you wrote is still there."


class NotYours(Exception):
    """What is asked for takes a right that whoever asks has not."""

    def __init__(self, right: Right) -> None:
        super().__init__(f"needs {right}")
        self.right = right


@dataclass(frozen=True)
class Desk:
    """What every page of the desk works on."""

    parts: Parts
    clock: Callable[[], datetime]
    entrance: Entrance
    kept: Kept
    """What was worked out for a page and is asked for again by the next one."""


@dataclass(frozen=True)
class Visit:
    """One request of somebody who may make it."""

    desk: Desk
    request: Request
    now: datetime
    editor: Editor | None
    """None: a stranger, whom few doors let in."""
    form: Mapping[str, str]

    @property
    def parts(self) -> Parts:
        """The parts of the running digest."""
        return self.desk.parts

    @property
    def by(self) -> str:
        """Who does it, for the record."""
        return self.editor.name if self.editor else ""

    @property
    def issue_id(self) -> int:
        """The issue that the address names."""
        return int(self.request.path_params["issue"])

    def asked(self, name: str) -> str:
        """Return what the address asks for by a name; empty for nothing."""
        return self.request.query_params.get(name, "")

    def may(self, right: str) -> bool:
        """Return whether whoever asks has a right."""
        return self.editor is not None and self.editor.right.covers(Right(right))

    def reader(self, who: str) -> str:
        """Return as whom a mail is asked for, where whoever asks may have it; else raises NotYours.

        Of a single address a mail tells whether it is on a list, and what its reader chose.
        """
        if "@" in who and not self.may(READING):
            raise NotYours(READING)
        return who

    def page(self, template: str, /, *, status: int = 200, **values: Any) -> Response:
        """Return a page of the desk, with what was said by the one before."""
        said = self.desk.entrance.said(self.request)
        known = {
            "editor": self.editor,
            "may": self.may,
            "said": said,
            "brief": self.parts.settings.title,
            "typed": typed(self.form),
            "author": self.desk.entrance.author(self.by) if self.editor else "",
        }
        answer = rendered(f"desk/{template}.html.j2", status=status, **(known | values))
        if SAID in self.request.cookies:
            answer.delete_cookie(SAID, path=root() or "/")
        return answer

    def go(self, path: str, said: str = "") -> Response:
        """Send on to another page, which tells what was done."""
        answer = RedirectResponse(below(path), status_code=303)
        if said:
            self.desk.entrance.say(self.request, answer, said)
        return answer


Answer: TypeAlias = Callable[[Visit], Response]


READING: Final = Right.APPROVER
"""The least right to see a mail as one reader gets it, by their address."""


@dataclass(frozen=True)
class Door:
    """One address, one method, and the least right that opens it."""

    method: str
    path: str
    right: Right | None
    """None: strangers too."""
    answer: Answer
    slow: bool = False
    """Whether it takes much of the machine: then few are answered at a time, in threads of their own."""


def route(desk: Desk, door: Door) -> Route:
    """Return the route behind which a door's answer is found by whoever may have it."""

    turns = CapacityLimiter(SLOW_TURNS) if door.slow else None
    inside = 0

    async def passed(request: Request) -> Response:
        form: Mapping[str, str] = {}
        if request.method == "POST":
            async with request.form(max_files=0, max_fields=FIELDS) as sent:
                form = {name: value for name, value in sent.items() if isinstance(value, str)}
        nonlocal inside
        if turns is not None and inside >= SLOW_TURNS + SLOW_QUEUE:
            return PlainTextResponse(CROWDED, status_code=429, headers={"Retry-After": "2"})
        inside += 1
        try:
            return await run_sync(_answered, desk, door, request, form, limiter=turns)
        finally:
            inside -= 1

    return Route(door.path, passed, methods=[door.method])


def _answered(desk: Desk, door: Door, request: Request, form: Mapping[str, str]) -> Response:
    now = desk.clock()
    visit = Visit(desk, request, now, desk.entrance.who(request, now), form)
    if door.right is not None and visit.editor is None:
        return _stranger(visit)
    if door.right is not None and not visit.may(door.right):
        return _not_yours(visit, door.right)
    if visit.editor is not None and (whose := desk.entrance.stranger_to(form, visit.by)):
        return visit.page("again", status=409, kept=Carried(request.url.path, form), whose=whose)
    try:
        return door.answer(visit)
    except NotYours as error:
        return _not_yours(visit, error.right)
    except UnknownError as error:
        return visit.page("error", status=404, headline="There is no such thing.", text=str(error))
    except MoveError as error:
        return visit.page("error", status=409, headline="That cannot be done now.", text=str(error))
    except DigestError as error:
        return visit.page("error", status=500, headline="Something is in the way.", text=str(error))


def _not_yours(visit: Visit, right: Right) -> Response:
    told = f"That needs the right of an {right}" if right[0] in "aeiou" else f"That needs a {right}"
    return visit.page("error", status=403, headline="Not with your right.", text=f"{told}; an operator gives it.")


def _stranger(visit: Visit) -> Response:
    entrance = visit.desk.entrance
    if entrance.auth == "none":
        return visit.page("error", status=403, headline="This desk is open on its own machine alone.", text=ELSEWHERE)
    if entrance.auth == "proxy":
        name = entrance.vouched(visit.request)
        told = f"{name} is no editor here; an operator adds one: digest editors add" if name else "No proxy vouches."
        return visit.page("error", status=403, headline="This desk is not yours.", text=told)
    here = visit.request.url.path
    if typed(visit.form) and OURS.fullmatch(here):
        kept = Carried(here, visit.form)
        return visit.page(
            "sign-in",
            status=403,
            wrong=SIGNED_OUT,
            name="",
            next=below(kept.issue),
            nobody=False,
            kept=kept.dump(),
            left=False,
        )
    if here == "/sign-out":
        return visit.go("/sign-in?left=1")
    back = f"?next={quote(below(here))}" if visit.request.method == "GET" and here != "/" else ""
    return visit.go(f"/sign-in{back}")
