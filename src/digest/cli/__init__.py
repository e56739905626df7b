"""The command line: arguments, exit codes, and the only print."""

from __future__ import annotations

import sys

from digest.errors import DigestError

INTERRUPTED = 130
"""Interrupted by the person at the keyboard; safe to run again."""


def main() -> None:
    """Run one command; every error raised on purpose becomes one line and its exit code."""
    from digest.cli.app import app

    try:
        app(prog_name="digest")
    except DigestError as error:
        print(f"digest: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("digest: interrupted; run it again to go on", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
