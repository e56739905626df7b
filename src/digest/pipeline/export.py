"""An issue's bytes for whoever wants to see them: its page, and every mail as SMTP gets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from digest.errors import MoveError
from digest.model.delivery import Recipient, Skeleton
from digest.model.issue import Content, Edition, Issue
from digest.parts import Parts
from digest.pipeline.audience import audience, expected, recipient_of
from digest.render import Look, MailSettings, fields_for, message, render, shown, variants
from digest.store.codec import canonical

NOBODY: Final = "reader@example.org"
"""To whom a preview is addressed where nobody is named."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, byte for byte."""

    address: str
    message_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Press:
    """Makes an issue's messages. Each of them is a function of the frozen issue and its subscriber alone.

    Their Date is when the issue was put into its final form (RFC 5322, 3.6.1), not when they travel, so that preview,
    export, first try and retry are the same bytes.
    """

    parts: Parts
    issue: Issue
    content: Content
    edition: Edition
    look: Look
    settings: MailSettings
    skeletons: dict[str, Skeleton]

    def fields(self, recipient: Recipient) -> dict[str, str]:
        """Return the personal fields of one subscriber's message."""
        return fields_for(
            recipient,
            issue=self.issue.id,
            due_at=self.content.built_at,
            edition=self.edition,
            look=self.look,
            mail=self.settings,
            tokens=lambda purpose: self.parts.token(purpose, recipient.subscriber, self.edition),
            at=recipient.at,
        )

    def mail(self, recipient: Recipient, variant: str) -> Mail:
        """Return one subscriber's message."""
        fields = self.fields(recipient)
        return Mail(recipient.email, fields["message_id"], message(self.skeletons[variant], fields))

    def variant_for(self, recipient: Recipient) -> str:
        """Return the id of the variant of what the recipient chose; of the whole issue where it has none of that."""
        choice, whole = (recipient.sections, recipient.language), ((), "")
        known = variants(self.content, [choice, whole], self.edition)
        chosen = known[choice] or known[whole]
        assert chosen is not None, "an issue without stories is never rendered"
        if chosen.id not in self.skeletons:
            self.skeletons.update(render(self.content, self.look, [chosen], self.settings, edition=self.edition))
        return chosen.id


def press(parts: Parts, issue: Issue) -> Press:
    """Return what makes the issue's messages: from the frozen bytes once it goes out, else rendered now."""
    edition = parts.settings.edition(issue.edition)
    skeletons = parts.store.issues.skeletons(issue.id) or skeletons_of(parts, issue)
    return Press(parts, issue, content_of(issue), edition, parts.look(edition), parts.mail(edition), skeletons)


def skeletons_of(parts: Parts, issue: Issue) -> dict[str, Skeleton]:
    """Return the issue rendered for every variant that occurs among its subscribers, and for the whole issue."""
    content, edition = content_of(issue), parts.settings.edition(issue.edition)
    crowd = audience(parts, content, edition)
    return render(content, parts.look(edition), crowd.distinct, parts.mail(edition), edition=edition)


def content_of(issue: Issue) -> Content:
    """Return what the issue says; raises MoveError where nothing was built, or nothing was found to tell."""
    if issue.content is None or not issue.content.stories:
        raise MoveError(f"No. {issue.number} has no stories: {issue.reason or 'nothing was built'}")
    return issue.content


def mails(parts: Parts, issue: Issue, *, address: str = "", sample: int | None = None) -> Iterator[Mail]:
    """Yield the issue's mails: all, the first `sample`, or the one to `address`.

    An address that is on none of the lists gets what a subscriber who chose nothing would get, with links that lead
    nowhere.
    """
    machine = press(parts, issue)
    if address:
        recipient = recipient_of(parts, address, machine.edition)
        yield machine.mail(recipient, machine.variant_for(recipient))
        return
    going = expected(parts, issue, machine.content, machine.edition)
    for recipient, variant in islice(going, sample):
        yield machine.mail(recipient, variant)


def page(parts: Parts, issue: Issue, *, address: str = "", text: bool = False) -> str:
    """Return the HTML (or the text part) of the mail to an address, as their mail program decodes it."""
    machine = press(parts, issue)
    recipient = recipient_of(parts, address or NOBODY, machine.edition)
    html, plain = shown(machine.skeletons[machine.variant_for(recipient)], machine.fields(recipient))
    return plain if text else html


def write_export(
    parts: Parts,
    issue: Issue,
    out: Path,
    *,
    address: str = "",
    sample: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write `issue.html`, `issue.txt`, `issue.json` and `mails/<n>.eml` with `mails.jsonl`; return how many mails.

    The page and the text are those of nobody in particular, or of `address`. What an earlier export left under
    `out/mails` is replaced.
    """
    folder = out / "mails"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.eml"):
        old.unlink()
    write(out / "issue.html", page(parts, issue, address=address).encode())
    write(out / "issue.txt", page(parts, issue, address=address, text=True).encode())
    write(out / "issue.json", canonical(content_of(issue), Content))
    lines = []
    for n, mail in enumerate(mails(parts, issue, address=address, sample=sample), start=1):
        write(folder / f"{n}.eml", mail.data)
        lines.append({"address": mail.address, "file": f"mails/{n}.eml", "message_id": mail.message_id})
        if progress:
            progress(1)
    write(out / "mails.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
    return len(lines)


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path`, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
