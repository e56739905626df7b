"""Pages that are not the article: what is left of one behind a paywall, a demand for consent, a shell for scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from digest.collect.pages import notices
from digest.model.news import Block, BlockKind

PAYWALL: Final = "behind a paywall"
CONSENT: Final = "a consent page"
SCRIPT: Final = "no text without script"

_NOTICE_CHARS: Final = 400
"""A notice is no longer; an article that speaks of one is."""
_WHOLE_CHARS: Final = 2_000
"""A text of so many is an article, whatever stands below it."""
_FREE_CHARS: Final = 1_000
"""The same where no notice stands there, and the page only says that not everybody may read it."""
_BELOW: Final = 6
"""A notice stands among the paragraphs or so many blocks below them; above them only those of the site itself do."""
_MOST_SEEN: Final = 300
_SHELL_CHARS: Final = 120
_CONSENT_CHARS: Final = 6_000
_CONSENT_SHARE: Final = 0.85
_CONSENT_HOSTS: Final = frozenset({"consent", "consents", "guce", "myprivacy"})
_QUOTED: Final = re.compile('[“„«][^“”„«»]{0,200}[“”»]|"[^"]{0,200}"')


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells a stub from an article."""

    text: Sequence[Block]
    """What was taken for the article."""
    seen: Sequence[Block]
    """All that the page shows but for its menus, margins and foot."""
    title: str = ""
    url: str = ""
    """Where the page was found in the end."""
    free: bool | None = None
    """Whether everybody may read all of it, where the page says so."""
    declared: bool = False
    """Whether the page declares an article or names the day of one."""
    shell: bool = False
    """Whether it tells readers without scripts to turn them on, or has an empty place where scripts write."""


def gap(signs: Signs) -> str:
    """Return why a page has no article's text; empty where it has.

    >>> gap(Signs([Block(BlockKind.PARAGRAPH, "Subscribe to continue reading")], []))
    'behind a paywall'
    """
    if not signs.declared and _asks_consent(signs):
        return CONSENT
    if _chars(signs.text) > 2 * _WHOLE_CHARS:
        return ""
    if _is_walled(signs):
        return PAYWALL
    return SCRIPT if _is_shell(signs) else ""


def left(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return what a paywall leaves of an article, without its notice and the offers below that."""
    kept = _before_notice(blocks, _walls(blocks))
    while kept and kept[-1].kind is BlockKind.HEADING:
        kept = kept[:-1]
    return tuple(kept)


def _walls(blocks: Sequence[Block]) -> list[int]:
    return [n for n, block in enumerate(blocks) if _notices(block.text, notices.PAYWALL)]


def _before_notice(blocks: Sequence[Block], walls: Sequence[int]) -> Sequence[Block]:
    if walls and _chars(blocks[: walls[0]]):
        return blocks[: walls[0]]
    return [block for n, block in enumerate(blocks) if n not in walls]


def _is_walled(signs: Signs) -> bool:
    if signs.free:
        return False
    walls = _walls(signs.text)
    limit = _WHOLE_CHARS if walls or _walls(_around(signs)) else _FREE_CHARS if signs.free is False else 0
    return _chars(_before_notice(signs.text, walls)) < limit


def _around(signs: Signs) -> Sequence[Block]:
    text = {block.text for block in signs.text}
    places = [n for n, block in enumerate(signs.seen) if block.text in text]
    around = signs.seen[places[0] : places[-1] + _BELOW] if places else signs.seen
    return around[-_MOST_SEEN:]


def _is_shell(signs: Signs) -> bool:
    if _chars(signs.text) > _SHELL_CHARS + 2 * _NOTICE_CHARS:
        return False
    told = [block for block in signs.text if not _notices(block.text, notices.SCRIPT)]
    noticed = len(told) < len(signs.text) or any(
        _notices(block.text, notices.SCRIPT) for block in signs.seen[:_MOST_SEEN]
    )
    return (signs.shell or noticed) and _chars(told) < _SHELL_CHARS


def _asks_consent(signs: Signs) -> bool:
    host = _host(signs.url)
    if host.partition(".")[0] in _CONSENT_HOSTS and host.count(".") > 1:
        return True
    if _chars(signs.seen) > _CONSENT_CHARS:
        return False
    said = [_QUOTED.sub(" ", block.text).lower() for block in signs.seen]
    if notices.CONSENT_TITLE.search(signs.title[:300].lower()):
        return _is_about_cookies(said, _CONSENT_SHARE / 2)
    return _is_about_cookies(said, _CONSENT_SHARE) and sum(any(map(ask.search, said)) for ask in notices.CONSENT) > 1


def _is_about_cookies(said: Sequence[str], share: float) -> bool:
    other = (1 - share) * sum(map(len, said))
    for text in said:
        if not notices.COOKIES.search(text):
            other -= len(text)
            if other < 0:
                return False
    return bool(said)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_shell(noscript: Iterable[str], empty_place: bool) -> bool:
    """Return whether a page without text waits for scripts: by its `noscript`, or a place that only they fill."""
    return empty_place or any(_notices(text, notices.SCRIPT) for text in noscript)


def _notices(text: str, pattern: re.Pattern[str]) -> bool:
    return len(text) <= _NOTICE_CHARS and pattern.search(text.lower()) is not None


def _chars(blocks: Iterable[Block]) -> int:
    return sum(len(block.text) for block in blocks if block.kind is BlockKind.PARAGRAPH)
