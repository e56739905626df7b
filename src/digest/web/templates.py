"""The pages' templates, and our own style sheets, scripts and pictures, called by what is in them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from digest.web.below import below, root

PAGES: Final = Path(__file__).with_name("pages")
ASSETS: Final = PAGES / "static"
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
FOREVER: Final = "public, max-age=31536000, immutable"
"""Of what stands at an address that has its content's hash in it."""


def rendered(
    template: str, /, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """Return a page made of `pages/TEMPLATE`; a name that the template asks for and nobody gave is an error."""
    return HTMLResponse(environment().get_template(template).render(values), status_code=status, headers=headers)


@cache
def environment() -> Environment:
    """Return what makes pages of templates; they call for files beside them by `asset("desk.css")`.

    Addresses of other pages begin with `root()`.
    """
    made = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": asset, "root": root}
    return made


def asset(name: str) -> str:
    """Return the address of one of our files. Raises KeyError for one that is not there."""
    return below(f"/static/{marks()[name]}/{name}")


@cache
def marks() -> dict[str, str]:
    """Return the files that are served, each with a hash that is another once any of them is another.

    One hash for all, since scripts import each other by the names beside them.
    """
    files = sorted(path for path in ASSETS.iterdir() if path.suffix in KINDS)
    whole = sha256(b"".join(path.name.encode() + b"\0" + path.read_bytes() for path in files)).hexdigest()[:12]
    return {path.name: whole for path in files}


async def static(request: Request) -> Response:
    """Answer with one of our files; 404 for one that is not there or is another by now."""
    name, mark = request.path_params["name"], request.path_params["mark"]
    if marks().get(name) != mark:
        return PlainTextResponse("There is no such file.\n", status_code=404)
    path = ASSETS / name
    return Response(path.read_bytes(), media_type=KINDS[path.suffix], headers={"Cache-Control": FOREVER})


STATIC: Final = Route("/static/{mark}/{name}", static, methods=["GET"])
