"""`python -m fuzz [--seconds 1800] [TARGET ...]`: every target for its share of the time, and what was found.

Corpora and findings are kept under var/fuzz/TARGET; the next run begins where this one ended. A finding is looked at
by `python -m fuzz.one TARGET FILE`, and ends up in tests/collect/findings.py.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .seeds import SEEDS
from .targets import TARGETS

FOLDER = Path("var/fuzz")
SLOW_SECONDS, MOST_MEGABYTES, MOST_BYTES = 10, 1_500, 8_192


@dataclass(frozen=True)
class Ran:
    """What a target's run came to."""

    target: str
    cpu_seconds: float
    executions: int
    failure: str
    """What went wrong, and where more is said of it; empty where nothing did."""

    def __str__(self) -> str:
        said = self.failure or "nothing found"
        return f"{self.target:12} {self.cpu_seconds:7.0f} s {self.executions:10,} executions  {said}"


def fuzz(target: str, seconds: int) -> Ran:
    """Fuzz one target in processes of its own, for so many seconds of CPU or until something is found."""
    folder = FOLDER / target
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for n, seed in enumerate(SEEDS[target]):
        (corpus / f"seed-{n}").write_bytes(seed.encode() if isinstance(seed, str) else seed)
    before, executions, failure = _cpu(), 0, ""
    # libFuzzer counts the time on the wall, of which a busy machine gives it a part only.
    while (left := seconds - (_cpu() - before)) > 1 and not failure:
        done = _run(target, folder, round(left))
        (folder / "log.txt").write_text(done.stdout, encoding="utf-8")
        counted = re.findall(r"number_of_executed_units:\s*(\d+)", done.stdout)
        executions += int(counted[-1]) if counted else 0
        failure = _failure(done.stdout, folder) if done.returncode else ""
    return Ran(target, _cpu() - before, executions, failure)


def _run(target: str, folder: Path, seconds: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "fuzz.one", target, f"{folder}/corpus", f"-artifact_prefix={folder}/"),
            *(f"-max_total_time={max(seconds, 1)}", f"-timeout={SLOW_SECONDS}", f"-rss_limit_mb={MOST_MEGABYTES}"),
            *(f"-max_len={MOST_BYTES}", "-print_final_stats=1"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _failure(log: str, folder: Path) -> str:
    said = re.findall(r"^(?:\w+(?:\.\w+)*(?:Error|Exception)\b.*|.*ERROR: libFuzzer.*)$", log, re.MULTILINE)
    return f"{said[0][:200] if said else 'ended'}; see {folder}/log.txt"


def main() -> int:
    """Run what was asked for; the exit code is 1 where anything was found."""
    asked = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    asked.add_argument("--seconds", type=int, default=1_800, help="of all targets together")
    asked.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    chosen = asked.parse_args()
    targets = chosen.targets or list(TARGETS)
    results = []
    for target in targets:
        results.append(fuzz(target, max(chosen.seconds // len(targets), 1)))
        print(results[-1], flush=True)
    print(
        f"{'all':12} {sum(r.cpu_seconds for r in results):7.0f} s {sum(r.executions for r in results):10,} executions"
    )
    return int(any(result.failure for result in results))


sys.exit(main())
