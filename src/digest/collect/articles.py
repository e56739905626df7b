"""An entry and the page behind it, made into an article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from digest.collect.dates import plausible
from digest.collect.feeds.entries import Entry
from digest.collect.identity import article_id, canonical_url, fingerprint, same_document
from digest.collect.markup import blocks_of
from digest.collect.pages.extract import Page
from digest.collect.pages.kinds import kind_of
from digest.collect.plain import headline
from digest.collect.text import language, standfirst, web_link
from digest.collect.versions import UNFINISHED
from digest.model.news import Article, Block, Source

_NO_PAGE: Final = Page("", ())


def build(source: Source, entry: Entry, page: Page | None, *, now: datetime) -> Article | None:
    """Return the article made of an entry and its page; None where neither has a word.

    The feed's own text stands in for a page that is not there, that shows less than half of it, or that is no more than
    a stub; of such a page the paragraphs that it has are taken where the feed has none.
    """
    page = page or _NO_PAGE
    own = blocks_of(entry.content) or blocks_of(entry.summary)
    blocks = page.blocks if _shows_more(page, own) else own
    said = entry.title or page.title or headline(blocks)
    if not said:
        return None
    link = canonical_url(entry.link)
    url = _claimed(link, page)
    summary = standfirst(entry.summary)
    published_at = entry.published_at or plausible(page.published_at, now)
    return Article(
        id=article_id(url),
        source=source.name,
        url=url,
        title=said,
        blocks=blocks,
        fingerprint=fingerprint(said, blocks, url=url),
        collected_at=now,
        published_at=published_at,
        claimed_at=None if published_at else entry.claimed_at or page.published_at,
        standfirst="" if summary.casefold() == said.casefold() else summary,
        language=language(source.language) or entry.language or page.language,
        author=entry.author or page.author,
        aliases=() if url == link else (article_id(link),),
        kind=kind_of(said, url=url, types=page.types, section=page.section, categories=entry.categories),
        outlet=page.outlet,
        image=page.image,
        gap=page.gap,
    )


def renewed(old: Article, new: Article, *, now: datetime) -> Article:
    """Return a known article with the words that it has now.

    It keeps its old ones where they are the same. Where its page is a stub by now or could not be had, and where most
    of its text is gone, only its headline changes. When it was first seen, its addresses and its publisher's first date
    stay in any case. Words that come late, with a page that could not be had before, are no change of the publisher's.
    """
    walled, unread = bool(new.gap) and not old.gap, new.version == UNFINISHED
    if walled or unread or 2 * _chars(new.blocks) < _chars(old.blocks):
        told = fingerprint(new.title, old.blocks, url=old.url)
        new = replace(new, blocks=old.blocks, gap=old.gap, image=old.image, kind=old.kind, fingerprint=told)
    if new.fingerprint == old.fingerprint:
        return replace(old, version=new.version)
    published_at = old.published_at or new.published_at
    return replace(
        new,
        id=old.id,
        url=old.url,
        source=old.source,
        aliases=old.aliases,
        collected_at=old.collected_at,
        published_at=published_at,
        claimed_at=None if published_at else old.claimed_at,
        updated_at=old.updated_at if old.version == UNFINISHED else now,
    )


def _shows_more(page: Page, own: Sequence[Block]) -> bool:
    return not own if page.gap else 2 * _chars(page.blocks) > _chars(own)


def _claimed(link: str, page: Page) -> str:
    """The address a page says is its own, where that can be believed; else the link it was reached by."""
    claim = address(web_link(page.canonical, link)) if page.canonical else ""
    return claim if claim and same_document(link, claim) else link


def address(link: str) -> str:
    """Return the canonical URL of a link; empty where it has none."""
    try:
        return canonical_url(link)
    except ValueError:
        return ""


def _chars(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)
