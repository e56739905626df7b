"""What tests of several parts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Cluster, programs, running


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    server = programs()
    if server is None:
        pytest.skip("initdb is not installed (Debian: apt-get install postgresql), so PostgreSQL is NOT tested")
    with running(server) as cluster:
        yield cluster
