"""The parts of a running digest, built from its settings: the only place that knows which fits where."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from digest.deliver import Transport
from digest.deliver.catcher import Catcher
from digest.deliver.smtp import Gate, Gates, Login, Proof, Relays, Security, Share, SmtpTransport, authorities
from digest.encoder import Encoder, Missing, open_encoder
from digest.errors import SettingsError, SuppressionError
from digest.model.delivery import Claim
from digest.model.issue import Edition
from digest.render import Look, MailSettings, Signer, Site, open_look, open_pages
from digest.settings import Relay, Settings
from digest.shelf import Shelf
from digest.signing import read_signer
from digest.store import Store, open_store
from digest.subscribers import SUPPRESSED, Keyring, LinkTokens, Tokens, read_suppressed

if TYPE_CHECKING:
    from digest.collect import Cache, Workers

CATCHER: Final = "catcher"
"""What the catcher is called where no relay is configured."""


@dataclass(frozen=True)
class Parts:
    """Settings and what is made of them; closed by whoever opened it."""

    settings: Settings
    store: Store
    gates: Gates = field(default_factory=Gates)
    """What those share who send over the same relay; other settings are to have the same one."""
    since: float = field(default_factory=time.monotonic)
    """When they were made; of two with the same gates the limits of the later hold."""

    @cached_property
    def keyring(self) -> Keyring:
        """The keys under the data folder, made at first use; SuppressionError where that would forget suppressions."""
        return Keyring(self.keys, at_start=self._forgets_nobody)

    @cached_property
    def shelf(self) -> Shelf:
        """What was learned from editors, in the data folder."""
        return Shelf(self.settings.data / "weights")

    @cached_property
    def encoder(self) -> Encoder | Missing:
        """What tells the meaning of a passage, loaded at first use, or why there is nothing."""
        return open_encoder(self.settings.semantic)

    def _forgets_nobody(self) -> None:
        """Refuse to start with new keys where addresses were hashed with one that is gone."""
        hashed, _ = read_suppressed(self.settings.subscribers / SUPPRESSED)
        marks = {row.key for row in hashed} | self.store.subscribers.suppression_keys()
        if marks:
            raise SuppressionError(
                f"{self.keys} holds no key, but {', '.join(sorted(marks))} made the hashes of "
                "addresses that are never to be mailed; put the folder back from a backup"
            )

    @cached_property
    def workers(self) -> Workers:
        """The processes that read hostile documents."""
        from digest.collect import Workers

        return Workers()

    @cached_property
    def cache(self) -> Cache:
        """What was worked out once: pages, vectors."""
        from digest.collect import Cache

        return Cache(self.settings.data / "cache" / "collect.db")

    def close(self) -> None:
        """End what was begun; the store is its opener's."""
        for name in ("workers", "cache"):
            if name in self.__dict__:
                getattr(self, name).close()

    @cached_property
    def tokens(self) -> Tokens:
        """What makes and reads the tokens in subscribers' links."""
        return Tokens(self.keyring)

    @cached_property
    def link_tokens(self) -> LinkTokens:
        """What makes and reads the tokens in counted links."""
        return LinkTokens(self.keyring)

    def token(self, purpose: str, subscriber: int, edition: Edition) -> str:
        """Return the token with which a subscriber reaches what `purpose` names."""
        return self.tokens.make(purpose, subscriber, edition.id)

    def blank(self, purpose: str, subscriber: int, edition: Edition) -> str:
        """Return nobody's token in place of a subscriber's, as long as theirs."""
        return self.tokens.nobodys(purpose, subscriber, edition.id)

    @property
    def keys(self) -> Path:
        """The folder of the secret keys, those that sign among them."""
        return self.settings.data / "keys"

    @cached_property
    def signer(self) -> Signer:
        """What [dkim] has sign messages; raises SettingsError for a key that cannot be used."""
        return read_signer(self.keys, self.settings.dkim)

    def look(self, edition: Edition) -> Look:
        """Return the edition's look as its files are now; raises LookError."""
        return open_look(self.settings.templates, edition.look)

    def mail(self, edition: Edition) -> MailSettings:
        """Return what rendering needs to know of the sender."""
        sender, settings = self.settings.sender, self.settings
        name, address = sender.from_
        host = urlsplit(settings.public_url).hostname or ""
        return MailSettings(
            from_name=name or edition.title,
            from_address=address,
            reply_to=sender.reply_to or address,
            public_url=settings.public_url,
            postal_address=settings.postal_address,
            list_domain=address.rpartition("@")[2] or host,
            unsubscribe_mailto=sender.reply_to or address,
        )

    def site(self) -> Site:
        """Return what the public pages have in common, with their templates as they are now; raises LookError."""
        settings, address = self.settings, self.settings.sender.from_[1]
        return Site(
            title=settings.title,
            language=settings.language,
            public_url=settings.public_url,
            postal_address=settings.postal_address,
            domain=address.rpartition("@")[2] or urlsplit(settings.public_url).hostname or "",
            pages=open_pages(settings.templates),
        )

    @asynccontextmanager
    async def transport(self) -> AsyncIterator[Transport]:
        """Yield the way out: the relays of digest.toml, or the catcher, which nothing leaves, where that comes first.

        Raises SettingsError where a relay's file of authorities cannot be read.
        """
        relays = self.settings.relays
        if relays and relays[0].kind != "catcher":
            ways = [(relay, self.over(relay)) for relay in relays if relay.kind != "catcher"]  # all are right, or none
            way = Relays([self._share(relay, over) for relay, over in ways], time.monotonic)
            try:
                yield way
            finally:
                way.leave()
            return
        async with Catcher(self.settings.data / "catcher") as catcher:
            here = SmtpTransport(
                catcher.host, catcher.port, sender=self.envelope_sender, security=Security.NONE, name=CATCHER
            )
            if not relays:
                yield here
                return
            pace = self._gate(relays[0]).pace.beside()
            try:
                yield replace(here, name=relays[0].name, pace=pace)
            finally:
                pace.leave()

    def set_limits(self) -> None:
        """Have the relays' limits hold from now on for whatever is under way on this loop, too."""
        for relay in self.settings.relays:
            self._gate(relay)

    def _share(self, relay: Relay, over: SmtpTransport) -> Share:
        """Return a relay for one run of sending, which shares rate and connections with all others on this loop."""
        gate = self._gate(relay)
        over = replace(over, pace=gate.pace.beside())
        return Share(relay.name, over, relay.weight, gate.guest())

    def _gate(self, relay: Relay) -> Gate:
        most, rate = relay.connections, relay.per_second
        return self.gates.of(relay.name, connections=most, rate=rate, clock=time.monotonic, as_of=self.since)

    def over(self, relay: Relay) -> SmtpTransport:
        """Return the way over one mail server. Raises SettingsError where its file of authorities cannot be read."""
        secret = relay.password.get_secret_value() if relay.password else ""
        return SmtpTransport(
            relay.host,
            relay.port,
            sender=self.envelope_sender,
            security=Security(relay.security),
            login=Login(relay.username, secret, Proof(relay.auth)) if secret else None,
            connections=relay.connections,
            per_connection=relay.per_connection,
            timeout=relay.timeout,
            lmtp=relay.kind == "lmtp",
            tls=self._authorities(relay),
            name=relay.name,
        )

    def _authorities(self, relay: Relay) -> ssl.SSLContext | None:
        if relay.ca_file is None:
            return None
        try:
            return authorities(relay.ca_file)
        except OSError as error:
            where = f"relay.{relay.name}.ca_file"
            told = f"{relay.ca_file} holds no certificates that can be read ({error.strerror or error}); it must be PEM"
            raise SettingsError(told, where=where) from error

    def envelope_sender(self, claim: Claim) -> str:
        """Return where word of a message's failure goes: an address that names the delivery, not the subscriber."""
        domain = self.settings.sender.envelope_domain or self.settings.sender.from_[1].rpartition("@")[2]
        return f"bounce-{claim.issue}-{claim.seq}@{domain}"


@contextmanager
def open_parts(settings: Settings) -> Iterator[Parts]:
    """Yield the parts; the database is made or brought up to date first. Raises StoreError."""
    with open_store(settings.database) as store:
        parts = Parts(settings, store)
        try:
            yield parts
        finally:
            parts.close()
