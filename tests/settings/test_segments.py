"""Segments in digest.toml: what they become for an edition, and what is refused."""

from __future__ import annotations

import pytest

from digest.errors import SettingsError
from digest.settings import load

from .conftest import BASE

USED = BASE + 'segments = ["east"]\n'


def test_a_segment_is_judged_by_the_zone_and_language_of_its_edition(write):
    settings = load(write(USED + '[segment.east]\nzones = ["Europe/*"]\ndomains = ["Tarn.example"]\n'), {})

    (segment,) = settings.editions["weekday"].segments
    assert (segment.name, segment.at_home, segment.by_default) == ("east", True, False)
    assert segment.domains == ("tarn.example",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (USED, "there is no [segment.east]; there are none"),
        (BASE + '[segment.east]\nsections = ["sport"]\n', "there is no section 'sport'"),
        (BASE + '[segment.east]\nzones = ["Europe/Kyjiv"]\n', "no zone is called 'Europe/Kyjiv'"),
        (BASE + '[segment.east]\nfrequencies = ["often"]\n', "'often' is none"),
        (BASE + "[segment.east]\njoined_since = 2026-03-02\njoined_until = 2026-03-01\n", "so nobody fits"),
        (BASE + "[segment.east]\n", "it asks for nothing"),
        (BASE + '[segment.east]\nzone = ["Europe/Kyiv"]\n', "unknown key `zone`"),
    ],
)
def test_a_segment_that_cannot_be_is_refused_with_its_place(write, text, said):
    with pytest.raises(SettingsError) as refused:
        load(write(text), {})

    assert said in str(refused.value)
    assert "digest.toml:" in str(refused.value)
