"""What an approval binds: any change to what readers would get undoes it, nothing else does."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import time

from digest.model.issue import Schedule
from digest.render import binding, open_look, titled

from .samples import EDITION, MAIL, TEMPLATES, WEEKDAYS, content

LOOK = open_look(TEMPLATES, "brief")
ISSUE = titled(content(), LOOK, EDITION)
BOUND = binding(ISSUE, LOOK, MAIL, EDITION)


def test_the_same_issue_is_bound_the_same_again():
    assert binding(titled(content(), LOOK, EDITION), open_look(TEMPLATES, "brief"), MAIL, replace(EDITION)) == BOUND
    assert len(BOUND) == 64


def test_a_change_of_words_look_labels_or_settings_undoes_an_approval(tmp_path):
    copy = shutil.copytree(TEMPLATES, tmp_path / "templates")
    (copy / "labels" / "en.toml").write_text((copy / "labels" / "en.toml").read_text().replace("Read online", "Online"))

    changed = [
        binding(replace(ISSUE, subject="Another"), LOOK, MAIL, EDITION),
        binding(replace(ISSUE, sections=ISSUE.sections[::-1]), LOOK, MAIL, EDITION),
        binding(ISSUE, open_look(copy, "brief"), MAIL, EDITION),
        binding(ISSUE, LOOK, replace(MAIL, postal_address="9 Ropewalk"), EDITION),
        binding(ISSUE, LOOK, MAIL, replace(EDITION, send=Schedule(WEEKDAYS, time(8)))),
        binding(ISSUE, LOOK, MAIL, replace(EDITION, sections=EDITION.sections[:2])),
    ]

    assert BOUND not in changed
    assert len(set(changed)) == len(changed)


def test_whom_it_goes_to_and_how_fast_undoes_no_approval():
    assert binding(ISSUE, LOOK, MAIL, replace(EDITION, lists=("sunday",), canary=5, brake_percent=1.0)) == BOUND


def test_counting_clicks_is_bound_and_without_it_nothing_is_bound_anew():
    assert binding(ISSUE, LOOK, MAIL, replace(EDITION, clicks=True)) != BOUND
    assert binding(ISSUE, LOOK, MAIL, replace(EDITION, clicks=False)) == BOUND
