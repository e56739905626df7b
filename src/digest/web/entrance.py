"""Who is at the door: by password and session, by a proxy's word, or anybody who is on this machine."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from digest.model.editors import Editor, Right
from digest.parts import Parts
from digest.store.editors import NOBODY
from digest.web.guard import host_name
from digest.web.passwords import matches
from digest.web.throttle import Throttle

SESSION: Final = "digest_session"
DEVICE: Final = "digest_device"
SAID: Final = "digest_said"
LASTS: Final = timedelta(days=30)
"""How long a session goes on without signing in again."""
KNOWN_FOR: Final = timedelta(days=365)
SAID_FOR: Final = timedelta(minutes=1)
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
    _turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(2))
    """A password takes 64 MiB to be looked at; many at a time would be a way to stop the machine."""

    @property
    def auth(self) -> str:
        """How editors are known: `password`, `proxy`, `none`."""
        return self.parts.settings.web.auth

    @cached_property
    def _signed(self) -> URLSafeTimedSerializer:
        secret = hmac.digest(self.parts.keyring.current.secret, LABEL, "sha256")
        return URLSafeTimedSerializer(secret, signer_kwargs={"digest_method": hashlib.sha256})

    # ----------------------------------------------------------------------------------------------- who it is

    def who(self, request: Request, now: datetime) -> Editor | None:
        """Return who asks; None for a stranger."""
        if self.auth == "none":
            return Editor("editor", Right.OPERATOR, now, password=False)
        if self.auth == "proxy":
            name = self.vouched(request)
            return self.parts.store.editors.find(name) if name else None
        cookie = request.cookies.get(SESSION, "")
        return self.parts.store.editors.whose(_digest(cookie), now) if cookie else None

    def vouched(self, request: Request) -> str:
        """Return the name that a trusted proxy gives; empty where there is none, or the word is not a proxy's."""
        proxy = self.parts.settings.web.proxy
        return request.headers.get(proxy.header, "").strip() if _within(_peer(request), proxy.trusted) else ""

    def address(self, request: Request) -> str:
        """Return where a request comes from: as a trusted proxy says, else whoever is connected."""
        peer, trusted = _peer(request), self.parts.settings.web.proxy.trusted
        told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return told if told and _within(peer, trusted) else peer

    # ----------------------------------------------------------------------------------------------- coming and going

    def admit(self, request: Request, name: str, password: str, now: datetime) -> Editor | None:
        """Return the editor whose password it is; None where it is not. Raises Wait after too many wrong tries.

        A machine on which that editor has signed in before is counted by itself: whoever guesses from elsewhere does
        not make its owner wait.
        """
        keys = self._keys(request, name)
        moment = now.timestamp()
        if (wait := self.throttle.wait(keys, moment)) > 0:
            raise Wait(wait)
        self.throttle.tried(keys, moment)
        with self._turns:
            fits = matches(self.parts.store.editors.hash_of(name), password)
        if not fits:
            return None
        self.throttle.right(keys)
        return self.parts.store.editors.find(name)

    def admit_once(self, token: str) -> bool:
        """Return whether it is the link that opens a desk without editors; it does so a single time."""
        right = bool(self.once) and hmac.compare_digest(self.once.encode(), token.encode())
        if right:
            self.once = ""
        return right and not self.parts.store.editors.there_are_any()

    def begin(self, request: Request, answer: Response, name: str, now: datetime) -> None:
        """Begin a session: always a new one, so that nobody can have laid theirs ready before."""
        value = secrets.token_urlsafe(32)
        self.parts.store.editors.begin(_digest(value), name, now, now + LASTS)
        self._set(request, answer, SESSION, value, LASTS)
        if name != NOBODY:
            known = self._signed.dumps([name.casefold(), secrets.token_hex(8)], salt=DEVICE)
            self._set(request, answer, DEVICE, known, KNOWN_FOR)

    def end(self, request: Request, answer: Response) -> None:
        """End the session that a request belongs to."""
        self.parts.store.editors.end(_digest(request.cookies.get(SESSION, "")))
        answer.delete_cookie(SESSION)

    # ----------------------------------------------------------------------------------------------- a word on the way

    def say(self, request: Request, answer: Response, text: str) -> None:
        """Let the next page tell what was done. Signed: nobody else puts words into our mouth."""
        self._set(request, answer, SAID, self._signed.dumps(text, salt=SAID), SAID_FOR)

    def said(self, request: Request) -> str:
        """Return what the page before has left to tell; empty for nothing."""
        said = self._read(request, SAID, SAID_FOR)
        return said if isinstance(said, str) else ""

    def _keys(self, request: Request, name: str) -> list[Hashable]:
        match self._read(request, DEVICE, KNOWN_FOR):
            case [str(owner), str(device)] if owner == name.casefold():
                return [(DEVICE, device)]
        return [("address", _block(self.address(request))), ("name", name.casefold())]

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
            httponly=True,
            samesite="lax",
            secure=self._is_public(request),
        )

    def _is_public(self, request: Request) -> bool:
        """Return whether the browser came over https, by the address that readers use."""
        url = self.parts.settings.public_url
        return url.startswith("https://") and host_name(request.headers.get("host", "")) == host_name(url[8:])


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _within(address: str, networks: Iterable[str]) -> bool:
    try:
        at = ip_address(address)
    except ValueError:
        return False
    return any(at in ip_network(network) for network in networks)


def _block(address: str) -> str:
    """Return what one person has of addresses: one, or in IPv6 a /64 of them.

    >>> _block("192.0.2.7"), _block("2001:db8:1:2:3:4:5:6")
    ('192.0.2.7', '2001:db8:1:2::/64')
    """
    try:
        at = ip_address(address)
    except ValueError:
        return address
    return address if at.version == 4 else str(ip_network((int(at) >> 64 << 64, 64)))
