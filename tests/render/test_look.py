"""Looks: what is in their folder is what is used, and a mistake in a template is named with its line."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields

import pytest
from jinja2.defaults import DEFAULT_FILTERS

from digest.errors import LookError
from digest.model.delivery import Variant
from digest.render import open_look, render, titled
from digest.render.mjml import compiled
from digest.render.slots import FIELDS
from digest.render.view import CorrectionView, CreditView, FigureView, ItemView, Page, SectionView

from .samples import EDITION, MAIL, TEMPLATES, content

EVERYONE = Variant(("military", "diplomacy", "peace_summit"), "en")


@pytest.fixture
def templates(tmp_path):
    return shutil.copytree(TEMPLATES, tmp_path / "templates")


def write(templates, name, old, new):
    path = (templates / "brief" / name).resolve()
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path, path.read_text().split(new, 1)[0].count("\n") + 1


def rendered(templates):
    look = open_look(templates, "brief")
    return render(titled(content(), look, EDITION), look, [EVERYONE], MAIL)[EVERYONE.id]


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("issue.mjml.j2", "{% import"),
        ("stories.j2", "{{ section.title }}"),
        ("text.txt.j2", "{% include"),
        ("../common/style.css.j2", "h1,h2,h3,p"),
        ("../common/text.txt.j2", "{{ in(item.summary) }}"),
        ("../common/words.j2", "{{ say("),
    ],
)
def test_an_undefined_name_is_reported_with_its_template_and_line(templates, name, old):
    path, line = write(templates, name, old, "{{ wheather }}" + old)

    with pytest.raises(LookError) as caught:
        rendered(templates)

    assert caught.value.where == f"{path}:{line}"
    assert "'wheather' is undefined" in str(caught.value)


def test_an_unknown_attribute_is_reported_with_its_template_and_line(templates):
    path, line = write(templates, "stories.j2", "{{ item.summary }}", "{{ item.sumary }}")

    with pytest.raises(LookError, match="sumary") as caught:
        rendered(templates)

    assert caught.value.where == f"{path}:{line}"


def test_a_template_that_is_no_jinja_is_reported_with_its_line(templates):
    path, line = write(templates, "issue.mjml.j2", "</mj-wrapper>", "{% endfor %}</mj-wrapper>")

    with pytest.raises(LookError, match="endfor") as caught:
        rendered(templates)

    assert caught.value.where == f"{path}:{line}"


def test_a_missing_partial_is_reported_by_name(templates):
    write(templates, "issue.mjml.j2", '"stories.j2"', '"storeys.j2"')

    with pytest.raises(LookError, match=r"there is no template storeys\.j2"):
        rendered(templates)


@pytest.mark.parametrize(
    "path", ["../labels/en.toml", "/etc/passwd", "../../digest.toml", "common/../../labels/en.toml"]
)
def test_a_template_reaches_nothing_outside_its_folder(templates, path):
    write(templates, "issue.mjml.j2", '"common/head.mjml.j2"', f'"{path}"')

    with pytest.raises(LookError, match="there is no template"):
        rendered(templates)


def test_a_link_out_of_the_folder_is_refused(templates, tmp_path):
    secret = tmp_path / "secret.j2"
    secret.write_text("secret")
    (templates / "brief" / "more.j2").symlink_to(secret)

    with pytest.raises(LookError, match="leads out of the folder"):
        open_look(templates, "brief")


def test_a_template_has_no_way_to_pythons_insides(templates):
    write(templates, "issue.mjml.j2", "<mjml ", "{{ page.__class__.__mro__ }}<mjml ")

    with pytest.raises(LookError, match=r"unsafe|undefined|internal"):
        rendered(templates)


def test_mjml_that_does_not_compile_is_shown_where_it_breaks():
    with pytest.raises(LookError, match=r"does not compile.*unexpected token.*<b>bold</b>") as caught:
        compiled('<mjml><mj-body><mj-image src="x"><b>bold</b></mj-image></mj-body></mjml>', where="issue.mjml.j2")

    assert caught.value.where == "issue.mjml.j2"


def test_mjml_that_is_no_markup_at_all_is_refused():
    with pytest.raises(LookError, match="does not compile"):
        compiled("<mjml><mj-body><mj-text><p>a < b</mj-text></mj-body></mjml>", where="issue.mjml.j2")


def test_a_look_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(LookError, match=r"no look 'breif'.*there are: brief, plain"):
        open_look(TEMPLATES, "breif")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('locale = "en_GB"', "locale = 3", "Unexpected"),
        ('locale = "en_GB"', 'locale = "xx_YY"', "unknown locale"),
        ('locale = "en_GB"', "", "'locale' is missing"),
        ('day = "EEEE', 'dya = "EEEE', "'day' is missing"),
        ("[messages]", "[messages", "line"),
    ],
)
def test_labels_that_cannot_be_read_are_named_by_file(templates, old, new, said):
    path = templates / "labels" / "en.toml"
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(LookError, match=said) as caught:
        open_look(templates, "brief")

    assert caught.value.where == str(path)


def test_a_message_that_is_missing_or_asks_for_too_much_is_named(templates):
    path = templates / "labels" / "en.toml"
    text = path.read_text()

    path.write_text(text.replace("read_online =", "read_onlin ="))
    with pytest.raises(LookError, match="no message 'read_online'"):
        rendered(templates)
    path.write_text(text.replace('"No. {number}"', '"No. {numbr}"'))
    with pytest.raises(LookError, match="message 'number' asks for"):
        rendered(templates)


def test_the_fingerprint_changes_with_any_file_and_with_nothing_else(templates):
    before = open_look(templates, "brief").fingerprint

    assert open_look(TEMPLATES, "brief").fingerprint == before
    (templates / "brief" / "notes.txt").write_text("not a template")
    assert open_look(templates, "brief").fingerprint == before
    for path in [
        *(templates / "brief").glob("*.j2"),
        *(templates / "common").glob("*.j2"),
        templates / "labels/en.toml",
    ]:
        text = path.read_text()
        path.write_text(text + "\n")
        assert open_look(templates, "brief").fingerprint != before, path
        path.write_text(text)


def test_a_look_is_read_once(templates):
    look = open_look(templates, "brief")
    made = titled(content(), look, EDITION)
    first = render(made, look, [EVERYONE], MAIL)

    shutil.rmtree(templates)

    assert render(made, look, [EVERYONE], MAIL) == first


def test_all_that_a_template_is_given_is_in_the_documentation():
    told = (TEMPLATES.parent / "docs" / "templates.md").read_text("utf-8")
    views = {
        "page": Page,
        "section": SectionView,
        "item": ItemView,
        "credit": CreditView,
        "figure": FigureView,
        "correction": CorrectionView,
    }
    look = open_look(TEMPLATES, "brief")

    names = {f"{name}.{field.name}" for name, view in views.items() for field in fields(view)}
    names |= {f"slot.{name}" for name in FIELDS} | {"page.start", "page.end"}
    ours = {name for name, made in look.words.filters.items() if DEFAULT_FILTERS.get(name) is not made}
    assert names <= set(re.findall(r"`([a-z]+\.[a-z_]+)`", told))
    assert ours == set(re.findall(r"`value\\\|([a-z]+)", told))
