"""Which articles an issue may draw from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.compose import pool
from digest.model.issue import Edition, Schedule
from digest.model.news import Article

START = datetime(2026, 11, 1, 6, tzinfo=UTC)


def test_an_article_older_than_the_edition_takes_is_left_out_with_its_hour(article, edition, now):
    old = article("old", hours=73)

    parted = pool([article("new"), old], edition, now=now)

    assert [a.id for a in parted.articles] == ["new"]
    assert [(left.article, left.reason) for left in parted.left_out] == [
        ("old", "older than 72 h: published 2026-11-17 05:00 UTC")
    ]


def test_an_article_nobody_dates_is_as_old_as_its_first_sight(article, edition, now):
    undated = replace(article("undated"), published_at=None, collected_at=now - timedelta(hours=100))

    (left,) = pool([undated], edition, now=now).left_out

    assert left.reason == "older than 72 h: first seen 2026-11-16 02:00 UTC"


def test_a_language_the_edition_does_not_take_is_left_out_for_that_reason(article, edition, now):
    english = replace(edition, languages=("en",))
    candidates = [article("a", language="de"), article("b", language="en-gb"), article("c")]

    parted = pool(candidates, english, now=now)

    assert [a.id for a in parted.articles] == ["b", "c"]
    assert [(left.article, left.reason) for left in parted.left_out] == [("a", "in de, the edition takes en")]


@pytest.mark.parametrize(
    ("words", "outlets", "told", "reason"),
    [
        (("horoscope",), (), {"title": "Your horoscope for Friday"}, 'muted: "horoscope"'),
        (("eel", "horo*"), (), {"standfirst": "HOROSCOPES and more"}, 'muted: "horo*"'),
        (("horoscope",), (), {"title": "Horoscopes"}, ""),
        (("horoscope",), (), {"outlet": "The Horoscope"}, ""),
        ((), ("Karsk Wire",), {}, 'outlet muted: "Karsk Wire"'),
        ((), ("norrmark*",), {"outlet": "Norrmarker Bote"}, 'outlet muted: "norrmark*"'),
        ((), ("Norrmark Post",), {}, ""),
        ((), ("Ferry",), {"title": "Ferry returns"}, ""),
        (("ferry",), ("Karsk Wire",), {"title": "Ferry returns"}, 'outlet muted: "Karsk Wire"'),
    ],
)
def test_what_the_edition_mutes_is_left_out_with_the_pattern_that_named_it(
    article, edition, now, words, outlets, told, reason
):
    quiet = replace(edition, mute_words=words, mute_outlets=outlets)

    parted = pool([replace(article("a"), **told)], quiet, now=now)

    assert [left.reason for left in parted.left_out] == ([reason] if reason else [])
    assert len(parted.articles) == (not reason)


IN_TONGUES = {
    "uk": (
        "Над Тарнмутом уночі збили п’ятдесят дронів",
        "Мер міста сказав, що пожежу загасили до ранку, а їхні сім’ї живуть у школі.",
    ),
    "ru": ("Ночью над Тарнмутом сбили пятьдесят дронов", "Мэр города сказал, что пожар был потушен к утру."),
    "de": (
        "Fünfzig Drohnen über Tarnmouth abgeschossen",
        "Das Feuer war am Morgen gelöscht, sagte die Bürgermeisterin, und niemand wurde von den Trümmern verletzt.",
    ),
    "ar": ("أسقطت الدفاعات خمسين طائرة مسيرة فوق تارنموث", "وقال رئيس البلدية إن الحريق أخمد قبل الفجر."),
}


@pytest.mark.parametrize("tongue", IN_TONGUES)
@pytest.mark.parametrize("said", [True, False])
def test_an_article_in_a_language_that_the_edition_does_not_name_is_left_out_whether_it_says_so_or_not(
    article, edition, now, tongue, said
):
    title, text = IN_TONGUES[tongue]
    foreign = article("a", title, text, language=tongue if said else "")

    parted = pool([foreign], replace(edition, languages=("en",)), now=now)
    kept = pool([foreign], replace(edition, languages=("en", tongue)), now=now)

    assert [(left.heading, left.reason) for left in parted.left_out] == [(title, f"in {tongue}, the edition takes en")]
    assert kept.articles == (foreign,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tarnmouth",
        "🙂🙂🙂",
        "Die Welt",
        "Ferry of Tarnmouth sails again, and the mayor of Lindholm has sent her two tons of wheat.",
        "The paper Правда wrote on Friday that the bridge of Ferren is closed to carts.",
        "Der Spiegel, Die Zeit and Das Bild of Friday on the bridge",
        "Москва",
        "x" * 1_000_000,
    ],
)
def test_an_article_whose_language_is_in_doubt_passes(article, edition, now, text):
    assert pool([article("a", text, text)], replace(edition, languages=("en",)), now=now).articles


def test_an_edition_that_names_no_languages_takes_all(article, edition, now):
    assert len(pool([article("a", language="uk"), article("b", language="ar")], edition, now=now).articles) == 2


@settings(max_examples=40, deadline=None)
@given(
    arrivals=st.lists(
        st.tuples(
            st.integers(0, 30 * 24),
            st.one_of(st.none(), st.integers(-200, 5)),
            st.sampled_from(["", "en", "en-us", "de"]),
        ),
        max_size=60,
    ),
    builds=st.sets(st.integers(0, 31), min_size=1),
)
def test_every_article_of_a_replayed_month_ends_in_exactly_one_pool_or_is_left_out_with_a_reason(arrivals, builds):
    edition = _edition()
    month = [_arrival(number, *arrival) for number, arrival in enumerate(arrivals)]
    pooled: list[str] = []
    left_out: list[str] = []

    for day in [*sorted(builds), 32]:
        at = START + timedelta(days=day)
        settled = {*pooled, *left_out}
        candidates = [a for a in month if a.collected_at <= at and a.id not in settled]
        parted = pool(candidates, edition, now=at)
        pooled += [a.id for a in parted.articles]
        left_out += [left.article for left in parted.left_out if left.reason]

    assert sorted([*pooled, *left_out]) == sorted(a.id for a in month)
    by_id = {a.id: a for a in month}
    assert all(by_id[name].language != "de" for name in pooled)


def _edition() -> Edition:
    daily = Schedule(frozenset(range(7)), time(6))
    return Edition("weekday", "Brief", (), (), "UTC", "en", daily, daily, languages=("en",))


def _arrival(number: int, hour: int, published: int | None, language: str) -> Article:
    seen = START + timedelta(hours=hour)
    at = None if published is None else seen + timedelta(hours=published)
    return Article(f"{number:04}", "Karsk Wire", "", "", (), "", seen, at, language=language)
