"""Where crashes are played: an issue to many readers, senders that can be killed and woken, a server that counts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from digest.model.delivery import Delivery, DeliveryState
from digest.store import Store, open_store
from tests.chaos.sender import STACKS
from tests.chaos.sink import Sink

ROOT = Path(__file__).parents[2]
S = DeliveryState
DEPTH = {"plain": 1, "pipelining": 1, "chunking": 8}
"""How many messages a connection may have in flight, begun and not answered, by the dialogue."""

PATIENCE = 120
"""Seconds until something is told of a sender, or it counts as stuck; well under what ends a whole test."""

SHIPPED = ("pipelining", "chunking")
"""The modes in which a sender is put together as the command does it."""


class Senders:
    """A process that makes senders, one at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.sender"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        )
        self._told: Queue[dict[str, Any]] = Queue()
        self._running = threading.Event()
        self._pid = 0
        self._stacks = Path()
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, spec: dict[str, Any]) -> None:
        """Let a sender begin."""
        assert self._process.stdin is not None
        self._stacks = Path(spec["data"]) / STACKS
        print(json.dumps(spec), file=self._process.stdin, flush=True)
        self._pid = self.heard("pid")
        self._running.set()

    def heard(self, *wanted: str) -> Any:
        """Return what is told next, which has to be one of `wanted`."""
        told = self._next()
        ((what, value),) = told.items()
        assert what in wanted, told
        return value

    def ended(self) -> tuple[int, str]:
        """Wait for the sender's end; return its exit code, negative for a signal, and the error it told."""
        error = ""
        while True:
            told = self._next()
            if "ended" in told:
                self._running.clear()
                return told["ended"], error
            error = told.get("error", error)

    def signal(self, number: int) -> None:
        """Send a signal to the sender, once it runs."""
        assert self._running.wait(PATIENCE)
        os.kill(self._pid, number)

    def _next(self) -> dict[str, Any]:
        """Return what is told next; fail with what the sender is doing if that takes too long."""
        try:
            return self._told.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError(f"nothing was told for {PATIENCE} s; the sender:\n{self._doing()}") from None

    def _doing(self) -> str:
        """Return the state of the sender's process, and where its threads are if they run."""
        try:
            status = Path(f"/proc/{self._pid}/status").read_text()
            os.kill(self._pid, signal.SIGUSR2)
        except OSError as error:
            return f"there is none ({error})"
        time.sleep(1)
        stacks = self._stacks.read_text() if self._stacks.exists() else ""
        return "\n".join([*(line for line in status.splitlines() if line.startswith("State")), stacks])

    def close(self) -> None:
        if self._running.is_set():
            os.kill(self._pid, signal.SIGKILL)
        self._process.kill()
        self._process.communicate()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._told.put(json.loads(line))


@contextmanager
def senders() -> Iterator[Senders]:
    made = Senders()
    try:
        yield made
    finally:
        made.close()


@dataclass
class Stage:
    """One issue on its way to many readers, from a folder of its own."""

    url: str
    data: Path
    sink: Sink
    issue: int
    mode: str = "plain"
    connections: int = 4
    beside: int = 0
    """Another issue, to other readers, that is sent at the same time by the same process; 0: none."""
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.sink.offers = _offers(self.mode)
        self.store = open_store(self.url)
        self.data.mkdir(exist_ok=True)

    def spec(self, **more: Any) -> dict[str, Any]:
        base = {"url": self.url, "data": str(self.data), "port": self.sink.port, "issue": self.issue}
        base |= {"beside": self.beside}
        return {**base, "connections": self.connections, "shipped": self.mode in SHIPPED, **more}

    def through(self, sender: Senders, **more: Any) -> tuple[int, str]:
        """Let a sender run to its end."""
        sender.start(self.spec(**more))
        return sender.ended()

    def killed(self, sender: Senders, stage: str, count: int, **more: Any) -> tuple[bool, int]:
        """Kill a sender at that point of the server's; return whether it came to it, and the transactions open then."""
        seen: list[int] = []

        def kill() -> None:
            seen.append(self.sink.open)
            sender.signal(signal.SIGKILL)

        self.sink.at(stage, count, kill)
        sender.start(self.spec(**more))
        code, error = sender.ended()
        self.sink.never()
        assert (code == -signal.SIGKILL) == bool(seen), (code, error)
        return bool(seen), seen[0] if seen else 0

    @property
    def rows(self) -> dict[str, Delivery]:
        """Each reader's delivery."""
        issues = (self.issue, self.beside) if self.beside else (self.issue,)
        pairs = (pair for issue in issues for pair in self.store.outbox.deliveries(issue))
        return {reader.email: delivery for delivery, reader in pairs}

    @property
    def counts(self) -> dict[str, int]:
        return {state: count for state, count in self.store.outbox.counts(self.issue).items() if count}

    def audit(self) -> Audit:
        """Wait until the wires are quiet, and compare what the database says with what the server took."""
        self.sink.drained()
        rows, copies = self.rows, self.sink.copies
        doubts = Counter(row.worker for row in rows.values() if row.state is S.IN_DOUBT)
        reached = {email for email, row in rows.items() if row.state is S.ACCEPTED}
        open_ = {email for email, row in rows.items() if row.state in (S.QUEUED, S.CLAIMED, S.DEFERRED)}
        return Audit(
            lost=sorted(email for email in reached if not copies[email]),
            twice=sorted(email for email, count in copies.items() if count > 1),
            open=sorted(open_),
            unsaid=sorted(email for email in copies if rows[email].state not in (S.ACCEPTED, S.IN_DOUBT)),
            foreign=self.sink.foreign,
            doubts=doubts,
        )

    def close(self) -> None:
        self.store.close()


@dataclass(frozen=True)
class Audit:
    """What is wrong between the database and the server."""

    lost: list[str]
    """Accepted, the database says; the server never got it."""
    twice: list[str]
    open: list[str]
    """Neither accepted nor in doubt at the end."""
    unsaid: list[str]
    """The server got it, and the database says that nobody did."""
    foreign: list[str]
    """Got somebody else's."""
    doubts: Counter[str]
    """How many are in doubt, by worker."""

    def holds(self, at_most: int) -> bool:
        """Say whether nobody was lost and nobody got two, and no worker left more than so many in doubt."""
        wrong = (self.lost, self.twice, self.open, self.unsaid, self.foreign)
        assert not any(wrong), self
        assert all(count <= at_most for count in self.doubts.values()), self
        return True


def _offers(mode: str) -> tuple[str, ...]:
    from tests.chaos.sink import MODES

    return MODES[mode]


def copied(file: Path, to: Path) -> str:
    """Copy an SQLite database that nobody has open; return the URL of the copy."""
    shutil.copy(file, to)
    return f"sqlite:///{to}"
