"""What operators are told of settings that are right: signatures nobody would believe, languages without labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.remarks import remarks
from digest.settings import load
from digest.signing import ED25519, RSA, key_file, make_key

SETTINGS = """\
[digest]
title = "The Aldovar Brief"
contact = "desk@brief.example"
templates = "{templates}"
{more}
[[section]]
id = "harbour"
title = "At the harbour"

[edition.weekday]
draft = "Mon-Fri 06:00"
send = "Mon-Fri 07:00"

[sender]
from = "brief@mail.brief.example"
{dkim}
"""
TEMPLATES = Path(__file__).parents[1] / "templates"


@pytest.fixture
def told(tmp_path):
    (tmp_path / "subscribers").mkdir()

    def told(*, dkim="", more="", languages=("en",)):
        rows = "".join(f"reader{n}@mail.example,{language}\n" for n, language in enumerate(languages))
        (tmp_path / "subscribers" / "weekday.csv").write_text("email,language\n" + rows)
        path = tmp_path / "digest.toml"
        path.write_text(SETTINGS.format(templates=TEMPLATES, more=more, dkim=dkim))
        return remarks(load(path, {}))

    return told


def test_where_all_is_well_nothing_is_told(told, tmp_path):
    make_key(tmp_path / "var/keys", "d1", RSA)
    make_key(tmp_path / "var/keys", "d1e", ED25519)

    assert told(dkim='[dkim]\ndomain = "brief.example"\nselectors = ["d1", "d1e"]') == ()


def test_a_missing_key_is_told_before_anything_is_sent(told, tmp_path):
    (line,) = told(dkim='[dkim]\ndomain = "brief.example"\nselectors = ["d1"]')

    assert line.startswith(f"no message can be sent: {key_file(tmp_path / 'var/keys', 'd1')}: ")
    assert line.endswith("digest dkim keygen d1")


def test_signatures_of_another_domain_or_of_ed25519_alone_are_told(told, tmp_path):
    make_key(tmp_path / "var/keys", "d1e", ED25519)

    stranger, alone = told(dkim='[dkim]\ndomain = "tarnmouth.example"\nselectors = ["d1e"]')

    assert "signs for tarnmouth.example, but mail comes from mail.brief.example" in stranger
    assert "has no RSA key" in alone


def test_a_language_without_labels_is_told_with_how_many_chose_it(told):
    (line,) = told(languages=("en", "en-GB", "", "tlh", "tlh-Latn", "tlh"))[:1]

    assert line.startswith("weekday.csv: language 'tlh', which 2 chose, has no labels")
    assert "Add tlh.toml to" in line


def test_an_edition_in_a_language_without_labels_is_told(told):
    (line,) = told(more='language = "tlh"')

    assert line.startswith("digest.toml: [edition.weekday] language 'tlh' has no labels; add tlh.toml to ")


@pytest.mark.parametrize(
    ("public", "trusted", "listen", "told_of"),
    [
        ("https://brief.example", "", "127.0.0.1:8412", True),
        ("https://brief.example", 'trusted = ["127.0.0.1/32"]', "127.0.0.1:8412", False),
        ("https://brief.example", "", "192.0.2.1:8412", False),
        ("http://brief.example", "", "127.0.0.1:8412", False),
    ],
)
def test_a_web_server_that_stands_before_the_pages_and_is_not_named_is_told_of(told, public, trusted, listen, told_of):
    web = f'\n[web]\nlisten = "{listen}"\n[web.proxy]\n{trusted}\n'

    remarks = told(more=f'public_url = "{public}"\n', dkim=web)

    assert any("[web.proxy]" in remark for remark in remarks) is told_of
