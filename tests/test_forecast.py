"""How long a send will take: from the relays' rates, and from how earlier ones of the edition went."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.deliver import Tally
from digest.model.delivery import DeliveryState as S
from digest.parts import open_parts
from digest.pipeline import forecast
from digest.pipeline.forecast import remember
from tests.fakes import NOON
from tests.store.samples import draft
from tests.test_parts import NOWHERE, settings

SPARE = NOWHERE.replace('"there"', '"spare"') + "weight = 0\n"


@pytest.mark.parametrize(
    ("relays", "takes"),
    [
        ("", ""),
        (NOWHERE, ""),
        (NOWHERE + 'rate = "40/s"\n' + SPARE, "about 1 minute at the relay's rate"),
        ('[[relay]]\nname = "here"\nkind = "catcher"\nrate = "240/min"\n', "about 10 minutes at the relay's rate"),
    ],
    ids=["none", "no rate", "a rate", "catcher"],
)
def test_before_the_first_send_only_a_rate_tells(tmp_path, relays, takes):
    with open_parts(settings(tmp_path, relays)) as parts:
        assert str(forecast(parts, draft(parts.store), 2400)) == takes


def test_later_it_is_the_usual_pace_of_the_same_edition(tmp_path):
    with open_parts(settings(tmp_path, NOWHERE)) as parts:
        issue = draft(parts.store)
        for sent, seconds in ((1000, 50), (2, 9), (1400, 70)):
            remember(parts, issue, Tally({S.ACCEPTED: sent, S.QUEUED: 77}, lasted=timedelta(seconds=seconds)), now=NOON)
        remember(parts, issue, Tally({S.QUEUED: 500}, lasted=timedelta(seconds=1)), now=NOON)

        made = forecast(parts, issue, 2400)

    assert made.rate == 20.0
    assert str(made) == "about 2 minutes at the usual pace"


def test_what_another_edition_did_tells_nothing(tmp_path):
    with open_parts(settings(tmp_path, NOWHERE)) as parts:
        issue = draft(parts.store)
        parts.store.runs.start("deliver", NOON, edition="sunday", issue=9, sent=100, milliseconds=1000)

        assert str(forecast(parts, issue, 2400)) == ""
