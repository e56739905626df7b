"""The lint of looks: what the MJML compiler would pass over in silence is named with file, element and cure."""

from __future__ import annotations

import shutil

import pytest

from digest.errors import LookError
from digest.render import faults, open_look, titled
from digest.render.lint import lint
from digest.render.mjml import compiled

from .samples import EDITION, ITEMS, MAIL, TEMPLATES, content, with_item

LOOKS = sorted(path.parent.name for path in TEMPLATES.glob("*/issue.mjml.j2"))
HEAD = '<mj-title>Brief</mj-title><mj-attributes><mj-all font-family="Arial"></mj-all></mj-attributes>'


def mjml(body, head=HEAD, root='lang="en" dir="ltr"'):
    return f'<mjml {root}><mj-head>{head}</mj-head><mj-body width="620px">{body}</mj-body></mjml>'


def column(inner):
    return mjml(f"<mj-section><mj-column>{inner}</mj-column></mj-section>")


def told(source):
    return [(fault.element, fault.what, fault.fatal) for fault in lint(source)]


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("issue", [content(), with_item(language="ar", headline="أخبار المساء"), with_item(url="")])
def test_the_looks_that_come_with_the_program_are_without_fault(name, issue):
    look = open_look(TEMPLATES, name)

    assert faults(titled(issue, look, EDITION), look, MAIL) == ()


def test_hostile_words_make_no_fault_of_a_sound_look():
    look = open_look(TEMPLATES, "brief")
    words = '</mj-text><mj-include path="/etc/passwd">\\ "\n\t é é <p>'
    item = with_item(headline=words, summary=(words,), credits=ITEMS["military"][0].credits)

    assert faults(titled(item, look, EDITION), look, MAIL) == ()


@pytest.mark.parametrize(
    ("source", "element", "what"),
    [
        (column("<mj-txt>Words</mj-txt>"), "mj-txt", "is no element of MJML, and is dropped with all it holds"),
        (column("<p>Words</p>"), "p", "stands in mj-column and is dropped"),
        (column("Words"), "mj-column", "holds text of its own: 'Words'"),
        (mjml("<mj-text>Words</mj-text>"), "mj-text", "does nothing in mj-body"),
        (mjml("<mj-column></mj-column>"), "mj-column", "does nothing in mj-body"),
        (mjml('<mj-include path="x.mjml"></mj-include>'), "mj-include", "reads files"),
    ],
)
def test_what_costs_readers_words_is_fatal(source, element, what):
    assert (element, what, True) in told(source)


@pytest.mark.parametrize(
    ("source", "element", "what"),
    [
        (column('<mj-text colour="#000">a</mj-text>'), "mj-text", "has no attribute colour"),
        (column('<mj-text color="#000" color="#fff">a</mj-text>'), "mj-text", "has color twice"),
        (column('<mj-text><a href="a" href="b">a</a></mj-text>'), "a", "has href twice"),
        (
            column('<mj-button title="a">a</mj-button>'),
            "mj-button",
            "has title, which this compiler passes over",
        ),
        (mjml('<mj-section gutter="1px"></mj-section>'), "mj-section", "has gutter, which this compiler passes over"),
        (
            mjml('<mj-section><mj-column width="33.33%"></mj-column></mj-section>'),
            "mj-column",
            "has a fraction in width='33.33%'",
        ),
        (
            mjml("<mj-section><mj-column></mj-column><mj-column></mj-column><mj-column></mj-column></mj-section>"),
            "mj-section",
            "divides 620 px by 3",
        ),
        (column('<mj-image src="a" width="10px" />'), "mj-image", "has no alt"),
        (column('<mj-image src="a" alt="a" />'), "mj-image", "has no width in whole pixels"),
        (column('<mj-image src="a" alt="a" width="²" />'), "mj-image", "has no width in whole pixels"),
        (column('<mj-text><p title="a\nb">a</p></mj-text>'), "p", "has what comes out as an escape in 'a\\nb'"),
        (column('<mj-text><p title="é">a</p></mj-text>'), "p", "has what comes out as an escape in 'é'"),
        (mjml("", HEAD.replace("Brief", "Bré")), "mj-title", "has characters that come out as escapes"),
        (
            mjml("", HEAD + '<mj-style inline="inline">a{b:c}</mj-style>'),
            "mj-style",
            "is not put inline by this compiler",
        ),
        (
            mjml("", HEAD + '<mj-font name="a" href="b"></mj-font>'),
            "mj-font",
            "is not among the elements that looks are known to be right with",
        ),
        (mjml("", HEAD, ""), "mjml", "has no lang"),
        (mjml("", HEAD, ""), "mjml", "has no dir"),
        (mjml("", "<mj-title>Brief</mj-title>"), "mj-attributes", "sets no font-family in mj-all"),
        (mjml("", ""), "mj-head", "has no mj-title"),
    ],
)
def test_what_is_only_a_flaw_is_told_and_stops_nothing(source, element, what):
    assert (element, what, False) in told(source)
    assert not any(fatal for *_, fatal in told(source))


def test_sound_mjml_has_no_faults_whatever_html_its_texts_hold():
    body = (
        '<mj-text>a<br>b &amp; c &#233; <p title="&#233;">d</p><img src="a" alt=""></mj-text><mj-spacer height="4px" />'
    )

    assert told(column(body)) == []
    assert compiled(column(body), where="sample")


def test_two_columns_of_whole_pixels_are_fine_and_so_are_widths_that_say_so():
    two = "<mj-section><mj-column></mj-column><mj-column></mj-column></mj-section>"
    three = "<mj-section>" + '<mj-column width="200px"></mj-column>' * 3 + "</mj-section>"

    assert told(mjml(two + three)) == []


@pytest.fixture
def templates(tmp_path):
    return shutil.copytree(TEMPLATES, tmp_path / "templates")


def changed(templates, name, old, new):
    path = templates / "brief" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    look = open_look(templates, "brief")
    return faults(titled(content(), look, EDITION), look, MAIL)


def test_a_flaw_is_placed_in_its_template_with_the_cure(templates):
    [fault] = changed(templates, "issue.mjml.j2", '<mj-spacer height="40px">', '<mj-spacer heigth="40px">')

    line = (templates / "brief/issue.mjml.j2").read_text().partition("heigth")[0].count("\n") + 1
    assert str(fault) == f"issue.mjml.j2:{line}: <mj-spacer> has no attribute heigth; is it height?"


def test_what_costs_readers_words_refuses_the_look(templates):
    with pytest.raises(LookError, match=r"<mj-wraper> is no element of MJML.*is it mj-wrapper\?") as caught:
        changed(templates, "issue.mjml.j2", "</mj-wrapper>", "</mj-wrapper><mj-wraper></mj-wraper>")

    assert caught.value.where.endswith("brief/issue.mjml.j2")
