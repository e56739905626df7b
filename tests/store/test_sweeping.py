"""What is old is deleted, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from digest.model.alert import Alert, Trouble
from digest.operate.retention import DIARY, NEWS, sweep
from digest.store.schema import alias, pool

from .samples import MINUTE, NOW, article, draft


def rows(store, table):
    with store.database.read() as connection:
        return len(connection.execute(table.select()).all())


def test_a_diary_is_kept_for_a_quarter_and_what_is_still_so_for_ever(store):
    for ended in (NOW, NOW + MINUTE):
        run = store.runs.start("collect", NOW - MINUTE)
        store.runs.finish(run, "ok", "", ended)
    store.runs.start("send", NOW - MINUTE)
    store.alerts.agree([Alert(Trouble.HELD, "3", "held"), Alert(Trouble.HELD, "4", "held")], NOW - MINUTE)
    store.alerts.told("mail", store.alerts.untold("mail", NOW), NOW)
    store.alerts.agree([Alert(Trouble.HELD, "4", "held")], NOW)

    said = sweep(store, NOW + DIARY + MINUTE / 2)

    assert said == "1 runs, 1 alerts"
    assert {run.job for run in store.runs.recent()} == {"collect", "send"}
    assert [each.alert.about for each in store.alerts.open()] == ["4"]
    assert sweep(store, NOW + DIARY + MINUTE / 2) == ""


def test_an_article_goes_with_its_names_when_it_is_old_and_its_issue_stays(store):
    old, young = article("old", aliases=("another address",)), article("young")
    issue = draft(store, [old]).id
    store.articles.add([young], NOW + timedelta(days=30))
    told = store.issues.inputs(issue)

    said = sweep(store, NOW + NEWS + timedelta(days=1))

    assert said == "1 articles"
    assert [each.id for each in store.articles.recent(9)] == [young.id]
    assert (rows(store, pool), rows(store, alias)) == (0, 0)
    assert store.issues.inputs(issue) == told
