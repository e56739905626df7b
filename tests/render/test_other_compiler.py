"""The looks as npm's own MJML compiles them, strictly: it knows each element, and makes the same page of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import lxml.html
import pytest

from digest.check.css import declarations
from digest.render import open_look, titled
from digest.render.mjml import compiled, filled
from digest.render.slots import Slots
from digest.render.view import page

from .samples import EDITION, MAIL, TEMPLATES, content, with_item

VERSION = "5.4.1"
FOLDER = Path(sys.prefix) / "npm" / f"mjml-{VERSION}"
"""Beside the packages of the tests, so that it is fetched once."""
SCRIPT = """
import mjml from "mjml";
import { readFileSync } from "node:fs";
const made = [];
for (const source of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    const { html, errors } = await mjml(source, { validationLevel: "strict" });
    made.push({ html, errors: errors.map((each) => each.formattedMessage) });
  } catch (error) {
    made.push({ html: "", errors: [String(error.message)] });
  }
}
process.stdout.write(JSON.stringify(made));
"""
NEAR_ENOUGH = frozenset({"word-spacing"})
"""Styles of which only one compiler writes some, and no program shows a difference (measured)."""


def fetched():
    """The folder with the other compiler; skips loudly where it cannot be had."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        pytest.skip("NOT COMPARED with npm's mjml: there is no node and npm here (Debian: apt-get install npm)")
    if not FOLDER.is_dir():
        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        command = (npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", f"mjml@{VERSION}")
        with TemporaryDirectory(dir=FOLDER.parent) as beside:
            made = Path(beside) / "made"
            made.mkdir()
            try:
                subprocess.run(command, cwd=made, check=True, capture_output=True, timeout=75)
            except (subprocess.SubprocessError, OSError) as error:
                pytest.skip(f"NOT COMPARED with npm's mjml: it cannot be fetched ({error})")
            with suppress(OSError):  # whole or not at all; somebody else may have brought it meanwhile
                made.rename(FOLDER)
    return node, FOLDER


def sources():
    """The filled MJML of each look and a few issues."""
    issues = (content(), with_item(language="ar", headline="أخبار المساء"), with_item(url="", credits=()))
    for name in sorted(path.parent.name for path in TEMPLATES.glob("*/issue.mjml.j2")):
        look = open_look(TEMPLATES, name)
        labels = look.speak("en")
        for issue in issues:
            view = page(titled(issue, look, EDITION), labels, MAIL.postal_address)
            yield name, filled(view, look, labels, Slots.over(repr(issue)))


def normal(html):
    """The elements of a page's body in order, without what compilers write in ways of their own.

    They order attributes and classes differently, shorten colours or not, and put the class of mj-body on the body or
    on the block within it.
    """
    root = lxml.html.document_fromstring(html, lxml.html.HTMLParser(encoding="utf-8", remove_comments=True))
    body = root.find("body")
    for outer in (body, body.find("div")):
        outer.attrib.pop("class", None)
    return [_normal(element) for element in body.iter()]


def _normal(element):
    attributes = {name: value for name, value in element.attrib.items() if name not in ("style", "vertical-align")}
    if "class" in attributes:
        attributes["class"] = " ".join(sorted(attributes["class"].split()))
    styles = {
        each.name: re.sub(r"#(\w)(\w)(\w)\b", r"#\1\1\2\2\3\3", each.value.lower())
        for each in declarations(element.get("style") or "")
        if each.name not in NEAR_ENOUGH
    }
    return element.tag, attributes, styles, _words(element.text), _words(element.tail)


def _words(text):
    return " ".join((text or "").split())


def test_the_looks_are_strictly_right_and_both_compilers_make_the_same_page():
    node, folder = fetched()
    given = list(sources())

    done = subprocess.run(
        (node, "--input-type=module", "--eval", SCRIPT),
        cwd=folder,
        input=json.dumps([source for _, source in given]),
        capture_output=True,
        text=True,
        timeout=40,
    )

    assert done.returncode == 0, done.stderr
    for (name, source), other in zip(given, json.loads(done.stdout), strict=True):
        assert (name, other["errors"]) == (name, [])
        assert normal(other["html"]) == normal(compiled(source, where=name))
