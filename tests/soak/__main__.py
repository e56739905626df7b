"""`make soak`: half an hour in which a day takes two minutes, and each minute a daemon is killed or frozen."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.job.postoffice import PostOffice
from tests.soak.stage import Stage

DAY, HARM = 120.0, 60.0
"""Seconds of a day, and between two harms."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seed", default="soak")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="digest-soak-") as folder, PostOffice() as office:
        stage = Stage(Path(folder), office, random.Random(wanted.seed), tick=0.5, readers=wanted.readers)
        try:
            stage.flow(wanted.minutes * 60, day=DAY, every=HARM)
            audit = stage.audit()
        finally:
            stage.close()
    print(audit)
    return 0 if audit.holds() else 1


if __name__ == "__main__":
    sys.exit(main())
