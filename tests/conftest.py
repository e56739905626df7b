"""What tests of several parts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import Cluster, programs, running

# How quick a machine is, is no property of ours. The examples are the same at every run: what fails, fails for whoever
# made the change, and not one day for somebody else. `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=500)
settings.register_profile("digest", settings.get_profile("explore"), max_examples=100, derandomize=True)
settings.load_profile("digest")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    server = programs()
    if server is None:
        pytest.skip("initdb is not installed (Debian: apt-get install postgresql), so PostgreSQL is NOT tested")
    with running(server) as cluster:
        yield cluster
