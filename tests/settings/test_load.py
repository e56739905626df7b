from __future__ import annotations

import dataclasses
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from digest.errors import SettingsError, UnknownError
from digest.model.issue import Approval, InDoubt, OwnName, Ranking
from digest.model.news import SourceKind
from digest.settings import find, load

from .conftest import BASE, RELAY

FULL = """\
[digest]
title = "The Aldovar Brief"
timezone = "Europe/Helsinki"
language = "en"
data = "state"
public_url = "https://brief.example/"
postal_address = "8 Ropewalk, Aldovar"

[[section]]
id = "harbour"
title = "At the harbour"
max_stories = 3
match = ["ferry*", "pier^2"]
[[section]]
id = "council"
title = "In the council"
fallback = true

[[source]]
name = "Ilma Courier"
url = "https://ilma-courier.example/feed.xml"
every = "1h30m"
weight = 1.2
side = "marenia-state"
language = "fi"
timezone = "Europe/Kyiv"
select = "div.story > p, h2"
remove = ".promo"
keep = ["/world/", "ferr* bridge"]
drop = ["/opinion/"]
[[source]]
name = "Dropped"
kind = "folder"
path = "../inbox/"
[[source]]
name = "Radio Tarn"
kind = "page"
url = "http://127.0.0.1:9/news"
follow = false
allow_private = true

[edition.weekday]
sections = ["council"]
lists = ["weekday", "desk"]
draft = "Sun-Thu 22:00"
send = "Mon-Fri 07:00"
approval = "auto"
never_after = "11:00"
mute_words = ["horoscope*"]
mute_outlets = ["Karsk Wire"]
in_doubt = "resend"
languages = ["en", "fi"]
[edition.sunday]
title = "Sunday in Aldovar"
timezone = "Asia/Seoul"
draft = "Sun 06:00"
send = "Sun 09:00"
max_age = "8d"

[[relay]]
name = "main"
host = "mx.brief.example"
username = "digest"
rate = "90/min"
ca_file = "ours.pem"
weight = 3
per_connection = 100
[[relay]]
name = "inside"
host = "127.0.0.1"
kind = "lmtp"
security = "none"
weight = 0
[[relay]]
name = "spare"
kind = "catcher"

[[domain]]
match = ["*.Tarnmouth.example"]
rate = "1/s"

[sender]
from = '"Brief, Aldovar" <brief@Brief.example>'
"""


def test_a_full_file_becomes_the_values_that_the_other_parts_work_with(write):
    path = write(FULL)

    settings = load(path, {"DIGEST_RELAY__MAIN__PASSWORD": "ropewalk"})

    harbour, council = settings.sections
    courier, dropped, radio = settings.sources
    weekday, sunday = settings.editions["weekday"], settings.edition("sunday")
    assert (harbour.id, harbour.max_stories, harbour.match) == ("harbour", 3, ("ferry*", "pier^2"))
    assert council.fallback
    assert (courier.kind, courier.every, courier.weight) == (SourceKind.FEED, timedelta(minutes=90), 1.2)
    assert (courier.side, courier.language, courier.timezone) == ("marenia-state", "fi", "Europe/Kyiv")
    assert (courier.select, courier.remove) == ("div.story > p, h2", ".promo")
    assert (courier.keep, courier.drop) == (("/world/", "ferr* bridge"), ("/opinion/",))
    assert (radio.follow, radio.timezone, radio.select, radio.keep) == (False, "", "", ())
    assert (dropped.kind, dropped.path) == (SourceKind.FOLDER, path.parent.parent / "inbox")
    assert (radio.kind, radio.allow_private) == (SourceKind.PAGE, True)
    assert (weekday.sections, weekday.lists) == ((council,), ("weekday", "desk"))
    assert (weekday.approval, weekday.in_doubt, weekday.never_after) == (Approval.AUTO, InDoubt.RESEND, time(11))
    assert (weekday.mute_words, weekday.mute_outlets) == (("horoscope*",), ("Karsk Wire",))
    assert (sunday.title, sunday.timezone, sunday.lists) == ("Sunday in Aldovar", "Asia/Seoul", ("sunday",))
    assert (sunday.sections, sunday.max_age) == ((harbour, council), timedelta(days=8))
    assert settings.public_url == "https://brief.example"
    assert settings.data == path.parent / "state"
    assert settings.database == f"sqlite:///{path.parent}/state/digest.db"


def test_relays_and_the_sender_are_read(write):
    settings = load(write(FULL), {"DIGEST_RELAY__MAIN__PASSWORD": "ropewalk"})

    main, inside, spare = settings.relays
    assert (main.ca_file, main.weight, main.per_connection) == (settings.path.parent / "ours.pem", 3, 100)
    assert (inside.kind, inside.port, inside.ca_file, inside.weight) == ("lmtp", 24, None, 0)
    assert (main.port, main.security, main.per_second) == (587, "starttls", 1.5)
    assert main.password is not None
    assert main.password.get_secret_value() == "ropewalk"
    assert type(main.password.get_secret_value()) is str
    assert (spare.kind, spare.port, spare.password, spare.per_second) == ("catcher", 0, None, None)
    assert settings.sender.from_ == ("Brief, Aldovar", "brief@brief.example")
    assert settings.sender.envelope_domain == "brief.example"
    assert settings.domains[0].match == ("*.tarnmouth.example",)


def test_the_least_file_works_with_the_catcher(write):
    path = write(BASE)

    settings = load(path, {})

    assert settings.relays == ()
    assert settings.public_url == "http://127.0.0.1:8412"
    assert settings.sender.from_ == ("The Aldovar Brief", "digest@localhost.localdomain")
    assert (settings.folder, settings.templates) == (path.parent, path.parent / "templates")
    assert settings.subscribers == path.parent / "subscribers"
    assert settings.edition("weekday").timezone == "Europe/Helsinki"
    assert settings.edition("weekday").title == "The Aldovar Brief"
    assert settings.user_agent.startswith("digest/")
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8412)


def test_outlets_learn_where_to_find_whoever_reads_them(write):
    path = write(BASE)

    assert load(path, {"DIGEST_PUBLIC_URL": "https://brief.example"}).user_agent.endswith("(+https://brief.example)")
    assert load(path, {"DIGEST_CONTACT": "desk@brief.example"}).user_agent.endswith("(+desk@brief.example)")
    assert "+" not in load(path, {}).user_agent


def test_an_edition_nobody_knows_is_named_with_those_there_are(write):
    settings = load(write(BASE), {})

    with pytest.raises(UnknownError, match=r"no edition 'daily'; digest\.toml has weekday"):
        settings.edition("daily")


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("sqlite:///brief.db", "sqlite:///{folder}/brief.db"),
        ("sqlite:////srv/brief.db", "sqlite:////srv/brief.db"),
        ("postgresql://digest@db.brief.example/digest", "postgresql+psycopg://digest@db.brief.example/digest"),
        ("postgresql:///digest", "postgresql+psycopg:///digest"),
    ],
)
def test_a_database_lies_where_the_file_says(write, url, becomes):
    path = write(BASE.replace("[digest]", f'[digest]\ndatabase = "{url}"'))

    assert load(path, {}).database == becomes.format(folder=path.parent)


@pytest.mark.parametrize("name", ["what?", "50%20", "100%", "no #1", "a b", "Київ", "a+b&c", "x@y:z", "a;b=c"])
@pytest.mark.parametrize(
    ("added", "file"),
    [
        ("", "var/digest.db"),
        ('database = "sqlite:///own%20name.db"\n', "own name.db"),
        ('database = "sqlite:///own.db?timeout=5"\n', "own.db"),
    ],
)
def test_the_database_lies_in_its_folder_whatever_the_folder_is_called(tmp_path, name, added, file):
    path = tmp_path / name / "digest.toml"
    path.parent.mkdir()
    path.write_text(BASE.replace("[digest]\n", f"[digest]\n{added}"))

    url = make_url(load(path, {}).database)

    assert url.database == str(path.parent / file)
    assert (url.host, url.username, dict(url.query)) == (None, None, {"timeout": "5"} if "?" in added else {})


def test_the_environment_is_stronger_than_secrets_files_those_than_the_file_and_that_than_the_defaults(write):
    path = write(BASE.replace("[digest]", '[digest]\nsecrets_dir = "secrets"\nlanguage = "en"\ncontact = "file"'))
    secrets = path.parent / "secrets"
    secrets.mkdir()
    (secrets / "digest_language").write_text("fi\n")
    (secrets / "DIGEST_CONTACT").write_text("secret")
    (secrets / "somebody-elses").write_text("ignored")

    settings = load(path, {"DIGEST_CONTACT": "environment", "HOME": "/nowhere"})

    assert (settings.contact, settings.language, settings.timezone) == ("environment", "fi", "Europe/Helsinki")
    assert settings.data == path.parent / "var"


def test_variables_reach_into_named_tables_and_lists(write):
    path = write(BASE + RELAY + "[web.proxy]\n")

    settings = load(
        path,
        {
            "DIGEST_RELAY__MAIN__PASSWORD": "ropewalk",
            "DIGEST_SOURCE__ILMA_COURIER__EVERY": "1h",
            "DIGEST_EDITION__WEEKDAY__LANGUAGES": "en, fi",
            "DIGEST_SECTION__HARBOUR__MATCH": "quay*, lighthouse",
            "DIGEST_WEB__PROXY__TRUSTED": "127.0.0.1/32",
            "DIGEST_DIGEST__TITLE": "The Other Brief",
            "DIGEST_EDITION__WEEKDAY__CANARY": "7",
            "DIGEST_EDITION__WEEKDAY__PER_READER_TIMEZONE": "true",
        },
    )

    weekday = settings.edition("weekday")
    assert settings.sources[0].every == timedelta(hours=1)
    assert (weekday.languages, weekday.canary, weekday.per_reader_timezone) == (("en", "fi"), 7, True)
    assert settings.sections[0].match == ("quay*", "lighthouse")
    assert settings.web.proxy.trusted == ("127.0.0.1/32",)
    assert settings.title == "The Other Brief"


def test_a_variable_that_means_nothing_is_an_error_with_the_one_that_was_meant(write):
    path = write(BASE + RELAY)

    with pytest.raises(SettingsError) as e:
        load(path, {"DIGEST_RELAY__MIAN__PASSWORD": "ropewalk", "DIGEST_TILE": "x", "DIGEST_ZZZZ": "x"})

    assert "DIGEST_RELAY__MIAN__PASSWORD: no setting has this name; did you mean DIGEST_RELAY__MAIN__PASSWORD?" in str(
        e.value
    )
    assert "DIGEST_TILE: no setting has this name; did you mean DIGEST_TITLE?" in str(e.value)
    assert "DIGEST_ZZZZ: no setting has this name" in str(e.value)
    assert "ropewalk" not in str(e.value)


def test_a_secrets_file_that_means_nothing_is_an_error_too(write, tmp_path):
    path = write(BASE.replace("[digest]", '[digest]\nsecrets_dir = "secrets"'))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "digest_relay__main__pasword").write_text("ropewalk")

    with pytest.raises(SettingsError) as e:
        load(path, {})

    assert "digest_relay__main__pasword: no setting has this name" in str(e.value)
    assert "ropewalk" not in str(e.value)


def test_two_variables_for_one_setting_are_refused(write):
    with pytest.raises(SettingsError, match="DIGEST_DIGEST__TITLE sets the same"):
        load(write(BASE), {"DIGEST_TITLE": "a", "DIGEST_DIGEST__TITLE": "b"})


def test_a_wrong_value_from_the_environment_is_blamed_on_its_variable(write):
    with pytest.raises(SettingsError) as e:
        load(write(BASE), {"DIGEST_TIMEZONE": "Europe/Kiyv"})

    assert e.value.where == "DIGEST_TIMEZONE"
    assert "did you mean Europe/Kyiv?" in str(e.value)


def test_the_file_is_looked_for_where_its_variable_says():
    assert find({"DIGEST_CONFIG": "/srv/brief/digest.toml"}) == Path("/srv/brief/digest.toml")
    assert find({}) == Path("digest.toml")


def test_the_variable_that_names_the_file_is_no_setting(write):
    assert load(write(BASE), {"DIGEST_CONFIG": "/srv/brief/digest.toml"}).title == "The Aldovar Brief"


def test_without_an_environment_given_the_process_own_is_read(write, monkeypatch):
    monkeypatch.setenv("DIGEST_TITLE", "From outside")

    assert load(write(BASE)).title == "From outside"


def test_what_ranks_stories_and_an_edition_s_own_names_reach_every_edition(write):
    rank = '[rank]\ncoverage = 0.5\nhalf_life = "6h"\nper_subject = 0\n'
    name = '[[name]]\nname = "Tarnmouth"\nalso = ["the port on the Tarn"]\nplace = true\n'

    edition = load(write(BASE + rank + name), {"DIGEST_RANK__FIT": "0"}).edition("weekday")

    assert edition.ranking == Ranking(coverage=0.5, fit=0.0, half_life=timedelta(hours=6), per_subject=0)
    assert edition.names == (OwnName("Tarnmouth", ("the port on the Tarn",), place=True),)


def test_the_weights_that_the_starter_shows_are_the_usual_ones(write):
    starter = (Path(__file__).parents[2] / "digest.toml").read_text("utf-8")
    shown = starter.split("# [rank]\n")[1].split("\n\n")[0].replace("# ", "", 1).replace("\n# ", "\n")

    edition = load(write(f"{BASE}[rank]\n{shown}\n"), {}).edition("weekday")

    assert edition.ranking == Ranking()
    assert len(shown.splitlines()) == len(dataclasses.fields(Ranking))


def test_stories_are_ranked_by_the_usual_weights_where_nobody_says_otherwise(write):
    assert load(write(BASE), {}).edition("weekday").ranking == Ranking()


@pytest.mark.parametrize(
    "wrong", ["[rank]\ncoverage = -1\n", "[rank]\nweight = 1\n", '[[name]]\nalso = ["x"]\n', '[[name]]\nname = ""\n']
)
def test_a_weight_below_nothing_and_a_name_without_a_name_are_refused(write, wrong):
    with pytest.raises(SettingsError):
        load(write(BASE + wrong), {})


def test_a_name_stands_once(write):
    with pytest.raises(SettingsError, match="already is a"):
        load(write(BASE + '[[name]]\nname = "Tarn"\n' * 2), {})
