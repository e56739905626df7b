"""What must hold between settings, once each of them is sound by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from typing import TypeAlias
from zoneinfo import available_timezones

from digest.model.news import BOILERPLATE, OTHER, SourceKind
from digest.model.people import FREQUENCIES
from digest.settings.lines import KeyPath
from digest.settings.schema import Document, EditionTable, RelayTable, SourceTable
from digest.settings.when import show_days, show_schedule

Finding: TypeAlias = tuple[KeyPath, str]
"""Which setting, and a sentence on what is wrong with it."""

WEEK = 7


def check(doc: Document) -> Iterator[Finding]:
    """Yield everything that does not fit together."""
    yield from _sections(doc)
    yield from _sources(doc)
    for name, edition in doc.edition.items():
        yield from _edition(("edition", name), edition, [section.id for section in doc.section.values()])
    yield from _segments(doc)
    yield from _relays(doc)
    yield from _doubled("name", "name", [name.name for name in doc.name.values()])
    yield from _web(doc)
    if doc.dkim.domain and not doc.dkim.selectors:
        yield ("dkim", "domain"), "it signs with no key; add `selectors`"
    if doc.dkim.selectors and not doc.dkim.domain:
        yield ("dkim", "selectors"), "they belong to no domain; add `domain`"


def _sections(doc: Document) -> Iterator[Finding]:
    yield from _doubled("section", "id", [section.id for section in doc.section.values()])
    if not doc.section:
        yield ("section",), "there is no [[section]]; an edition needs at least one"
    for n, section in doc.section.items():
        if section.id in (OTHER, BOILERPLATE):
            yield ("section", n, "id"), f"{section.id!r} means what fits no section; take another id"
    fallbacks = [n for n, section in doc.section.items() if section.fallback]
    for n in fallbacks[1:]:
        first = doc.section[fallbacks[0]].id
        yield ("section", n, "fallback"), f"{first!r} already takes what fits no section; only one can"


def _doubled(table: str, key: str, names: Sequence[str]) -> Iterator[Finding]:
    for n, name in enumerate(names):
        if name in names[:n]:
            yield (table, n, key), f"there already is a [[{table}]] {name!r}; each {key} stands once"


def _sources(doc: Document) -> Iterator[Finding]:
    yield from _doubled("source", "name", [source.name for source in doc.source.values()])
    for n, source in doc.source.items():
        yield from _source(("source", n), source)


def _source(at: KeyPath, source: SourceTable) -> Iterator[Finding]:
    wanted, other = ("path", "url") if source.kind is SourceKind.FOLDER else ("url", "path")
    if getattr(source, wanted) is None:
        yield at, f"{source.name!r} is a {source.kind} and needs `{wanted}`"
    if getattr(source, other) is not None:
        yield (*at, other), f"{source.name!r} is a {source.kind} and has no `{other}`"
    if source.kind is SourceKind.FOLDER:
        for key in ("select", "remove"):
            if getattr(source, key):
                yield (*at, key), f"{source.name!r} is a folder; its files are read whole"
    elif source.kind is SourceKind.FEED and not source.follow and (source.select or source.remove):
        yield (*at, "follow"), "its pages are not fetched, so `select` and `remove` find nothing"
    if source.every < timedelta(minutes=1):
        yield (*at, "every"), "no outlet wants to be asked more often than each minute; write 1m or more"


def _edition(at: KeyPath, edition: EditionTable, sections: Sequence[str]) -> Iterator[Finding]:
    for n, section in enumerate(edition.sections or ()):
        if section not in sections:
            yield (*at, "sections", n), f"there is no section {section!r}; there are {', '.join(sections)}"
        elif section in (edition.sections or ())[:n]:
            yield (*at, "sections", n), f"section {section!r} stands twice"
    if edition.sections == ():
        yield (*at, "sections"), "it is empty; leave it out to take every section"
    yield from _hours(at, edition)
    for key in ("max_age", "expires", "catch_up"):
        if getattr(edition, key) <= timedelta():
            yield (*at, key), f"`{key}` must be more than nothing"
    if timedelta() < edition.expires < edition.catch_up:
        yield (*at, "catch_up"), "it is longer than `expires`: a late start would send nothing"


def _hours(at: KeyPath, edition: EditionTable) -> Iterator[Finding]:
    """A draft belongs to the send of the same day, or of the day after where its hour is the later one."""
    draft, send = edition.draft, edition.send
    zone = edition.timezone or send.timezone or draft.timezone
    for key, schedule in (("draft", draft), ("send", send)):
        if schedule.timezone not in ("", zone):
            yield (*at, key), f"an edition has one zone, and elsewhere {zone} is named; write it once"
    calendar = (draft.days, draft.dates, draft.months) == (send.days, send.dates, send.months)
    if calendar and draft.at > send.at:
        yield (*at, "draft"), f"the draft at {draft.slot} comes after the send at {send.slot} of the same day"
        return
    if send.dates or send.months or draft.dates or draft.months:
        if not calendar:
            same = show_schedule(replace(send, at=draft.at, timezone=""))
            yield (*at, "draft"), f"its days are not those of `send`; write {same}, before {send.slot}"
    else:
        eve = draft.at > send.at
        wanted = frozenset((day - eve) % WEEK for day in send.days)
        if draft.days != wanted:
            yield (*at, "draft"), f"its days do not lead to those of `send`; write {show_days(wanted)} {draft.slot}"
    if edition.never_after is not None and edition.never_after <= send.at:
        yield (*at, "never_after"), f"it is not after the send at {send.slot}, so nothing could be sent"


def _segments(doc: Document) -> Iterator[Finding]:
    for name, edition in doc.edition.items():
        for n, wanted in enumerate(edition.segments):
            if wanted not in doc.segment:
                there = ", ".join(doc.segment) or "none"
                yield ("edition", name, "segments", n), f"there is no [segment.{wanted}]; there are {there}"
    sections, zones = [section.id for section in doc.section.values()], available_timezones()
    for name, segment in doc.segment.items():
        at: KeyPath = ("segment", name)
        for n, section in enumerate(segment.sections):
            if section not in sections:
                yield (*at, "sections", n), f"there is no section {section!r}; there are {', '.join(sections)}"
        for n, zone in enumerate(segment.zones):
            known = any(each.startswith(zone[:-1]) for each in zones) if zone.endswith("*") else zone in zones
            if not known:
                yield (*at, "zones", n), f"no zone is called {zone!r}; write one as Europe/Kyiv, or Europe/*"
        for n, word in enumerate(segment.frequencies):
            if word not in FREQUENCIES:
                yield (*at, "frequencies", n), f"{word!r} is none; there are {', '.join(FREQUENCIES)}"
        if segment.joined_since and segment.joined_until and segment.joined_since > segment.joined_until:
            yield (*at, "joined_until"), "it is before `joined_since`, so nobody fits"
        if not any(getattr(segment, key) for key in type(segment).model_fields):
            yield at, "it asks for nothing, so everybody fits; give it a condition"


def is_loopback(host: str) -> bool:
    """Return whether a host can only be this machine: 127.0.0.0/8, ::1 or localhost.

    >>> [is_loopback(host) for host in ("127.0.0.9", "::1", "localhost", "mx.brief.example", "10.0.0.1")]
    [True, True, True, False, False]
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _relays(doc: Document) -> Iterator[Finding]:
    yield from _doubled("relay", "name", [relay.name for relay in doc.relay.values()])
    for n, relay in doc.relay.items():
        yield from _relay(("relay", n), relay)
    outside = [relay.name for relay in doc.relay.values() if relay.host and not is_loopback(relay.host)]
    if outside:
        yield from _outside(doc, outside[0])


def _outside(doc: Document, relay: str) -> Iterator[Finding]:
    """What must be known before mail leaves the machine."""
    if not (doc.digest.public_url or "").startswith("https://"):
        yield (
            ("digest", "public_url"),
            f"relay {relay!r} mails to people, whose links need an https address; set `public_url` in [digest]",
        )
    if doc.sender.from_ is None:
        yield ("sender", "from"), f"relay {relay!r} mails to people; set `from` in [sender] to whom it comes from"


def _relay(at: KeyPath, relay: RelayTable) -> Iterator[Finding]:
    if relay.kind == "catcher":
        for key in ("host", "port", "username", "password", "ca_file"):
            if getattr(relay, key):
                yield (*at, key), f"the catcher has no `{key}`; it keeps mails in a folder"
        return
    if relay.host is None:
        yield at, f"relay {relay.name!r} needs `host`"
    elif relay.security == "none" and not is_loopback(relay.host):
        yield (*at, "security"), f"{relay.host} is another machine: mail to it needs starttls or tls"
    if relay.username and relay.password is None:
        yield (*at, "username"), f"its password is missing; set {password_variable(relay.name)}, or a secrets file"
    if relay.password is not None and not relay.username:
        yield (*at, "password"), f"relay {relay.name!r} has a password but no `username`"
    if relay.auth == "xoauth2" and not relay.username:
        yield (*at, "auth"), f"relay {relay.name!r} has an access token but no `username`"
    if relay.ca_file and relay.security == "none":
        yield (*at, "ca_file"), "without encryption there is no certificate to check; set `security`"
    if relay.timeout <= timedelta():
        yield (*at, "timeout"), "`timeout` must be more than nothing"


def password_variable(relay: str) -> str:
    """Return the environment variable that holds a relay's password.

    >>> password_variable("backup-2")
    'DIGEST_RELAY__BACKUP_2__PASSWORD'
    """
    return f"DIGEST_RELAY__{relay.upper().replace('-', '_')}__PASSWORD"


def _web(doc: Document) -> Iterator[Finding]:
    place = doc.web.listen.rpartition(":")[0]
    if doc.web.auth == "none" and not is_loopback(place):
        yield ("web", "auth"), f"{place} can be reached by others; `none` is for loopback only"
    if doc.web.auth == "proxy" and not doc.web.proxy.trusted:
        yield ("web", "auth"), "it trusts no proxy; name their networks as `trusted` in [web.proxy]"
    yield from _never_everyone(doc.web.proxy.trusted)


def _never_everyone(networks: Iterable[str]) -> Iterator[Finding]:
    for n, network in enumerate(networks):
        if network.endswith("/0"):
            yield ("web", "proxy", "trusted", n), f"{network} is everyone; name the proxy's own network"
