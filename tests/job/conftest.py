"""A working folder beside an invented wire, and the installed command."""

import asyncio
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from digest.cli.starting import starter
from digest.demo import Wire, prepare
from tests.job.forge import forge

COMMAND = Path(sys.executable).with_name("digest")
PATIENCE = 60
"""Seconds after which a test gives up waiting for what must come, on a machine that is busy with other things."""

opened = build_opener(ProxyHandler({})).open
"""`urlopen` for what is on this machine, where the environment may name a proxy."""


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """A working folder."""

    folder: Path

    def __call__(self, *args, env=None, now=None):
        """Run `digest -c digest.toml …` in it."""
        wish = (*args, "--now", now) if now else args
        if env:
            return finished(self.start(*wish, env=env))
        return ended(*forge()(self.folder, "-c", self.settings, *wish))

    def apart(self, *args):
        """The same with nothing in memory from before, and with another seed of hashes."""
        return finished(self.start(*args))

    def start(self, *args, env=None):
        """Begin to run it; `finished` waits for its end."""
        return subprocess.Popen(
            [str(part) for part in (COMMAND, "-c", self.settings, *args)],
            text=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.folder), **(env or {})},
        )

    @property
    def settings(self):
        return self.folder / "digest.toml"

    @property
    def caught(self):
        """The caught mails by address, each a list of what came."""
        lines = (self.folder / "var/catcher/envelopes.jsonl").read_text().splitlines()
        mails = {}
        for line in map(json.loads, lines):
            data = (self.folder / "var/catcher/new" / line["file"]).read_bytes()
            for recipient in line["recipients"]:
                mails.setdefault(recipient, []).append(data)
        return mails

    def edit(self, name, old, new):
        """Change a file as an editor would."""
        path = self.folder / name
        text = path.read_text()
        assert old in text, (name, old)
        path.write_text(text.replace(old, new))

    def readers(self, *addresses):
        """Let the daily list be these."""
        (self.folder / "subscribers/daily.csv").write_text("email\n" + "".join(f"{each}\n" for each in addresses))

    @property
    def database(self):
        """All that is kept: the rows of every table."""
        with closing(sqlite3.connect(self.folder / "var/digest.db")) as connection:
            query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            names = connection.execute(query).fetchall()
            return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in names}

    @property
    def state(self):
        """How the first issue stands."""
        with closing(sqlite3.connect(self.folder / "var/digest.db")) as connection:
            return connection.execute("SELECT state FROM issue WHERE id = 1").fetchone()[0]

    @property
    def deliveries(self):
        """What became of each subscriber's message of the first issue."""
        query = "SELECT s.address, d.state FROM delivery d JOIN subscriber s ON s.id = d.subscriber WHERE d.issue = 1"
        with closing(sqlite3.connect(self.folder / "var/digest.db")) as connection:
            return dict(connection.execute(query))

    @property
    def reasons(self):
        """What was said to each message of the first issue, besides yes."""
        query = "SELECT text FROM delivery WHERE issue = 1 AND state != 'accepted'"
        with closing(sqlite3.connect(self.folder / "var/digest.db")) as connection:
            return [text for (text,) in connection.execute(query)]


def finished(process):
    """Wait for the end of a command."""
    try:
        out, err = process.communicate(timeout=4 * PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return ended(process.returncode, out, err)


def ended(code, out, err):
    """What a command left; none may break."""
    assert "Traceback" not in err, err
    return Done(code, out, err)


@pytest.fixture(scope="session", autouse=True)
def heeding_ctrl_c():
    """Lets commands heed Ctrl-C: what is begun in the background does not, and hands that on to what it begins."""
    if deaf := signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    if deaf:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.fixture(scope="session")
def wire_url():
    """An invented wire, served from a thread for the whole run."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    wire = Wire(now=datetime.now(UTC))
    asyncio.run_coroutine_threadsafe(wire.__aenter__(), loop).result(PATIENCE)
    yield wire.url
    asyncio.run_coroutine_threadsafe(wire.__aexit__(None, None, None), loop).result(PATIENCE)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def fresh_folder(tmp_path_factory, wire_url):
    """What a working folder looks like before its first command."""
    folder = tmp_path_factory.mktemp("fresh")
    shutil.copytree(starter() / "templates", folder / "templates")
    prepare(folder, wire_url, datetime.now(UTC))
    return folder


@pytest.fixture(scope="session")
def collected_folder(tmp_path_factory, fresh_folder):
    """The same after `digest collect`."""
    folder = tmp_path_factory.mktemp("collected") / "work"
    shutil.copytree(fresh_folder, folder)
    done = Desk(folder)("collect")
    assert done.code == 0, done.err
    return folder


@pytest.fixture
def fresh(tmp_path, fresh_folder):
    shutil.copytree(fresh_folder, tmp_path / "work")
    return Desk(tmp_path / "work")


@pytest.fixture
def desk(tmp_path, collected_folder):
    shutil.copytree(collected_folder, tmp_path / "work")
    return Desk(tmp_path / "work")


@pytest.fixture(scope="session")
def approved_folder(tmp_path_factory, collected_folder):
    """The same with its lists read, and issue 1 built and approved."""
    folder = tmp_path_factory.mktemp("approved") / "work"
    shutil.copytree(collected_folder, folder)
    desk = Desk(folder)
    for command in (("subscribers", "sync"), ("build", "daily"), ("approve", 1)):
        done = desk(*command)
        assert done.code == 0, done.err
    return folder


@pytest.fixture
def approved(tmp_path, approved_folder):
    shutil.copytree(approved_folder, tmp_path / "work")
    return Desk(tmp_path / "work")
