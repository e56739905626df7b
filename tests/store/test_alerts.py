"""Alerts as they are kept: each told once, and its end, whoever restarts in between."""

from __future__ import annotations

from datetime import timedelta

from digest.model.alert import Alert, Trouble

from .samples import MINUTE, NOW

HELD = Alert(Trouble.HELD, "3", "No. 412 is held")
DOWN = Alert(Trouble.SOURCE, "Karsk Wire", "Karsk Wire fails")


def told(incidents):
    return [(each.alert.about, each.begun_at, each.ended_at) for each in incidents]


def test_an_alert_is_told_once_over_each_way_and_then_its_end(store, open_again):
    store.alerts.agree([HELD], NOW)
    store.alerts.agree([HELD], NOW + MINUTE)
    first = store.alerts.untold("mail", NOW + MINUTE)
    store.alerts.told("mail", first, NOW + MINUTE)

    after = open_again().alerts  # a restart
    after.agree([HELD, DOWN], NOW + 2 * MINUTE)
    second = after.untold("mail", NOW + 2 * MINUTE)
    after.told("mail", second, NOW + 2 * MINUTE)
    after.agree([DOWN], NOW + 3 * MINUTE)
    third = after.untold("mail", NOW + 3 * MINUTE)
    after.told("mail", third, NOW + 3 * MINUTE)

    assert told(first) == [("3", NOW, None)]
    assert told(second) == [("Karsk Wire", NOW + 2 * MINUTE, None)]
    assert told(third) == [("3", NOW, NOW + 3 * MINUTE)]
    assert after.untold("mail", NOW + 4 * MINUTE) == []
    assert told(after.untold("webhook", NOW + 4 * MINUTE)) == [*told(third), *told(second)]
    assert told(after.open()) == told(second)


def test_what_is_wrong_again_is_told_again(store):
    heard = []

    for n in range(4):
        store.alerts.agree([HELD] if n % 2 == 0 else [], NOW + n * MINUTE)
        untold = store.alerts.untold("mail", NOW + n * MINUTE)
        store.alerts.told("mail", untold, NOW + n * MINUTE)
        heard += told(untold)

    assert heard == [
        ("3", NOW, None),
        ("3", NOW, NOW + MINUTE),
        ("3", NOW + 2 * MINUTE, None),
        ("3", NOW + 2 * MINUTE, NOW + 3 * MINUTE),
    ]


def test_what_was_over_before_it_could_be_told_is_told_for_a_day(store):
    store.alerts.agree([HELD], NOW)
    store.alerts.agree([], NOW + MINUTE)

    assert told(store.alerts.untold("mail", NOW + timedelta(hours=24))) == [("3", NOW, NOW + MINUTE)]
    assert store.alerts.untold("mail", NOW + timedelta(hours=25)) == []
