"""The body of an answer, taken apart piece by piece and never beyond a limit."""

from __future__ import annotations

import zlib
from typing import Final, Protocol

from digest.collect.text import line, shorten

ACCEPT_ENCODING: Final = "gzip, deflate"
_GZIP_BITS: Final = 16 + zlib.MAX_WBITS


class TooLarge(ValueError):
    """The body goes on beyond the limit, as sent or decompressed."""


class Broken(ValueError):
    """The compressed body is damaged, ends early, or is of a kind nobody asked for."""


class Decoder(Protocol):
    """Turns pieces as sent into pieces as meant."""

    def feed(self, piece: bytes) -> bytes:
        """Return what this piece adds."""

    def close(self) -> None:
        """Say that nothing follows; Broken if something should."""


def decoder(content_encoding: str, limit: int) -> Decoder:
    """Return what undoes a Content-Encoding (RFC 9110, 8.4) up to `limit` bytes of either side; Broken if unknown.

    Nobody packs a feed twice but to do harm.
    """
    codings = [
        coding for each in content_encoding.lower().split(",") if (coding := each.strip()) not in ("", "identity")
    ]
    match ", ".join(codings):
        case "":
            return _Counted(limit)
        case "gzip" | "x-gzip":
            return _Inflate(limit, _GZIP_BITS)
        case "deflate":
            return _Inflate(limit, zlib.MAX_WBITS)
        case other:
            raise Broken(f"packed as {shorten(line(other), 40)!r}, which was not asked for")


class _Counted:
    def __init__(self, limit: int) -> None:
        self._left = limit

    def feed(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left < 0:
            raise TooLarge
        return piece

    def close(self) -> None:
        """Every length is a whole body."""


class _Inflate:
    def __init__(self, limit: int, bits: int) -> None:
        self._sent, self._left, self._bits = _Counted(limit), limit, bits
        self._stream = zlib.decompressobj(bits)
        self._begun = False

    def feed(self, piece: bytes) -> bytes:
        piece = self._sent.feed(piece)
        if not self._begun and piece:
            self._begun = True
            # "deflate" is zlib (RFC 1950), yet many servers send it without the zlib header.
            if self._bits == zlib.MAX_WBITS and (piece[0] & 0x0F) != 8:
                self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        out = bytearray()
        while piece:
            if self._stream.eof:
                piece = piece.lstrip(b"\0") if self._bits == _GZIP_BITS else b""
                if not piece:
                    break  # what pads the end is not read
                self._stream = zlib.decompressobj(self._bits)  # a gzip file may have several members (RFC 1952, 2.2)
            out += self._inflate(piece)
            piece = self._stream.unconsumed_tail or self._stream.unused_data
        return bytes(out)

    def _inflate(self, piece: bytes) -> bytes:
        try:
            # One byte more than allowed tells a body that ends at the limit from one that goes on.
            out = self._stream.decompress(piece, self._left + 1)
        except zlib.error as e:
            raise Broken("damaged in its compression") from e
        self._left -= len(out)
        if self._left < 0:
            raise TooLarge
        return out

    def close(self) -> None:
        if self._begun and not self._stream.eof:
            raise Broken("cut off in its compression")
