"""The mail's own words in every language that comes with the program: all of them, in the right number and order."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.model.delivery import Variant
from digest.render import fields_for, message, open_look, render, shown, titled
from digest.render.fields import settings_line

from .samples import ADA, EDITION, LOOKS, MAIL, TEMPLATES, content, full, tokens

LANGUAGES = ("ar", "de", "en", "es", "fr", "pl", "uk")
LABELS = open_look(TEMPLATES, "brief").labels
FILES = {name: tomllib.loads((TEMPLATES / "labels" / f"{name}.toml").read_text()) for name in LANGUAGES}
FRIDAY = date(2026, 11, 20)
COUNTS = (0, 1, 2, 5, 21)


def test_the_languages_that_were_promised_are_there():
    assert tuple(sorted(LABELS)) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_that_english_says(language):
    for table in ("dates", "messages"):
        assert set(FILES[language][table]) == set(FILES["en"][table])


def holes(pattern):
    texts = pattern.values() if isinstance(pattern, dict) else [pattern]
    return {hole for text in texts for hole in re.findall(r"\{(\w*)\}", text)} - {"n"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_given_the_same_values_in_every_language(language):
    found = {key: holes(pattern) for key, pattern in FILES[language]["messages"].items()}

    assert found == {key: holes(pattern) for key, pattern in FILES["en"]["messages"].items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_changes_with_its_number_has_every_form_that_the_language_knows(language):
    locale = LABELS[language].locale
    known = {str(locale.plural_form(n)) for n in range(200)}

    for key, pattern in FILES[language]["messages"].items():
        forms = {form for form in pattern if not form.startswith("=")} if isinstance(pattern, dict) else {"other"}
        assert forms == {"other"} or known | {"other"} == forms, (language, key)


PLURALS = {
    "en": {
        "stories": ("0 stories", "1 story", "2 stories", "5 stories", "21 stories"),
        "sources": ("0 sources", "1 source", "2 sources", "5 sources", "21 sources"),
        "dead": ("0 dead", "1 dead", "2 dead", "5 dead", "21 dead"),
    },
    "uk": {
        "stories": ("0 матеріалів", "1 матеріал", "2 матеріали", "5 матеріалів", "21 матеріал"),
        "sources": ("0 джерел", "1 джерела", "2 джерел", "5 джерел", "21 джерела"),
        "dead": ("0 загиблих", "1 загиблий", "2 загиблі", "5 загиблих", "21 загиблий"),
    },
    "de": {
        "stories": ("0 Meldungen", "1 Meldung", "2 Meldungen", "5 Meldungen", "21 Meldungen"),
        "sources": ("0 Quellen", "1 Quelle", "2 Quellen", "5 Quellen", "21 Quellen"),
        "dead": ("0 Tote", "1 Todesopfer", "2 Tote", "5 Tote", "21 Tote"),
    },
    "fr": {
        "stories": ("0 article", "1 article", "2 articles", "5 articles", "21 articles"),
        "sources": ("0 source", "1 source", "2 sources", "5 sources", "21 sources"),
        "dead": ("0 mort", "1 mort", "2 morts", "5 morts", "21 morts"),
    },
    "es": {
        "stories": ("0 noticias", "1 noticia", "2 noticias", "5 noticias", "21 noticias"),
        "sources": ("0 fuentes", "1 fuente", "2 fuentes", "5 fuentes", "21 fuentes"),
        "dead": ("0 muertos", "1 muerto", "2 muertos", "5 muertos", "21 muertos"),
    },
    "pl": {
        "stories": ("0 wiadomości", "1 wiadomość", "2 wiadomości", "5 wiadomości", "21 wiadomości"),
        "sources": ("0 źródeł", "1 źródła", "2 źródeł", "5 źródeł", "21 źródeł"),
        "minutes": (
            "0 minut czytania",
            "1 minuta czytania",
            "2 minuty czytania",
            "5 minut czytania",
            "21 minut czytania",
        ),
    },
    "ar": {
        "stories": ("لا أخبار", "خبر واحد", "خبران", "5 أخبار", "21 خبرًا"),
        "sources": ("غير مصدر", "مصدر واحد", "مصدرين", "5 مصادر", "21 مصدرًا"),
        "dead": ("لا قتلى", "قتيل واحد", "قتيلان", "5 قتلى", "21 قتيلًا"),
    },
}


@pytest.mark.parametrize(("language", "key"), [(language, key) for language in PLURALS for key in PLURALS[language]])
def test_a_count_stands_in_the_form_that_goes_with_it(language, key):
    assert tuple(LABELS[language].say(key, n) for n in COUNTS) == PLURALS[language][key]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_few_sections_are_counted_in_words(language, n):
    assert not re.search(r"\d", LABELS[language].say("all_sections", n))


@pytest.mark.parametrize(
    ("language", "day", "today", "yesterday", "long_ago"),
    [
        ("en", "Friday 20 November 2026", "07:00", "Thursday 04:00", "11 November, 07:00"),
        ("uk", "пʼятниця, 20 листопада 2026 р.", "07:00", "четвер, 04:00", "11 листопада, 07:00"),
        ("de", "Freitag, 20. November 2026", "07:00 Uhr", "Donnerstag, 04:00 Uhr", "11. November, 07:00 Uhr"),
        ("fr", "vendredi 20 novembre 2026", "07 h 00", "jeudi, 04 h 00", "11 novembre, 07 h 00"),
        ("es", "viernes, 20 de noviembre de 2026", "7:00", "jueves, 4:00", "11 de noviembre, 7:00"),
        ("pl", "piątek, 20 listopada 2026", "07:00", "czwartek, 04:00", "11 listopada, 07:00"),
        ("ar", "الجمعة، 20 نوفمبر 2026", "07:00", "الخميس، 04:00", "11 نوفمبر، 07:00"),
    ],
)
def test_days_and_hours_are_written_as_the_language_writes_them(language, day, today, yesterday, long_ago):
    labels, zone, now = LABELS[language], ZoneInfo("Europe/Kyiv"), datetime(2026, 11, 20, 5, tzinfo=UTC)

    hours = [labels.when(now - timedelta(hours=hours), FRIDAY, zone) for hours in (0, 27, 9 * 24)]

    assert labels.day(FRIDAY) == day
    assert [hour.replace("\u00a0", " ") for hour in hours] == [today, yesterday, long_ago]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "You read all three sections, on weekdays at 07:00 (Europe/Kyiv)."),
        ("uk", "Ви читаєте усі три розділи, з понеділка по пʼятницю о 07:00 (Europe/Kyiv)."),
        ("de", "Sie lesen alle drei Rubriken, montags bis freitags um 07:00 Uhr (Europe/Kyiv)."),
        ("fr", "Vous lisez les trois rubriques, du lundi au vendredi à 07:00 (Europe/Kyiv)."),
        ("es", "Usted lee las tres secciones, de lunes a viernes a las 07:00 (Europe/Kyiv)."),
        ("pl", "Czytasz wszystkie trzy działy, od poniedziałku do piątku o 07:00 (Europe/Kyiv)."),
        ("ar", "تقرأ الأقسام الثلاثة كلها، من الاثنين إلى الجمعة في الساعة 07:00 (Europe/Kyiv)."),
    ],
)
def test_a_reader_is_told_what_they_chose_in_their_own_language(language, line):
    look = open_look(TEMPLATES, "brief")

    assert settings_line(replace(ADA, language=language), EDITION, look) == line


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "on Monday, Wednesday and Saturday"),
        ("uk", "щопонеділка, щосереди і щосуботи"),
        ("de", "montags, mittwochs und samstags"),
        ("fr", "le lundi, le mercredi et le samedi"),
        ("es", "los lunes, miércoles y sábados"),
        ("pl", "w poniedziałki, w środy i w soboty"),
        ("ar", "أيام الاثنين والأربعاء والسبت"),
    ],
)
def test_single_days_are_told_as_the_language_tells_them(language, said):
    assert LABELS[language].days(frozenset({0, 2, 5})) == said


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_speaks_the_readers_language_in_both_its_parts_and_says_so(name, language):
    look = open_look(TEMPLATES, name)
    variant = Variant(("military", "diplomacy", "peace_summit"), language)
    skeleton = render(titled(full(), look, EDITION), look, [variant], MAIL, edition=EDITION)[variant.id]
    fields = fields_for(ADA, issue=412, due_at=content().built_at, edition=EDITION, look=look, mail=MAIL, tokens=tokens)
    labels = LABELS[language]

    html, text = shown(skeleton, fields)

    assert f"Content-Language: {language}\r\n".encode() in message(skeleton, fields)
    assert f'<html lang="{language}" dir="{labels.direction}"' in html
    for words in (labels.day(FRIDAY), labels.say("stories", 10), labels.say("figures_differ"), labels.say("leave")):
        assert words in html
    for words in (labels.say("text_leave"), labels.say("figures_differ"), labels.say("dead", 9)):
        assert words in text
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= 78
    head, _, body = message(skeleton, fields).partition(b"\r\n\r\n")
    assert max(len(line) for line in head.split(b"\r\n") if b"://" not in line) <= 78
    assert max(map(len, body.split(b"\r\n"))) <= 76
