"""One daemon on a clock of the stage's: `python -m tests.soak.player SETTINGS CLOCK SECONDS`."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from digest.cli import loop
from digest.cli.process import Process
from digest.operate import logs
from digest.parts import open_parts
from digest.settings import load
from tests.soak.clock import Clock


def main(settings: Path, clock: Clock, tick: timedelta) -> None:
    logs.begin(sys.stderr, as_json=True)

    async def play() -> None:
        with open_parts(load(settings, {})) as parts:
            await Process(parts, lambda: load(settings, {}), web=False, clock=clock, tick=tick)()

    loop.run(play())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Clock(Path(sys.argv[2])), timedelta(seconds=float(sys.argv[3])))
