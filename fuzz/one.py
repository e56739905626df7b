"""One target under atheris: `python -m fuzz.one TARGET [libFuzzer's own arguments]`."""

from __future__ import annotations

import logging
import sys

import atheris

with atheris.instrument_imports(include=["digest", "fastfeedparser", "feedparser"]):
    from fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until libFuzzer's arguments say stop, or a promise fails."""
    logging.disable()
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


main()
