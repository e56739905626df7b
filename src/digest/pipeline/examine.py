"""An issue before it leaves: its checks, and whether they let it."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Final

from digest.check import Crowd, Finding, Lore, Print, Proof, Way, check, reds, targets
from digest.classify.rules import rule_of
from digest.collect import ask
from digest.compose.facts import facts
from digest.compose.names import Names, Sort, names
from digest.errors import MoveError, Unfit
from digest.model.delivery import DeliveryState, Recipient
from digest.model.issue import Content, Edition, Issue
from digest.model.links import Asked
from digest.model.news import Article, ArticleId
from digest.model.words import words
from digest.parts import Parts
from digest.pipeline.archive import is_shown
from digest.pipeline.audience import audience, recipient_of
from digest.pipeline.export import NOBODY
from digest.pipeline.press import Press, edition_of, flaws, press
from digest.render import message
from digest.render.addresses import issue_url

LATELY: Final = timedelta(days=35)
"""How far back the issue before is looked for: a monthly edition has one too."""


def examine(
    parts: Parts, issue: Issue, *, now: datetime, asked: tuple[Asked, ...] | None = None
) -> tuple[Finding, ...]:
    """Return what the check finds in the issue as it would be sent, the worst first; changes nothing.

    `asked` is what its links answered (`ask_links`). Raises MoveError where nothing was built, LookError for a look
    that cannot be rendered.
    """
    if issue.content is None:
        raise MoveError(f"No. {issue.number} has nothing to check: {issue.reason or 'nothing was built'}")
    edition = edition_of(parts, issue)
    inputs, articles = parts.store.issues.inputs(issue.id)
    machine = press(parts, issue) if issue.content.stories else None
    before = next(iter(parts.store.issues.sent_between(edition.id, issue.send_at - LATELY, issue.send_at)), None)
    return check(
        Proof(
            content=issue.content,
            edition=edition,
            articles=_brought(parts, issue.content) | {article.id: article for article in articles},
            told=inputs.told,
            last_subject=before.content.subject if before and before.content else "",
            now=min(now, issue.expires_at),  # nothing of it leaves after that, so nothing of it grows older
            prints=_prints(parts, machine) if machine else (),
            way=_way(parts, issue, edition),
            crowd=_crowd(parts, issue, edition, before),
            lore=lore(names(edition.names)),
            faults=flaws(parts, issue) if machine else (),
            asked=asked,
        )
    )


async def ask_links(parts: Parts, issue: Issue) -> tuple[Asked, ...]:
    """Return what came of asking each distinct link of the issue that is not a reader's own. Raises MoveError."""
    machine = press(parts, issue)
    whole = _prints(parts, machine)[0]
    settings = parts.settings
    return await ask(
        targets(whole.html, machine.sender.public_url), user_agent=settings.user_agent, sources=settings.sources
    )


def require_fit(parts: Parts, issue: Issue, *, now: datetime) -> None:
    """Refuse an issue that the check finds red; raises Unfit, which says what and the cure."""
    bad = reds(examine(parts, issue, now=now))
    if bad:
        reasons = tuple(f"{one.text}{f' ({one.seen})' if one.seen else ''}: {one.cure}" for one in bad)
        raise Unfit(
            f"No. {issue.number} is not fit to send: {'; '.join(reasons)}. See all of it: digest check {issue.id}; "
            f'or, if it may go all the same: digest approve {issue.id} --override "why"',
            reasons=reasons,
        )


def crowd(parts: Parts, issue: Issue) -> Crowd:
    """Return whom the issue goes to as the lists are now, without a look at the issue before."""
    return _crowd(parts, issue, edition_of(parts, issue), None)


def _brought(parts: Parts, content: Content) -> dict[ArticleId, Article]:
    """Return the articles that stories stand on; those that editors brought in are not among what it was built from."""
    return parts.store.articles.kept(
        {cited.article for section in content.sections for item in section.items for cited in item.passages}
    )


def _prints(parts: Parts, machine: Press) -> tuple[Print, ...]:
    """Return each variant that occurs as nobody in particular would get it, the whole issue first."""
    nobody = recipient_of(parts, NOBODY, machine.edition)
    whole = machine.variant_for(nobody)
    order = (whole, *sorted(machine.skeletons.keys() - {whole}))
    return tuple(_print(machine, variant, nobody) for variant in order)


def _print(machine: Press, variant: str, nobody: Recipient) -> Print:
    """Return what is judged: the bytes as they are sent, and the page with its links leading where they lead."""
    skeleton, data = machine.skeletons[variant], machine.mail(nobody, variant).data
    sent = _html(data)
    page = _html(message(skeleton, machine.fields(nobody, counts=False))) if machine.edition.clicks else sent
    return Print(variant, _decoded(page), len(str(sent.get_payload())), data, folded=len(skeleton.cut.folded))


def _html(data: bytes) -> Message:
    return next(part for part in message_from_bytes(data).walk() if part.get_content_type() == "text/html")


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8") if isinstance(payload, bytes) else ""


def _way(parts: Parts, issue: Issue, edition: Edition) -> Way:
    url = parts.settings.public_url
    relay = next(iter(parts.settings.relays), None)
    leaves = relay is not None and relay.kind != "catcher"
    hidden = "" if is_shown(parts, edition) else issue_url(url, issue.id)
    return Way(leaves, url, parts.settings.postal_address, hidden)


def _crowd(parts: Parts, issue: Issue, edition: Edition, before: Issue | None) -> Crowd:
    """Return whom the issue goes to: the cohorts that have something in it, and who stands aside."""
    people = parts.store.subscribers
    whom = (edition.lists, edition.segments)
    census, cohorts = people.census(*whom), people.cohorts(*whom)
    content = issue.content
    plan = audience(parts, content, edition).variants if content and content.stories else {}
    going = sum(many for preferences, many in cohorts.items() if plan.get(preferences) is not None)
    return Crowd(
        lists=census.lists,
        going=going,
        suppressed=census.suppressed,
        unconfirmed=census.unconfirmed,
        left=census.left,
        nothing=sum(cohorts.values()) - going,
        before=_reached(parts, before) if before else None,
        domains=census.domains,
    )


def _reached(parts: Parts, issue: Issue) -> int:
    counts = parts.store.outbox.counts(issue.id)
    return sum(counts.values()) - counts[DeliveryState.SUPPRESSED.value]


def lore(known: Names) -> Lore:
    """Return what composing and classifying know of texts, for an edition's names."""

    def places(text: str) -> frozenset[str]:
        return facts(text, known).places

    def towns(text: str) -> list[tuple[str, str]]:
        said = words(text)
        found, i = [], 0
        while i < len(said):
            name, taken = known.at(said, i, text) or (None, 1)
            if name is not None and name.sort in (Sort.TOWN, Sort.CAPITAL):
                found.append((name.called, text[said[i].start : said[i + taken - 1].end]))
            i += taken
        return found

    return Lore(places, towns, rule_of)
