"""Subscribing, and mailing people the way to their settings: forms that answer the same whoever's address it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.model.issue import Edition
from digest.model.people import Preferences
from digest.pipeline import readers
from digest.subscribers import advice
from digest.web.readers.client import client
from digest.web.readers.form import form_of, offer_of, sections_of
from digest.web.readers.forms import Choice, Fields, is_trapped, read_address, read_choice
from digest.web.readers.leaf import Leaf, Leaves, posted
from digest.web.readers.rates import Bucket
from digest.web.readers.reading import sentence, wished
from digest.web.readers.rhythm import taken_apart

AT_ONCE: Final = 8
"""Forms that one place on the net may send in a row: a family, or one reader who mistypes."""
EVENLY: Final = 0.15
"""Seconds in which an answer is always made, so that nobody can tell by the clock whose address is known."""
EVERY: Final = timedelta(seconds=30)
"""After which it has one more."""


class Joining:
    """The forms that anybody may send."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves
        self._bucket = Bucket(AT_ONCE, EVERY)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/subscribe", self.subscribe, methods=["GET"]),
            Route("/subscribe", posted(self.subscribed, after=EVENLY), methods=["POST"]),
            Route("/link", self.link, methods=["GET"]),
            Route("/link", posted(self.linked, after=EVENLY), methods=["POST"]),
        ]

    def subscribe(self, request: Request) -> Response:
        """The form to subscribe by."""
        leaf = self._leaves.turn(request)
        if not leaf.shown.open_editions:
            return _closed(leaf)
        return _form(leaf, _proposed(leaf), ())

    def subscribed(self, request: Request, fields: Fields) -> Response:
        """What was sent by it: one answer for every address that is one."""
        leaf = self._leaves.turn(request)
        if not leaf.shown.open_editions:
            return _closed(leaf)
        if wait := self._wait(request, leaf):
            return leaf.slow(wait.total_seconds())
        usual = _proposed(leaf)
        choice, problems = read_choice(fields, offer_of(leaf.shown, leaf.shown.open_editions, usual), usual)
        email, wrong = read_address(fields)
        meant = "" if wrong or email in fields.get("sure", ()) else advice(email)[1]
        if problems or wrong or meant:
            return _form(leaf, choice, (*problems, *wrong), typed=email, meant=meant)
        if not is_trapped(fields):
            edition = leaf.shown.open_editions[taken_apart(choice.edition)[0]]
            wish = wished(choice, edition)
            form = readers.Form(email, edition.id, wish, _wording(leaf, wish, edition))
            readers.sign_up(leaf.parts, form, now=leaf.now)
        return leaf.show("inbox.html.j2", lede="inbox_lede", address=email, sender=leaf.sender, back="/subscribe")

    def link(self, request: Request) -> Response:
        """The form to have one's link mailed by."""
        return self._leaves.turn(request).show("link.html.j2", typed="", wrong="")

    def linked(self, request: Request, fields: Fields) -> Response:
        """What was sent by it: one answer for every address that is one."""
        leaf = self._leaves.turn(request)
        if wait := self._wait(request, leaf):
            return leaf.slow(wait.total_seconds())
        email, wrong = read_address(fields)
        if wrong:
            return leaf.show("link.html.j2", status=422, typed=email, wrong=leaf.labels.say_html(wrong[0]))
        if not is_trapped(fields):
            for edition in leaf.parts.settings.editions:
                readers.mail_link(leaf.parts, email, edition, now=leaf.now)
        return leaf.show("inbox.html.j2", lede="linked_lede", address=email, sender=leaf.sender, back="/link")

    def _wait(self, request: Request, leaf: Leaf) -> timedelta:
        return self._bucket.take(client(request, leaf.parts.settings.web.proxy.trusted), leaf.now)


def _proposed(leaf: Leaf) -> Choice:
    """Return what the form has before anybody touched it: the first edition with what its lists propose."""
    shown = leaf.shown
    edition = next(iter(shown.open_editions.values()))
    every = tuple(section.id for section in sections_of(shown.open_editions.values()))
    proposed = [each for name in edition.lists if name in shown.lists for each in shown.lists[name].default_sections]
    return Choice(
        edition=edition.id,
        sections=tuple(each for each in every if each in proposed) or every,
        at=edition.send.at,
        zone=edition.timezone,
        language=leaf.labels.language,
    )


def _form(leaf: Leaf, choice: Choice, problems: tuple[str, ...], *, typed: str = "", meant: str = "") -> Response:
    say, editions = leaf.labels.say_html, leaf.shown.open_editions
    wrong = say("wrong_address") if "wrong_address" in problems else say("did_you_mean", address=meant) if meant else ""
    if taken_apart(choice.edition)[0] not in editions:
        choice = replace(choice, edition=next(iter(editions)))
    return leaf.show(
        "subscribe.html.j2",
        status=422 if problems or meant else 200,
        wide=True,
        form=form_of(leaf.shown, editions, choice, leaf.labels, leaf.now, language=False),
        problems=(*problems, *(("did_you_mean",) if meant else ())),
        typed=typed,
        wrong=wrong,
        sure=bool(meant),
    )


def _closed(leaf: Leaf) -> Response:
    say = leaf.labels.say_html
    lede = say("none_lede", archive=leaf.to_archive)
    return leaf.show("state.html.j2", status=404, said="", heading=say("none_h1"), lede=lede, days=None)


def _wording(leaf: Leaf, wish: Preferences, edition: Edition) -> str:
    """Return what somebody agrees to, as the form has it."""
    said = sentence(wish, edition, leaf.labels, leaf.now)
    return f"{edition.title}: {said} {leaf.labels.say('subscribe_hint')}"
