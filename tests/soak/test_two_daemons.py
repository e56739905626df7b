"""Two daemons on one database, killed and frozen at random: one issue a slot, and nobody gets it twice."""

from __future__ import annotations

import os
import random

from tests.job.postoffice import PostOffice
from tests.soak.stage import Stage

SLOTS = int(os.environ.get("SOAK_SLOTS", "4"))
"""`make daemons` wants two hundred."""
EDITIONS = 2


def test_two_daemons_that_are_killed_and_frozen_make_one_issue_a_slot(tmp_path):
    seed = os.environ.get("SOAK_SEED") or "two daemons"
    with PostOffice() as office:
        stage = Stage(tmp_path, office, random.Random(seed), tick=0.15, editions=EDITIONS)
        try:
            stage.step(SLOTS // EDITIONS, speed=60, harms=0.6)
            audit = stage.audit()
        finally:
            stage.close()
    print(audit)
    assert audit.holds(), f"SOAK_SEED={seed}: {audit}"
    assert (audit.slots, audit.states["sent"]) == (SLOTS, SLOTS), audit
