"""`digest editors`, and when `digest web` prints a link that opens the desk."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.cli.web import once_for
from digest.demo import prepare
from digest.errors import DigestError, PasswordError, UnknownError
from digest.parts import open_parts
from digest.settings import load
from digest.web.passwords import hashed, matches

from .conftest import NOW, PASSWORD


@pytest.fixture
def path(tmp_path):
    return prepare(tmp_path, "http://127.0.0.1:1", NOW)


def run(path, *words, typed=""):
    done = CliRunner().invoke(app, ["-c", str(path), *words], input=typed)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_an_editor_is_let_in_given_more_and_let_out(path):
    run(path, "editors", "add", " Ada  Rehn ", "--password-stdin", typed=f"{PASSWORD}\n")
    run(path, "editors", "add", "ada rehn", "--right", "approver")
    run(path, "editors", "add", "Tomas", "--no-password")

    listed = json.loads(run(path, "editors", "list", "--json").stdout)
    assert [(each["name"], each["right"], each["password"]) for each in listed] == [
        ("Ada Rehn", "approver", True),
        ("Tomas", "editor", False),
    ]
    run(path, "editors", "password", "Ada Rehn", "--password-stdin", typed="another bridge\n")
    run(path, "editors", "remove", "Tomas")
    with open_parts(load(path, environ={})) as parts:
        assert matches(parts.store.editors.hash_of("Ada Rehn"), "another bridge")
        assert [each.name for each in parts.store.editors.all()] == ["Ada Rehn"]


def test_what_cannot_be_is_refused_with_the_cure(path):
    with pytest.raises(DigestError, match="give it with --password-stdin"):
        run(path, "editors", "add", "Ada")
    with pytest.raises(PasswordError, match="a password has 10 to 200 characters"):
        run(path, "editors", "add", "Ada", "--password-stdin", typed="short\n")
    with pytest.raises(UnknownError, match="no editor is called 'Ada'"):
        run(path, "editors", "remove", "Ada")
    assert run(path, "editors", "add", "a\x07b", "--no-password").exit_code == 2


def test_only_this_machine_is_given_a_link_and_only_while_there_is_nobody(path):
    def link(settings=""):
        path.write_text(prepare(path.parent, "http://127.0.0.1:1", NOW).read_text() + settings)
        with open_parts(load(path, environ={})) as parts:
            return once_for(parts)

    assert len(link()) >= 32
    assert link() != link()
    assert link('\n[web]\nlisten = "0.0.0.0:8412"\n') == ""
    assert link('\n[web]\nauth = "none"\n') == ""
    run(path, "editors", "add", "Ada", "--no-password")
    assert link() == ""


def test_a_password_is_kept_as_argon2id_and_nothing_opens_without_one():
    kept = hashed(PASSWORD)

    assert kept.startswith("$argon2id$")
    assert matches(kept, PASSWORD)
    assert not matches(kept, PASSWORD.upper())
    assert not matches("", "nobody's")
    assert not matches("not a hash", PASSWORD)
    assert not matches(kept, "x" * 1_000_000)
