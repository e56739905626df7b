"""The installed command without the wait for its beginning: each one a fork of a process that has it in memory.

To import the program takes a command ten times as long as most of what the tests ask of it. A fork has all of it, and
is a process of its own in all else: arguments, folder, environment, output, exit code. What it shares with the other
forks is the seed of hashes; where that matters, the command itself is run (`Desk.apart`).
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path

PATIENCE = 240.0
"""Seconds for one command."""
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


class Forge:
    """The process that forks; ended with this one."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
        )
        atexit.register(self.close)

    def __call__(self, folder: Path, *args: object) -> tuple[int, str, str]:
        """Run `digest ARGS` in a folder; return its exit code and what it put out and told."""
        with self._turn, tempfile.TemporaryDirectory() as said:
            out, err = Path(said, "out"), Path(said, "err")
            wish = {"args": [str(arg) for arg in args], "folder": str(folder), "out": str(out), "err": str(err)}
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            assert answer, "the process that forks has ended"
            code = int(answer)
            assert code != -signal.SIGKILL, f"digest {wish['args']} did not end within {PATIENCE} s"
            return code, out.read_text("utf-8"), err.read_text("utf-8")

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


@cache
def forge() -> Forge:
    """The one of this run, begun with its first command."""
    return Forge()


def main() -> None:
    """Fork for each line that comes in; a fork does the wish, as the command would, and is gone."""
    import digest

    for module in pkgutil.walk_packages(digest.__path__, "digest."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)
    gc.freeze()
    for line in sys.stdin:
        wish = json.loads(line)
        child = os.fork()
        if not child:
            os._exit(done(**wish))
        print(code_of(child), flush=True)


def done(args: list[str], folder: str, out: str, err: str) -> int:
    """Do what the command does; return its exit code, with which the fork ends as those of multiprocessing do.

    The interpreter is not taken down: that is for the process that has put it up.
    """
    from digest.cli import main as command

    os.setsid()
    os.chdir(folder)
    os.environ["HOME"] = folder
    for number, path in enumerate((os.devnull, out, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["digest", *args]
    code: object = 1
    try:
        command()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError):  # it was closed
            stream.flush()
    return code


def code_of(child: int) -> int:
    """Wait for a fork, but not for ever; return its exit code, below zero for a signal, as `subprocess` has it."""
    limit, pause = time.monotonic() + PATIENCE, 0.002
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > limit:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


if __name__ == "__main__":
    main()
