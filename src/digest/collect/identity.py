"""When two articles are one: the canonical URL, the id made of it, and the fingerprint of a text.

A feed's guid plays no part: publishers change guids, never so easily the address or the words.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from digest.collect.escapes import respelt
from digest.collect.text import is_host
from digest.model.news import ArticleId, Block

_TRACKING: Final = re.compile(
    r"utm_.*|at_(?:medium|campaign|custom|link|bbc|ptr|format|point|type|creation).*|ns_(?:mchannel|source|campaign|linkname|fee)"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id|mkt_tok|_hsenc|_hsmi"
    r"|hsctatracking|ref_src|ref_url|cmpid|ito|traffic_source|xtor|s_cid|ncid|_ga|_gl|vero_id|oly_(?:anon|enc)_id"
    r"|wickedid|smid|smtyp|amp|amp_js_v|outputtype=amp|output=amp",
    re.IGNORECASE,
)
# An address spelt as it should be: what is left to do is to look at its query.
_PLAIN: Final = re.compile(
    r"(https?://(?!m\.|amp\.|mobile\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)*)/?"
    r"(?:\?([\w.~!$'()*+,;:@/?=&-]*))?",
    re.ASCII,
)
_DEFAULT_PORT: Final = {"http": 80, "https": 443}
_SLASHES: Final = re.compile(r"(?<!:)/{2,}")
_AMP_ENDING: Final = re.compile(r"\.amp(?=(?:\.html?)?$)", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+")
_PROGRAM: Final = re.compile(r"\.(?:php\d?|aspx?|jspx?|cgi|pl|cfm|do|dll)$", re.IGNORECASE)
_MOBILE: Final = ("m.", "amp.", "mobile.")
_FEW_WORDS, _FEW_LETTERS = 12, 120


def canonical_url(url: str) -> str:
    """Return the one spelling of an article's address; ValueError where it is no http or https address.

    Lower-case scheme and host (as IDNA), no default port, credentials, fragment, tracking parameters, AMP or mobile
    form; escapes as RFC 3986, 6.2.2 has them. What remains of the query keeps its order: it may name the article.

    >>> canonical_url("HTTPS://m.Tarn.Example:443/news//ferren-bridge-open/amp/?utm_source=x&id=7#top")
    'https://tarn.example/news/ferren-bridge-open?id=7'
    """
    if (plain := _PLAIN.fullmatch(url)) and "amp" not in plain[2].lower():
        return _short(plain[1], plain[2] or "/", plain[3])
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT or not parts.hostname:
        raise ValueError(f"no http or https address: {url[:200]!r}")
    host, port = _host(parts.hostname), parts.port
    place = host if port in (None, _DEFAULT_PORT[scheme]) else f"{host}:{port}"
    query = "&".join(respelt(pair, "!$'()*+,;:@/?=") for pair in parts.query.split("&"))
    return _short(f"{scheme}://{place}", _path(parts.path), query)


def _short(place: str, path: str, query: str | None) -> str:
    kept = [pair for pair in query.split("&") if pair and not _is_tracking(pair)] if query else ()
    return f"{place}{path}?{'&'.join(kept)}" if kept else place + path


def article_id(url: str) -> ArticleId:
    """Return the id of the article at a canonical URL: 16 hex digits of its SHA-256."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def fingerprint(title: str, blocks: Iterable[Block], *, url: str) -> str:
    """Return 32 hex digits that are equal for copies of one text, whatever its case, punctuation and white space.

    A text of a few words says too little to be a copy of another: there the canonical `url` counts too.

    >>> fingerprint("Storm", (), url="https://a.example/") == fingerprint("Storm", (), url="https://b.example/")
    False
    """
    words = _words(title) + [word for block in blocks for word in _words(block.text)]
    if len(words) < _FEW_WORDS and sum(map(len, words)) < _FEW_LETTERS:
        words.append(url)
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]


def same_document(link: str, claim: str) -> bool:
    """Return whether a page reached by `link` may call itself `claim` (its `rel=canonical`); both canonical URLs.

    Only on its own site and with the same last part of the path: a login, consent or front page that answers in
    place of many articles must not make them one. Nor must a page that calls itself by the name of the program that
    makes it: where the claim lacks what is in the query, the last part must name an article by itself.

    >>> same_document("https://www.tarn.example/rss/ferren-bridge?x=1", "https://tarn.example/news/ferren-bridge")
    True
    >>> same_document("https://tarn.example/news/ferren-bridge", "https://tarn.example/login")
    False
    >>> same_document("https://tarn.example/story.php?id=7", "https://tarn.example/story.php")
    False
    """
    here, there = urlsplit(link), urlsplit(claim)
    slug = _slug(here.path)
    if not slug or slug != _slug(there.path) or _site(here.hostname or "") != _site(there.hostname or ""):
        return False
    whole = not here.query or set(here.query.split("&")) <= set(there.query.split("&"))
    return whole or (_names_an_article(slug) and not _PROGRAM.search(here.path))


def _host(host: str) -> str:
    host = host.rstrip(".").lower()
    if ":" in host:
        return f"[{host}]"
    if not host.isascii():
        host = host.encode("idna").decode().lower()
    if not is_host(host):
        raise ValueError(f"no host: {host[:200]!r}")
    while host.startswith(_MOBILE) and host.split(".", 1)[1].count("."):
        host = host.split(".", 1)[1]
    return host


def _path(path: str) -> str:
    path = _SLASHES.sub("/", respelt(path, "!$&'()*+,;=:@/") or "/")
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    while segments and not segments[-1]:
        segments.pop()
    return "/" + "/".join(_without_amp(segments))


def _without_amp(segments: list[str]) -> list[str]:
    while (shorter := _less_amp(segments)) != segments:  # behind one form there may be another
        segments = shorter
    return segments


def _less_amp(segments: list[str]) -> list[str]:
    while len(segments) > 1 and segments[-1].lower() == "amp" and _names_an_article(segments[-2]):
        segments = segments[:-1]
    while len(segments) > 1 and segments[0].lower() == "amp" and _names_an_article(segments[-1]):
        segments = segments[1:]
    if segments:
        last = segments[-1]
        while (short := _AMP_ENDING.sub("", last)) != last and short.strip("."):
            last = short
        segments = [*segments[:-1], last]
    return segments


def _names_an_article(segment: str) -> bool:
    # `/guitars/amp` is about an amplifier; `/bridge-opens-again/amp` is another form of the page before it.
    return len(segment) >= 8 and any(not c.isalpha() for c in segment)


def _is_tracking(pair: str) -> bool:
    name = pair.split("=", 1)[0]
    return bool(_TRACKING.fullmatch(name) or _TRACKING.fullmatch(pair))


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _slug(path: str) -> str:
    return re.sub(r"\.\w{1,5}$", "", path.rstrip("/").rsplit("/", 1)[-1]).lower()


def _site(host: str) -> str:
    return host.removeprefix("www.")
