from __future__ import annotations

from collections.abc import Iterator

import pytest

from .newsroom import Newsroom


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    room = Newsroom()
    yield room
    room.close()
