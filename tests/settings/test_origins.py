from __future__ import annotations

import dataclasses

import pytest

from digest.errors import SettingsError
from digest.settings import load, schema

from .conftest import BASE, RELAY

SECRET = "ropewalk-8-tarnmouth"


def rows(settings):
    return {row.key: (row.value, row.origin) for row in settings.origins()}


def test_each_setting_names_the_line_the_variable_the_secrets_file_or_the_default_it_comes_from(write, tmp_path):
    path = write(BASE.replace("[digest]", '[digest]\nsecrets_dir = "secrets"') + RELAY)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "digest_relay__main__password").write_text(SECRET + "\n")

    found = rows(load(path, {"DIGEST_EDITION__WEEKDAY__CANARY": "7"}))

    assert found["digest.title"] == ('"The Aldovar Brief"', "digest.toml:3")
    assert found["section.harbour.match"] == ('["ferry*", "pier^2"]', "digest.toml:9")
    assert found['source."Ilma Courier".url'] == ('"https://ilma-courier.example/feed.xml"', "digest.toml:13")
    assert found['source."Ilma Courier".every'] == ('"15m"', "default")
    assert found["edition.weekday.send"] == ('"Mon-Fri 07:00"', "digest.toml:17")
    assert found["edition.weekday.canary"] == ("7", "DIGEST_EDITION__WEEKDAY__CANARY")
    assert found["relay.main.port"] == ("2525", "digest.toml:22")
    secrets_file = tmp_path / "secrets" / "digest_relay__main__password"
    assert found["relay.main.password"] == ("**********", f"secrets file {secrets_file}")


def test_defaults_that_hang_on_other_settings_are_shown_as_they_hold(write):
    found = rows(load(write(BASE), {}))

    assert found["digest.public_url"] == ('"http://127.0.0.1:8412"', "default")
    assert found["edition.weekday.timezone"] == ('"Europe/Helsinki"', "default")
    assert found["edition.weekday.sections"] == ('["harbour"]', "default")
    assert found["sender.from"] == ('"The Aldovar Brief <digest@localhost.localdomain>"', "default")


def test_every_field_of_every_table_has_a_row(write):
    settings = load(write(BASE + RELAY), {"DIGEST_RELAY__MAIN__PASSWORD": SECRET})

    keys = [row.key for row in settings.origins()]

    assert len(keys) == len(set(keys))
    for field in dataclasses.fields(settings.edition("weekday")):
        assert field.name in ("id", "ranking", "names") or f"edition.weekday.{field.name}" in keys
    for field in dataclasses.fields(settings.edition("weekday").ranking):
        assert f"rank.{field.name}" in keys
    for field in dataclasses.fields(settings.relays[0]):
        assert f"relay.main.{field.name}" in keys


@pytest.mark.parametrize(
    "environ",
    [
        {"DIGEST_RELAY__MAIN__PASSWORD": SECRET},
        {
            "DIGEST_DATABASE": f"postgresql://digest:{SECRET}@db.brief.example/digest",
            "DIGEST_RELAY__MAIN__USERNAME": "",
        },
        {"DIGEST_DATABASE": f"postgresql:///digest?password={SECRET}", "DIGEST_RELAY__MAIN__USERNAME": ""},
        {"DIGEST_ALERTS__PING": f"https://ping.example/{SECRET}", "DIGEST_RELAY__MAIN__USERNAME": ""},
        {"DIGEST_ALERTS__WEBHOOK": f"https://hook.example/{SECRET}", "DIGEST_RELAY__MAIN__USERNAME": ""},
    ],
)
def test_a_secret_is_shown_nowhere(write, environ):
    settings = load(write(BASE + RELAY), environ)

    assert SECRET not in repr(settings)
    assert SECRET not in repr(settings.relays)
    assert SECRET not in repr(settings.alerts)
    assert SECRET not in repr(settings.origins())
    assert "**********" in repr(settings.origins())


@pytest.mark.parametrize(
    "environ",
    [
        {"DIGEST_DATABASE": f"mysql://digest:{SECRET}@db/x"},
        {"DIGEST_DATABASE": f"{SECRET}\nx"},
        {"DIGEST_RELAY__MAIN__PASSWORD": SECRET, "DIGEST_RELAY__MAIN__USERNAME": ""},
        {"DIGEST_RELAY__MAIN__PASSWORD": SECRET, "DIGEST_RELAY__MAIN__PORT": "many"},
        {"DIGEST_RELAY__MAIN__PASWORD": SECRET},
        {"DIGEST_ALERTS__PING": f"gopher://ping.example/{SECRET}"},
        {"DIGEST_ALERTS__PING": f"https://ada:{SECRET}@ping.example/"},
    ],
)
def test_a_secret_stands_in_no_error(write, environ):
    with pytest.raises(SettingsError) as e:
        load(write(BASE + RELAY), environ)

    assert SECRET not in str(e.value)
    assert SECRET not in repr(e.value.__cause__)
    assert SECRET not in repr(e.value.__context__)


def test_an_empty_password_is_refused(write):
    with pytest.raises(SettingsError, match="DIGEST_RELAY__MAIN__PASSWORD"):
        load(write(BASE + RELAY), {"DIGEST_RELAY__MAIN__PASSWORD": ""})


def test_the_schema_for_editors_has_the_files_own_shape():
    made = schema()

    assert made["properties"]["relay"]["type"] == "array"
    assert "[[" not in made["title"]
    assert set(made["properties"]) >= {"digest", "section", "source", "edition", "relay", "domain", "sender"}
    assert "password" not in made["$defs"]["RelayTable"]["properties"]
    assert "from" in made["$defs"]["SenderTable"]["properties"]
    assert made["$defs"]["EditionTable"]["additionalProperties"] is False
    assert "draft" in made["$defs"]["EditionTable"]["required"]
