"""Whether the words of a known article have changed.

A version is made of what a feed says of an article, in two halves: of the text as it stands, which is cheap to compare,
and of its words, which stay the same when only markup, tracking or the case of a headline change.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

from digest.collect.identity import fingerprint
from digest.collect.text import plain

_HALF: Final = 16
_TAG: Final = re.compile(r"<[^<>]*>")


def version(*texts: str) -> str:
    """Return the version of a headline and texts in HTML, 32 hex digits.

    >>> one, other = version("Bridge opens", "<p>On Monday.</p>"), version("BRIDGE OPENS", "<div>On Monday</div>")
    >>> one == other, one[16:] == other[16:]
    (False, True)
    """
    return _text(texts) + _words(texts)


def holds(known: str, *texts: str) -> bool:
    """Return whether a version is still that of these texts, but for markup, case and punctuation.

    An empty one, of which nobody knows, holds.

    >>> holds(version("Bridge opens"), "Bridge opens!"), holds(version("Bridge opens"), "Bridge closed again")
    (True, False)
    """
    return not known or known[:_HALF] == _text(texts) or known[_HALF:] == _words(texts)


def _text(texts: tuple[str, ...]) -> str:
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=_HALF // 2).hexdigest()


def _words(texts: tuple[str, ...]) -> str:
    return fingerprint(" ".join(plain(_TAG.sub(" ", text)) for text in texts), (), url="")[:_HALF]
