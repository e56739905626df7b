"""What hostile, broken and careless publishers send, and next to each (in `tables`) what the newsletter makes of it.

Every case is answered by a server of our own and read as the daemon reads its sources, in a process apart that is
weighed: no answer may cost more than half a minute and 150 MB.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from .weigh import Weight, table, weigh

MOST_SECONDS, MOST_MEGABYTES, MOST_OF_A_WORKER = 30, 150, 220
TABLES = sorted(path.stem for path in (Path(__file__).parent / "tables").glob("*.py") if path.stem != "__init__")
CASES = [(name, case) for name in TABLES for case in table(name)]


@pytest.fixture(scope="session")
def weighed(tmp_path_factory) -> Callable[[str], dict[str, Weight]]:
    """The weights of a table, taken once, whoever of several processes that share the tests asks first."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder

    @cache
    def of(name: str) -> dict[str, Weight]:
        file = shared / f"hostile-{name}.json"
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                weights = {case: asdict(weight) for case, weight in weigh(name).items()}
                file.write_text(json.dumps(weights), encoding="utf-8")
        return {case: Weight(**weight) for case, weight in json.loads(file.read_text(encoding="utf-8")).items()}

    return of


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}-{case}" for name, case in CASES])
def test_a_hostile_answer_costs_little_and_ends_as_declared(name, case, weighed):
    expected = table(name)[case].expected

    weight = weighed(name)[case]

    assert weight.outcome == expected
    assert weight.seconds <= MOST_SECONDS
    assert weight.megabytes <= MOST_MEGABYTES
    assert weight.workers <= MOST_OF_A_WORKER
    assert weight.knocks == 0
