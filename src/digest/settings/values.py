"""What digest.toml says of mail, web and alerts, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from digest import __version__
from digest.errors import UnknownError
from digest.model.issue import Edition, Section
from digest.model.news import Source, SourceKind
from digest.model.people import Segment
from digest.settings.when import read_rate

_NAMELESS: Final = (
    "`contact` is not set, nor an https `public_url`; publishers may block a reader that does not say whose it is"
)


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server that takes our messages, or the catcher that keeps them."""

    name: str
    kind: str
    """`smtp`, `lmtp` or `catcher`."""
    host: str
    """Empty for the catcher."""
    port: int
    """0 for the catcher."""
    security: str
    """`starttls`, `tls`, or `none`, which only a loopback host may have."""
    username: str = ""
    """Empty: no AUTH."""
    password: SecretStr | None = None
    """There if and only if there is a username."""
    auth: str = "password"
    """`password` or `xoauth2`: what the password is."""
    ca_file: Path | None = None
    """Who vouches for its certificate; None: the machine's authorities."""
    weight: int = 1
    """Its part of the mail beside other relays; 0: only while no other is there."""
    connections: int = 4
    per_connection: int = 0
    """How many messages go over a connection; 0: any number."""
    rate: str | None = None
    """`40/s`, `300/min`, `5000/h`; None: as fast as it takes them."""
    timeout: timedelta = timedelta(seconds=60)

    @property
    def per_second(self) -> float | None:
        """Messages a second that `rate` allows; None: any."""
        return read_rate(self.rate) if self.rate else None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the mail of some domains may go, whatever the relay allows."""

    match: tuple[str, ...]
    """Domains of recipients, lower case; `*.example` takes all below it."""
    rate: str

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return read_rate(self.rate)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom messages come from."""

    from_: tuple[str, str]
    """(name, address); the name may be empty."""
    reply_to: str
    """An address; empty: answers go to `from_`."""
    envelope_domain: str
    """Where bounces go."""


@dataclass(frozen=True, slots=True)
class Dkim:
    """Who signs."""

    domain: str
    """Empty: nothing is signed."""
    selectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounces:
    """Where bounces arrive, and how many are too many."""

    maildir: Path | None
    """Absolute; None: nobody looks."""
    hard_limit: int = 1
    soft_limit: int = 5


@dataclass(frozen=True, slots=True)
class Proxy:
    """Whose word on who is at the desk is taken."""

    header: str = "Remote-User"
    trusted: tuple[str, ...] = ()
    """Networks, CIDR."""


@dataclass(frozen=True, slots=True)
class Web:
    """Where the desk is served, and to whom."""

    host: str
    port: int
    auth: str
    """`password`, `proxy`, or `none`, which only a loopback address may have."""
    proxy: Proxy


@dataclass(frozen=True, slots=True)
class Alerts:
    """Who hears of trouble."""

    email: tuple[str, ...] = ()
    webhook: str = field(default="", repr=False)
    """An address that is told as well; whoever knows it can tell lies there."""
    ping: str = field(default="", repr=False)
    """An address that is fetched after each job, so that silence is noticed; whoever knows it can fake one."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting: what holds, and who said so."""

    key: str
    """`relay.main.port`."""
    value: str
    """As it would be written in digest.toml; a secret is ten asterisks."""
    origin: str
    """`digest.toml:12`, `DIGEST_RELAY__MAIN__PORT`, `secrets file …`, or `default`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that digest.toml, the secrets files and the environment say, checked."""

    path: Path
    """Of digest.toml, absolute."""
    title: str
    timezone: str
    """IANA, of editions that name no other."""
    language: str
    """BCP 47, of editions that name no other."""
    data: Path
    """Absolute; may not exist yet."""
    database: str = field(repr=False)
    """SQLAlchemy URL; may hold a password."""
    public_url: str
    """Without a slash at its end."""
    postal_address: str
    contact: str
    """Where an outlet finds whoever fetches its feeds: an address or a URL; may be empty."""
    templates: Path
    subscribers: Path

    sections: tuple[Section, ...]
    semantic: bool
    """Whether the sentence encoder is asked, where it is installed."""
    sources: tuple[Source, ...]
    editions: Mapping[str, Edition]
    """By their ids, in the file's order."""
    segments: Mapping[str, Segment]
    """By their names; zones and languages are judged by those of the newsletter."""

    relays: tuple[Relay, ...]
    """The first is the way out; empty: everything goes to the catcher."""
    domains: tuple[Pace, ...]
    sender: Sender
    dkim: Dkim
    bounces: Bounces
    web: Web
    alerts: Alerts

    shown: tuple[Origin, ...] = field(repr=False)
    not_yet: tuple[str, ...] = ()
    """A line for each setting that was changed and has no effect: `digest.toml:12: …`."""

    @property
    def folder(self) -> Path:
        """Where digest.toml lies; relative paths start here."""
        return self.path.parent

    @property
    def user_agent(self) -> str:
        """How digest introduces itself to the outlets it reads."""
        return f"digest/{__version__} (+{self.contact})" if self.contact else f"digest/{__version__}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What operators are to be told of settings that are right: a line each, of what has no effect or is missed."""
        public = any(source.kind is not SourceKind.FOLDER and not source.allow_private for source in self.sources)
        return self.not_yet if self.contact or not public else (*self.not_yet, f"{self.path.name}: {_NAMELESS}")

    def edition(self, name: str) -> Edition:
        """Return an edition; UnknownError names those there are."""
        if name not in self.editions:
            there = ", ".join(self.editions) or "none"
            raise UnknownError(f"there is no edition {name!r}; digest.toml has {there}")
        return self.editions[name]

    def origins(self) -> tuple[Origin, ...]:
        """Return every setting that holds, in the file's order, with where it comes from."""
        return self.shown
