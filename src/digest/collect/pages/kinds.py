"""What kind of article it is: by what its page declares, the names it is filed under, its address, and its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from digest.collect.pages.anniversaries import is_anniversary
from digest.model.news import ArticleKind

_TITLE_CHARS: Final = 300
_MOST_NAMES: Final = 50
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_NAME_ENDS: Final = re.compile(r"[/|,;:&>·]| and ")

_TYPES: Final[Mapping[str, ArticleKind]] = {
    "liveblogposting": ArticleKind.LIVE,
    "opinionnewsarticle": ArticleKind.OPINION,
    "reviewnewsarticle": ArticleKind.OPINION,  # a critic's judgement of a work; what enumerates is a round-up
    "criticreview": ArticleKind.OPINION,
    "backgroundnewsarticle": ArticleKind.REVIEW,
    "analysisnewsarticle": ArticleKind.ANALYSIS,
}
"""Of schema.org, in the order in which they decide."""
_MEDIA: Final[Mapping[str, ArticleKind]] = {
    "videoobject": ArticleKind.VIDEO,
    "videogallery": ArticleKind.VIDEO,
    "imagegallery": ArticleKind.PICTURES,
    "mediagallery": ArticleKind.PICTURES,
}
"""These decide only where the page declares no article that they could belong to."""


def _names(*rows: str) -> frozenset[str]:
    return frozenset(name for row in rows for name in row.split())


_NAMES: Final[tuple[tuple[ArticleKind, frozenset[str]], ...]] = (
    (
        ArticleKind.LIVE,
        _names(
            "live live-news live-blog liveblog live-updates live-story livestory live-text liveticker live-ticker",
            "en-direct en-vivo diretta na-zywo relacja-na-zywo онлайн",
        ),
    ),
    (
        ArticleKind.OPINION,
        _names(
            "opinion opinions op-ed op-eds oped editorial editorials comment commentary commentaries commentisfree",
            "comment-is-free column columns columnist columnists letters letters-to-the-editor viewpoint viewpoints",
            "meinung kommentar kommentare gastbeitrag tribune tribunes chroniques editorialistes opinión columnas",
            "tribuna opinioni opinia opinie komentarze felietony думка думки колонка колонки мнение мнения",
            "dumka kolonky mnenie mneniya",
        ),
    ),
    (ArticleKind.VIDEO, _names("video videos vidéo vidéos videa wideo відео видео")),
    (
        ArticleKind.PICTURES,
        _names(
            "gallery galleries photo-gallery photo-galleries photo-essay photogallery picture-gallery in-pictures",
            "in-photos slideshow slideshows fotostrecke fotostrecken bildstrecke bildstrecken diaporama diaporamas",
            "fotogalería fotogaleria fotorelacja galeria фоторепортаж фотогалерея",
        ),
    ),
    (
        ArticleKind.REVIEW,
        _names(
            "round-up roundup round-ups roundups briefing briefings newsletter newsletters podcast podcasts",
            "quiz quizzes explainer explainers transcript transcripts подкаст подкасти подкасты",
        ),
    ),
    (
        ArticleKind.ANALYSIS,
        _names(
            "analysis analyses news-analysis analyse analysen hintergrund décryptage décryptages análisis analisi",
            "analiza analizy analitika analityka аналіз аналітика анализ аналитика",
        ),
    ),
)
"""Names of sections and parts of addresses, in the order in which they decide."""
_PARTS: Final[tuple[tuple[ArticleKind, frozenset[str]], ...]] = (
    (ArticleKind.LIVE, _names("direct directo")),
    (ArticleKind.OPINION, _names("opiniao idees")),
    (ArticleKind.VIDEO, _names("watch av")),
    (ArticleKind.PICTURES, _names("photo photos pictures foto fotos galerie galerien")),
    (ArticleKind.ANALYSIS, _names("analisis decryptage decryptages")),
)
"""What says something as a part of an address, but nothing as the name of a topic; or is spelt so only there."""
_TITLES: Final[tuple[tuple[ArticleKind, re.Pattern[str]], ...]] = (
    (
        ArticleKind.LIVE,
        re.compile(
            r"\blive\b.{0,20}\b(?:updates?|news|blog)\b|\b(?:latest|live) updates\b|\bas it happened\b|^live\b"
            r"|(?<!\bto )(?<!\bwe )(?<!\bjust )(?<!\bthey )(?<!\bpeople )(?<!\bcan )(?<!\bwill )(?<!\bmust )\blive:",
            re.IGNORECASE,
        ),
    ),
    (
        ArticleKind.OPINION,
        re.compile(
            r"^(?:opinion|op-ed|editorial|comment|commentary|letters?|column)\b\s*[:|–—-]|\|\s*opinion\b"
            r"|^(?:kommentar|мнение|думка|рая)\s*:",
            re.IGNORECASE,
        ),
    ),
    (
        ArticleKind.REVIEW,
        re.compile(
            r"\bround-?up\b|\b(?:newspaper|morning|evening) headlines\b|\bwhat we know\b|\bkey moments\b"
            r"|\btimeline\b|\b(?:briefing|mini-report|quiz|podcast|transcript|explainer)\b",
            re.IGNORECASE,
        ),
    ),
    (
        ArticleKind.PICTURES,
        re.compile(r"\bin pictures\b|^(?:photos?|gallery)\s*[:|–—-]|\bphoto (?:gallery|essay)\b", re.IGNORECASE),
    ),
    (ArticleKind.VIDEO, re.compile(r"^(?:watch|video)\s*[:|–—-]|\|\s*video\s*$", re.IGNORECASE)),
    (ArticleKind.ANALYSIS, re.compile(r"^(?:news )?analysis\s*[:|–—-]|\|\s*analysis\s*$", re.IGNORECASE)),
)


def kind_of(
    title: str, *, url: str = "", types: Iterable[str] = (), section: str = "", categories: Sequence[str] = ()
) -> ArticleKind:
    """Return what kind of article it is; news where nothing says otherwise.

    The page is believed first: the `types` it declares (schema.org), then the name of its `section`; then what the feed
    files it under, the parts of its address, and last its title. Only an anniversary, which no page declares, is known
    by the title alone, and no analysis then.

    >>> kind_of("Ferren bridge: live updates"), kind_of("Bridge falls", url="https://ilma.example/opinion/bridge-7")
    (<ArticleKind.LIVE: 'live page'>, <ArticleKind.OPINION: 'opinion'>)
    """
    title = title[:_TITLE_CHARS]
    said = (
        _by_types(types)
        or _by_names((section,))
        or _by_names(categories[:_MOST_NAMES])
        or _by_address(url)
        or next((kind for kind, pattern in _TITLES if pattern.search(title)), ArticleKind.NEWS)
    )
    return ArticleKind.ANNIVERSARY if said.may_lead and is_anniversary(title) else said


def _by_types(types: Iterable[str]) -> ArticleKind | None:
    declared = [name.casefold() for name in types]
    found = next((kind for name, kind in _TYPES.items() if name in declared), None)
    if found or any(name.endswith(("article", "posting")) for name in declared):
        return found
    return next((kind for name, kind in _MEDIA.items() if name in declared), None)


def _by_names(names: Iterable[str]) -> ArticleKind | None:
    return _first(_NAMES, {_plain(part) for name in names for part in _NAME_ENDS.split(name[:200].casefold())})


def _by_address(url: str) -> ArticleKind | None:
    try:
        path = unquote(urlsplit(url[:2_000]).path)
    except ValueError:
        return None
    # The last part names the article itself, the others where it is filed.
    parts = [_plain(part) for part in path.casefold().split("/")[:-1]]
    return _first(_NAMES, parts) or _first(_PARTS, parts)


def _first(table: Sequence[tuple[ArticleKind, frozenset[str]]], names: Iterable[str]) -> ArticleKind | None:
    found = set(names)
    return next((kind for kind, known in table if known & found), None)


def _plain(name: str) -> str:
    return _NO_LETTERS.sub("-", name).strip("-")
