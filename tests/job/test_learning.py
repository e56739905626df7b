"""Editors teach the program and ask how good it is: `evaluate`, `learn`, and what an issue keeps of it."""

from __future__ import annotations

import json

import pytest

from digest.classify.examples import shipped_examples
from tests.classify.volunteers import MOVED, UNSEEN

ROWS = [
    {
        "id": "1",
        "title": "",
        "text": "Shells fell on the barracks at dawn and killed nine soldiers.",
        "label": "military",
        "path": "a",
        "key": "L3",
        "kind": "passage",
        "alt": None,
    },
    {
        "id": "2",
        "title": "",
        "text": "Ambassadors agreed on sanctions against forty tankers, diplomats said.",
        "label": "diplomacy",
        "path": "a",
        "key": "L12",
        "kind": "passage",
        "alt": "other",
    },
    {
        "id": "3",
        "title": "Ferry sails again after two years",
        "text": "",
        "label": "military",
        "kind": "headline",
        "alt": ["other", "diplomacy"],
    },
    {"id": "4", "title": "", "text": "Subscribe to our newsletter", "label": "boilerplate", "path": "a", "key": "L20"},
    {"id": "5", "title": "Tulips, tea and a choir in the old mill"},
]


def write(desk, rows, name="lines.jsonl"):
    (desk.folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return name


def of_kind(label, texts):
    return [{"text": text, "label": label} for text in texts]


def test_labelled_lines_are_compared_and_what_each_was_given_is_written(desk):
    done = desk("evaluate", write(desk, ROWS), "--predictions", "out.jsonl", "--json")

    got = done.json
    assert (done.code, got["lines"], got["labelled"]) == (0, 5, 4)
    assert (got["accuracy"], got["lenient_accuracy"]) == (0.75, 1.0)
    assert got["confusion"]["military"] == {"military": 1, "other": 1}
    assert got["boilerplate"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "good_lost": 0, "good": 3}
    given = [json.loads(line) for line in (desk.folder / "out.jsonl").read_text().splitlines()]
    assert [set(row) for row in given] == [{"id", "label", "score"}] * 5
    assert [row["label"] for row in given] == ["military", "diplomacy", "other", "boilerplate", "other"]


def test_stories_are_compared(desk):
    rows = [
        {
            "id": "a",
            "title": "Fire at Karsk oil depot burns for six hours after drone attack",
            "date": "2026-11-20",
            "cluster": "x",
            "text": "An oil depot near Karsk burned for six hours after a drone hit it on Friday, the governor said.",
        },
        {
            "id": "b",
            "title": "Drone sets oil depot near Karsk ablaze",
            "date": "2026-11-20",
            "cluster": "x",
            "text": "A drone set an oil depot near Karsk ablaze on Friday; it burned for six hours, the governor said.",
        },
        {
            "id": "c",
            "title": "Ferry of Tarnmouth sails again",
            "date": "2026-11-20",
            "cluster": "y",
            "text": "The ferry of Tarnmouth sailed again on Friday, two years after the fire.",
        },
    ]
    done = desk("evaluate", write(desk, rows), "--stories", "--predictions", "out.jsonl", "--json")

    assert (done.code, done.json["stories"]) == (0, 2)
    assert done.json["b_cubed"] == done.json["pairs"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    given = {row["id"]: row["cluster"] for row in map(json.loads, (desk.folder / "out.jsonl").read_text().splitlines())}
    assert given["a"] == given["b"] != given["c"]


def test_stories_are_compared_by_the_names_of_the_edition_that_would_tell_them(desk):
    titles = ("Drones hit Sorvat at night", "Zorwat: three wounded in an attack")
    rows = [{"id": t, "title": t, "date": "2026-11-20", "cluster": "x"} for t in titles]
    lines = write(desk, rows)
    apart = desk("evaluate", lines, "--stories", "--json")

    added = '[[name]]\nname = "Sorvat"\nalso = ["Zorwat"]\nplace = true\n'
    desk.edit("digest.toml", "\n[digest]\n", f"\n{added}\n[digest]\n")
    together = desk("evaluate", lines, "--stories", "--edition", "daily", "--json")
    unknown = desk("evaluate", lines, "--stories", "--edition", "tuesday")

    assert (apart.json["stories"], together.json["stories"]) == (2, 1)
    assert (unknown.code, unknown.out) == (2, "")
    assert "there is no edition 'tuesday'; digest.toml has daily" in unknown.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "lines.jsonl:1: "),
        ('{"id": "1", "title": "A"}\n{"id": "1", "title": "B"}', "lines.jsonl:2: the id '1' was there before"),
        ('{"id": "1"}', "lines.jsonl:1: neither title nor text"),
        ("[1]", "lines.jsonl:1: not a JSON object"),
        ('{"title": ["A"]}', "lines.jsonl:1: title is no text"),
        ('{"title": "A", "alt": 3}', "lines.jsonl:1: "),
        ("[" * 100_000, "lines.jsonl:1: "),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(desk, text, told):
    (desk.folder / "lines.jsonl").write_text(text)

    done = desk("evaluate", "lines.jsonl")

    assert done.code == 1
    assert told in done.err
    assert done.out == ""


def test_an_empty_file_has_nothing_to_compare(desk):
    done = desk("evaluate", write(desk, []), "--json")

    assert (done.code, done.json["lines"], done.json["accuracy"]) == (0, 0, 0.0)


def test_what_an_editor_teaches_comes_into_force_and_can_be_taken_back(desk):
    unseen = write(desk, of_kind("military", UNSEEN), "unseen.jsonl")
    before = desk("evaluate", unseen, "--json").json

    learned = desk("learn", write(desk, of_kind("military", MOVED), "moved.jsonl"), "--json")

    got = learned.json
    assert (learned.code, got["kept"], got["corrections"]) == (0, True, 30)
    assert got["corrected"]["after"] > got["corrected"]["before"]
    assert got["frozen"]["chance_after"] >= got["frozen"]["chance_before"] - 0.01
    after = desk("evaluate", unseen, "--json").json
    assert after["weights"] == got["weights"] != before["weights"]
    assert after["accuracy"] >= 0.8 > 0.5 > before["accuracy"]

    again = desk("learn", "--json").json
    assert (again["kept"], again["reason"]) == (False, "nothing new since the last time")

    assert desk("learn", "--undo", "--json").json == {"undone": True, "weights": before["weights"]}
    assert desk("evaluate", unseen, "--json").json["accuracy"] == before["accuracy"]
    assert desk("learn", "--undo", "--json").json == {"undone": False, "weights": before["weights"]}


def test_what_would_do_harm_is_not_kept(desk):
    war = [example for example in shipped_examples() if example.label == "military"][:60]
    wrong = [{"text": example.text, "title": example.title, "label": "peace_summit"} for example in war]

    learned = desk("learn", write(desk, wrong), "--json")

    assert (learned.code, learned.json["kept"]) == (1, False)
    assert learned.json["reason"] == "too much of what went right before would go wrong"
    assert not (desk.folder / "var/weights/order").exists()


def test_a_label_that_is_no_section_teaches_nothing(desk):
    done = desk("learn", write(desk, [{"text": "A text", "label": "gossip"}]))

    assert done.code == 1
    assert "no section gossip; there are boilerplate, " in done.err
    assert desk("learn").out.startswith("Nothing changes: no editor has corrected anything yet\nright of ")


def test_the_most_doubtful_passages_are_asked_about_first_and_the_answers_taken_back(desk):
    asked = desk("learn", "--review", "5", "--json").json

    assert len(asked) == 5
    scores = [row["score"] for row in asked]
    assert scores == sorted(scores)
    (desk.folder / "answers.json").write_text(json.dumps([row | {"label": "other"} for row in asked]))
    assert desk("learn", "answers.json", "--json").json["corrections"] == 5
    told = {row["text"] for row in asked}
    assert not told & {row["text"] for row in desk("learn", "--review", "5", "--json").json}


def test_an_issue_is_made_again_with_the_weights_it_was_made_with(desk):
    issue = desk("build", "daily", "--json").json["issue"]
    first = desk("learn", write(desk, of_kind("military", MOVED)), "--json").json

    assert first["kept"]
    assert desk.apart("rebuild", issue, "--verify", "--json").json["same"]

    desk("rebuild", issue, "--json")
    assert desk("learn", "--undo", "--json").json["undone"]
    assert desk("rebuild", issue, "--verify", "--json").json["same"]

    (desk.folder / f"var/weights/{first['weights']}.weights").unlink()
    done = desk("rebuild", issue, "--verify")
    assert done.code == 1
    assert "these weights are gone; put the folder back from a backup" in done.err
