"""The page that shows caught mails: without scripts, without anything from elsewhere, mails shut in a sandbox."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parseaddr
from pathlib import Path
from typing import Final

from aiohttp import web

from digest.anatomy import Mail, take_apart
from digest.deliver.catcher import Caught, caught
from digest.demo.news import HERE, templates
from digest.serving import SAFE, answer, serving

NAME: Final = re.compile(r"[0-9.]{1,40}\.eml")
VIEWS: Final = {"html": "HTML", "text": "Text", "headers": "Headers", "source": "Source"}
SHOWN: Final = 500
"""Mails in the list, the first ones."""
PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
MAIL_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""Of a mail's own HTML: its styles and nothing else, also when it is opened outside of its frame."""


@asynccontextmanager
async def mailbox(maildir: Path, port: int = 0) -> AsyncIterator[str]:
    """Serve the mails of a maildir on loopback while it is entered; yield the page's address. Port 0: any free one.

    Mails that come meanwhile are shown as well; the newest stands last, as they went out.
    """
    box = _Mailbox(maildir)
    routes = {
        "/": box.list,
        "/mailbox.css": box.style,
        "/mail/{name}": box.mail,
        "/mail/{name}/html": box.html,
        "/mail/{name}/eml": box.eml,
    }
    async with serving(routes, port) as url:
        yield url


class _Mailbox:
    def __init__(self, maildir: Path) -> None:
        self._maildir = maildir

    async def list(self, request: web.Request) -> web.Response:
        """All mails."""
        return self._page("", None, "html")

    async def mail(self, request: web.Request) -> web.Response:
        """One mail in one of the views, beside the list."""
        name, view = request.match_info["name"], request.query.get("as", "html")
        mail = take_apart(self._raw(name))
        if view not in VIEWS or (view == "html" and not mail.html):
            view = "text"
        return self._page(name, mail, view)

    async def html(self, request: web.Request) -> web.Response:
        """A mail's HTML part as it is, for the frame."""
        mail = take_apart(self._raw(request.match_info["name"]))
        return answer(mail.html.encode("utf-8", "replace"), "text/html", MAIL_POLICY)

    async def eml(self, request: web.Request) -> web.Response:
        """A mail byte for byte, to be saved."""
        name = request.match_info["name"]
        saved = web.Response(body=self._raw(name), content_type="message/rfc822", headers=SAFE)
        saved.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        saved.headers["Content-Security-Policy"] = MAIL_POLICY
        return saved

    async def style(self, request: web.Request) -> web.Response:
        """The page's style sheet."""
        return answer((HERE / "pages" / "mailbox.css").read_bytes(), "text/css", PAGE_POLICY)

    def _page(self, name: str, mail: Mail | None, view: str) -> web.Response:
        mails = list(caught(self._maildir))
        page = (
            templates()
            .get_template("mailbox.html.j2")
            .render(
                mails=mails[:SHOWN],
                more=max(len(mails) - SHOWN, 0),
                name=name,
                mail=mail,
                view=view,
                views=VIEWS,
                whom=whom,
            )
        )
        return answer(page.encode("utf-8", "replace"), "text/html", PAGE_POLICY)

    def _raw(self, name: str) -> bytes:
        """Return a mail's bytes; 404 for what is none."""
        path = self._maildir / "new" / name
        if not NAME.fullmatch(name) or not path.is_file():
            raise web.HTTPNotFound(text="No such mail.\n", headers=SAFE)
        return path.read_bytes()


def whom(caught: Caught) -> str:
    """Return whom a mail is for, as short as a list wants it: the name, else the address."""
    name, address = parseaddr(caught.to)
    return name or address or caught.to or ", ".join(caught.recipients) or "to nobody"
