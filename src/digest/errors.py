"""Every error raised on purpose.

DigestError
+-- SettingsError (ValueError)        digest.toml, the environment or a secrets file; exit 3
+-- SourceError                       one source; never costs another
|   +-- FetchError (ConnectionError)      no answer, or not one we take
|   |   +-- ForbiddenAddress                  a private, loopback or link-local address
|   +-- ParseError (ValueError)           an answer we cannot read
+-- ListError (ValueError)            a file under subscribers/
|   +-- SuppressionError                  a wish not to be mailed that cannot be honoured; nobody is mailed
+-- LookError (ValueError)            a template under templates/
+-- WeightsError (ValueError)         learned weights that are gone or damaged
+-- LinesError (ValueError)           a file of lines to be judged or learned from
+-- MoveError                         an issue's state forbids it; exit 5
|   +-- NotApproved
|   +-- Stale                             another revision than the one that was looked at
|   |   +-- Unaware                           and approved since, which whoever goes on would take back
|   +-- Unfit                             the check found what keeps it from going out; exit 4
|   +-- PutBack                           the database is older than what was sent
|   +-- NotKept                           what became of single messages is not kept any more
+-- UnknownError (LookupError)        an edition, issue or source nobody knows; exit 2
+-- StoreError                        the database
|   +-- Busy                              someone else works on it; exit 8
|   +-- Unreachable (ConnectionError)     it does not answer; asking again may help
+-- JournalError (OSError)            a sender's journal cannot be kept, so nothing more is sent
+-- RelayError (ConnectionError)      the mail server; exit 75
|   +-- Crowded                           others have all the connections there may be
+-- WebError (OSError)                the pages cannot be served
+-- PasswordError (ValueError)        a password that cannot be one; exit 2
"""

from __future__ import annotations

from typing import Any


class DigestError(Exception):
    """Anything digest says no to. The text is for the person who runs it; `exit_code` for the shell."""

    exit_code = 1


class SettingsError(DigestError, ValueError):
    """A setting that cannot be: `where` is `file:line` or the variable's name; `problems` has a line for each."""

    exit_code = 3

    def __init__(self, message: str, *, where: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where, self.problems = where, problems or (str(self),)


class SourceError(DigestError):
    """Trouble with one source; `reason` is a phrase that follows its name and a colon."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source, self.reason = source, reason

    def __reduce__(self) -> tuple[Any, ...]:
        """Come out of another process as it went in."""
        return type(self), (self.source, self.reason), self.__dict__


class FetchError(SourceError, ConnectionError):
    """No answer, or not one we take; `passing` where asking again later may help."""

    def __init__(self, source: str, reason: str, *, passing: bool = False) -> None:
        super().__init__(source, reason)
        self.passing = passing


class ForbiddenAddress(FetchError):
    """The name leads to an address inside; nothing was connected."""


class ParseError(SourceError, ValueError):
    """An answer we cannot read."""


class ListError(DigestError, ValueError):
    """A file under subscribers/ that cannot be read as what it should be."""

    exit_code = 3


class SuppressionError(ListError):
    """Addresses that are never to be mailed cannot be told from the others; nobody may be mailed until they can."""


class LookError(DigestError, ValueError):
    """A template that does not compile or names what is not there; `where` is `file:line`."""

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where


class WeightsError(DigestError, ValueError):
    """Learned weights that an issue or the settings of the day name are gone or damaged."""


class LinesError(DigestError, ValueError):
    """A file of JSON lines cannot be read; `file:line: why`."""


class MoveError(DigestError):
    """A move that the issue's state forbids."""

    exit_code = 5


class NotApproved(MoveError):
    """Only an approved issue may be sent."""


class Stale(MoveError):
    """The issue has gone on since somebody looked at it; `revision` is the present one, `since` says what was done."""

    def __init__(self, message: str, *, revision: int, since: tuple[str, ...]) -> None:
        super().__init__(message)
        self.revision, self.since = revision, since


class Unaware(Stale):
    """The move would take back an approval that its author never saw; `stood` names it, for whoever means it to."""

    def __init__(self, message: str, *, revision: int, since: tuple[str, ...], stood: str) -> None:
        super().__init__(message, revision=revision, since=since)
        self.stood = stood


class Unchosen(MoveError):
    """A text of whoever approves waits for their choice: somebody else has written in the same place."""


class Unfit(MoveError):
    """The check found red, and nobody said why it may go out all the same; `reasons` has a line for each."""

    exit_code = 4

    def __init__(self, message: str, *, reasons: tuple[str, ...]) -> None:
        super().__init__(message)
        self.reasons = reasons


class PutBack(MoveError):
    """The database is older than what was sent; nothing goes out until somebody has looked at it."""


class NotKept(MoveError):
    """Of an issue that is long over only counts are kept, not what became of single messages."""


class UnknownError(DigestError, LookupError):
    """No such edition, issue, source, list or subscriber; the text names those there are."""

    exit_code = 2


class StoreError(DigestError):
    """The database does not answer, is full, or is not ours."""


class Busy(StoreError):
    """Someone else works on it."""

    exit_code = 8


class Unreachable(StoreError, ConnectionError):
    """The database does not answer; what was asked may have been done or not."""


class JournalError(DigestError, OSError):
    """A sender's journal cannot be kept; a message whose begin is not on file is not begun."""


class RelayError(DigestError, ConnectionError):
    """The mail server is not there, does not let us in, or left us.

    What was not begun was given back and goes out with the next run; nothing counts against a subscriber.
    """

    exit_code = 75


class Crowded(RelayError):
    """Others who send at the same time have all the connections there may be: nothing failed, it is to wait."""


class WebError(DigestError, OSError):
    """The address of the pages cannot be listened on."""


class PasswordError(DigestError, ValueError):
    """It is too short, too long, or was written in two ways."""

    exit_code = 2
