"""A sender in a process of its own, made of the real parts, that can be killed and stopped where a test wants it.

`python -m tests.chaos.sender` imports everything once and reads one run a line as JSON; each run is a child of it. It
says its pid, whether it was stopped, and how it ended.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from digest.cli import loop
from digest.deliver import Message, Transport, clerk, deliver, enlisted
from digest.deliver.smtp import Gate, Relays, Security, Share, SmtpTransport
from digest.deliver.worker import boot_time
from digest.errors import DigestError
from digest.model.delivery import Claim
from digest.pipeline.ahead import Ahead
from digest.store import Store, open_store
from tests.chaos.wrong import WRONG
from tests.store.samples import NOW

TRANSACTION = threading.RLock()
"""Held while a transaction is under way: frozen in one, a process keeps SQLite's lock, and others could only wait."""


STACKS = "stacks"
"""The file in the data folder that says, after SIGUSR2, where each thread is."""


class Through:
    """Hands on every call to `inner`, and calls `act` before or after those of one of its methods."""

    def __init__(self, inner: Any, method: str, act: Callable[[], None], *, before: bool = False) -> None:
        self._inner, self._method, self._act, self._before = inner, method, act, before

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._inner, name)

        def around(*args: Any, **options: Any) -> Any:
            if name == self._method and self._before:
                self._act()
            with TRANSACTION:
                told = real(*args, **options)
            if name == self._method and not self._before:
                self._act()
            return told

        return around


class Beginning:
    """A worker that calls `act` after it has noted a begin."""

    def __init__(self, inner: Any, act: Callable[[], None]) -> None:
        self._inner, self._act = inner, act

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def begin(self, claim: Claim, relay: str = "") -> None:
        self._inner.begin(claim, relay)
        self._act()


def once(after: int, act: Callable[[], None]) -> Callable[[], None]:
    """Return what does `act` at its call number `after`, and at no other."""
    count = [0]

    def called() -> None:
        count[0] += 1
        if count[0] == after:
            act()

    return called


def stop_here() -> None:
    """Freeze all of the process, here: a signal to the process might be taken by another thread, a moment later."""
    with TRANSACTION:
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


def run(spec: dict[str, Any]) -> None:
    """Send what is due of the issue; `spec` says over what, and where to stop.

    `shipped`: as the command does it, over a relay of several, on the loop of the command line, and with messages made
    ahead in threads.
    """
    woken = Path(spec["data"]) / "woken"
    faulthandler.register(signal.SIGUSR2, (Path(spec["data"]) / STACKS).open("w"))

    def late() -> timedelta:
        """So many minutes have gone by, and those that the test says it slept."""
        slept = int(woken.read_text()) if woken.exists() else 0
        return timedelta(minutes=slept + spec.get("minutes", 0))

    def composed(claim: Claim) -> bytes:
        text = b"All quiet at the Ferren bridge.\r\n" * spec.get("lines", 20)
        return f"To: {claim.recipient.email}\r\nSubject: No. 7\r\n\r\n".encode() + text

    def in_pieces(claim: Claim) -> Message:
        """As the press makes them: the personal fields, and a literal that all share."""
        return f"To: {claim.recipient.email}\r\n".encode(), shared

    shared = b"Subject: No. 7\r\n\r\n" + b"All quiet at the Ferren bridge.\r\n" * spec.get("lines", 20)
    smtp = SmtpTransport(
        "127.0.0.1",
        spec["port"],
        lambda claim: f"bounce-{claim.issue}-{claim.seq}@brief.example",
        security=Security.NONE,
        connections=spec["connections"],
    )
    shipped = spec.get("shipped", False)
    transport: Transport = Relays([Share("sink", smtp)], time.monotonic) if shipped else smtp
    if spec.get("patient"):  # it waits for its database as long as the test does, and asks it often
        clerk.PAUSES = (0.5,) * 600
    where, count = spec.get("stop", ("", 0))
    with (
        Ahead(in_pieces if shipped else composed, 2 if shipped else 0) as ahead,
        open_store(spec["url"], patience=timedelta(seconds=60)) as store,
    ):
        outbox: Any = store.outbox
        if "wrong" in spec:
            outbox = WRONG[spec["wrong"]](outbox, store)
        if "readonly" in spec:
            outbox = Through(outbox, "claim", once(spec["readonly"], lambda: make_readonly(store)))
        if spec.get("fsize"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (spec["fsize"], spec["fsize"]))
        with enlisted(outbox, Path(spec["data"]), now=lambda: NOW + late(), boot=spec.get("boot", "")) as me:
            worker: Any = me
            signal.signal(signal.SIGUSR1, lambda *_: stop_here())
            method = {"claim": "claim", "outcome": "record"}.get(where, "")
            outbox = Through(outbox, method, once(count, stop_here), before=where == "outcome")
            if where == "begin":
                worker = Beginning(me, once(count, stop_here))

            async def sent(issue: int, worker: Any, transport: Transport, ahead: Ahead) -> None:
                await deliver(
                    issue,
                    outbox=outbox,
                    transport=transport,
                    compose_message=ahead.compose,
                    expect=ahead.expect,
                    dismiss=ahead.dismiss,
                    now=lambda: NOW + late(),
                    clock=lambda: boot_time() + late().total_seconds(),
                    worker=worker,
                    chance=lambda: 0.0,
                )

            async def both() -> None:
                """As the daemon does it: each with a worker of its own, over the same connections."""
                gate = Gate()
                gate.limit = spec["connections"]
                ways = [Relays([Share("sink", smtp, 1, gate.guest())], time.monotonic) for _ in range(2)]
                with (
                    enlisted(outbox, Path(spec["data"]), now=lambda: NOW + late()) as other,
                    Ahead(in_pieces, 2) as more,
                ):
                    await asyncio.gather(
                        sent(spec["issue"], worker, ways[0], ahead), sent(spec["beside"], other, ways[1], more)
                    )

            for _ in range(spec.get("runs", 1)):
                start = loop.run if shipped else asyncio.run
                start(both() if spec.get("beside") else sent(spec["issue"], worker, transport, ahead))
                spec["minutes"] = spec.get("minutes", 0) + spec.get("pause", 0)
        outbox.finish(spec["issue"], now=NOW + late())
        if spec.get("beside"):
            outbox.finish(spec["beside"], now=NOW + late())


def make_readonly(store: Store) -> None:
    """Let SQLite refuse every change from now on."""
    store.database.engine.dispose()

    @event.listens_for(store.database.engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")


def main() -> None:
    """Fork one child a line, and tell what becomes of it."""
    for line in sys.stdin:
        spec = json.loads(line)
        pid = os.fork()
        if pid == 0:
            try:
                run(spec)
            except DigestError as error:
                print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
                os._exit(error.exit_code)
            except BaseException:
                traceback.print_exc()
                os._exit(99)
            os._exit(0)
        print(json.dumps({"pid": pid}), flush=True)
        while True:
            _, status = os.waitpid(pid, os.WUNTRACED)
            if os.WIFSTOPPED(status):
                print(json.dumps({"stopped": True}), flush=True)
                continue
            print(json.dumps({"ended": os.waitstatus_to_exitcode(status)}), flush=True)
            break


if __name__ == "__main__":
    main()
