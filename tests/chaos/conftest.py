from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from digest.store import open_store
from tests.chaos.sink import Sink, serving
from tests.chaos.stage import Senders, Stage, copied, senders
from tests.postgres import memory
from tests.store.samples import readers, sending

PEOPLE = 3000


@pytest.fixture(scope="session")
def room() -> Iterator[Path]:
    """A folder in memory, where flushes cost nothing: what is tested is death, not the disk."""
    with tempfile.TemporaryDirectory(prefix="digest-chaos-", dir=memory()) as name:
        yield Path(name)


def prepared(room: Path, people: int) -> tuple[Path, int]:
    """A database with an issue on its way to so many readers."""
    path = room / f"{people}.db"
    with open_store(f"sqlite:///{path}") as store:
        issue = sending(store, *readers(people))
    return path, issue


@pytest.fixture(scope="session")
def many(room) -> tuple[Path, int]:
    return prepared(room, PEOPLE)


@pytest.fixture(scope="session")
def few(room) -> tuple[Path, int]:
    return prepared(room, 120)


@pytest.fixture(scope="session")
def sender() -> Iterator[Senders]:
    with senders() as made:
        yield made


@pytest.fixture(scope="session")
def successor() -> Iterator[Senders]:
    with senders() as made:
        yield made


@pytest.fixture
def stages(room) -> Iterator[Callable[..., Stage]]:
    """Makes stages, each with a database, a folder and a server of its own."""
    numbers = count(1)
    with ExitStack() as stack, tempfile.TemporaryDirectory(dir=room) as name:

        def make(template: tuple[Path, int], url: str = "", **options) -> Stage:
            folder = Path(name) / str(next(numbers))
            folder.mkdir()
            file, issue = template
            sink = stack.enter_context(serving(Sink()))
            stage = Stage(url or copied(file, folder / "digest.db"), folder / "data", sink, issue, **options)
            stack.callback(stage.close)
            return stage

        yield make
