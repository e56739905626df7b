"""An issue judged through the command, and what red means for its way out."""

import json
import re
import shutil

import pytest

from tests.job.conftest import Desk
from tests.job.postoffice import PostOffice

INSIDE = "Links that lead into this network"
"""The invented wire is on this machine, so that its links are red once mail leaves it."""


@pytest.fixture(scope="module")
def built_folder(tmp_path_factory, collected_folder):
    """A collected folder with issue 1 in review."""
    folder = tmp_path_factory.mktemp("built") / "work"
    shutil.copytree(collected_folder, folder)
    assert Desk(folder)("build", "daily").code == 0
    return folder


@pytest.fixture
def built(tmp_path, built_folder):
    shutil.copytree(built_folder, tmp_path / "work")
    return Desk(tmp_path / "work")


@pytest.fixture
def leaving(built):
    """The same, whose mail would leave the machine."""
    with PostOffice() as office:
        built.settings.write_text(built.settings.read_text() + office.table)
        yield built


def levels(done):
    return [(one["level"], one["text"]) for one in done.json["findings"] if one["level"] != "green"]


def test_an_issue_is_judged_area_by_area_and_the_cure_stands_below_what_is_not_green(built):
    done = built("check", 1)

    assert done.code == 0
    assert re.search(r"^  green  size +\d+ KB of 102 +\d+ KB as it travels", done.out, re.M)
    assert re.search(
        r"^  amber  links +A story without a link +peace_summit-4: .*\n +-> .*front matter", done.out, re.M
    )
    assert "No. 1 is fit to send; 2 things deserve a look" in done.err


def test_amber_fails_only_where_it_is_told_to(built):
    assert (built("check").code, built("check", "--fail-on", "amber").code) == (0, 4)


def test_an_edition_of_which_one_list_is_not_shown_on_the_web_leads_its_readers_nowhere(built):
    lists = built.folder / "subscribers/lists.toml"
    shown = levels(built("check", "--json"))
    lists.write_text(lists.read_text().replace("archive = true", "archive = false"))

    hidden = levels(built("check", "--json"))

    assert set(hidden) - set(shown) == {("amber", "The mail leads to a page that is not shown")}


def test_links_are_asked_and_counted(built):
    done = built("check", "--links", "--json")

    [line] = [one for one in done.json["findings"] if one["area"] == "links" and one["level"] == "green"]
    answered, asked = map(int, re.fullmatch(r"(\d+) of (\d+) answer", line["text"]).groups())
    assert answered == asked > 10


def test_red_blocks_the_approval_until_somebody_says_why_it_may_go(leaving):
    judged = leaving("check", "--json")
    refused = leaving("approve", 1)
    blank = leaving("approve", 1, "--override", "  ")
    approved = leaving("approve", 1, "--override", "the desk reads it on this machine", "--json")
    shown = leaving("status", 1)

    assert (judged.code, judged.json["level"]) == (4, "red")
    assert ("red", INSIDE) in levels(judged)
    assert (refused.code, blank.code) == (4, 4)
    assert INSIDE in refused.err
    assert '--override "why"' in refused.err
    assert approved.code == 0
    assert approved.json["override"] == "the desk reads it on this machine"
    assert "although the check found red: the desk reads it on this machine" in shown.out


def test_an_override_that_was_not_needed_is_not_kept(built):
    assert built("approve", 1, "--override", "just in case", "--json").json["override"] == ""


def test_an_override_goes_with_its_approval(leaving):
    leaving("approve", 1, "--override", "once")
    leaving("hold", 1)

    assert leaving("release", 1, "--json").json["override"] == ""


def test_a_fault_of_the_look_stops_the_build_and_is_placed(desk):
    desk.edit("templates/brief/issue.mjml.j2", "</mj-wrapper>", "</mj-wrapper><mj-wraper>Words</mj-wraper>")

    done = desk("build", "daily")

    assert done.code == 1
    assert re.search(r"issue\.mjml\.j2:\d+: <mj-wraper> is no element of MJML.*is it mj-wrapper\?", done.err)


def test_a_flaw_of_the_look_is_told_by_preview_and_check_and_stops_nothing(built):
    built.edit("templates/brief/issue.mjml.j2", '<mj-spacer height="40px">', '<mj-spacer heigth="40px">')

    shown, judged = built("preview", 1, "--text"), built("check", "--json")

    flaw = r"issue\.mjml\.j2:\d+: <mj-spacer> has no attribute heigth; is it height\?"
    assert shown.code == judged.code == 0
    assert re.search(flaw, shown.err)
    [fault] = [one for one in judged.json["findings"] if one["text"] == "The look has a fault"]
    assert re.fullmatch(flaw, fault["seen"])


def test_what_was_never_built_cannot_be_judged(desk):
    assert desk("check").code == 2
    assert json.loads(desk("issues", "--json").out) == []
