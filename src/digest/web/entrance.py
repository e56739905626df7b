"""Who is at the door: by password and session, by a proxy's word, or anybody who is on this machine."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from digest.model.editors import LONGEST_NAME, Editor, Right, key_of
from digest.parts import Parts
from digest.store.editors import NOBODY
from digest.web.below import root
from digest.web.guard import host_name, is_number
from digest.web.passwords import matches
from digest.web.readers.client import said_by
from digest.web.readers.rates import address_of, place
from digest.web.throttle import Throttle

SESSION: Final = "digest_session"
DEVICE: Final = "digest_device"
SAID: Final = "digest_said"
AUTHOR: Final = "author"
"""The field by which a form says on whose page its words were typed."""
LASTS: Final = timedelta(days=30)
"""How long a session goes on without signing in again."""
KNOWN_FOR: Final = timedelta(days=365)
SAID_FOR: Final = timedelta(minutes=1)
SAID_MOST: Final = 3000
"""Bytes of a cookie with a sentence: browsers drop what is over 4096 with its name (RFC 6265, 6.1)."""
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers of a request that comes through somebody else."""
LABEL: Final = b"\x00digest desk 1\x00"
"""Keeps what the key signs here apart from tokens and addresses."""


class Wait(Exception):
    """Too many wrong tries; `seconds` from now the next one is heard."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds:.0f} s")
        self.seconds = seconds


@dataclass
class Entrance:
    """Lets editors in. `once` opens the desk a single time, for a desk that has no editors yet; empty: nothing does."""

    parts: Parts
    once: str = ""
    throttle: Throttle = field(default_factory=Throttle)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    @property
    def auth(self) -> str:
        """How editors are known: `password`, `proxy`, `none`."""
        return self.parts.settings.web.auth

    @cached_property
    def _secret(self) -> bytes:
        return hmac.digest(self.parts.keyring.current.secret, LABEL, "sha256")

    @cached_property
    def _signed(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, signer_kwargs={"digest_method": hashlib.sha256})

    @cached_property
    def _authors(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, AUTHOR, signer_kwargs={"digest_method": hashlib.sha256})

    # ----------------------------------------------------------------------------------------------- who it is

    def who(self, request: Request, now: datetime) -> Editor | None:
        """Return who asks; None for a stranger."""
        if self.auth == "none":
            return Editor("editor", Right.OPERATOR, now, password=False) if is_from_here(request) else None
        if self.auth == "proxy":
            name = self.vouched(request)
            return self.parts.store.editors.find(name) if name else None
        cookie = request.cookies.get(SESSION, "")
        return self.parts.store.editors.whose(_digest(cookie), now) if cookie else None

    def vouched(self, request: Request) -> str:
        """Return the name that a trusted proxy gives; empty where there is none, or the word is not a proxy's.

        Of two names one is what a visitor sent: a proxy that adds its own and leaves theirs vouches for nobody.
        """
        proxy = self.parts.settings.web.proxy
        names = request.headers.getlist(proxy.header)
        return _as_utf8(names[0]).strip() if len(names) == 1 and _within(_peer(request), proxy.trusted) else ""

    def address(self, request: Request) -> str:
        """Return where a request comes from: as a trusted proxy says, else whoever is connected."""
        return said_by(
            _peer(request), request.headers.getlist("x-forwarded-for"), self.parts.settings.web.proxy.trusted
        )

    # ----------------------------------------------------------------------------------------------- coming and going

    def admit(self, request: Request, answer: Response, name: str, password: str, now: datetime) -> bool:
        """Begin a session of the editor whose password it is, and return whether it is. Raises Wait after wrong tries.

        A machine on which that editor has signed in before is counted by itself: whoever guesses from elsewhere does
        not make its owner wait. A name that nobody can have is not counted.
        """
        if len(name) > LONGEST_NAME:
            return False
        keys, shared, moment = self._keys(request, name), ("name", key_of(name)), now.timestamp()
        if (wait := self.throttle.wait(keys, moment, shared if len(keys) > 1 else None)) > 0:
            raise Wait(wait)
        counted = [*keys, shared] if len(keys) > 1 else keys
        self.throttle.tried(counted, moment)
        kept = self.parts.store.editors.hash_of(name)
        if not matches(kept, password) or not self._begin(request, answer, name, now, kept=kept):
            return False
        self.throttle.right(counted)
        known = self._signed.dumps([key_of(name), secrets.token_hex(8)], salt=DEVICE)
        self._set(request, answer, DEVICE, known, KNOWN_FOR)
        return True

    def admit_once(self, request: Request, answer: Response, token: str, now: datetime) -> bool:
        """Begin nobody's session by the link that opens a desk without editors, and return whether it is that.

        It opens a single time, also where two come with it at once.
        """
        with self._opening:
            right = bool(self.once) and hmac.compare_digest(self.once.encode(), token.encode())
            if right:
                self.once = ""
        return right and self._begin(request, answer, NOBODY, now)

    def _begin(self, request: Request, answer: Response, name: str, now: datetime, *, kept: str = "") -> bool:
        """Begin a session: always a new one, so that nobody can have laid theirs ready before."""
        value = secrets.token_urlsafe(32)
        begun = self.parts.store.editors.begin(_digest(value), name, now, now + LASTS, kept=kept)
        if begun:
            self._set(request, answer, SESSION, value, LASTS)
        return begun

    def end(self, request: Request, answer: Response) -> None:
        """End the session that a request belongs to."""
        self.parts.store.editors.end(_digest(request.cookies.get(SESSION, "")))
        answer.delete_cookie(SESSION, path=root() or "/")

    # ----------------------------------------------------------------------------------------------- whose words

    def author(self, name: str) -> str:
        """Return what forms on a page of an editor say of whose it is; the same each time."""
        return str(self._authors.dumps(name))

    def stranger_to(self, form: Mapping[str, str], name: str) -> str:
        """Return on whose page a form was filled in where that is not `name`; empty where it is, or nobody says."""
        try:
            author = self._authors.loads(form.get(AUTHOR, ""))
        except BadData:
            return ""
        return author if isinstance(author, str) and key_of(author) != key_of(name) else ""

    # ----------------------------------------------------------------------------------------------- a word on the way

    def say(self, request: Request, answer: Response, text: str) -> None:
        """Let the next page tell what was done. Signed: nobody else puts words into our mouth.

        What is too long for a cookie loses its end, by what it takes there: letters beyond ASCII take six bytes.
        """
        signed = self._signed.dumps(text, salt=SAID)
        while len(signed) > SAID_MOST:
            text = f"{text[: len(text) * 9 // 10 - 1]}…"
            signed = self._signed.dumps(text, salt=SAID)
        self._set(request, answer, SAID, signed, SAID_FOR)

    def said(self, request: Request) -> str:
        """Return what the page before has left to tell; empty for nothing."""
        said = self._read(request, SAID, SAID_FOR)
        return said if isinstance(said, str) else ""

    def _keys(self, request: Request, name: str) -> list[Hashable]:
        match self._read(request, DEVICE, KNOWN_FOR):
            case [str(owner), str(device)] if owner == key_of(name):
                return [(DEVICE, device)]
        there = place(self.address(request))
        return [("pair", key_of(name), there), ("place", there)]

    def _read(self, request: Request, cookie: str, lasts: timedelta) -> object:
        try:
            return self._signed.loads(request.cookies.get(cookie, ""), int(lasts.total_seconds()), salt=cookie)
        except BadData:
            return None

    def _set(self, request: Request, answer: Response, cookie: str, value: str, lasts: timedelta) -> None:
        answer.set_cookie(
            cookie,
            value,
            max_age=int(lasts.total_seconds()),
            path=root() or "/",
            httponly=True,
            samesite="lax",
            secure=self._is_public(request),
        )

    def _is_public(self, request: Request) -> bool:
        """Return whether the browser came over https, by the address that readers use."""
        url = urlsplit(self.parts.settings.public_url)
        return url.scheme == "https" and host_name(request.headers.get("host", "")) == host_name(url.netloc)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _within(host: str, networks: Iterable[str]) -> bool:
    at = address_of(host)
    return at is not None and any(at in ip_network(network) for network in networks)


def _as_utf8(value: str) -> str:
    """Return a header's value, which is handed on as Latin-1, as the UTF-8 that proxies write names in."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def is_from_here(request: Request) -> bool:
    """Return whether a request was made on this machine for this machine, and not through somebody else."""
    name = host_name(request.headers.get("host", ""))
    through = any(header in request.headers for header in FORWARDED)
    return not through and (name == "localhost" or (is_number(name) and ip_address(name).is_loopback))
