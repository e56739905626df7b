"""What is told of a look before anything is kept."""

from __future__ import annotations

import shutil

import pytest

from digest.errors import LookError
from digest.parts import open_parts
from digest.pipeline.press import proofread
from digest.render import titled
from digest.settings import load
from tests.render.samples import EDITION, TEMPLATES, content
from tests.settings.conftest import BASE


@pytest.fixture
def parts(tmp_path):
    """A working folder with looks of its own."""
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    (tmp_path / "digest.toml").write_text(BASE)
    with open_parts(load(tmp_path / "digest.toml", {})) as parts:
        yield parts


def test_a_look_that_fails_for_a_reader_of_one_section_is_told_though_the_whole_issue_can_be_made(parts):
    made = titled(content(), parts.look(EDITION), EDITION)
    text = parts.settings.templates / "brief/text.txt.j2"
    proofread(parts, made, EDITION)

    text.write_text(text.read_text() + "{{ page.sections[2].title }}\n")

    with pytest.raises(LookError, match="no element 2"):
        proofread(parts, made, EDITION)
