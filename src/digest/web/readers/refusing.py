"""Never again: the way out for whoever was written to because somebody else typed their address."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.pipeline.refusing import after_all, is_refused, never_again
from digest.web.readers.forms import Fields
from digest.web.readers.leaf import Leaves, posted


class Refusing:
    """The page behind the link in mails that forms cause, and the way back from it."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/never/{token}", self.show, methods=["GET"]),
            Route("/never/{token}", posted(self.never), methods=["POST"]),
            Route("/never/{token}/back", self.again, methods=["GET"]),
            Route("/never/{token}/back", posted(self.back), methods=["POST"]),
        ]

    def show(self, request: Request) -> Response:
        """The button, or what it did and the way back; no address, since a mail may be passed on."""
        leaf = self._leaves.turn(request)
        refused = is_refused(leaf.parts, request.path_params["token"])
        return leaf.closed() if refused is None else leaf.show("never.html.j2", private=True, refused=refused)

    def never(self, request: Request, fields: Fields) -> Response:
        """The press itself."""
        leaf, token = self._leaves.turn(request), request.path_params["token"]
        return leaf.go(f"/never/{token}") if never_again(leaf.parts, token, now=leaf.now) else leaf.closed()

    def back(self, request: Request, fields: Fields) -> Response:
        """The press that lifts it."""
        leaf, token = self._leaves.turn(request), request.path_params["token"]
        return leaf.go(f"/never/{token}") if after_all(leaf.parts, token) else leaf.closed()

    def again(self, request: Request) -> Response:
        """The page that a form stands on, to who reloads or shares the address of its answer."""
        return self._leaves.turn(request).go(f"/never/{request.path_params['token']}")
