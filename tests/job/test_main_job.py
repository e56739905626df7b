"""From sources to inbox."""

import json
import re
from email import message_from_bytes
from email.policy import default

from digest.render.fields import address as envelope

SECTIONS = {"military", "diplomacy", "peace_summit"}


def approved(desk):
    """An approved issue; returns its id."""
    issue = desk("build", "daily", "--json").json["issue"]
    assert desk("approve", issue).code == 0
    return issue


def headlines(issue):
    """What stands in an issue, without what its age changes."""
    return {section["id"]: {story["headline"] for story in section["stories"]} for section in issue["sections"]}


def exported(desk, issue):
    """The exported mails by address."""
    assert desk("export", issue, "--out", "out").code == 0
    lines = (desk.folder / "out/mails.jsonl").read_text().splitlines()
    return {line["address"]: (desk.folder / "out" / line["file"]).read_bytes() for line in map(json.loads, lines)}


def test_collecting_tells_of_every_source_and_a_second_time_finds_nothing_new(fresh):
    first = fresh("collect", "--json")
    again = fresh("collect", "--json")

    assert first.code == again.code == 0
    assert first.json["articles"] == sum(source["new"] for source in first.json["sources"]) >= 12
    assert len(first.json["sources"]) >= 5
    assert all(
        set(source) == {"name", "status", "reason", "new", "known", "updated"} for source in first.json["sources"]
    )
    assert again.json["articles"] == 0


def test_an_issue_shows_what_stands_where_and_what_was_left_out_and_why(desk):
    built = desk("build", "daily", "--json")

    issue = built.json
    assert built.code == 0
    assert {section["id"] for section in issue["sections"]} == SECTIONS
    for story in (story for section in issue["sections"] for story in section["stories"]):
        assert story["headline"]
        assert story["summary"]
        assert all(source["name"] for source in story["sources"])
        assert all(passage["evidence"] for passage in story["passages"])
    assert all(out["reason"] for out in issue["left_out"])
    assert any("may also like" in line["text"].lower() for line in issue["boilerplate"])


def test_one_article_feeds_three_sections_each_with_its_own_passage(desk):
    issue = desk("build", "daily", "--json").json

    headings = {}
    for section in issue["sections"]:
        for story in section["stories"]:
            for passage in story["passages"]:
                headings.setdefault(passage["article"], {}).setdefault(section["id"], []).append(passage["heading"])
    assert any(set(sections) == SECTIONS for sections in headings.values())
    for sections in headings.values():
        every = [heading for of_section in sections.values() for heading in of_section]
        assert len(every) == len(set(every))


def test_built_again_the_slots_draft_is_made_anew_until_it_is_approved(desk):
    first = desk("build", "daily", "--json").json
    again = desk.apart("build", "daily", "--json")
    desk("approve", first["issue"])
    refused = desk("build", "daily", "--json")

    assert again.code == 0
    assert (again.json["issue"], headlines(again.json)) == (first["issue"], headlines(first))
    assert (refused.code, refused.out) == (5, "")
    assert "approved" in refused.err


def test_only_an_approved_issue_is_sent_and_each_reader_gets_one_mail_the_one_exported(desk):
    issue = desk("build", "daily", "--json").json["issue"]
    mails = exported(desk, issue)

    unapproved = desk("send", issue, "--yes", "--json")
    desk("approve", issue)
    sent = desk.apart("send", issue, "--yes", "--json")
    again = desk("send", issue, "--yes", "--json")

    assert (unapproved.code, unapproved.out) == (5, "")
    assert sent.code == again.code == 0
    assert sent.json["state"] == "sent"
    assert sent.json["counts"]["accepted"] == len(mails) == 7
    assert again.json == sent.json
    assert desk.caught == {envelope(address): [data] for address, data in mails.items()}
    assert exported(desk, issue) == mails


def test_a_reader_gets_the_sections_they_chose(desk):
    rows = (desk.folder / "subscribers/daily.csv").read_text().splitlines()
    head = rows[0].split(",")
    (desk.folder / "subscribers/daily.csv").write_text(
        "email,sections\nall@aldovar.example,*\none@aldovar.example,peace_summit\n"
    )

    mails = exported(desk, approved(desk))

    assert "email" in head
    whole, part = (
        message_from_bytes(mails[f"{name}@aldovar.example"], policy=default).get_body(("plain",)).get_content()
        for name in ("all", "one")
    )
    assert "DIPLOMACY" in whole.upper()
    assert "PEACE SUMMIT" in part.upper()
    assert "MILITARY SITUATION" not in part.upper()


def test_nobody_is_asked_for_and_nothing_is_sent_without_yes_off_a_terminal(desk):
    issue = approved(desk)

    done = desk("send", issue)

    assert done.code == 5
    assert "--yes" in done.err
    assert desk("status", issue, "--json").json["state"] == "approved"


def test_a_rehearsal_changes_nothing(desk):
    issue = approved(desk)

    plan = desk("send", issue, "--dry-run", "--json").json

    assert plan["recipients"] == 7
    assert plan["bytes"] > 10_000
    assert desk("status", issue, "--json").json["state"] == "approved"


def test_made_again_from_what_was_frozen_an_issue_is_the_same_to_the_byte(desk):
    issue = approved(desk)
    before = desk("rebuild", issue, "--verify", "--json")
    desk("send", issue, "--yes")

    after = desk.apart("rebuild", issue, "--verify", "--json")

    assert before.code == after.code == 0
    assert before.json["same"] is after.json["same"] is True
    assert after.json["skeletons"] >= 2


def test_a_look_changed_since_is_told_by_the_verification(desk):
    issue = approved(desk)
    desk("send", issue, "--yes")
    desk.edit("templates/labels/en.toml", "unsubscribe", "leave")

    done = desk("rebuild", issue, "--verify", "--json")

    assert done.code == 1
    assert any(found.startswith("look:") for found in done.json["differences"])


def test_a_change_after_the_approval_undoes_it(desk):
    issue = approved(desk)
    desk.edit("digest.toml", "8 Ropewalk", "9 Ropewalk")

    done = desk("send", issue, "--yes", "--json")

    assert done.code == 5
    assert "changed" in done.err
    assert desk("status", issue, "--json").json["state"] == "review"


def test_approving_a_revision_that_is_not_the_present_one_is_refused(desk):
    issue = desk("build", "daily", "--json").json["issue"]
    desk("build", "daily")

    stale = desk("approve", issue, "--rev", "1")

    assert stale.code == 5
    assert desk("approve", issue, "--rev", "2").code == 0


def test_held_released_and_skipped_an_issue_says_so_and_gives_its_articles_back(desk):
    issue = desk("build", "daily", "--json").json
    held = desk("hold", issue["issue"], "--reason", "one more look", "--json")
    refused = desk("approve", issue["issue"])
    desk("release", issue["issue"])
    desk("skip", issue["issue"])

    again = desk("build", "daily", "--json").json

    assert (held.json["state"], held.json["reason"]) == ("held", "one more look")
    assert refused.code == 5
    assert headlines(again) == headlines(issue)


def test_an_edition_that_needs_no_approval_sends_without(desk):
    desk.edit("digest.toml", 'approval = "required"', 'approval = "auto"')
    issue = desk("build", "daily", "--json").json["issue"]

    done = desk("send", issue, "--yes", "--json")

    assert (done.code, done.json["state"]) == (0, "sent")


def test_the_next_issue_tells_nothing_twice(desk):
    first = desk("build", "daily", "--json").json
    desk("approve", first["issue"])
    desk("send", first["issue"], "--yes")

    second = desk("build", "daily", "--json", "--fail-empty")

    assert second.code == 7
    assert second.json["sections"] == []
    assert second.json["state"] == "skipped"


def test_a_story_that_was_sent_comes_back_only_with_something_new_and_says_so(desk):
    first = desk("build", "daily", "--json").json
    desk("approve", first["issue"])
    desk("send", first["issue"], "--yes")
    clinic = "Fragments of a drone came through the roof of the children’s clinic on Quay Street in Tarnmouth."
    news = {
        "again.txt": f"Drone fragments close a children’s clinic in Tarnmouth\n\n{clinic} It is closed.\n",
        "tents.txt": f"Tarnmouth children’s clinic sees patients in tents\n\n{clinic} Since noon its nurses see their "
        "patients in four tents on the football ground, and the mayor asks for stoves, blankets and a generator.\n",
    }
    for name, text in news.items():
        (desk.folder / "inbox" / name).write_text(text)
    desk("collect")

    second = desk("build", "daily", "--json").json
    page = desk("preview", second["issue"], "--text").out

    told = [story for section in second["sections"] for story in section["stories"]]
    assert [story["headline"] for story in told] == ["Tarnmouth children’s clinic sees patients in tents"]
    assert told[0]["follows"]["number"] == first["number"]
    assert f"No. {first['number']}" in page[page.index("sees patients in tents") :]


def test_too_few_stories_are_held(desk):
    desk.settings.write_text(re.sub(r"(?m)^min_stories = .*$", "min_stories = 99", desk.settings.read_text()))

    issue = desk("build", "daily", "--json").json

    assert issue["state"] == "held"
    assert "99" in issue["reason"]


def test_a_passage_is_labelled_in_reading_order(desk):
    done = desk("classify", "inbox/the-week-on-the-tarn.txt", "--json")

    rows = done.json
    assert all(set(row) == {"heading", "text", "label", "score", "evidence"} for row in rows)
    labels = [row["label"] for row in rows]
    assert set(labels) >= SECTIONS | {"boilerplate"}
    text = (desk.folder / "inbox/the-week-on-the-tarn.txt").read_text()
    places = [text.find(row["heading"] or row["text"][:40]) for row in rows]
    assert places == sorted(places)


def test_a_preview_is_what_a_reader_will_see(desk):
    issue = approved(desk)

    page = desk("preview", issue, "--json").json
    text = desk("preview", issue, "--text", "--as", "nobody@aldovar.example")

    html = (desk.folder / page["file"]).read_text()
    assert html.lstrip().lower().startswith("<!doctype html>")
    assert "The Aldovar Brief" in html
    assert "The Aldovar Brief" in text.out


def test_a_mail_too_long_to_arrive_whole_is_cut_and_every_command_says_so(desk):
    whole = desk("build", "daily", "--json").json
    bytes_ = len((desk.folder / desk("preview", "draft", "--json").json["file"]).read_bytes())
    filler = f"<mj-raw><!-- {'x' * (92_160 - bytes_ + 5_000)} --></mj-raw>"
    desk.edit("templates/brief/issue.mjml.j2", "</mj-body>", f"{filler}</mj-body>")

    built = desk("build", "daily", "--json")
    told = desk("build", "daily")
    preview = desk("preview", "draft", "--json")
    export = desk("export", "draft", "--out", "out", "--json")

    anchors = [story["anchor"] for section in whole["sections"] for story in section["stories"]]
    assert whole["cut"] == {"shortened": [], "folded": [], "bare": []}
    cut = built.json["cut"]
    assert cut == preview.json["cut"]
    assert cut in export.json["cuts"].values()
    assert cut["folded"]
    assert set(cut["folded"] + cut["shortened"]) <= set(anchors)
    assert headlines(built.json) == headlines(whole)
    headline = next(s["headline"] for x in whole["sections"] for s in x["stories"] if s["anchor"] == cut["folded"][0])
    for said in (told.err, preview.err, export.err):
        assert "Too long to arrive whole: " in said
        assert f": {headline}\n" in said
    page = (desk.folder / preview.json["file"]).read_text()
    assert headline not in page
    assert f"/archive/{built.json['issue']}#{cut['folded'][0]}" in page
    assert len(page.encode()) <= 92_160

    for command in (("approve", 1), ("send", 1, "--yes")):
        assert desk(*command).code == 0
    assert desk("preview", 1, "--json").json["cut"] == cut, "it is frozen with the bytes"
    verified = desk("rebuild", 1, "--verify", "--json").json
    assert (verified["same"], verified["differences"]) == (True, [])
