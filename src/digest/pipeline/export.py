"""An issue's bytes for whoever wants to see them: its page, and every mail as SMTP gets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import replace as altered
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from digest.files import add, replace
from digest.model.delivery import WHOLE, Cut
from digest.model.issue import Content, Issue
from digest.parts import Parts
from digest.pipeline.audience import addressed, expected
from digest.pipeline.press import Mail, Press, content_of, edition_of, press
from digest.render import shown
from digest.store.codec import canonical

NOBODY: Final = "reader@example.org"
"""To whom a preview is addressed where nobody is named."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as a subscriber's program decodes it."""

    html: str
    text: str
    cut: Cut
    """What it leaves to the web page."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    mails: int
    cuts: dict[str, Cut]
    """By variant: what its mail leaves to the web page; variants that leave nothing are not in it."""


def mails(parts: Parts, issue: Issue, *, address: str = "", sample: int | None = None) -> Iterator[Mail]:
    """Yield the issue's mails: all, the first `sample`, or the one to `address`.

    An address that is on none of the lists gets what a subscriber who chose nothing would get, with links that lead
    nowhere.
    """
    yield from _mails(press(parts, issue), address=address, sample=sample)


def _mails(machine: Press, *, address: str, sample: int | None) -> Iterator[Mail]:
    if address:
        recipient = addressed(machine.parts, machine.issue, address, machine.edition)
        yield machine.mail(recipient, machine.variant_for(recipient))
        return
    going = expected(machine.parts, machine.issue, machine.content, machine.edition)
    for recipient, variant in islice(going, sample):
        yield machine.mail(recipient, variant)


def page(parts: Parts, issue: Issue, *, address: str = "") -> Preview:
    """Return the mail to an address; without one, to nobody in particular. To be looked at: no link of it counts."""
    return _page(press(parts, issue), address)


def _page(machine: Press, address: str) -> Preview:
    recipient = addressed(machine.parts, machine.issue, address or NOBODY, machine.edition)
    skeleton = machine.skeletons[machine.variant_for(recipient)]
    html, text = shown(skeleton, machine.fields(recipient, counts=False))
    return Preview(html, text, skeleton.cut)


def proof(parts: Parts, issue: Issue, *, address: str = "", look: str = "") -> Preview:
    """Return the mail to an address in a look as its files stand now, also of an issue that is frozen.

    No name of a look: the edition's. Raises LookError.
    """
    known = edition_of(parts, issue)
    edition = altered(known, look=look or known.look)
    machine = Press(parts, issue, content_of(issue), edition, parts.mail(edition), {}, None)
    return _page(machine, address)


def write_export(
    parts: Parts,
    issue: Issue,
    out: Path,
    *,
    address: str = "",
    sample: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Exported:
    """Write `issue.html`, `issue.txt`, `issue.json` and `mails/<n>.eml` with `mails.jsonl`.

    The page and the text are those of nobody in particular, or of `address`. What an earlier export left under
    `out/mails` is replaced. All of it is for its owner alone, whoever may look into the folder.
    """
    machine = press(parts, issue)
    preview = _page(machine, address)
    out.mkdir(parents=True, exist_ok=True)
    lines = []
    with TemporaryDirectory(prefix=".mails-", dir=out) as made:
        for n, mail in enumerate(_mails(machine, address=address, sample=sample), start=1):
            add(Path(made) / f"{n}.eml", mail.data)
            lines.append({"address": mail.address, "file": f"mails/{n}.eml", "message_id": mail.message_id})
            if progress:
                progress(1)
        take_place(Path(made), out / "mails")
    write(out / "issue.html", preview.html.encode())
    write(out / "issue.txt", preview.text.encode())
    write(out / "issue.json", canonical(machine.content, Content))
    write(out / "mails.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
    cuts = {name: skeleton.cut for name, skeleton in machine.skeletons.items() if skeleton.cut != WHOLE}
    return Exported(len(lines), cuts)


def take_place(made: Path, folder: Path) -> None:
    """Let the mails that were made stand in `folder` instead of those of an earlier export."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.glob("*.eml"):
        old.unlink()
    for mail in made.iterdir():
        mail.replace(folder / mail.name)


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path`, whole or not at all, for its owner alone: mails name their readers."""
    replace(path, data)
