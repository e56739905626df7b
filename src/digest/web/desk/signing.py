"""Signing in and out."""

from __future__ import annotations

from math import ceil
from typing import Final

from starlette.responses import Response

from digest.model.editors import Right
from digest.web.below import ours
from digest.web.desk.doors import Door, Visit
from digest.web.desk.forms import carried, typed
from digest.web.entrance import Wait

WRONG: Final = "That name and that password do not go together."


def sign_in(visit: Visit) -> Response:
    """The page that asks for name and password."""
    if visit.editor is not None:
        return visit.go(inside(visit.asked("next")))
    return _page(visit)


def try_sign_in(visit: Visit) -> Response:
    """Let in whoever knows the password."""
    if visit.desk.entrance.auth != "password":
        return visit.go("/")
    name = visit.form.get("name", "").strip()
    kept = carried(visit.form.get("kept", ""))
    answer = visit.go(_next(visit))
    try:
        known = visit.desk.entrance.admit(visit.request, answer, name, visit.form.get("password", ""), visit.now)
    except Wait as wait:
        seconds = ceil(wait.seconds)
        slow = _page(visit, f"Too many tries. Wait {seconds} s, then try again.", status=429)
        slow.headers["Retry-After"] = str(seconds)
        return slow
    if not known:
        return _page(visit, WRONG, status=403)
    if kept is None:
        return answer
    whose = visit.desk.entrance.stranger_to(kept.form, name)
    page = visit.page("again", kept=kept, typed=typed(kept.form), whose=whose)
    page.raw_headers.extend(each for each in answer.raw_headers if each[0] == b"set-cookie")
    return page


def once(visit: Visit) -> Response:
    """The page behind the link that opens a desk without editors: opening it is a click, so that no look spends it."""
    return visit.page("once")


def try_once(visit: Visit) -> Response:
    """Let in whoever has the link, a single time."""
    answer = visit.go("/")
    if not visit.desk.entrance.admit_once(visit.request, answer, visit.request.path_params["token"], visit.now):
        return visit.page(
            "error",
            status=403,
            headline="This link is spent.",
            text="It opens the desk once, and only while there are no editors. digest web prints a new one.",
        )
    return answer


def sign_out(visit: Visit) -> Response:
    """End the session; the page that comes forgets what was typed in this tab."""
    answer = visit.go("/sign-in?left=1")
    visit.desk.entrance.end(visit.request, answer)
    return answer


def _next(visit: Visit) -> str:
    return inside(visit.form.get("next", ""))


def inside(path: str) -> str:
    r"""Return which path of ours a browser is to go on to; the first page where it is none.

    >>> [inside(path) for path in ("/issues/3", "//evil.example", r"/\evil.example", "https://evil.example", "")]
    ['/issues/3', '/', '/', '/', '/']
    """
    return ours(path) if path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable() else "/"


def _page(visit: Visit, wrong: str = "", *, status: int = 200) -> Response:
    return visit.page(
        "sign-in",
        status=status,
        wrong=wrong,
        name=visit.form.get("name", ""),
        next=visit.form.get("next", "") or visit.asked("next"),
        kept=kept.dump() if (kept := carried(visit.form.get("kept", ""))) else "",
        left=bool(visit.asked("left")),
        nobody=not visit.parts.store.editors.there_are_any(),
    )


DOORS: Final = (
    Door("GET", "/sign-in", None, sign_in),
    Door("POST", "/sign-in", None, try_sign_in, slow=True),
    Door("GET", "/sign-in/once/{token}", None, once),
    Door("POST", "/sign-in/once/{token}", None, try_once),
    Door("POST", "/sign-out", Right.VIEWER, sign_out),
)
