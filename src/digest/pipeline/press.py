"""What makes an issue's messages, from what is frozen with it or, before that, from what would be frozen now."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import time
from functools import cached_property, lru_cache
from typing import Final

from digest.errors import MoveError
from digest.model.delivery import WHOLE, Cut, Recipient, Skeleton, Variant
from digest.model.issue import Content, Edition, Issue
from digest.model.news import SectionId
from digest.parts import Parts
from digest.pipeline.audience import audience
from digest.render import (
    Form,
    Look,
    MailSettings,
    Seal,
    Signer,
    Speaker,
    Speech,
    binding,
    counted,
    faults,
    linked,
    message,
    own_fields,
    render,
    shared_fields,
    straight,
    variants,
)
from digest.render.addresses import archive_url
from digest.signing import sealed
from digest.store.codec import canonical, restore

log = logging.getLogger(__name__)

FORMS: Final = 64
"""So many are kept of what groups of readers get alike; readers come in the order of their hour, so of few groups."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, byte for byte."""

    address: str
    message_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Imprint:
    """What of settings and labels is frozen with an issue: a retry has bytes and signatures of the first try."""

    sender: MailSettings
    seals: tuple[Seal, ...]
    """The keys that sign it; none: it goes unsigned."""
    edition: Edition | None = None
    """As it was approved; None where an older version of the program froze it."""
    labels: dict[str, str] = field(default_factory=dict)
    """Language -> the text of its file, for what each subscriber's settings line says; empty as above."""


@dataclass(frozen=True)
class Press:
    """Makes an issue's messages. Each of them is a function of the frozen issue and its subscriber alone.

    Their Date is when the issue was put into its final form (RFC 5322, 3.6.1), not when they travel, so that preview,
    export, first try and retry are the same bytes.
    """

    parts: Parts
    issue: Issue
    content: Content
    edition: Edition
    sender: MailSettings
    skeletons: dict[str, Skeleton]
    frozen: Imprint | None
    """None: it is not frozen, and settings, labels and [dkim] have their say."""

    @cached_property
    def look(self) -> Look:
        """The look as its files were when it was asked for first; raises LookError. Frozen messages need none."""
        return self.parts.look(self.edition)

    @cached_property
    def speaker(self) -> Speaker:
        """What has the words of the personal fields: the labels as frozen, or those of the look. Raises LookError."""
        return Speech.read(self.frozen.labels) if self.frozen and self.frozen.labels else self.look

    @cached_property
    def signer(self) -> Signer:
        """What signs its messages; raises SettingsError for a key of [dkim] that cannot be used.

        A key that signed the first messages and is gone, or another by now, was taken away on purpose, and its record
        with it: what is left is signed with the keys of now.
        """
        if self.frozen is None:
            return self.parts.signer
        then = sealed(self.parts.keys, self.frozen.seals)
        if then is None:
            log.warning("the keys that signed this issue are gone; those of now sign", extra={"issue": self.issue.id})
        return then or self.parts.signer

    @property
    def imprint(self) -> str:
        """What is to be frozen with the issue, as text."""
        labels = {language: spoken.text for language, spoken in self.look.labels.items()}
        return canonical(Imprint(self.sender, self.signer.seals, self.edition, labels), Imprint).decode()

    @property
    def bound(self) -> str:
        """The hash of what an approval of this issue, as everything stands, binds."""
        return binding(self.content, self.look, self.sender, self.edition)

    def printed(self, content: Content, chosen: Iterable[Variant]) -> dict[str, Skeleton]:
        """Return the content rendered for these variants."""
        return render(content, self.look, chosen, self.sender, edition=self.edition)

    def fields(self, recipient: Recipient, *, blank: bool = False, counts: bool = True) -> dict[str, str]:
        """Return the personal fields of one subscriber's message.

        `blank`: with nobody's links in place of theirs; unless it `counts`, stories are linked directly.
        """
        alike = self._shared_fields(recipient)
        if not counts and self.edition.clicks:
            alike |= straight(linked(self.content), archive_url(self.sender.public_url))
        return {**alike, **self._own_fields(recipient, blank=blank)}

    def mail(self, recipient: Recipient, variant: str, *, blank: bool = False) -> Mail:
        """Return one subscriber's message, signed; `blank` as in `fields`. Raises SettingsError as `signer`."""
        fields = self.fields(recipient, blank=blank)
        return Mail(recipient.email, fields["message_id"], self.signer.sign(message(self.skeletons[variant], fields)))

    def letter(self, recipient: Recipient, variant: str) -> tuple[bytes, ...]:
        """Return the same message as the pieces it is made of, most of them shared with all others."""
        form = self._forms(variant, recipient.sections, recipient.language, recipient.timezone, recipient.at)
        made = form.pieces(self._own_fields(recipient))
        return (self.signer.signatures(b"".join(made)), *made) if self.signer.keys else made

    @cached_property
    def _forms(self) -> Callable[[str, tuple[SectionId, ...], str, str, time | None], Form]:
        """What returns a variant as those get it who chose alike, less what is each one's own."""
        return lru_cache(maxsize=FORMS)(self._form)

    def _form(
        self, variant: str, sections: tuple[SectionId, ...], language: str, timezone: str, at: time | None
    ) -> Form:
        anybody = Recipient(0, "", "", "", sections, timezone, language, at)
        return Form.of(self.skeletons[variant], self._shared_fields(anybody))

    def _shared_fields(self, recipient: Recipient) -> dict[str, str]:
        return self._counted | shared_fields(
            recipient,
            issue=self.issue.id,
            due_at=self.content.built_at,
            edition=self.edition,
            look=self.speaker,
            mail=self.sender,
            at=recipient.at,
        )

    @cached_property
    def _counted(self) -> dict[str, str]:
        """What stands in the places of counted links, the same for everybody."""
        if not self.edition.clicks:
            return {}
        tokens, issue = self.parts.link_tokens, self.issue.id
        return counted(linked(self.content), self.sender.public_url, lambda link: tokens.make(issue, link))

    def _own_fields(self, recipient: Recipient, *, blank: bool = False) -> dict[str, str]:
        token = self.parts.blank if blank else self.parts.token
        return own_fields(
            recipient,
            issue=self.issue.id,
            mail=self.sender,
            tokens=lambda purpose: token(purpose, recipient.subscriber, self.edition),
        )

    def variant_for(self, recipient: Recipient) -> str:
        """Return the id of the variant of what the recipient chose; of the whole issue where it has none of that."""
        choice, whole = (recipient.sections, recipient.language), ((), "")
        known = variants(self.content, [choice, whole], self.edition)
        chosen = known[choice] or known[whole]
        assert chosen is not None, "an issue without stories is never rendered"
        if chosen.id not in self.skeletons:
            self.skeletons.update(self.printed(self.content, [chosen]))
        return chosen.id


def press(parts: Parts, issue: Issue) -> Press:
    """Return what makes the issue's messages: from the frozen bytes once it goes out, else rendered now.

    Raises MoveError for an issue without stories, LookError for a look that cannot be rendered.
    """
    machine = unprinted(parts, issue)
    if not machine.skeletons:
        chosen = audience(parts, machine.content, machine.edition).distinct
        machine.skeletons.update(machine.printed(machine.content, chosen))
    return machine


def unprinted(parts: Parts, issue: Issue) -> Press:
    """Return the same with nothing rendered yet of an issue that is not frozen: each variant is when it is asked for.

    Raises MoveError for an issue without stories.
    """
    edition, content = edition_of(parts, issue), content_of(issue)
    skeletons, frozen = parts.store.issues.skeletons(issue.id), imprint_of(parts, issue)
    sender = frozen.sender if frozen else parts.mail(edition)
    return Press(parts, issue, content, edition, sender, skeletons, frozen)


def proofread(parts: Parts, content: Content, edition: Edition) -> Cut:
    """Render the whole issue and each section alone, so that a mistake in the look is told before anything is kept.

    Returns what the whole one's mail leaves to the web page; that of a reader who chose some of the sections leaves no
    more. Raises LookError.
    """
    look, mail = parts.look(edition), parts.mail(edition)
    whole = ((), "")
    chosen = variants(content, [whole, *(((section.id,), "") for section in content.sections)], edition)
    made = render(content, look, chosen.values(), mail, edition=edition)
    faults(content, look, mail)
    entire = chosen[whole]
    return made[entire.id].cut if entire else WHOLE


def flaws(parts: Parts, issue: Issue, *, look: str = "") -> tuple[str, ...]:
    """Return what the lint holds against a look as it tells the issue; nothing once its bytes are frozen.

    No name of a look: the edition's. Raises LookError for what readers would miss words by.
    """
    if not look and parts.store.issues.skeletons(issue.id):
        return ()
    known = edition_of(parts, issue)
    edition = replace(known, look=look or known.look)
    return tuple(map(str, faults(content_of(issue), parts.look(edition), parts.mail(edition))))


def edition_of(parts: Parts, issue: Issue) -> Edition:
    """Return the issue's edition: as approved and frozen with it once it goes out, before that as digest.toml has it.

    Where digest.toml has it no more, it is the one that the issue was built with. Raises UnknownError for an edition
    that is gone and whose issue was never built.
    """
    frozen = imprint_of(parts, issue)
    if frozen is not None and frozen.edition is not None:
        return frozen.edition
    known = parts.settings.editions.get(issue.edition)
    if known is not None and frozen is None:
        return known
    if issue.content is None:
        return known or parts.settings.edition(issue.edition)
    return parts.store.issues.inputs(issue.id)[0].edition


def imprint_of(parts: Parts, issue: Issue) -> Imprint | None:
    """Return what was frozen with the issue; None before it goes out."""
    kept = parts.store.issues.imprint(issue.id)
    return restore(kept.encode(), Imprint) if kept else None


def content_of(issue: Issue) -> Content:
    """Return what the issue says; raises MoveError where nothing was built, or nothing was found to tell."""
    if issue.content is None or not issue.content.stories:
        raise MoveError(f"No. {issue.number} has no stories: {issue.reason or 'nothing was built'}")
    return issue.content
