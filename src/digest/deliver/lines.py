"""The lines of a journal: how they are written, and what is read out of them again. Nothing here touches a file.

A line is a checksum and words of letters, digits and points; what a server or a subscriber wrote is in none of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from digest.model.delivery import ENHANCED, Account, Claim, DeliveryState, Key, Outcome, Result

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
FORM: Final = "digest-journal 1"
"""What the first line begins with; another form is not read."""
BEGUN: Final = Outcome(DeliveryState.IN_DOUBT, 0, "its worker died before the mail server answered")
TOLD: Final = "from the journal of the worker, which died before it could record this"
KNOWN: Final = frozenset(
    {DeliveryState.ACCEPTED, DeliveryState.DEFERRED, DeliveryState.REFUSED, DeliveryState.IN_DOUBT}
)


def sealed(text: str) -> bytes:
    """Return the line of a text.

    >>> sealed("begin 1 2 1")
    b'a0b41f3c begin 1 2 1\\n'
    """
    data = text.encode()
    return b"%08x %b\n" % (zlib.crc32(data), data)


def opened(line: bytes) -> str | None:
    """Return the text of a line without its end; None if that is not what was written.

    >>> opened(b"a0b41f3c begin 1 2 1"), opened(b"a0b41f3c begin 1 2 2"), opened(b"")
    ('begin 1 2 1', None, None)
    """
    checksum, _, text = line.partition(b" ")
    if not text.isascii() or checksum != b"%08x" % zlib.crc32(text):
        return None
    return text.decode() if text else None


def header(worker: str, boot: str) -> str:
    """Return the first line: whose journal it is, and in which start of the machine it was begun."""
    return f"{FORM} {worker} {boot or '-'}"


def claim(number: int, issue: int) -> str:
    """Return the line of a claim that is on record: its number, and its issue."""
    return f"claim {number} {issue}"


def begin(key: Claim | Key, relay: str = "") -> str:
    """Return the line that goes before a message's first byte, with the name of the relay where it has one.

    >>> begin(Key(1, 2, 1), "main"), begin(Key(1, 2, 1))
    ('begin 1 2 1 main', 'begin 1 2 1')
    """
    return f"begin {key.issue} {key.seq} {key.attempt} {relay}".rstrip()


def outcome(key: Claim | Key, what: Outcome, not_before: datetime | None) -> str:
    """Return the line of what became of a message: state, code, enhanced code, and when it may be tried again.

    Of a reply's text a journal keeps nothing else: whatever a server wrote stays out of it.

    >>> outcome(Key(1, 2, 1), Outcome(DeliveryState.REFUSED, 550, "5.1.1 <ada@aldovar.example>: unknown"), None)
    'outcome 1 2 1 refused 550 5.1.1 -'
    """
    found = ENHANCED.match(what.text)
    again = "-" if not_before is None else str((not_before - EPOCH) // MICROSECOND)
    code = f"{what.code} {found[0] if found else '-'}"
    return f"outcome {key.issue} {key.seq} {key.attempt} {what.state} {code} {again}"


@dataclass(slots=True)
class Reading:
    """What stands in a journal, as far as it is about the keys that were asked for."""

    worker: str = ""
    boot: str = ""
    whole: bool = True
    """Whether there is a first line, and every line is as it was written but for a last one that was cut off."""
    results: dict[Key, Result] = field(default_factory=dict)
    claims: int = 0
    """The number of the last claim in it; 0 without one."""
    issue: int = 0
    """That claim's issue."""

    def account(self, boot: str) -> Account:
        """Return what counts in the machine's present start: lines that another left unflushed may be lost."""
        return Account(self.results, whole=self.whole and self.boot == boot != "")


def read(chunks: Iterable[bytes], keys: Collection[Key] | None) -> Reading:
    """Return what the lines say of the keys; None: of every one. A damaged line is passed over, and all is unwhole."""
    reading, wanted, first = Reading(), None if keys is None else frozenset(keys), True
    # A worker that ends in good order asks for none: what it sent need not be read again, only be whole.
    passed_over = ("begin ", "outcome ") if wanted == frozenset() else ()
    for line in _whole_lines(chunks):
        text = opened(line)
        if text is not None and text.startswith(passed_over) and not first:
            continue
        try:
            words = text.split(" ") if text else []
            if first:
                _read_header(reading, words)
            else:
                _read_line(reading, words, wanted)
        except (ValueError, IndexError, OverflowError):
            reading.whole = False
        first = False
    reading.whole = reading.whole and not first
    return reading


def _whole_lines(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the lines that have an end: one that was cut off was not written before any byte of a message went out."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines


def _read_header(reading: Reading, words: list[str]) -> None:
    form, version, reading.worker, boot = words
    if f"{form} {version}" != FORM:
        raise ValueError(form)
    reading.boot = "" if boot == "-" else boot


def _read_line(reading: Reading, words: list[str], wanted: frozenset[Key] | None) -> None:
    kind = words[0]
    if kind == "claim":
        reading.claims, reading.issue = max((reading.claims, reading.issue), (int(words[1]), int(words[2])))
        return
    key = Key(int(words[1]), int(words[2]), int(words[3]))
    if wanted is not None and key not in wanted:
        return
    if kind == "begin":
        reading.results.setdefault(key, Result(key, BEGUN, relay=words[4] if len(words) > 4 else ""))
    elif kind == "outcome" and words[4] == DeliveryState.QUEUED:
        reading.results.pop(key, None)  # the server has not taken it: until it is begun again, it is not begun
    elif kind == "outcome":
        begun = reading.results.get(key)
        reading.results[key] = replace(_read_outcome(key, *words[4:]), relay=begun.relay if begun else "")
    else:
        raise ValueError(kind)


def _read_outcome(key: Key, state: str, code: str, enhanced: str, again: str) -> Result:
    what = DeliveryState(state)
    if what not in KNOWN:
        raise ValueError(state)
    text = BEGUN.text if what is DeliveryState.IN_DOUBT else TOLD if enhanced == "-" else f"{enhanced} {TOLD}"
    not_before = None if again == "-" else EPOCH + int(again) * MICROSECOND
    return Result(key, Outcome(what, int(code), text), not_before)
