"""A mail server on loopback that delivers nothing: every mail it takes is kept as a file."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as policy
from pathlib import Path
from typing import Any, Final, Self

from aiosmtpd.smtp import SMTP

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
SIZE_LIMIT: Final = 25 * 1024 * 1024
"""Bytes of one mail; larger ones are refused."""
KEEP: Final = 10_000
"""Mails kept; the oldest goes when one more comes, which the log tells once."""
ENVELOPES: Final = "envelopes.jsonl"
HEADERS: Final = 65536
"""Bytes of a mail that are read to list it."""
NAME: Final = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})\.eml")
"""`<microseconds since 1970>.<number>.eml`: the order of arrival."""


@dataclass(frozen=True, slots=True)
class Caught:
    """A mail that was caught, as a list of mails shows it."""

    path: Path
    at: datetime
    subject: str
    to: str
    """As the mail says."""
    sender: str
    """Of the envelope: where bounces would go."""
    recipients: tuple[str, ...]
    """Of the envelope: whom it would have gone to."""


class Catcher:
    """Catches mail while it is entered; `port` is free and chosen by the system.

    Mails stand in `new/` of the maildir, byte for byte as they came over SMTP, in files that only this user reads. What
    the mails do not say, who was told as sender and recipient, stands in `envelopes.jsonl` beside it, one line a mail.
    Only the last `keep` are kept; the catcher is for looking at an issue, not for rehearsing a large list.
    """

    def __init__(self, maildir: Path, *, size_limit: int = SIZE_LIMIT, keep: int = KEEP) -> None:
        self.maildir = maildir
        self.host, self.port = HOST, 0
        self.dropped = 0
        """How many mails went to make room for newer ones."""
        self._size_limit, self._keep = size_limit, keep
        self._server: asyncio.Server | None = None
        self._names: deque[str] = deque()
        self._number = 0

    async def __aenter__(self) -> Self:
        """Make the maildir, and listen."""
        for folder in ("tmp", "new", "cur"):
            (self.maildir / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.maildir.chmod(0o700)
        self._names = deque(path.name for path in _files(self.maildir))
        self._number = max((_order(name)[1] for name in self._names), default=0)
        self._forget_lost()
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells addresses at INFO
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Listen no more; what was taken is on disk."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        """Keep a mail (a hook of aiosmtpd); the reply says whether it is on disk."""
        try:
            name = self._keep_mail(envelope.original_content, envelope.mail_from or "", tuple(envelope.rcpt_tos))
        except OSError as error:
            return f"452 4.3.1 the catcher cannot write: {error.strerror}"
        return f"250 2.0.0 kept as {name}"

    def _session(self) -> SMTP:
        loop = asyncio.get_running_loop()
        return SMTP(self, data_size_limit=self._size_limit, enable_SMTPUTF8=True, hostname="catcher", loop=loop)

    def _keep_mail(self, content: bytes, sender: str, recipients: tuple[str, ...]) -> str:
        """Write the mail and its envelope; a mail in `new/` is whole and has its envelope on file."""
        self._number += 1
        name = f"{time.time_ns() // 1000}.{self._number}.eml"
        draft = self.maildir / "tmp" / name
        _write(draft, content, os.O_EXCL)
        line = json.dumps({"file": name, "sender": sender, "recipients": recipients}) + "\n"
        _write(self.maildir / ENVELOPES, line.encode("utf-8", "backslashreplace"), os.O_APPEND)
        draft.rename(self.maildir / "new" / name)
        self._names.append(name)
        while len(self._names) > self._keep:
            self._drop_oldest()
        return name

    def _drop_oldest(self) -> None:
        (self.maildir / "new" / self._names.popleft()).unlink(missing_ok=True)
        if not self.dropped:
            log.warning("the catcher is full: the oldest mails go", extra={"kept": self._keep})
        self.dropped += 1

    def _forget_lost(self) -> None:
        """Drop the envelopes of mails that are gone, so that the file does not grow for ever."""
        known = _envelopes(self.maildir)
        lines = [json.dumps({"file": name, **known[name]}) for name in self._names if name in known]
        draft = self.maildir / "tmp" / ENVELOPES
        _write(draft, "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace"), os.O_TRUNC)
        draft.rename(self.maildir / ENVELOPES)


def caught(maildir: Path) -> Iterator[Caught]:
    """Yield the mails of the maildir in the order they came; none if there is no maildir."""
    known = _envelopes(maildir)
    for path in _files(maildir):
        try:
            with path.open("rb") as file:
                mail = message_from_bytes(file.read(HEADERS), policy=policy)
        except FileNotFoundError:
            continue  # it was the oldest, and one more came
        envelope = known.get(path.name, {})
        at = datetime.fromtimestamp(_order(path.name)[0] / 1_000_000, UTC)
        subject, to = str(mail["Subject"] or ""), str(mail["To"] or "")
        yield Caught(path, at, subject, to, envelope.get("sender", ""), tuple(envelope.get("recipients", ())))


def _files(maildir: Path) -> list[Path]:
    folder = maildir / "new"
    found = [path for path in folder.iterdir() if NAME.fullmatch(path.name)] if folder.is_dir() else []
    return sorted(found, key=lambda path: _order(path.name))


def _order(name: str) -> tuple[int, int]:
    found = NAME.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _envelopes(maildir: Path) -> dict[str, dict[str, Any]]:
    """Return what is on file, by the mail's name; lines that were not written whole are passed over."""
    try:
        lines = (maildir / ENVELOPES).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    known = {}
    for line in lines:
        try:
            entry = json.loads(line)
            known[entry["file"]] = {"sender": entry["sender"], "recipients": entry["recipients"]}
        except (ValueError, KeyError, TypeError):
            continue
    return known


def _write(path: Path, content: bytes, flags: int) -> None:
    """Write a file that only this user reads."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
