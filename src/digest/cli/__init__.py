"""The command line: arguments, exit codes, and the only print."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper
from types import FrameType

from digest.errors import DigestError

INTERRUPTED = 130
"""Interrupted by the person at the keyboard; safe to run again."""


def main() -> None:
    """Run one command; every error raised on purpose becomes one line and its exit code."""
    from digest.cli.app import app

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, as_interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a headline may hold what a terminal's encoding does not
    try:
        app(prog_name="digest")
    except DigestError as error:
        print(f"digest: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # which is what typer makes of Ctrl-C
            print("digest: interrupted; run it again to go on", file=sys.stderr)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        print(f"digest: {told(error)}", file=sys.stderr)
        sys.exit(1)


def as_interrupt(_number: int, frame: FrameType | None) -> None:
    """Do what Ctrl-C would: whatever is in hand is put down in good order, which the system's way to end does not."""
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):
        raise KeyboardInterrupt
    interrupt(signal.SIGINT, frame)


def told(error: OSError) -> str:
    """Return what the system refused, and to what file.

    >>> told(PermissionError(13, "Permission denied", "out/issue.html"))
    'out/issue.html: permission denied'
    """
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return f"{error.filename}: {reason}" if error.filename else reason
