"""A checked document -> the values that the other parts work with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from digest.model.issue import Edition, OwnName, Ranking, Section
from digest.model.news import Source
from digest.model.people import Segment
from digest.settings.checks import is_loopback
from digest.settings.schema import Document, EditionTable, RankTable, RelayTable, SourceTable
from digest.settings.values import Alerts, Bounces, Dkim, Origin, Pace, Proxy, Relay, Sender, Settings, Web

PORTS: Final[Mapping[str, int]] = {
    "starttls": 587,  # RFC 6409
    "tls": 465,  # RFC 8314
    "none": 25,
}
LMTP: Final = 24
NOWHERE: Final = "localhost.localdomain"
"""The domain of senders whose mail never leaves the machine."""


def build(doc: Document, path: Path, shown: tuple[Origin, ...] = (), not_yet: tuple[str, ...] = ()) -> Settings:
    """Return the settings of a document that has passed its checks; relative paths start beside `path`."""
    base = path.parent
    sections = tuple(Section(s.id, s.title, s.max_stories, s.match, s.fallback) for s in doc.section.values())
    data = below(base, doc.digest.data)
    sender = sender_of(doc)
    return Settings(
        path=path,
        title=doc.digest.title,
        timezone=doc.digest.timezone,
        language=doc.digest.language,
        data=data,
        database=database_of(doc, base, data),
        public_url=public_url_of(doc),
        postal_address=doc.digest.postal_address,
        contact=contact_of(doc),
        templates=below(base, doc.digest.templates),
        subscribers=below(base, doc.digest.subscribers),
        sections=sections,
        semantic=doc.classify.semantic == "auto",
        sources=tuple(_source(source, base) for source in doc.source.values()),
        editions={name: _edition(name, edition, doc, sections) for name, edition in doc.edition.items()},
        segments={name: segment_of(name, doc, doc.digest.timezone, doc.digest.language) for name in doc.segment},
        relays=tuple(_relay(relay, base) for relay in doc.relay.values()),
        domains=tuple(Pace(pace.match, pace.rate) for pace in doc.domain.values()),
        sender=sender,
        dkim=Dkim(doc.dkim.domain or "", doc.dkim.selectors),
        bounces=Bounces(
            below(base, doc.bounces.maildir) if doc.bounces.maildir else None,
            doc.bounces.hard_limit,
            doc.bounces.soft_limit,
        ),
        web=_web(doc),
        alerts=Alerts(doc.alerts.email, doc.alerts.webhook or "", doc.alerts.ping or ""),
        shown=shown,
        not_yet=not_yet,
    )


def below(base: Path, path: str) -> Path:
    """Return a path as it is meant from the folder of digest.toml, absolute and without `..`."""
    return Path(os.path.normpath(base / path))


def public_url_of(doc: Document) -> str:
    """Return where readers reach the web pages: the desk's own address where nobody says."""
    return doc.digest.public_url or f"http://{doc.web.listen}"


def database_of(doc: Document, base: Path, data: Path) -> str:
    """Return the database's URL; the path of an SQLite file is made absolute."""
    if doc.digest.database is None:
        return sqlite_url(data / "digest.db")
    scheme, slashes, rest = doc.digest.database.partition(":///")
    if scheme.startswith("sqlite") and slashes and rest and not rest.startswith(("/", ":memory:", "file:")):
        file, mark, query = rest.partition("?")
        return f"{sqlite_url(below(base, unquote(file)), scheme)}{mark}{query}"
    return doc.digest.database


def sqlite_url(file: Path, scheme: str = "sqlite") -> str:
    """Return the URL of an SQLite file, whatever letters its path has.

    >>> sqlite_url(Path("/srv/what?/50%/digest.db"))
    'sqlite:////srv/what%3F/50%25/digest.db'
    """
    return f"{scheme}:///{quote(str(file))}"


def contact_of(doc: Document) -> str:
    """Return what outlets learn of us: the contact, else a public address that is ours."""
    url = doc.digest.public_url or ""
    return doc.digest.contact or (url if url.startswith("https://") else "")


def sender_of(doc: Document) -> Sender:
    """Return whom messages come from; without a [sender] an address that leads nowhere, good for the catcher."""
    name, address = doc.sender.from_ or (doc.digest.title, f"digest@{_mail_domain(doc)}")
    envelope = doc.sender.envelope_domain or address.rpartition("@")[2]
    return Sender((name, address), doc.sender.reply_to or "", envelope)


def _mail_domain(doc: Document) -> str:
    name = urlsplit(public_url_of(doc)).hostname or ""
    return name if "." in name and not is_loopback(name) and not name.replace(".", "").isdigit() else NOWHERE


def port_of(relay: RelayTable) -> int:
    """Return a relay's port: the one that its security usually has where nobody says."""
    if relay.kind == "catcher":
        return 0
    return relay.port or (LMTP if relay.kind == "lmtp" else PORTS[relay.security])


def _relay(relay: RelayTable, base: Path) -> Relay:
    return Relay(
        name=relay.name,
        kind=relay.kind,
        host=relay.host or "",
        port=port_of(relay),
        security=relay.security,
        username=relay.username,
        password=relay.password,
        auth=relay.auth,
        ca_file=below(base, relay.ca_file) if relay.ca_file else None,
        weight=relay.weight,
        connections=relay.connections,
        per_connection=relay.per_connection,
        rate=relay.rate,
        timeout=relay.timeout,
    )


def _source(source: SourceTable, base: Path) -> Source:
    return Source(
        name=source.name,
        kind=source.kind,
        url=source.url or "",
        path=below(base, source.path) if source.path else None,
        every=source.every,
        weight=source.weight,
        side=source.side or "",
        language=source.language or "",
        follow=source.follow,
        allow_private=source.allow_private,
        timezone=source.timezone or "",
        select=source.select or "",
        remove=source.remove or "",
        keep=source.keep,
        drop=source.drop,
    )


def _edition(name: str, table: EditionTable, doc: Document, sections: tuple[Section, ...]) -> Edition:
    known = {section.id: section for section in sections}
    zone = table.timezone or table.send.timezone or table.draft.timezone or doc.digest.timezone
    language = table.language or doc.digest.language
    return Edition(
        id=name,
        title=table.title or doc.digest.title,
        sections=tuple(known[section] for section in table.sections or known),
        lists=tuple(dict.fromkeys(table.lists or (name,))),
        timezone=zone,
        language=language,
        draft=table.draft,
        send=table.send,
        max_age=table.max_age,
        approval=table.approval,
        deadline_grace=table.deadline_grace,
        subject=table.subject,
        look=table.look,
        min_stories=table.min_stories,
        languages=table.languages,
        mute_words=table.mute_words,
        mute_outlets=table.mute_outlets,
        catch_up=table.catch_up,
        expires=table.expires,
        never_after=table.never_after,
        per_reader_timezone=table.per_reader_timezone,
        in_doubt=table.in_doubt,
        canary=table.canary,
        brake_percent=table.brake_percent,
        ranking=_ranking(doc.rank),
        segments=tuple(segment_of(name, doc, zone, language) for name in dict.fromkeys(table.segments)),
        names=tuple(OwnName(each.name, each.also, each.place) for each in doc.name.values()),
        clicks=table.clicks,
    )


def segment_of(name: str, doc: Document, zone: str, language: str) -> Segment:
    """Return a segment as an edition of that zone and language takes it."""
    table = doc.segment[name]
    plain = Segment(
        name=name,
        sections=table.sections,
        zones=table.zones,
        languages=table.languages,
        frequencies=table.frequencies,
        domains=tuple(domain.lower() for domain in table.domains),
        joined_since=table.joined_since,
        joined_until=table.joined_until,
    )
    return plain.within(zone, language)


def _ranking(rank: RankTable) -> Ranking:
    return Ranking(
        coverage=rank.coverage,
        fit=rank.fit,
        recency=rank.recency,
        substance=rank.substance,
        position=rank.position,
        novelty=rank.novelty,
        half_life=rank.half_life,
        per_source=rank.per_source,
        per_subject=rank.per_subject,
    )


def _web(doc: Document) -> Web:
    place, _, port = doc.web.listen.rpartition(":")
    return Web(place.strip("[]"), int(port), doc.web.auth, Proxy(doc.web.proxy.header, doc.web.proxy.trusted))
