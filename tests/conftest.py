"""What tests of several parts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import Cluster, programs, running

settings.register_profile("digest", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("digest")  # how quick a machine is, is no property of ours


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    server = programs()
    if server is None:
        pytest.skip("initdb is not installed (Debian: apt-get install postgresql), so PostgreSQL is NOT tested")
    with running(server) as cluster:
        yield cluster
