from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from digest.store import Store, open_store
from tests.postgres import memory

from .desks import Desk, MemoryDesk, StoreDesk

LONG = timedelta(seconds=60)
"""How long side by side one waits for another: nobody is Busy because the disk or the processor is."""
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of this test alone."""
    with tempfile.TemporaryDirectory(prefix="digest-", dir=memory()) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("template") / "digest.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def migrated_database(cluster) -> str:
    name = cluster.create()
    open_store(cluster.url(name)).close()
    return name


@pytest.fixture(params=BOTH)
def empty_url(request, folder) -> Iterator[str]:
    """Where a database may be made that nobody has opened."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder}/digest.db"
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@contextmanager
def migrated(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Give the URL of a migrated, empty database of its own."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), folder / "digest.db")
        yield f"sqlite:///{folder}/digest.db"
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.create(request.getfixturevalue("migrated_database"))
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=BOTH)
def url(request, folder) -> Iterator[str]:
    """Where a migrated, empty database is, of this test alone."""
    with migrated(request.param, request, folder) as url:
        yield url


@pytest.fixture
def open_again(url) -> Iterator[Callable[..., Store]]:
    """Opens the test's database as another process would: with connections of its own."""
    opened: list[Store] = []

    def again() -> Store:
        opened.append(open_store(url, patience=LONG))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(open_again) -> Store:
    return open_again()


@pytest.fixture(params=["memory", *BOTH])
def desk(request, folder) -> Iterator[Desk]:
    """An outbox, and what an editor and readers do around it: the fake, then the real one on either database."""
    if request.param == "memory":
        yield MemoryDesk()
        return
    with migrated(request.param, request, folder) as url, open_store(url) as store:
        yield StoreDesk(store)
