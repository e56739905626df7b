"""The press that makes a sign-up or a new address count: a page with one button, since programs follow links."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.model.people import Consent
from digest.pipeline import readers
from digest.pipeline.readers import Wishes
from digest.pipeline.transactional import masked
from digest.store.readers import Asked
from digest.subscribers import Purpose
from digest.web.readers.forms import Fields
from digest.web.readers.leaf import Leaf, Leaves, posted
from digest.web.readers.reading import next_line, sentence, week_of


class Confirming:
    """What the mails that ask lead to."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/confirm/{token}", self.ask, methods=["GET"]),
            Route("/confirm/{token}", posted(self.confirm), methods=["POST"]),
            Route("/address/{token}", self.ask_address, methods=["GET"]),
            Route("/address/{token}", posted(self.move), methods=["POST"]),
        ]

    def ask(self, request: Request) -> Response:
        """The button that confirms a sign-up; to who pressed it already, how they stand."""
        leaf, found = self._opened(request, Purpose.CONFIRM)
        if found is None:
            return leaf.closed()
        if found.consent is Consent.ACTIVE:
            return _stands(leaf, found, "confirmed.html.j2", preferences="")
        return _stands(leaf, found, "confirm.html.j2") if self._waiting(leaf, request) else leaf.done()

    def confirm(self, request: Request, fields: Fields) -> Response:
        """The press itself."""
        leaf, found = self._opened(request, Purpose.CONFIRM)
        token = request.path_params["token"]
        done = readers.confirm(leaf.parts, token, now=leaf.now) if found else None
        if done is None:
            return leaf.closed()
        if done.wishes.consent is not Consent.ACTIVE:
            return leaf.done()
        # Only the press itself leads on to the preferences: a mail that is forwarded later must not.
        way = f"/prefs/{done.wishes.preferences_token}{leaf.query}" if done.fresh else ""
        return _stands(leaf, done.wishes, "confirmed.html.j2", preferences=way)

    def ask_address(self, request: Request) -> Response:
        """The button that takes a new address into use."""
        leaf, found = self._opened(request, Purpose.ADDRESS)
        if found is None:
            return leaf.closed()
        waiting = self._waiting(leaf, request)
        return leaf.show("move.html.j2", private=True, address=masked(waiting.email)) if waiting else leaf.done()

    def move(self, request: Request, fields: Fields) -> Response:
        """The press itself."""
        leaf, found = self._opened(request, Purpose.ADDRESS)
        token = request.path_params["token"]
        done = readers.confirm_address(leaf.parts, token, now=leaf.now) if found else None
        if done is None:
            return leaf.closed()
        if not done.fresh:
            return leaf.done()
        edition, wishes, say = leaf.parts.settings.editions.get(done.wishes.edition), done.wishes, leaf.labels.say
        wish, now, until = wishes.preferences, leaf.now, wishes.paused_until
        lede = next_line(wish, edition, wishes.email, leaf.labels, now, until) if edition else ""
        days = week_of(wish, edition, leaf.labels, now, until) if edition else None
        heading = say("moved_h1")
        return leaf.show("state.html.j2", private=True, said="moved", heading=heading, lede=lede, days=days)

    def _opened(self, request: Request, purpose: Purpose) -> tuple[Leaf, Wishes | None]:
        leaf, token = self._leaves.turn(request), request.path_params["token"]
        said = leaf.parts.tokens.read(token)
        found = readers.asked_for(leaf.parts, token, now=leaf.now) if said and said.purpose is purpose else None
        if found is None:
            return leaf, None
        return self._leaves.turn(request, own=found.preferences.language), found

    def _waiting(self, leaf: Leaf, request: Request) -> Asked | None:
        """Return what waits to be confirmed; None where it was confirmed, or is void."""
        said = leaf.parts.tokens.read(request.path_params["token"])
        asked = leaf.parts.store.readers.asked(said.subscriber) if said else None
        return asked if asked and not asked.done else None


def _stands(leaf: Leaf, found: Wishes, page: str, **values: Any) -> Response:
    """Return a page that tells what comes, and when."""
    edition, wish, labels, now = (
        leaf.parts.settings.editions.get(found.edition),
        found.preferences,
        leaf.labels,
        leaf.now,
    )
    if edition is None:
        return leaf.closed()
    return leaf.show(
        page,
        private=True,
        state=sentence(wish, edition, labels, now),
        next=next_line(wish, edition, found.email, labels, now),
        days=week_of(wish, edition, labels, now),
        sender=leaf.sender,
        **values,
    )
