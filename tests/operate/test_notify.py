"""A word to the service manager."""

import socket
import tempfile
from datetime import timedelta

import pytest

from digest.operate import notify


@pytest.fixture
def manager():
    """The socket of a service manager, and where it is: in a short folder, since such a path has 107 bytes at most."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(f"{folder}/notify")
        channel.settimeout(60)
        yield channel, {"NOTIFY_SOCKET": f"{folder}/notify"}


def test_the_manager_is_told_in_lines(manager):
    channel, environ = manager

    assert notify.tell(environ, READY=1, STATUS="On course\nfor 07:00.")

    assert channel.recv(4096) == b"READY=1\nSTATUS=On course for 07:00."


def test_a_socket_without_a_file_is_meant_by_an_at_sign():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("")  # the kernel gives it a name
        channel.settimeout(60)
        name = channel.getsockname().decode()

        assert notify.tell({"NOTIFY_SOCKET": name.replace("\0", "@", 1)}, WATCHDOG=1)
        assert channel.recv(4096) == b"WATCHDOG=1"


@pytest.mark.parametrize("where", ["", "relative", "/nowhere/at/all"])
def test_where_there_is_no_manager_nobody_is_told(where):
    assert not notify.tell({"NOTIFY_SOCKET": where}, READY=1)


@pytest.mark.parametrize(
    ("environ", "every"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, timedelta(seconds=15)),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, timedelta(seconds=15)),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_fed_at_half_its_limit(environ, every):
    assert notify.watchdog(environ, pid=7) == every
