"""Collected words made harmless: characters that have no business in a mail, links that may be followed, attributes."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

import idna

_UNFIT: Final = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls; those that are white space become a space
    "\u00ad\u034f\u115f\u1160\u180e\u200b\u2060\ufeff\ufffc"  # fillers nobody sees
    "\u202a-\u202e\u2066-\u2069"  # orders to a line's direction, which outlast their own text
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff"  # no characters, or nobody else's
    "]"
)
_NOT_IN_ATTRIBUTE: Final = re.compile(r"""[^ -~]|["'&<>\\]""")
_HOST: Final = re.compile(r"(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?)+|\[[0-9A-Fa-f:.]+\]")
_LONGEST_LINK: Final = 1_000
"""Bytes of a link as an attribute holds it, where an ampersand has five: a story has seven of them."""
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SENTENCE_CAN_DO_WITHOUT: Final = " ,;:.-–—("


def clean(text: str) -> str:
    """Return the text on one line, without what a reader cannot see and a program might obey.

    Runs of white space become one space. Control characters, lone surrogates, private code points, fillers and the
    bidirectional overrides go; joiners and direction marks stay, because emoji, Persian and Arabic need them.

    >>> clean("Ferren\\u00a0bridge\\n holds\\u202e \\x00")
    'Ferren bridge holds'
    """
    if text.isascii() and text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text
    return " ".join(_UNFIT.sub("", unicodedata.normalize("NFC", text)).split())


def link(url: str) -> str:
    """Return the address as it may stand in an `href` or a line of text; empty if nobody should follow it.

    Only http and https with a plain host, at most 1,000 bytes once escaped; no user name, since `https://bank.example@evil.example`
    is made to be misread.

    >>> link("HTTPS://Ilma.example/a b?q=<x>"), link("javascript:alert(1)"), link("https://bank.example@evil.example/")
    ('https://ilma.example/a%20b?q=%3Cx%3E', '', '')
    """
    try:
        parts = urlsplit(unicodedata.normalize("NFC", url.strip()))
        port = parts.port
    except ValueError:
        return ""
    host = _host(parts)
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    place = host if port is None else f"{host}:{port}"
    path, query, fragment = (_quoted(part) for part in (parts.path, parts.query, parts.fragment))
    made = f"{parts.scheme}://{place}{path}{'?' + query if query else ''}{'#' + fragment if fragment else ''}"
    return made if len(attr(made)) <= _LONGEST_LINK else ""


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    return host if _HOST.fullmatch(host) else ""


def _quoted(part: str) -> str:
    shown = part.encode("utf-8", "replace").decode("utf-8")
    return quote(_BAD_PERCENT.sub("%25", shown), safe="%/:@!$&'()*+,;=-._~?")


def attr(text: object) -> str:
    """Return the text for an attribute of MJML: NFC, all but plain ASCII as decimal character references.

    The MJML compiler prints attributes in the notation of its own language: a no-break space, a combining accent or a
    backslash would come out as an escape that readers see. Character references pass through untouched.

    >>> attr('5\\u00a0km "east" & back')
    '5&#160;km &#34;east&#34; &#38; back'
    """
    shown = unicodedata.normalize("NFC", str(text))
    return _NOT_IN_ATTRIBUTE.sub(lambda found: f"&#{ord(found[0])};", shown)


def short(text: object, length: int) -> str:
    """Return the text if it has at most `length` characters, else whole words of it and an ellipsis, within `length`.

    >>> short("Crossing at Ferren holds through a third night", 30)
    'Crossing at Ferren holds…'
    """
    whole = clean(str(text))
    if len(whole) <= length:
        return whole
    cut = whole[: max(length, 1)]
    words = cut.rpartition(" ")[0].rstrip(_SENTENCE_CAN_DO_WITHOUT)
    return (words or cut[:-1]) + "…"
