"""Text from outside, made harmless: no controls, no invisible tricks, no markup where words are expected."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final
from urllib.parse import urljoin, urlsplit

from digest.collect.tags import stripped

TITLE_CHARS: Final = 300
STANDFIRST_CHARS: Final = 600
_MOST_OF_A_TITLE: Final = 20_000
"""Characters of a headline that are looked at, its markup included."""
_MOST_OF_A_STANDFIRST: Final = 100_000
"""The same of a summary, which may begin with a picture written out."""

# What shows nothing and may hide or reorder what stands around it: controls (C0 but for white space, C1), surrogates,
# soft hyphen, Arabic letter mark, Hangul fillers, zero width space, marks, embeddings, overrides and isolates
# (Unicode Standard Annex 9), word joiner and invisible operators, byte order mark, interlinear marks, tag characters.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
# ZWNJ and ZWJ carry meaning after letters of joining and Indic scripts, ZWJ also between emoji; elsewhere they hide.
_IDLE_JOINER: Final = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc\ufe0f\u2600-\u27bf"
    "\U0001f000-\U0001faff])[\u200c\u200d]|[\u200c\u200d]{2,}"
)
_SPACE: Final = re.compile(r"\s+")
_PLAIN_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_NO_NUMBER: Final = re.compile(r"&#[0-9]{9,}+;?")
"""A reference to a character beyond all that there are; Python refuses to read a number of thousands of digits."""
_CLAUSE: Final = re.compile(r"[,;:] | [–—-] ")
_MOST_OF_A_LINK: Final = 2_000
# An address at which nothing has to be made whole, taken apart or doubted.
_ORDINARY: Final = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[A-Za-z0-9/._~!$&'()*+,;=:@%-]*(?:\?[A-Za-z0-9/._~!$&'()*+,;=:@%?-]+)?"
)
_NO_HOST: Final = re.compile(r"(?:https?:)?/{2,}", re.IGNORECASE)
# Of the URL Standard's forbidden domain code points those that a parser of addresses leaves standing.
_NO_DOMAIN: Final = re.compile('[\x00-\x20"#%/<>?@\\[\\\\\\]^`{|}\x7f]')
_SIX: Final = re.compile(r"[0-9a-f:.]+(?:%[\w.-]+)?", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")


def visible(value: str) -> str:
    """Return the text in NFC without what shows nothing or turns the reading order round; line ends stay.

    >>> visible("Fer\\u200bren \\u202ebridge\\x00")
    'Ferren bridge'
    """
    if value.isascii():
        return _PLAIN_CONTROL.sub("", value)
    value = _INVISIBLE.sub("", value)
    return unicodedata.normalize("NFC", _IDLE_JOINER.sub("", value))


def line(value: str) -> str:
    """Return the text as one line: visible, every run of white space one space.

    >>> line("  Subject:\\r\\nBcc: all@tarn.example ")
    'Subject: Bcc: all@tarn.example'
    """
    if value.isascii() and value.isprintable():  # most lines are what they should be
        return value.strip() if "  " not in value else _SPACE.sub(" ", value).strip()
    return _SPACE.sub(" ", visible(value)).strip()


def plain(markup: str) -> str:
    """Return the words of a bit of HTML as one line: tags gone with scripts and styles, entities decoded once.

    >>> plain("Ferren &amp; <b>Tarn</b><script>x</script> &lt;live&gt;")
    'Ferren & Tarn <live>'
    """
    words = stripped(markup) if "<" in markup else markup
    return line(html.unescape(_NO_NUMBER.sub("\ufffd", words)) if "&" in words else words)


def shorten(value: str, limit: int) -> str:
    """Return a line of at most `limit` characters, cut after a word and marked with an ellipsis where it was longer.

    >>> shorten("The bridge at Ferren is open again", 20)
    'The bridge at…'
    """
    if len(value) <= limit:
        return value
    cut = value[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    # Scripts written without spaces, and words longer than half the line, are cut where the line ends.
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,;:–—-") + "…"


def clause(value: str, limit: int, at_least: int = 40) -> str:
    """Return what stands before the last comma or dash within `limit`, if that is enough to say something.

    >>> clause("The bridge at Ferren opened again on Monday, the mayor said, after years of work", 70)
    'The bridge at Ferren opened again on Monday, the mayor said'
    """
    if len(value) <= limit:
        return value
    marks = [mark.start() for mark in _CLAUSE.finditer(value, at_least, limit)]
    said = value[: marks[-1]].rstrip(" ,;:–—-") if marks else ""
    return said or shorten(value, limit)


def title(markup: str) -> str:
    """Return a headline: one plain line, cut on a word at 300 characters."""
    return shorten(plain(markup[:_MOST_OF_A_TITLE]), TITLE_CHARS)


def standfirst(markup: str) -> str:
    """Return the beginning of a summary: one plain line, cut on a word at 600 characters."""
    return shorten(plain(markup[:_MOST_OF_A_STANDFIRST]), STANDFIRST_CHARS)


def web_link(value: str, base: str = "") -> str:
    """Return an absolute http or https address without credentials, or an empty text where it is not one.

    >>> web_link("/a?b", "https://tarn.example/feed"), web_link("javascript:alert(1)")
    ('https://tarn.example/a?b', '')
    >>> web_link("http://", "https://tarn.example/feed")
    ''
    """
    if len(value) <= _MOST_OF_A_LINK and _ORDINARY.fullmatch(value):
        return value
    if _NO_HOST.fullmatch(value.strip()):
        return ""  # joined, it would be the base itself
    try:
        address = urljoin(base, line(value).replace(" ", "%20"))
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return ""
    return address if usable and parts.username is None and len(address) <= _MOST_OF_A_LINK else ""


def is_host(name: str) -> bool:
    """Return whether a host is there, and has no character that no host can have.

    >>> is_host("ilma.example"), is_host("::1"), is_host("ilma example"), is_host("")
    (True, True, False, False)
    """
    return bool(_SIX.fullmatch(name) if ":" in name else name and not _NO_DOMAIN.search(name))


def language(value: str) -> str:
    """Return a language tag (BCP 47) in lower case, or an empty text where it is none.

    >>> language("en_GB"), language("klingon, please")
    ('en-gb', '')
    """
    tag = value.strip().lower().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""
