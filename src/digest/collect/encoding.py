"""Bytes to text the way browsers do it, with no codec that does anything but decode."""

from __future__ import annotations

import codecs
import re
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The encodings of the WHATWG Encoding Standard that Python has. UTF-7 and the like are left out on purpose.
_KNOWN: Final = frozenset(
    [f"iso8859-{n}" for n in (*range(2, 9), 10, 11, 13, 14, 15, 16)]
    + [f"cp125{n}" for n in range(9)]
    + ["utf-8", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "cp866", "mac-roman", "mac-cyrillic", "cp874"]
    + ["gb2312", "gbk", "gb18030", "big5", "euc_jp", "euc_kr", "cp949", "shift_jis", "cp932", "iso2022_jp", "tis-620"]
)
_AS_BROWSERS: Final = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "euc_kr": "cp949",
}
_XML: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})["']""", re.IGNORECASE)
_META: Final = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_SIGNATURES: Final = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"{\\rtf")
_CONTROLS: Final = bytes([*range(9), *range(14, 27)])
_NO_XML: Final = bytes((*range(9), 11, 12, *range(14, 32)))
_BEYOND: Final = bytes(range(128, 256))
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def binary(body: bytes) -> bool:
    """Say whether a document is no text, whatever it is called.

    >>> binary(b"%PDF-1.7"), binary(b"\\0\\1\\2"), binary("<p>Ferren".encode("utf-16")), binary(b"Ferren")
    (True, True, False, False)
    """
    head = body[:4_096]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    wide = body.startswith(_WIDE) or bool(_by_zeros(body))
    return body.startswith(_SIGNATURES) or (not wide and controls * 20 > len(head))


def as_xml(text: str) -> bytes:
    """Return a text in UTF-8 without the characters that XML has no place for (1.0, 2.2) and its parsers stumble over.

    >>> as_xml("Ferren\\x00 \\x1bbridge\\uffff")
    b'Ferren bridge'
    """
    data = text.encode("utf-8", "replace").translate(None, _NO_XML)
    return data.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


def decode(body: bytes, declared: str = "") -> str:
    """Return the text of a document; never fails.

    In this order: byte order mark, what HTTP says (`declared`), what the document says, UTF-8, Windows-1251 or 1252.
    A claim that does not fit the bytes is passed over.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    for name in filter(None, map(_codec, (declared, _inner_claim(body), _by_zeros(body), "utf-8"))):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    # A stray byte in UTF-8 costs a character, not the whole text; a title in another encoding costs that title.
    text = body.decode("utf-8", "replace")
    strays, ascii_ = text.count("\ufffd"), len(body.translate(None, _BEYOND))
    mostly = strays <= len(text) // 200 or strays <= (len(text) - ascii_ - strays) // 2
    return text if mostly else body.decode(_by_letters(body), "replace")


def _codec(label: str) -> str:
    try:
        name = codecs.lookup(label).name if label else ""
    except (LookupError, ValueError):
        return ""
    name = _AS_BROWSERS.get(name, name)
    return name if name in _KNOWN else ""


def _inner_claim(body: bytes) -> str:
    found = _XML.search(body[:1024]) or _META.search(body[:4096])
    claim = found[1].decode("ascii").lower() if found else ""
    # Whoever can read the claim as ASCII is not reading UTF-16.
    return "utf-8" if claim.startswith("utf-16") else claim


def _by_letters(body: bytes) -> str:
    """Windows-1251 where most letters are beyond ASCII, as in Cyrillic; else Windows-1252, with its few accents."""
    sample = body[:20_000]
    beyond = sum(byte >= 0xC0 for byte in sample)
    return "cp1251" if beyond > sum(65 <= byte & 0xDF <= 90 for byte in sample if byte < 128) else "cp1252"


def _by_zeros(body: bytes) -> str:
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(body[:2], "")
