"""An issue's bytes for whoever wants to see them: its page, and every mail as SMTP gets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from digest import files
from digest.model.issue import Content, Issue
from digest.parts import Parts
from digest.pipeline.audience import expected, recipient_of
from digest.pipeline.press import Mail, Press, content_of, edition_of, press
from digest.render import shown
from digest.store.codec import canonical

NOBODY: Final = "reader@example.org"
"""To whom a preview is addressed where nobody is named."""


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


def proof(parts: Parts, issue: Issue, *, address: str = "", look: str = "") -> tuple[str, str]:
    """Return (HTML, text) of the mail to an address in a look as its files stand now, also of an issue that is frozen.

    No name of a look: the edition's. Raises LookError.
    """
    known = edition_of(parts, issue)
    edition = replace(known, look=look or known.look)
    machine = Press(parts, issue, content_of(issue), edition, parts.look(edition), parts.mail(edition), {})
    recipient = recipient_of(parts, address or NOBODY, edition)
    return shown(machine.skeletons[machine.variant_for(recipient)], machine.fields(recipient))


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
    html, text = (page(parts, issue, address=address, text=plain).encode() for plain in (False, True))
    out.mkdir(parents=True, exist_ok=True)
    lines = []
    with TemporaryDirectory(prefix=".mails-", dir=out) as made:
        for n, mail in enumerate(mails(parts, issue, address=address, sample=sample), start=1):
            (Path(made) / f"{n}.eml").write_bytes(mail.data)
            lines.append({"address": mail.address, "file": f"mails/{n}.eml", "message_id": mail.message_id})
            if progress:
                progress(1)
        take_place(Path(made), out / "mails")
    write(out / "issue.html", html)
    write(out / "issue.txt", text)
    write(out / "issue.json", canonical(content_of(issue), Content))
    write(out / "mails.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
    return len(lines)


def take_place(made: Path, folder: Path) -> None:
    """Let the mails that were made stand in `folder` instead of those of an earlier export."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.glob("*.eml"):
        old.unlink()
    for mail in made.iterdir():
        mail.replace(folder / mail.name)


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path`, whole or not at all, for its owner alone: mails name their readers."""
    files.replace(path, data)
