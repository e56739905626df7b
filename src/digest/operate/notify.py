"""A word to the system's service manager, as sd_notify(3) has it: one datagram to the socket it named."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta


def tell(environ: Mapping[str, str] = os.environ, **words: object) -> bool:
    """Send `READY=1`, `STATUS=…` and the like; return whether anybody was told. Nobody is where there is no manager."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    text = "\n".join(f"{name}={' '.join(str(value).split())}" for name, value in words.items())
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.settimeout(0.5)  # a manager that is stuck must not hold up the news
        channel.connect(address.replace("@", "\0", 1))
        channel.sendall(text.encode())
        return True
    return False


def watchdog(environ: Mapping[str, str] = os.environ, *, pid: int | None = None) -> timedelta | None:
    """Return how often the manager wants to hear `WATCHDOG=1`, which is half its limit; None where it does not."""
    usec, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not usec.isdecimal() or int(usec) == 0 or (whose and whose != str(pid or os.getpid())):
        return None
    return timedelta(microseconds=int(usec)) / 2
