"""What has no effect yet is told with its place, so that nobody relies on it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.settings import load

from .conftest import BASE, RELAY

PASSWORD = {"DIGEST_RELAY__MAIN__PASSWORD": "ropewalk"}


@pytest.mark.parametrize(
    ("added", "line", "says"),
    [
        (
            RELAY + '[[relay]]\nname = "here"\nkind = "catcher"\nrate = "1/s"',
            24,
            "relay 'here' is not used; mail goes to the others",
        ),
        (
            '[[relay]]\nname = "here"\nkind = "catcher"\n' + RELAY,
            21,
            "relay 'main' is not used; all mail goes to the catcher, 'here'",
        ),
        (
            '[[domain]]\nmatch = ["tarnmouth.example"]\nrate = "1/s"',
            17,
            "`[[domain]]` is not in force yet; its mail goes as fast as all other",
        ),
        ('[bounces]\nmaildir = "bounces"', 18, "`bounces.maildir` is not in force yet; no bounce is read"),
        ("[bounces]\nsoft_limit = 3", 18, "`bounces.soft_limit` is not in force yet; no bounce is read"),
    ],
)
def test_a_setting_without_effect_is_told_with_its_line(write, added, line, says):
    settings = load(write(BASE + added), PASSWORD if RELAY in added else {})

    assert settings.not_yet == (f"digest.toml:{line}: {says}",)


def test_each_of_several_is_told(write):
    more = "[bounces]\nhard_limit = 2\nsoft_limit = 3\n"
    signed = "[dkim]\ndomain = 'brief.example'\nselectors = ['d1']\n"

    settings = load(write(BASE + more + signed), {})

    assert [line.partition(" is")[0] for line in settings.not_yet] == [
        "digest.toml:18: `bounces.hard_limit`",
        "digest.toml:19: `bounces.soft_limit`",
    ]


def test_one_that_comes_from_outside_is_told_with_its_variable(write):
    settings = load(write(BASE), {"DIGEST_BOUNCES__SOFT_LIMIT": "7"})

    assert settings.not_yet == (
        "DIGEST_BOUNCES__SOFT_LIMIT: `bounces.soft_limit` is not in force yet; no bounce is read",
    )


def test_what_says_no_more_than_the_default_is_not_told(write):
    same = 'in_doubt = "hold"\ncanary = 50\nbrake_percent = 5\napproval = "auto-if-green"\n'
    tables = "[bounces]\nhard_limit = 1\n[web]\nlisten = '127.0.0.1:8412'\n[web.proxy]\n[alerts]\n[dkim]\n"

    assert load(write(BASE + same + RELAY + tables), PASSWORD).not_yet == ()


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("", True),
        ('contact = "desk@brief.example"', False),
        ('public_url = "https://brief.example"', False),
        ('public_url = "http://brief.example"', True),
    ],
)
def test_who_reads_publishers_without_a_name_is_told(write, added, told):
    settings = load(write(BASE.replace("[digest]\n", f"[digest]\n{added}\n") + "[bounces]\nsoft_limit = 3\n"), {})

    nameless = "digest.toml: `contact` is not set, nor an https `public_url`;"
    assert [line.startswith(nameless) for line in settings.remarks] == ([False, True] if told else [False])


def test_a_check_of_the_settings_tells_what_is_missed_beside_that_they_are_right(write):
    done = CliRunner().invoke(app, ["-c", str(write(BASE)), "config", "check"])

    assert (done.exit_code, "`contact` is not set" in done.stderr) == (0, True)


def test_where_all_sources_are_our_own_nobody_needs_a_name(write):
    own = '[[source]]\nname = "Papers"\nkind = "folder"\npath = "papers"\n'
    inside = BASE.replace('feed.xml"\n', f'feed.xml"\nallow_private = true\n\n{own}')

    assert load(write(inside), {}).remarks == ()
