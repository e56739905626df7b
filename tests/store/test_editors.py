"""Who may sign in at the desk, their sessions, and what they looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.errors import UnknownError
from digest.model.editors import Editor, Right
from digest.store.editors import NOBODY

from .samples import MINUTE, NOW, draft

TOMORROW = NOW + timedelta(days=1)


def test_an_editor_is_found_whatever_the_capitals_and_added_once(store):
    assert store.editors.add("Ada Rehn", Right.APPROVER, "hash", NOW)

    assert not store.editors.add("ADA REHN", Right.VIEWER, "another", NOW)

    assert store.editors.all() == [Editor("Ada Rehn", Right.APPROVER, NOW)]
    assert store.editors.find("ada rehn") == Editor("Ada Rehn", Right.APPROVER, NOW)
    assert (store.editors.hash_of("Ada rehn"), store.editors.hash_of("nobody")) == ("hash", "")


def test_a_right_holds_from_the_next_look_on(store):
    store.editors.add("Ada", Right.VIEWER, "", NOW)
    store.editors.begin("s1", "Ada", NOW, TOMORROW)

    store.editors.set_right("ada", Right.OPERATOR)

    assert store.editors.whose("s1", NOW) == Editor("Ada", Right.OPERATOR, NOW, password=False)


def test_a_session_ends_by_time_by_its_owner_and_with_the_password(store):
    store.editors.add("Ada", Right.EDITOR, "hash", NOW)
    for name in ("s1", "s2", "s3"):
        store.editors.begin(name, "Ada", NOW, NOW + MINUTE if name == "s3" else TOMORROW, kept="hash")

    store.editors.end("s1")

    alive = [name for name in ("s1", "s2", "s3") if store.editors.whose(name, NOW + MINUTE)]
    assert alive == ["s2"]
    store.editors.set_password("ada", "new")
    assert store.editors.whose("s2", NOW) is None


def test_who_is_removed_is_out_at_once(store):
    store.editors.add("Ada", Right.EDITOR, "hash", NOW)
    store.editors.begin("s1", "Ada", NOW, TOMORROW, kept="hash")

    store.editors.remove("ADA")

    assert store.editors.whose("s1", NOW) is None
    for change in (lambda: store.editors.remove("Ada"), lambda: store.editors.set_password("Ada", "x")):
        with pytest.raises(UnknownError, match="no editor is called 'Ada'; there is: nobody"):
            change()


def test_nobodys_session_is_an_operators_until_there_is_an_editor(store):
    store.editors.begin("s1", NOBODY, NOW, TOMORROW)
    assert store.editors.whose("s1", NOW).right is Right.OPERATOR

    store.editors.add("Ada", Right.VIEWER, "", NOW)

    assert store.editors.whose("s1", NOW) is None


def test_no_session_begins_with_what_holds_no_more(store):
    store.editors.add("Ada", Right.EDITOR, "hash", NOW)
    store.editors.set_password("Ada", "new")

    assert not store.editors.begin("s1", "Ada", NOW, TOMORROW, kept="hash"), "another password meanwhile"
    assert not store.editors.begin("s2", NOBODY, NOW, TOMORROW), "there is an editor by now"
    assert not store.editors.begin("s3", "Tomas", NOW, TOMORROW, kept=""), "nobody is called so"
    assert [store.editors.whose(name, NOW) for name in ("s1", "s2", "s3")] == [None, None, None]


def test_a_name_is_the_same_however_it_is_composed_and_spaced(store):
    store.editors.add("Zo\u00eb  Rehn", Right.EDITOR, "hash", NOW)

    assert store.editors.hash_of(" zoe\u0308 rehn ") == "hash"


def test_who_looked_first_at_a_finding_stays(store):
    built = draft(store).id

    store.looked.add(built, ["a", "b"], revision=1, by="Ada", now=NOW)

    store.looked.add(built, ["b", "c"], revision=2, by="Tomas", now=NOW + MINUTE)

    assert {mark: (seen.by, seen.revision) for mark, seen in store.looked.of(built).items()} == {
        "a": ("Ada", 1),
        "b": ("Ada", 1),
        "c": ("Tomas", 2),
    }
