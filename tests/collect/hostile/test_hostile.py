"""What hostile, broken and careless publishers send, and next to each (in `tables`) what the newsletter makes of it.

Every case is answered by a server of our own and read as the daemon reads its sources, in a process apart that is
weighed: no answer may cost more than ten seconds of a processor and 150 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .weigh import Scales, table

MOST_SECONDS, MOST_MEGABYTES, MOST_OF_A_WORKER = 10, 150, 220
TABLES = sorted(path.stem for path in (Path(__file__).parent / "tables").glob("*.py") if path.stem != "__init__")
CASES = [(name, case) for name in TABLES for case in table(name)]


@pytest.fixture(scope="module")
def scales() -> Iterator[Scales]:
    made = Scales()
    yield made
    made.close()


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}-{case}" for name, case in CASES])
def test_a_hostile_answer_costs_little_and_ends_as_declared(name, case, scales):
    weight = scales.weigh(name, case)

    assert weight.outcome == table(name)[case].expected
    assert weight.seconds <= MOST_SECONDS
    assert weight.megabytes <= MOST_MEGABYTES
    assert weight.workers <= MOST_OF_A_WORKER
    assert weight.knocks == 0
