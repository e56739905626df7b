"""A send on a terminal: drawn while it goes, and put down in good order by Ctrl-C."""

import codecs
import os
import pty
import re
import select
import signal
import subprocess

import pytest

from tests.deliver.server import USUAL, willing
from tests.job.conftest import COMMAND, PATIENCE
from tests.job.postoffice import LATER, PostOffice


@pytest.fixture
def terminal():
    """Both ends of a terminal: what is read from the first was written to the second."""
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


def test_on_a_terminal_a_bar_stands_until_ctrl_c_which_says_how_to_go_on(approved, terminal):
    reading, writing = terminal
    with PostOffice(lambda stage, who: USUAL["dot"] + LATER if stage == "dot" else willing(stage, who)) as office:
        approved.settings.write_text(approved.settings.read_text() + office.table)
        approved.readers(*(f"reader{n}@aldovar.example" for n in range(30)))
        process = subprocess.Popen(
            [COMMAND, "-c", approved.settings, "send", "1", "--yes"],
            cwd=approved.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=writing,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1"},
        )
        try:
            shown = read_until(reading, "30 to go")
            office.until(lambda log: len(log.mails) >= 4)
            process.send_signal(signal.SIGINT)
            office.release()
            told = read_until(reading, "run it again")
            code = process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()

    assert "Sending No. 1  0 %" in shown
    assert "····" in shown
    assert "\x1b[3" not in shown + told  # no colour
    assert code == 130
    accepted, waiting = map(int, re.search(r"No\. 1: (\d+) accepted; (\d+) not tried yet", told).groups())
    assert accepted == office.log.copies.total() >= 4
    assert accepted + waiting == 30
    assert "To go on:  digest send 1" in told


def read_until(end, words):
    """Return what a terminal shows, up to these words."""
    shown, decoder = "", codecs.getincrementaldecoder("utf-8")()  # a read may end within a letter
    while words not in shown:
        ready, _, _ = select.select([end], [], [], PATIENCE)
        assert ready, f"the terminal shows no {words!r} within {PATIENCE} s, but {shown!r}"
        shown += decoder.decode(os.read(end, 65536))
    return shown
