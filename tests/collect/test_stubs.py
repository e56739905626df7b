"""Pages that are not the article, and next to each what it is taken for."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.pages.extract import page as extract
from digest.collect.pages.stubs import CONSENT, PAYWALL, SCRIPT, Signs, gap, left
from digest.errors import ParseError
from digest.model.news import Block, BlockKind

from .newsroom import page, sentences

HERE = "https://ilma.example/news/ferren-bridge"
SHORT = f"<p>{sentences('Ilma')}</p>"
LONG = "".join(f"<p>{sentences(f'district {n}')}</p>" for n in range(9))
NOT_FREE = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
FREE = NOT_FREE.replace("false", "true")
NEWS = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
ASKS = (
    "<p>We and our 842 partners store cookies on your device to show you personalised ads.</p>"
    "<p>By clicking “Accept all” you give your consent to our partners. You can change your choices at any time in"
    " the privacy settings.</p>"
)


def judged(body: str, head: str = "", title: str = "Night over Ilma", url: str = HERE) -> str:
    """Why there is no text, or `no text` where the page has none and says nothing of it."""
    try:
        return extract("Ilma Courier", page(title, body, head).encode(), url=url).gap
    except ParseError as e:
        return "no text" if e.reason == "no text found on the page" else e.reason


@pytest.mark.parametrize(
    "notice",
    [
        "Subscribe to continue reading",
        "Log in or create an account to continue reading.",
        "To continue reading this article, subscribe now for €1 a week.",
        "Already a subscriber? Log in",
        "This article is for subscribers only.",
        "The rest of this article is available to our subscribers.",
        "You’ve read your last free article this month.",
        "Subscribe to read the full story",
        "Jetzt abonnieren und weiterlesen",
        "Sie sind bereits Abonnent? Hier anmelden",
        "Dieser Artikel ist nur für Abonnenten zugänglich.",
        "Il vous reste 72.5% de cet article à lire. La suite est réservée aux abonnés.",
        "Déjà abonné ? Connectez-vous",
        "Contenido exclusivo para suscriptores",
        "Suscríbete para seguir leyendo",
        "Conteúdo exclusivo para assinantes",
        "Contenuto riservato agli abbonati",
        "Alleen voor abonnees",
        "Endast för prenumeranter",
        "Artykuł dostępny tylko dla prenumeratorów",
        "Masz już prenumeratę? Zaloguj się",
        "Лише для передплатників",
        "Щоб читати далі, оформіть передплату",
        "Только для подписчиков",
        "Чтобы дочитать текст, оформите подписку",
    ],
)
def test_a_notice_below_a_short_text_is_a_paywall(notice):
    assert judged(f"{SHORT}<div><p>{notice}</p></div>") == PAYWALL
    assert judged(f"<p>{notice}</p>") == PAYWALL
    assert judged(f"{LONG}<div><p>{notice}</p></div>") == ""


@pytest.mark.parametrize(
    ("body", "head", "expected"),
    [
        (SHORT, NOT_FREE, PAYWALL),
        (LONG, NOT_FREE, ""),
        (SHORT, FREE, ""),
        (f"{SHORT}<p>Already a subscriber? Log in</p>", FREE, ""),
        (f"<p>Already a subscriber? Log in</p>{SHORT}", "", PAYWALL),
        (f"<aside>Already a subscriber? Log in</aside>{SHORT}", "", ""),
        (f"{SHORT}<p>Subscribe to our newsletter.</p>", "", ""),
        (f"{SHORT}<p>Sign up to receive more news every morning.</p>", "", ""),
        (f"{SHORT}<p>The council is subscribed to the paper and continues to read it.</p>", "", ""),
        (f"{SHORT}<p>{'The paper tells readers to subscribe to continue reading. ' * 8}</p>", "", ""),
        ("<h2>Subscribe to continue reading</h2>", NOT_FREE, PAYWALL),
        ("", NOT_FREE, PAYWALL),
        (SHORT, "", ""),
    ],
)
def test_only_a_short_text_with_a_sign_is_taken_for_the_rest_of_a_paywall(body, head, expected):
    assert judged(body, head) == expected


@pytest.mark.parametrize(
    ("body", "head", "title", "url", "expected"),
    [
        (ASKS, "", "Ilma Courier", HERE, CONSENT),
        (ASKS, "", "Before you continue to the Ilma Courier", HERE, CONSENT),
        ("<p>Choose what data we may keep.</p>", "", "One moment", "https://consent.ilma.example/x?to=1", CONSENT),
        ("<p>Wir und unsere Partner nutzen Cookies. Alle akzeptieren oder ablehnen?</p>", "", "Ilma", HERE, CONSENT),
        ("<p>Avec nos cookies. Nous utilisons des cookies. Tout accepter</p>", "", "Ilma", HERE, CONSENT),
        ("<p>Używamy plików cookie. Akceptuję wszystkie zgody.</p>", "", "Ilma", HERE, CONSENT),
        ("<p>Ми використовуємо файли cookie. Прийняти всі</p>", "", "Ilma", HERE, CONSENT),
        (ASKS, NEWS, "Ilma Courier", HERE, ""),
        (ASKS, '<meta property="article:published_time" content="2026-11-21">', "Ilma Courier", HERE, ""),
        (LONG + ASKS, "", "Night over Ilma", HERE, ""),
        (SHORT + ASKS, "", "Night over Ilma", HERE, ""),
        (SHORT, "", "Before you continue eating eel", HERE, ""),
        (SHORT, "", "Night over Ilma", "https://consent.example/x", ""),
        (
            "<p>Aldovar wants to end cookie banners. Ministers say that every cookie needs one consent, given once.</p>"
            "<p>Sites that say “we use cookies” and show “accept all” in green would pay for each cookie.</p>",
            "",
            "Aldovar to ban cookie banners",
            HERE,
            "",
        ),
    ],
)
def test_a_page_that_only_asks_for_consent_is_told_from_one_about_it(body, head, title, url, expected):
    assert judged(body, head, title, url) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<div id='root'></div><script>run()</script>", SCRIPT),
        ("<div id='__next'> </div>", SCRIPT),
        ("<noscript>You need to enable JavaScript to run this app.</noscript><div id=x></div>", SCRIPT),
        ("<p>Please enable JavaScript to view this page.</p>", SCRIPT),
        ("<h1>Just a moment…</h1><p>Enable JavaScript and cookies to continue</p>", SCRIPT),
        ("<p>Bitte aktivieren Sie JavaScript.</p>", SCRIPT),
        ("<p>Для перегляду увімкніть JavaScript</p>", SCRIPT),
        (f"<noscript>Please enable JavaScript.</noscript>{SHORT}", ""),
        (f"<div id='app'></div>{SHORT}", ""),
        (f"<div id='root'>{SHORT}</div>", ""),
        (f"<p>Please enable JavaScript to see comments.</p>{SHORT}", ""),
        ("<script>let a = 1</script>", "no text"),
        ("<noscript><img src='/pixel.gif'></noscript>", "no text"),
    ],
)
def test_a_page_that_waits_for_scripts_is_told_from_one_that_has_its_text(html, expected):
    assert judged("", "") == "no text"
    try:
        found = extract("Ilma Courier", f"<html><title>Night</title><body>{html}</body></html>".encode()).gap
    except ParseError as e:
        found = "no text" if e.reason == "no text found on the page" else e.reason
    assert found == expected


def test_what_a_stub_has_of_its_article_is_kept_without_the_notice_and_what_stands_below():
    body = f"{SHORT}<h2>Talks</h2><p>Subscribe to continue reading</p><p>Only one crown a week for four weeks.</p>"

    found = extract("Ilma Courier", page("Night", body, NEWS).encode(), url=HERE)

    assert (found.gap, [block.text for block in found.blocks]) == (PAYWALL, [sentences("Ilma")])


def test_what_stands_in_place_of_an_article_gives_it_no_words():
    consent = extract("Ilma Courier", page("Before you continue", ASKS).encode(), url=HERE)
    shell = extract("Ilma Courier", page("Night", "<p>Please enable JavaScript</p>", NEWS).encode(), url=HERE)

    assert (consent.title, consent.blocks, consent.language) == ("", (), "")
    assert (shell.title, shell.blocks, shell.types) == ("Night", (), ("NewsArticle",))


texts = st.sampled_from(
    ["Subscribe to continue reading", "We use cookies", "accept all", "enable JavaScript", "Fog.", '"']
)
blocks = st.lists(st.builds(Block, st.sampled_from(BlockKind), texts | st.text(max_size=30)), max_size=8)


@settings(max_examples=100, deadline=None)
@given(blocks, blocks, st.text(max_size=20), st.sampled_from([None, True, False]), st.booleans(), st.booleans())
def test_whatever_a_page_shows_it_is_judged_and_nothing_is_added(text, seen, title, free, declared, shell):
    assert gap(Signs(text, seen, title, f"https://{title}", free, declared, shell)) in ("", PAYWALL, CONSENT, SCRIPT)
    assert set(left(text)) <= set(text)


@pytest.mark.parametrize(
    "piece", ["subscribe ", "to continue reading ", "cookie ", "“", '"', "we ", "for subscribers "]
)
def test_a_page_of_nothing_but_notices_is_judged_at_once(piece):
    seen = [Block(BlockKind.PARAGRAPH, piece * (390 // len(piece)))] * 12_000
    begun = time.process_time()

    gap(Signs(seen[:2], seen))
    gap(Signs((), seen[:10], piece * 9_000))
    gap(Signs((), [Block(BlockKind.PARAGRAPH, piece * 5_900)]))

    assert time.process_time() - begun < 2
