from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SettingsError
from digest.settings import Settings, load

from .conftest import BASE, RELAY

TITLE = 'title = "The Aldovar Brief"'
ID = 'id = "harbour"'
URL = 'url = "https://ilma-courier.example/feed.xml"'
DRAFT = 'draft = "Mon-Fri 06:00"'
SEND = 'send = "Mon-Fri 07:00"'
REAL = '[[relay]]\nname = "main"\nhost = "mx.brief.example"\n'


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        (TITLE, 'titel = "x"', 2, "unknown key `titel`; did you mean `title`?"),
        (TITLE, "", 1, "`title` is missing"),
        (TITLE, 'title = "a\\nb"', 2, "a line break"),
        (TITLE, "title = 5", 2, "is not text"),
        (TITLE, 'title = " "', 2, "it is empty"),
        ("Europe/Helsinki", "Europe/Helsinky", 3, "did you mean Europe/Helsinki?"),
        ("Europe/Helsinki", "Europe", 3, "is no time zone"),
        ("Europe/Helsinki", "../etc/passwd", 3, "is no time zone"),
        (TITLE, TITLE + '\nlanguage = "englisch_de"', 3, "is no language tag"),
        (TITLE, TITLE + '\npublic_url = "brief.example"', 3, "one begins with https://"),
        (TITLE, TITLE + '\npublic_url = "https://brief.example/?a=1"', 3, "ends in a query"),
        (TITLE, TITLE + '\npublic_url = "https://news.example/a/%2e%2e/b"', 3, "a path that browsers write otherwise"),
        (TITLE, TITLE + '\npublic_url = "https://news.example/a;b"', 3, "write /a%3Bb in its place"),
        (TITLE, TITLE + '\npublic_url = "https://news.example/é"', 3, "write /%C3%A9 in its place"),
        (TITLE, TITLE + '\npublic_url = "https://news.example/archive/brief"', 3, "begins its path with archive"),
        (TITLE, TITLE + '\ndatabase = "mysql://db/x"', 3, "is no database URL"),
        (TITLE, TITLE + '\ndatabase = "postgresql://a:ropewalk@db/x"', 3, "DIGEST_DATABASE"),
        (TITLE, TITLE + '\nsecrets_dir = "nowhere"', 0, "`secrets_dir` cannot be read"),
        ("[digest]", "[digset]", 1, "unknown key `digset`; did you mean `digest`?"),
        ("[[section]]", "[section]", 5, "write [[section]] in two brackets"),
        (ID, 'id = "Harbour"', 6, "'Harbour' does not fit; write a small letter"),
        (ID, 'id = "other"', 6, "means what fits no section"),
        (ID, 'id = "boilerplate"', 6, "means what fits no section"),
        ('"pier^2"', '"pier^heavy"', 8, "no number behind its ^"),
        ('"pier^2"', '\n"*"', 9, "is no term"),
        ('"pier^2"', "7", 8, "7 is not text"),
        ('match = ["ferry*", "pier^2"]', 'match = "ferry"', 8, "a list is needed"),
        (ID, ID + "\nmax_stories = 0", 7, "`max_stories`: it must be at least 1, not 0"),
        (ID, ID + '\nmax_stories = "many"', 7, "a whole number is needed, not 'many'"),
        (ID, ID + '\nfallback = "perhaps"', 7, "true or false is needed"),
        (URL, "", 10, "'Ilma Courier' is a feed and needs `url`"),
        (URL, 'url = "ftp://ilma.example/x"', 12, "is no web address"),
        (URL, 'url = "/etc/passwd"', 12, "is no web address"),
        (URL, 'url = "https://ada:ropewalk@ilma.example/x"', 12, "has no place in it"),
        (URL, 'url = "https://[::1/x"', 12, "is no web address"),
        (URL, URL + '\nkind = "folder"', 10, "is a folder and needs `path`"),
        (URL, URL + '\nkind = "folder"\npath = "in"', 12, "is a folder and has no `url`"),
        (URL, URL + '\npath = "in"', 13, "is a feed and has no `path`"),
        (URL, URL + '\nkind = "pigeon"', 13, "write 'feed', 'page' or 'folder'"),
        (URL, URL + '\nevery = "15"', 13, "'15' is no duration"),
        (URL, URL + '\nevery = "10s"', 13, "more often than each minute"),
        (URL, URL + "\nweight = 0", 13, "it must be more than 0"),
        (URL, URL + "\nweight = nan", 13, "a number is needed"),
        (URL, URL + '\nside = "Marenia state"', 13, "does not fit"),
        (URL, URL + '\nselect = "div["', 13, "'div[' is no CSS selector; write for example div.story"),
        (URL, URL + '\nselect = "p::first-line"', 13, "is no CSS selector"),
        (URL, URL + '\nremove = "a|b"', 13, "is no CSS selector"),
        (URL, URL + '\nremove = ""', 13, "it is empty"),
        (URL, URL + f'\nselect = "{"p " * 300}"', 13, "is no CSS selector"),
        (URL, URL + f'\nselect = "{":not(" * 100}"', 13, "is no CSS selector"),
        (URL, URL + '\nfollow = false\nselect = "p"', 13, "its pages are not fetched"),
        (URL, 'kind = "folder"\npath = "in"\nselect = "p"', 14, "'Ilma Courier' is a folder; its files are read whole"),
        (URL, URL + '\nkeep = "bridge"', 13, "a list is needed"),
        (URL, URL + '\nkeep = ["bridge",\n"*"]', 14, "'*' is no pattern"),
        (URL, URL + '\ndrop = [""]', 13, "it is empty"),
        (URL, URL + '\ntimezone = "Europe/Kiew"', 13, "is no time zone"),
        (SEND, SEND + '\nmute_words = ["- *"]', 17, "is no pattern"),
        (SEND, SEND + "\nmute_outlets = [7]", 17, "7 is not text"),
        ("[edition.weekday]", "[edition.Weekday]", 14, "'Weekday' does not fit"),
        (DRAFT, "", 14, "`draft` is missing"),
        (DRAFT, 'draft = "Mon-Fri 08:00"', 15, "the draft at 08:00 comes after the send at 07:00 of the same day"),
        (DRAFT, 'draft = "Mon-Sat 06:00"', 15, "its days do not lead to those of `send`; write Mon-Fri 06:00"),
        (DRAFT, 'draft = "Sat 22:00"', 15, "write Mon-Thu,Sun 22:00"),
        (DRAFT, 'draft = "0 6 1 * *"', 15, "its days are not those of `send`; write Mon-Fri 06:00, before 07:00"),
        (SEND, 'send = "0 7 1 * *"', 15, "its days are not those of `send`; write 0 6 1 * *, before 07:00"),
        (SEND, 'send = "0 7,8 * * 1-5"', 16, "more than one hour, and an edition has one issue a day"),
        (SEND, 'send = "Mon-Fri 07:00 Europe/Kiew"', 16, "'Europe/Kiew' is no time zone; did you mean Europe/Kiev"),
        (
            SEND,
            SEND[:-1] + ' Europe/Kyiv"\ntimezone = "UTC"',
            16,
            "an edition has one zone, and elsewhere UTC is named",
        ),
        (SEND, SEND + '\nsections = ["harbour", "sports"]', 17, "there is no section 'sports'; there are harbour"),
        (SEND, SEND + "\nsections = []", 17, "it is empty; leave it out"),
        (SEND, SEND + '\nsections = ["harbour", "harbour"]', 17, "stands twice"),
        (SEND, SEND + '\nlists = ["../weekday"]', 17, "does not fit"),
        (SEND, SEND + "\nlists = []", 17, "`lists`: it is empty"),
        (SEND, SEND + '\napproval = "maybe"', 17, "write 'required', 'auto' or 'auto-if-green'"),
        (SEND, SEND + '\nexpires = "0h"', 17, "`expires` must be more than nothing"),
        (SEND, SEND + '\nexpires = "1h"', 14, "it is longer than `expires`"),
        (SEND, SEND + '\nlook = "../../etc"', 17, "does not fit"),
        (SEND, SEND + '\nnever_after = "06:30"', 17, "it is not after the send at 07:00"),
        (SEND, SEND + "\nbrake_percent = 101", 17, "it must be at most 100"),
        (SEND, SEND + "\ncanary = -1", 17, "it must be at least 0"),
        (SEND, SEND + "\ncannary = 5", 17, "unknown key `cannary`; did you mean `canary`?"),
    ],
)
def test_what_cannot_be_is_named_with_its_line_and_the_cure(write, old, new, line, says):
    assert old in BASE

    with pytest.raises(SettingsError) as e:
        load(write(BASE.replace(old, new, 1)), {})

    found = [problem for problem in e.value.problems if says in problem]
    assert found, str(e.value)
    assert not line or found[0].startswith(f"digest.toml:{line}: ")
    assert "ropewalk" not in str(e.value)
    assert e.value.exit_code == 3


@pytest.mark.parametrize(
    ("added", "line", "says"),
    [
        ("[[section]]\n" + ID + '\ntitle = "x"', 18, "there already is a [[section]] 'harbour'"),
        ('[[source]]\nname = "Ilma Courier"\n' + URL, 18, "there already is a [[source]] 'Ilma Courier'"),
        (
            "[[section]]\nid = 'a'\ntitle = 'A'\nfallback = true\n[[section]]\nid='b'\ntitle='B'\nfallback=true",
            24,
            "'a' already takes what fits no section",
        ),
        ("[relay]\nname = 'main'", 17, "write [[relay]] in two brackets"),
        ("[[relay]]\nname = 'main'", 17, "relay 'main' needs `host`"),
        ("[[relay]]\nhost = '127.0.0.1'", 17, "`name` is missing"),
        ("[[relay]]\nname = 'main'\nhost = 'mx brief'", 19, "is no host"),
        (REAL + "port = 0", 20, "it must be at least 1"),
        (REAL + "security = 'none'", 20, "mx.brief.example is another machine"),
        (REAL + "security = 'plain'", 20, "write 'starttls', 'tls' or 'none'"),
        (REAL + "rate = '40'", 20, "is no rate"),
        (REAL + "username = 'digest'", 20, "set DIGEST_RELAY__MAIN__PASSWORD"),
        (REAL + "password = 'ropewalk'", 20, "a password has no place in this file; set DIGEST_RELAY__MAIN__PASSWORD"),
        (REAL, 1, "set `public_url` in [digest]"),
        (REAL, 1, "set `from` in [sender]"),
        (REAL + "auth = 'xoauth2'", 20, "relay 'main' has an access token but no `username`"),
        (REAL + "auth = 'cram-md5'", 20, "write 'password' or 'xoauth2'"),
        (REAL + "weight = -1", 20, "it must be at least 0"),
        (
            "[[relay]]\nname = 'main'\nhost = '127.0.0.1'\nsecurity = 'none'\nca_file = 'ours.pem'",
            21,
            "no certificate to check",
        ),
        (REAL + "timeout = '0s'", 20, "`timeout` must be more than nothing"),
        ("[[relay]]\nname = 'main'\nkind = 'catcher'\nhost = 'localhost'", 20, "the catcher has no `host`"),
        ("[[domain]]\nmatch = ['tarnmouth']\nrate = '1/s'", 18, "is no domain"),
        ("[[domain]]\nmatch = ['tarn.example']", 17, "`rate` is missing"),
        ("[sender]\nfrom = 'The Brief'", 18, "holds no mail address"),
        ("[sender]\nfrom = 'A <a@b.example>\\nBcc: <c@d.example>'", 18, "holds no mail address"),
        ('[sender]\nfrom = "A\\r\\nBcc: x <a@b.example>"', 18, "a line break"),
        ("[sender]\nreply_to = 'The Desk <desk@brief.example>'", 18, "is more than an address"),
        ("[sender]\nfrom_ = 'a@b.example'", 18, "unknown key `from_`; did you mean `from`?"),
        ("[dkim]\ndomain = 'brief.example'", 18, "it signs with no key"),
        ("[dkim]\nselectors = ['d1']", 18, "they belong to no domain"),
        ("[bounces]\nhard_limit = 0", 18, "it must be at least 1"),
        ("[web]\nlisten = '8412'", 18, "is no address to listen on"),
        ("[web]\nlisten = '::1:8412'", 18, "is no address to listen on"),
        ("[web]\nlisten = '0.0.0.0:8412'\nauth = 'none'", 19, "0.0.0.0 can be reached by others"),
        ("[web]\nauth = 'proxy'", 18, "it trusts no proxy"),
        ("[web.proxy]\ntrusted = ['0.0.0.0/0']", 18, "is everyone"),
        ("[web.proxy]\ntrusted = ['our office']", 18, "is no network"),
        ("[web.proxy]\nheadr = 'X'", 18, "unknown key `headr`; did you mean `header`?"),
        ("[alerts]\nemail = ['duty']", 18, "holds no mail address"),
        ("[alerts]\nping = 'ping.example'", 18, "is no web address"),
        ("[alerts]\nwebhook = 'ftp://hook.example/x'", 18, "no web address"),
        ("[smtp]\nhost = 'x'", 17, "unknown key `smtp`"),
    ],
)
def test_tables_that_cannot_be_are_named_with_their_line_and_the_cure(write, added, line, says):
    with pytest.raises(SettingsError) as e:
        load(write(BASE + added), {})

    found = [problem for problem in e.value.problems if says in problem]
    assert found, str(e.value)
    assert found[0].startswith(f"digest.toml:{line}: ")
    assert "ropewalk" not in str(e.value)


@given(
    line=st.integers(0, len((BASE + RELAY).splitlines()) - 1),
    value=st.sampled_from(
        ["1", "-1.5", "nan", "true", '""', '"x"', "[]", '["a"]', "[[1]]", "{}", "{a = 1}", "07:00:00"]
    ),
    key=st.sampled_from(["", "digest", "section", "source", "edition", "relay", "web", "sender.from"]),
)
def test_whatever_stands_in_the_file_it_is_taken_or_refused_with_its_place(line, value, key):
    rows = (BASE + RELAY).splitlines()
    rows[line] = f"{key or rows[line].partition('=')[0].strip('[] ') or 'x'} = {value}"

    with TemporaryDirectory() as folder:
        path = Path(folder) / "digest.toml"
        path.write_text("\n".join(rows), encoding="utf-8")
        outcome = loaded_or_refused(path)

    assert isinstance(outcome, Settings) or all(problem.startswith("digest.toml:") for problem in outcome.problems)


def loaded_or_refused(path):
    try:
        return load(path, {})
    except SettingsError as e:
        return e


def test_everything_that_is_wrong_is_told_in_one_go(write):
    wrong = BASE.replace(TITLE, TITLE + "\ncolour = 'petrol'").replace("Europe/Helsinki", "Europe/Helsinky")

    with pytest.raises(SettingsError) as e:
        load(write(wrong + REAL + "pasword = 'x'"), {"DIGEST_TITEL": "x"})

    assert len(e.value.problems) == 4
    assert str(e.value).startswith("digest.toml: 4 problems\n")
    assert all(f"\n  {problem}" in str(e.value) for problem in e.value.problems)


def test_an_unknown_key_does_not_hide_what_does_not_fit_together(write):
    wrong = BASE.replace(TITLE, TITLE + "\ncolour = 'petrol'").replace(DRAFT, 'draft = "Mon-Fri 08:00"')

    with pytest.raises(SettingsError) as e:
        load(write(wrong), {})

    assert [problem.split(":")[1] for problem in e.value.problems] == ["3", "16"]


def test_a_single_problem_is_one_line_with_its_place(write):
    with pytest.raises(SettingsError) as e:
        load(write(BASE.replace(TITLE, "")), {})

    assert (e.value.where, str(e.value)) == ("digest.toml:1", "digest.toml:1: `title` is missing")


def test_an_edition_needs_a_section(write):
    with pytest.raises(SettingsError, match=r"there is no \[\[section\]\]"):
        load(write('[digest]\ntitle = "The Aldovar Brief"\n'), {})


def test_a_relay_on_this_machine_may_do_without_tls_and_without_a_public_address(write):
    settings = load(write(BASE + RELAY), {"DIGEST_RELAY__MAIN__PASSWORD": "ropewalk"})

    assert (settings.relays[0].port, settings.relays[0].security) == (2525, "none")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[digest]\ntitle = "x\n', 2, "this is no TOML"),
        ("[digest]\na = 1\na = 2\n", 3, "this is no TOML"),
        ("[digest\n", 1, "this is no TOML"),
        ("a = [\n1,\n", 3, "this is no TOML"),
        ("", 1, "`digest` is missing"),
    ],
)
def test_a_file_that_is_no_toml_is_named_with_its_line(write, text, line, says):
    with pytest.raises(SettingsError, match=says) as e:
        load(write(text), {})

    assert f"digest.toml:{line}: " in str(e.value)


def test_a_file_that_is_not_there_is_named_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(SettingsError, match="digest init makes one") as e:
        load(tmp_path / "digest.toml", {})

    assert str(tmp_path) in str(e.value)


def test_a_folder_in_the_files_place_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="it cannot be read"):
        load(tmp_path, {})


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path):
    path = tmp_path / "digest.toml"
    path.write_bytes(b"[digest]\ntitle = '\xff'\n")

    with pytest.raises(SettingsError, match=r"digest\.toml:2: this line is not UTF-8"):
        load(path, {})


def test_endless_brackets_are_refused(write):
    with pytest.raises(SettingsError):
        load(write("a = " + "[" * 20_000 + "]" * 20_000), {})


def test_a_byte_order_mark_and_windows_line_ends_are_taken(tmp_path):
    path = tmp_path / "digest.toml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())

    assert load(path, {}).title == "The Aldovar Brief"
