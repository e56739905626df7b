"""The kinds of value a setting may have: read once, with a message that says how to write one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from email.headerregistry import Address
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import quote, unquote, urlsplit

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector
from pydantic import BeforeValidator, Field, PlainValidator, SecretStr, WithJsonSchema

from digest.model.issue import Schedule
from digest.settings.when import read_clock, read_duration, read_rate, read_schedule, read_timezone

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
PAGES: Final = frozenset(
    {
        *("address", "archive", "c", "confirm", "healthz", "issues", "link", "never", "prefs", "readyz", "settings"),
        *("sign-in", "sign-out", "sources", "static", "subscribe", "u"),
    }
)
"""The first word of every page's path; a test holds it to the routes."""
_HOST: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_WEIGHT: Final = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,4})?")
_MAILBOX: Final = re.compile(
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<name>[^<>"]*))\s*<(?P<address>[^<>\s]+)>|(?P<only>[^<>\s"]+)'
)
TERM_LIMIT: Final = 200
"""Characters a term may have."""
SELECTOR_LIMIT: Final = 500


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text; put it between quotes")
    return str(value)


def _from_text(read: Callable[[str], Any]) -> PlainValidator:
    return PlainValidator(lambda value: read(_text(value)))


def _schema(**also: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **also})


def one_line(value: object) -> str:
    """Return a text of one line without control characters, so that it may stand in a header."""
    text = _text(value).strip()
    if _CONTROL.search(text):
        raise ValueError("a line break or a control character stands in it; write it as one plain line")
    return text


def some_line(value: object) -> str:
    """Return a line that is not empty."""
    text = one_line(value)
    if not text:
        raise ValueError("it is empty")
    return text


def named(pattern: str, what: str) -> Callable[[str], str]:
    """Return a reader of names of one shape; `what` describes the shape."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} does not fit; write {what}")
        return text

    return read


def key_name(text: str) -> str:
    """Return the selector of a key: one or more labels of a domain name in small letters (RFC 6376, 3.1)."""
    label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    return named(rf"{label}(\.{label}){{0,3}}", "small letters, digits and -, such as d1 or 2026-11")(text)


def language(text: str) -> str:
    """Return a language tag of the shape that BCP 47 gives them."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"{text!r} is no language tag; write for example en, uk or pt-BR")
    return text


def web_address(text: str) -> str:
    """Return an http or https URL with a host and without a user name or password.

    No message repeats it, since part of it may be secret.
    """
    text = one_line(text)
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("this is no web address") from None
    if parts.scheme not in ("http", "https") or not host or " " in text:
        raise ValueError("this is no web address; one begins with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"the address of {host} names a user; a name or password has no place in it")
    return text


def base_address(text: str) -> str:
    """Return a web address that others are built on: no query, no fragment, no slash at its end."""
    text = web_address(text)
    if urlsplit(text).query or urlsplit(text).fragment:
        raise ValueError(f"{text!r} ends in a query or a fragment; write where the pages start, https://brief.example")
    path = urlsplit(text).path
    if not path.isascii() or ";" in path:
        raise ValueError(f"{text!r} has a path that no cookie can name; write {quote(path, safe='/%')} in its place")
    names = path.rstrip("/").split("/")[1:]
    if any(unquote(name) in ("", ".", "..") for name in names):
        raise ValueError(f"{text!r} has a path that browsers write otherwise; write it like https://news.example/brief")
    if names and names[0] in PAGES:
        raise ValueError(
            f"{text!r} begins its path with {names[0]}, as pages of ours do: nobody could tell them apart; "
            "choose another word, as in https://news.example/brief"
        )
    return text.rstrip("/")


def host(text: str) -> str:
    """Return a host name or an IP address."""
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        pass
    if not _HOST.fullmatch(text) or len(text) > 253:  # RFC 1035, 2.3.4
        raise ValueError(f"{text!r} is no host; write a name such as mx.brief.example or an IP address")
    return text.lower()


def domain(text: str) -> str:
    """Return a domain name in lower case, as it stands after the @ of an address."""
    try:
        name = text.encode("idna").decode("ascii").lower() if not text.isascii() else text.lower()
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name) or "." not in name or len(name) > 253:
        raise ValueError(f"{text!r} is no domain; write for example brief.example")
    return name


def domain_pattern(text: str) -> str:
    """Return a domain, or `*.` and one for all below it."""
    return f"*.{domain(text[2:])}" if text.startswith("*.") else domain(text)


def mail_address(text: str) -> str:
    """Return a bare address, `desk@brief.example`."""
    name, address = mailbox(text)
    if name or address != text.strip():
        raise ValueError(f"{text!r} is more than an address; write for example desk@brief.example")
    return address


def mailbox(text: str) -> tuple[str, str]:
    """Return (name, address) of `The Aldovar Brief <brief@brief.example>`; the name may be missing."""
    found = _MAILBOX.fullmatch(one_line(text))
    local, at, place = (found["only"] or found["address"]).rpartition("@") if found else ("", "", "")
    if not found or not at:
        raise ValueError(f"{text!r} holds no mail address; write for example The Brief <brief@brief.example>")
    name = re.sub(r"\\(.)", r"\1", found["quoted"]) if found["quoted"] else (found["name"] or "").strip()
    place = domain(place)
    try:
        Address(username=local, domain=place)
    except (ValueError, IndexError):
        raise ValueError(f"{text!r} holds no mail address that mail servers take") from None
    return name, f"{local}@{place}"


def network(text: str) -> str:
    """Return an IP network in CIDR notation."""
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise ValueError(f"{text!r} is no network; write for example 127.0.0.1/32") from None


def listen(text: str) -> str:
    """Return an address to listen on, `127.0.0.1:8412` or `[::1]:8412`; port 0 takes any that is free."""
    place, colon, port = text.rpartition(":")
    bare = ":" in place and not (place.startswith("[") and place.endswith("]"))
    if not colon or bare or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise ValueError(f"{text!r} is no address to listen on; write for example 127.0.0.1:8412")
    host(place)
    return text


def rate(text: str) -> str:
    """Return a rate as it was written."""
    read_rate(text)
    return text


def term(text: str) -> str:
    """Return a term of a section: words, `*` for any ending, `^2.5` for its weight."""
    line = some_line(text)
    name, caret, weight = line.rpartition("^")
    if caret and not _WEIGHT.fullmatch(weight):
        raise ValueError(f"{line!r} has no number behind its ^; write for example peace talks^2.5")
    if not re.search(r"\w", name if caret else line) or len(line) > TERM_LIMIT:
        raise ValueError(f"{line!r} is no term; write a word or a phrase of up to {TERM_LIMIT} characters")
    return line


def pattern(text: str) -> str:
    """Return a pattern for headlines, outlets and addresses: words or a part of an address, `*` for any characters."""
    line = some_line(text)
    if not re.search(r"\w", line) or len(line) > TERM_LIMIT:
        raise ValueError(f"{line!r} is no pattern; write a word, a phrase or a part of an address such as /opinion/")
    return line


def selector(text: str) -> str:
    """Return a CSS selector of elements."""
    line = some_line(text)
    try:
        CSSSelector(line, translator="html")(etree.Element("p"))
        sound = len(line) <= SELECTOR_LIMIT
    except (SelectorError, etree.XPathError, RecursionError):
        sound = False
    if not sound:
        raise ValueError(f"{line[:SELECTOR_LIMIT]!r} is no CSS selector; write for example div.story or #article p")
    return line


def database_url(text: str) -> str:
    """Return a database URL; its text is in no message, since it may hold a password."""
    scheme, colon, _ = one_line(text).partition("://")
    kind = scheme.partition("+")[0]
    if not colon or kind not in ("sqlite", "postgresql", "postgres"):
        raise ValueError("it is no database URL; write for example postgresql://digest@db.brief.example/digest")
    return "postgresql+psycopg://" + text.partition("://")[2] if scheme in ("postgresql", "postgres") else text


def _split(value: object) -> object:
    """A list that came from the environment: one text with commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, Listed) else value


class Listed(str):
    """A text from the environment or a secrets file, where lists are written with commas."""

    __slots__ = ()


Line: TypeAlias = Annotated[str, BeforeValidator(one_line)]
SomeLine: TypeAlias = Annotated[str, BeforeValidator(some_line)]
Duration: TypeAlias = Annotated[
    timedelta, _from_text(read_duration), _schema(pattern=r"^(\d{1,9}[wdhms])+$", examples=["15m", "72h", "8d"])
]
When: TypeAlias = Annotated[
    Schedule, _from_text(read_schedule), _schema(examples=["Mon-Fri 07:00", "Sun 09:00 Europe/Kyiv", "0 7 1 * *"])
]
Clock: TypeAlias = Annotated[time, _from_text(read_clock), _schema(pattern=r"^([01]?\d|2[0-3]):[0-5]\d$")]
Rate: TypeAlias = Annotated[str, _from_text(rate), _schema(pattern=r"^\d+(\.\d+)?/(s|min|h|d)$")]
Zone: TypeAlias = Annotated[str, _from_text(read_timezone), _schema(examples=["Europe/Kyiv"])]
Language: TypeAlias = Annotated[str, _from_text(language), _schema(examples=["en", "uk"])]
WebAddress: TypeAlias = Annotated[str, _from_text(web_address), _schema(pattern="^https?://")]
BaseAddress: TypeAlias = Annotated[str, _from_text(base_address), _schema(pattern="^https?://")]
Host: TypeAlias = Annotated[str, _from_text(host), _schema()]
Domain: TypeAlias = Annotated[str, _from_text(domain), _schema()]
DomainPattern: TypeAlias = Annotated[str, _from_text(domain_pattern), _schema()]
MailAddress: TypeAlias = Annotated[str, _from_text(mail_address), _schema(format="email")]
Mailbox: TypeAlias = Annotated[
    tuple[str, str], _from_text(mailbox), _schema(examples=["The Aldovar Brief <brief@brief.example>"])
]
Network: TypeAlias = Annotated[str, _from_text(network), _schema()]
Listen: TypeAlias = Annotated[str, _from_text(listen), _schema(examples=["127.0.0.1:8412"])]
Term: TypeAlias = Annotated[str, _from_text(term), _schema(minLength=1, maxLength=TERM_LIMIT)]
Pattern: TypeAlias = Annotated[str, _from_text(pattern), _schema(minLength=1, maxLength=TERM_LIMIT)]
Selector: TypeAlias = Annotated[str, _from_text(selector), _schema(examples=["div.story"])]
DatabaseUrl: TypeAlias = Annotated[str, _from_text(database_url), _schema()]
SectionName: TypeAlias = Annotated[
    str,
    _from_text(named(r"[a-z][a-z0-9_]{0,39}", "a small letter, then small letters, digits and _")),
    _schema(pattern="^[a-z][a-z0-9_]{0,39}$"),
]
KeyName: TypeAlias = Annotated[str, _from_text(key_name), _schema(examples=["d1"])]
PlainName: TypeAlias = Annotated[
    str,
    _from_text(named(r"[a-z0-9][a-z0-9_-]{0,39}", "small letters, digits, - and _")),
    _schema(pattern="^[a-z0-9][a-z0-9_-]{0,39}$"),
]
HeaderName: TypeAlias = Annotated[
    str, _from_text(named(r"[A-Za-z][A-Za-z0-9-]{0,63}", "a header's name such as Remote-User")), _schema()
]
Folder: TypeAlias = Annotated[str, BeforeValidator(some_line)]
Secret: TypeAlias = Annotated[SecretStr, Field(min_length=1)]
MANY: Final = BeforeValidator(_split)
"""Beside a tuple: takes a text with commas where it comes from the environment."""
