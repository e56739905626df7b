from __future__ import annotations

import pytest

from digest.errors import UnknownError

from .samples import MINUTE, NOW


def test_a_run_is_in_the_diary_from_its_start(store):
    run = store.runs.start("build", NOW, edition="brief", issue=4)

    (kept,) = store.runs.recent("build")
    assert (kept.id, kept.job, kept.about) == (run, "build", {"edition": "brief", "issue": 4})
    assert (kept.started_at, kept.ended_at, kept.result) == (NOW, None, "")


def test_a_run_says_how_it_ended(store):
    run = store.runs.start("collect", NOW)

    store.runs.finish(run, "ok", "12 new from 4 sources", NOW + MINUTE)

    (kept,) = store.runs.recent()
    assert (kept.ended_at, kept.result, kept.text) == (NOW + MINUTE, "ok", "12 new from 4 sources")


def test_the_diary_is_read_newest_first_by_job(store):
    runs = [store.runs.start(job, NOW + n * MINUTE) for n, job in enumerate(["collect", "build", "collect", "send"])]

    assert [run.id for run in store.runs.recent()] == runs[::-1]
    assert [run.id for run in store.runs.recent("collect")] == [runs[2], runs[0]]
    assert [run.id for run in store.runs.recent(n=1)] == [runs[3]]


def test_a_run_that_never_began_cannot_end(store):
    with pytest.raises(UnknownError, match="no run 9"):
        store.runs.finish(9, "ok", "", NOW)


def test_runs_that_were_cut_off_say_so_and_others_stay(store):
    left, other = store.runs.start("send", NOW), store.runs.start("test-send", NOW)
    done = store.runs.start("collect", NOW)
    store.runs.finish(done, "ok", "nothing", NOW)

    assert store.runs.cut_off(["send", "collect"], NOW + MINUTE) == 1

    results = {run.id: (run.result, run.ended_at) for run in store.runs.recent()}
    assert results == {left: ("cut off", NOW + MINUTE), other: ("", None), done: ("ok", NOW)}


def test_a_job_rests_from_when_somebody_says_so_until_somebody_lets_it_go_on(store):
    assert store.jobs.pause("collect", NOW)
    assert not store.jobs.pause("collect", NOW + MINUTE)
    assert store.jobs.paused() == {"collect": NOW}

    assert store.jobs.resume("collect")
    assert not store.jobs.resume("collect")
    assert store.jobs.paused() == {}
