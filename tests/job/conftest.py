"""A working folder beside an invented wire, and the installed command."""

import asyncio
import json
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.cli.starting import starter
from digest.demo import Wire, prepare

COMMAND = Path(sys.executable).with_name("digest")


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
        command = [COMMAND, "-c", self.settings, *args, *(["--now", now] if now else [])]
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.folder), **(env or {})},
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

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


@pytest.fixture(scope="session")
def wire_url():
    """An invented wire, served from a thread for the whole run."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    wire = Wire(now=datetime.now(UTC))
    asyncio.run_coroutine_threadsafe(wire.__aenter__(), loop).result(20)
    yield wire.url
    asyncio.run_coroutine_threadsafe(wire.__aexit__(None, None, None), loop).result(20)
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
