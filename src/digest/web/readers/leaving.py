"""Leaving, by one click of a mail program or on a page; and the ways to less that stand beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.consent import PUT_BACK
from digest.model.issue import Edition
from digest.model.people import Consent
from digest.pipeline import readers
from digest.pipeline.one_clicks import one_clicks
from digest.pipeline.readers import Wishes
from digest.pipeline.switching import change_edition
from digest.slots import local_date
from digest.subscribers import Purpose, Token
from digest.web.readers.form import form_of, offer_of
from digest.web.readers.forms import Fields, is_one_click, read_choice
from digest.web.readers.leaf import PRIVATE, Leaf, Leaves, posted, read_fields
from digest.web.readers.picture import till
from digest.web.readers.reading import day_of, days_in_words, next_line, sentence, usual, week_of, wished
from digest.web.readers.rhythm import less_often
from digest.web.readers.together import Together

REST: Final = timedelta(days=30)
SAVED: Final = "saved"
BACK: Final = "back"
DONE: Final = (SAVED, BACK)
"""What a page may open with, after an answer: reloading it sends nothing again."""
ENDED: Final = "Unsubscribed. No more mail comes to this address.\n"
"""To a mail program, which shows it to nobody."""


class Leaving:
    """The page behind the link in every mail, and its answers."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves
        self._clicks: Together[str, bool] = Together(self._end)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/u/{token}", self.show, methods=["GET"]),
            Route("/u/{token}", self.leave, methods=["POST"]),
            Route("/u/{token}/less", posted(self.less), methods=["POST"]),
            Route("/u/{token}/rest", posted(self.rest), methods=["POST"]),
            Route("/u/{token}/fewer", self.fewer, methods=["GET"]),
            Route("/u/{token}/fewer", posted(self.fewer), methods=["POST"]),
            Route("/u/{token}/back", posted(self.back), methods=["POST"]),
            *(Route(f"/u/{{token}}/{step}", self.again, methods=["GET"]) for step in ("less", "rest", "back")),
        ]

    def show(self, request: Request) -> Response:
        """The button, and what may do instead; how it stands after an answer, and with who left already."""
        leaf, found = self._opened(request)
        if found is None:
            return leaf.closed()
        done, edition = request.query_params.get("done"), _edition(leaf, found)
        if done not in DONE or edition is None or found.consent is not Consent.ACTIVE:
            return _page(leaf, found)
        return _stands(leaf, found, edition, back=done == BACK)

    async def leave(self, request: Request) -> Response:
        """The end. A mail program gets a word (RFC 8058 forbids to send it elsewhere), a browser the page."""
        fields, token = await read_fields(request), request.path_params["token"]
        if not is_one_click(fields):
            return await run_in_threadpool(self._not_said, request)
        if "page" in fields.get("from", ()):
            return await run_in_threadpool(self._leave_page, request)
        if await self._clicks.ask(token):
            return PlainTextResponse(ENDED, headers=PRIVATE)
        return await run_in_threadpool(lambda: self._leaves.turn(request).closed())

    def less(self, request: Request, fields: Fields) -> Response:
        """The edition that comes less often, instead of this one; to who has it already, how that stands."""
        leaf, found = self._opened(request)
        if found is None:
            return leaf.closed()
        less = _less(leaf, found)
        if less is None:
            return _go(leaf, found)
        (edition, frequency), token, now = less, request.path_params["token"], leaf.now
        wish = replace(found.preferences, frequency=frequency)
        if edition.id == found.edition:
            return _go(leaf, readers.prefer(leaf.parts, token, wish, now=now) or found)
        if found.consent is Consent.ACTIVE:
            wish = wished(usual(wish, edition, leaf.labels), edition)
            there = change_edition(leaf.parts, token, edition.id, wish, now=now)
        else:
            there = readers.wishes(
                leaf.parts, leaf.parts.tokens.make(Purpose.UNSUBSCRIBE, found.subscriber, edition.id), now=now
            )
        return _go(leaf, there if there and there.consent is Consent.ACTIVE else found)

    def rest(self, request: Request, fields: Fields) -> Response:
        """Nothing for a month."""
        leaf, found = self._opened(request)
        edition = _edition(leaf, found)
        if found is None or edition is None:
            return leaf.closed()
        until = local_date(leaf.now, edition.timezone) + REST
        there = readers.pause(leaf.parts, found.preferences_token, until, now=leaf.now)
        return _go(leaf, there) if there else leaf.closed()

    def fewer(self, request: Request, fields: Fields | None = None) -> Response:
        """The sections to keep, and what was kept."""
        leaf, found = self._opened(request)
        edition = _edition(leaf, found)
        if found is None or edition is None or found.consent is not Consent.ACTIVE:
            return _page(leaf, found) if found else leaf.closed()
        now, choice = leaf.now, usual(found.preferences, edition, leaf.labels)
        problems: tuple[str, ...] = ()
        if fields is not None:
            offer = offer_of(leaf.shown, {edition.id: edition}, choice)
            chosen, problems = read_choice({"section": fields.get("section", ())}, offer, choice)
            if not problems:
                token, wish = request.path_params["token"], wished(chosen, edition)
                there = readers.prefer(leaf.parts, token, wish, now=now)
                return _go(leaf, there) if there else leaf.closed()
        form = form_of(leaf.shown, {edition.id: edition}, choice, leaf.labels, now, language=False)
        status = 422 if problems else 200
        return leaf.show("fewer.html.j2", status=status, private=True, form=form, problems=problems)

    def back(self, request: Request, fields: Fields) -> Response:
        """Everything as it was, for who left by mistake."""
        leaf, found = self._opened(request)
        there = readers.put_back(leaf.parts, request.path_params["token"], now=leaf.now) if found else None
        return _go(leaf, there, BACK) if there else leaf.closed()

    def again(self, request: Request) -> Response:
        """The page that a form stands on, to who reloads or shares the address of its answer."""
        return self._leaves.turn(request).go(f"/u/{request.path_params['token']}")

    def _leave_page(self, request: Request) -> Response:
        (leaf, found), token = self._opened(request), request.path_params["token"]
        if found is None or readers.leave(leaf.parts, token, origin="page", now=leaf.now) is None:
            return leaf.closed()
        return leaf.go(f"/u/{token}")

    def _not_said(self, request: Request) -> Response:
        """A POST that does not say what it wants changes nothing."""
        leaf, found = self._opened(request)
        return _page(leaf, found, status=400) if found else leaf.closed()

    def _end(self, tokens: list[str]) -> list[bool]:
        return one_clicks(self._leaves.parts, tokens, now=self._leaves.clock())

    def _opened(self, request: Request) -> tuple[Leaf, Wishes | None]:
        leaf, token = self._leaves.turn(request), request.path_params["token"]
        said = leaf.parts.tokens.read(token)
        found = readers.wishes(leaf.parts, token, now=leaf.now)
        if found is None or not _ends(said):
            return leaf, None
        return self._leaves.turn(request, own=found.preferences.language), found


def _ends(token: Token | None) -> bool:
    return token is not None and token.purpose is Purpose.UNSUBSCRIBE


def _edition(leaf: Leaf, found: Wishes | None) -> Edition | None:
    return leaf.parts.settings.editions.get(found.edition) if found else None


def _go(leaf: Leaf, there: Wishes, done: str = SAVED) -> Response:
    """Send the browser to how it stands with a reader after an answer; the way out still is where they left."""
    told = {"done": done} if there.consent is Consent.ACTIVE else {}
    return leaf.go(f"/u/{there.unsubscribe_token}", **told)


def _less(leaf: Leaf, found: Wishes) -> tuple[Edition, str] | None:
    """Return what a reader may have less often than what they have."""
    edition = _edition(leaf, found)
    return less_often(edition, found.preferences.frequency, leaf.shown.open_editions.values()) if edition else None


def _page(leaf: Leaf, found: Wishes, *, status: int = 200) -> Response:
    """Return the page for who may leave, or who has left."""
    edition, labels = _edition(leaf, found), leaf.labels
    title = leaf.shown.title_of(edition) if edition else leaf.shown.site.title
    if found.left_at is not None:
        until = (found.left_at + PUT_BACK).date() if found.may_come_back and edition else None
        day = day_of(until, labels) if until else ""
        return leaf.show("left.html.j2", status=status, private=True, title=title, until=day, picture=till())
    active = edition is not None and found.consent is Consent.ACTIVE
    less = _less(leaf, found) if active else None
    return leaf.show(
        "leave.html.j2",
        status=status,
        private=True,
        title=title,
        reads=sentence(found.preferences, edition, labels, leaf.now, "settings") if edition else "",
        less=less and {"title": leaf.shown.title_of(less[0]), "days": days_in_words(*less, labels)},
        rest=day_of(local_date(leaf.now, edition.timezone) + REST, labels) if edition and active else "",
        fewer=active and edition is not None and len(edition.sections) > 1,
    )


def _stands(leaf: Leaf, found: Wishes, edition: Edition, *, back: bool) -> Response:
    """Return how it stands with a reader after an answer; `back`: they are put back."""
    wish, labels, until, now = found.preferences, leaf.labels, found.paused_until, leaf.now
    if until and until <= local_date(now, edition.timezone):
        until = None
    state = sentence(wish, edition, labels, now)
    pause = labels.say("paused", day=day_of(until, labels)) + " " if until else ""
    lede = (state + " " if back else "") + pause + next_line(wish, edition, found.email, labels, now, until)
    days = week_of(wish, edition, labels, now, until)
    heading, said = (labels.say("back_h1"), "") if back else (state, SAVED)
    return leaf.show("state.html.j2", private=True, said=said, heading=heading, lede=lede, days=days)
