"""Whole issues, as they were when somebody last looked at them."""

from __future__ import annotations

import pytest

from .golden import HERE, everything


@pytest.fixture(scope="module")
def rendered():
    return everything()


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.iterdir() if path.suffix in (".html", ".txt")))
def test_an_issue_is_rendered_as_it_was_last_looked_at(rendered, name):
    assert rendered[name] == (HERE / name).read_text("utf-8"), "python -m tests.render.golden renews it"


def test_every_issue_is_kept_in_every_look(rendered):
    assert sorted(rendered) == sorted(path.name for path in HERE.iterdir() if path.suffix in (".html", ".txt"))
