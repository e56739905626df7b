"""A reader's preferences, opened by the link in their mail: what they read, when, pauses, their address, their data."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.consent import DAY
from digest.model.issue import Edition
from digest.model.people import Consent
from digest.pipeline import readers
from digest.pipeline.readers import Wishes
from digest.pipeline.switching import change_edition
from digest.slots import local_date
from digest.subscribers import Purpose
from digest.web.below import below
from digest.web.readers.form import form_of, offer_of
from digest.web.readers.forms import Choice, Fields, read_address, read_choice, read_day
from digest.web.readers.leaf import PRIVATE, Leaf, Leaves, posted
from digest.web.readers.reading import day_of, next_line, sentence, usual, week_of, wished
from digest.web.readers.rhythm import taken_apart

USUAL_PAUSE: Final = timedelta(days=14)
"""What the field for a pause proposes."""
LONGEST_PAUSE: Final = timedelta(days=366)
SAID: Final = ("saved", "moved")
"""What a page may open with, after a form."""


class Choosing:
    """The page of one's preferences, and what can be done on it."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/prefs/{token}", self.show, methods=["GET"]),
            Route("/prefs/{token}", posted(self.save), methods=["POST"]),
            Route("/prefs/{token}/pause", posted(self.pause), methods=["POST"]),
            Route("/prefs/{token}/move", posted(self.move), methods=["POST"]),
            Route("/prefs/{token}/copy", self.copy, methods=["GET"]),
            Route("/prefs/{token}/delete", posted(self.delete), methods=["POST"]),
            *(Route(f"/prefs/{{token}}/{step}", self.again, methods=["GET"]) for step in ("pause", "move", "delete")),
        ]

    def show(self, request: Request) -> Response:
        """How things stand, and all that can be changed."""
        found = self._opened(request)
        return found if isinstance(found, Response) else found.page()

    def save(self, request: Request, fields: Fields) -> Response:
        """Sections, edition, hour, zone and language as the form has them."""
        found = self._opened(request)
        if isinstance(found, Response):
            return found
        leaf, choice = found.leaf, found.choice
        chosen, problems = read_choice(fields, offer_of(leaf.shown, found.editions, choice), choice)
        if problems:
            return found.page(choice=chosen, problems=problems)
        edition = found.editions[taken_apart(chosen.edition)[0]]
        wish = wished(chosen, edition)
        if edition.id == found.edition.id:
            readers.prefer(leaf.parts, found.token, wish, now=leaf.now)
            return leaf.go(f"/prefs/{found.token}", done="saved")
        there = change_edition(leaf.parts, found.token, edition.id, wish, now=leaf.now)
        return leaf.go(f"/prefs/{there.preferences_token}", done="saved") if there else leaf.closed()

    def pause(self, request: Request, fields: Fields) -> Response:
        """A pause until a day, or its end."""
        found = self._opened(request)
        if isinstance(found, Response):
            return found
        until = read_day(fields, found.today)
        if until is None and any(fields.get("until", ("?",))):
            return found.page(problems=("wrong_day",))
        readers.pause(found.leaf.parts, found.token, until, now=found.leaf.now)
        return found.leaf.go(f"/prefs/{found.token}", done="saved")

    def move(self, request: Request, fields: Fields) -> Response:
        """A wish for another address, which is asked there first."""
        found = self._opened(request)
        if isinstance(found, Response):
            return found
        email, wrong = read_address(fields)
        if wrong:
            return found.page(problems=wrong)
        if readers.move_address(found.leaf.parts, found.token, email, now=found.leaf.now) is None:
            return found.leaf.slow(DAY.total_seconds())
        return found.page(moving=email)

    def copy(self, request: Request) -> Response:
        """All that is kept of the reader, as a file."""
        leaf, token = self._leaves.turn(request), request.path_params["token"]
        known = readers.wishes(leaf.parts, token, now=leaf.now)
        kept = readers.take_out(leaf.parts, token) if known else None
        if kept is None:
            return leaf.closed()
        text = json.dumps(kept, ensure_ascii=False, indent=2, default=str) + "\n"
        headers = PRIVATE | {"Content-Disposition": 'attachment; filename="my-subscription.json"'}
        return Response(text, media_type="application/json", headers=headers)

    def delete(self, request: Request, fields: Fields) -> Response:
        """The end of all that is kept, for once and for all: the page of preferences says it from now on."""
        leaf, token = self._leaves.turn(request), request.path_params["token"]
        return leaf.go(f"/prefs/{token}") if readers.forget(leaf.parts, token, now=leaf.now) else leaf.closed()

    def again(self, request: Request) -> Response:
        """The page that a form stands on, to who reloads or shares the address of its answer."""
        return self._leaves.turn(request).go(f"/prefs/{request.path_params['token']}")

    def _opened(self, request: Request) -> Opened | Response:
        """Return whose preferences they are; else what is shown instead."""
        token, leaf = request.path_params["token"], self._leaves.turn(request)
        said = leaf.parts.tokens.read(token)
        found = readers.wishes(leaf.parts, token, now=leaf.now)
        if said is None or said.purpose is not Purpose.PREFERENCES or found is None:
            return leaf.closed()
        leaf = self._leaves.turn(request, own=found.preferences.language)
        if found.consent is Consent.PENDING:
            return leaf.closed()
        edition = leaf.parts.settings.editions.get(found.edition)
        if found.consent is Consent.UNSUBSCRIBED or edition is None:
            return leaf.go(f"/u/{found.unsubscribe_token}")
        return Opened(leaf, token, found, edition)


class Opened:
    """The preferences of one reader, open."""

    def __init__(self, leaf: Leaf, token: str, found: Wishes, edition: Edition) -> None:
        self.leaf, self.token, self.found, self.edition = leaf, token, found, edition
        self.choice = usual(found.preferences, edition, leaf.labels)
        self.editions = {edition.id: edition} | leaf.shown.open_editions
        self.today = local_date(leaf.now, edition.timezone)

    def page(self, *, choice: Choice | None = None, problems: tuple[str, ...] = (), moving: str = "") -> Response:
        """Return the page."""
        leaf, found, edition, now = self.leaf, self.found, self.edition, self.leaf.now
        wish, labels, until = found.preferences, leaf.labels, self._pause()
        done = leaf.request.query_params.get("done", "")
        values: dict[str, Any] = {
            "said": done if done in SAID and not problems and not moving else "",
            "state": sentence(wish, edition, labels, now),
            "paused": labels.say("paused", day=day_of(until, labels)) if until else "",
            "next": next_line(wish, edition, found.email, labels, now, until),
            "days": week_of(wish, edition, labels, now, until),
            "problems": problems,
            "moving": moving,
            "form": form_of(leaf.shown, self.editions, choice or self.choice, labels, now, language=True),
            "first_day": self.today + timedelta(days=1),
            "last_day": self.today + LONGEST_PAUSE,
            "usual_day": self.today + USUAL_PAUSE,
            "leave": below(f"/u/{found.unsubscribe_token}{leaf.query}"),
        }
        return leaf.show(
            "preferences.html.j2", status=422 if problems else 200, private=True, wide=True, here=self._here, **values
        )

    @property
    def _here(self) -> str:
        return below(f"/prefs/{self.token}{self.leaf.query}")

    def _pause(self) -> date | None:
        until = self.found.paused_until
        return until if until and until > self.today else None
