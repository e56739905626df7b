"""What a page says about its article beside the text: as JSON-LD, in its meta elements, in the marks of its HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from digest.collect.dates import read_date
from digest.collect.pages.linked import Node, name, names, statements, types
from digest.collect.pages.pictures import lead_image
from digest.collect.text import TITLE_CHARS, language, line, shorten, web_link
from digest.model.news import Image

_MOST_METAS: Final = 500
_META_CHARS: Final = 4_000
_AUTHOR_CHARS: Final = 200
_OUTLET_CHARS: Final = 100
_DATE_CHARS: Final = 80
_DATES: Final = (
    "article:published_time og:published_time datepublished date dc.date dc.date.issued dcterms.date dcterms.issued"
    " dcterms.created pubdate publishdate publish-date publication_date sailthru.date parsely-pub-date"
)
_NOT_FREE: Final = frozenset({"false", "no", "locked"})
_FREE: Final = frozenset({"true", "yes", "free"})


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about its article; every text one plain line, empty where it says nothing."""

    title: str = ""
    author: str = ""
    """One or more names, a comma between two."""
    language: str = ""
    """BCP 47, lower case."""
    outlet: str = ""
    """The site's own name."""
    image: Image | None = None
    published: str = ""
    """A date as it stands there, believed and understood by nobody yet."""
    types: tuple[str, ...] = ()
    """Of schema.org, of all that the page describes."""
    section: str = ""
    free: bool | None = None
    """Whether everybody may read all of it; None where the page does not say."""
    canonical: str = ""
    """Its `rel=canonical` as it stands there."""

    @property
    def is_article(self) -> bool:
        """Whether the page declares an article."""
        return any(each.casefold().endswith(("article", "posting")) for each in self.types)


def metadata(root: HtmlElement, url: str = "") -> Metadata:
    """Return what a page fetched from `url` says about its article; without `url` only absolute links are known."""
    nodes, metas = statements(root), _metas(root)
    main = _main(nodes)
    base = next((web_link(str(each.get("href")), url) for each in root.iter("base") if each.get("href")), "") or url
    return Metadata(
        title=_title(root, main, metas),
        author=_author(root, main, metas),
        language=_language(root, main, metas),
        outlet=shorten(_said(metas, "og:site_name") or name(main.get("publisher")), _OUTLET_CHARS),
        image=lead_image(root, main, metas, base),
        published=_published(root, main, metas),
        types=tuple(dict.fromkeys(each for node in nodes for each in types(node))),
        section=shorten(", ".join(names(main.get("articleSection"))) or _said(metas, "article:section"), TITLE_CHARS),
        free=_free(main, metas),
        canonical=_canonical(root),
    )


def _metas(root: HtmlElement) -> Mapping[str, str]:
    """What its meta elements say, by their names in small letters, the first of each."""
    found: dict[str, str] = {}
    for meta in islice(root.iter("meta"), _MOST_METAS):
        said = str(meta.get("content", ""))[:_META_CHARS].strip()
        for key in ("property", "name", "itemprop", "http-equiv"):
            if said and (named := str(meta.get(key, "")).strip().lower()):
                found.setdefault(named, said)
    return found


def _said(metas: Mapping[str, str], *keys: str) -> str:
    return next((said for key in keys if (said := line(metas.get(key, "")))), "")


def _main(nodes: Sequence[Node]) -> Node:
    """What the page is about: the first article it describes, else its video, else the page itself."""
    for endings in (("article", "posting"), ("videoobject", "gallery"), ("webpage",)):
        for node in nodes:
            if any(each.casefold().endswith(endings) for each in types(node)):
                return node
    return {}


def _title(root: HtmlElement, main: Node, metas: Mapping[str, str]) -> str:
    said = _said(metas, "og:title") or name(main.get("headline")) or _said(metas, "twitter:title")
    heads = (line(h1.text_content()) for h1 in islice(root.iter("h1"), 20))
    titles = (line(str(title)) for title in root.xpath("//head/title/text()"))
    return shorten(said or next(filter(None, (*heads, *titles)), ""), TITLE_CHARS)


def _author(root: HtmlElement, main: Node, metas: Mapping[str, str]) -> str:
    declared = tuple(each for each in names(main.get("author")) if not web_link(each))
    said = (line(metas.get(key, "")) for key in ("author", "article:author", "parsely-author", "dc.creator", "byl"))
    marked = (line(each.text_content())[:_AUTHOR_CHARS] for each in islice(_marked(root, "author"), 5))
    # Some give the address of a profile in place of a name.
    chosen = ", ".join(declared) or next((each for each in (*said, *marked) if each and not web_link(each)), "")
    return shorten(chosen, _AUTHOR_CHARS)


def _marked(root: HtmlElement, role: str) -> Iterator[HtmlElement]:
    yield from root.xpath("//*[(@rel=$role or @itemprop=$role) and not(self::link or self::meta)]", role=role)


def _language(root: HtmlElement, main: Node, metas: Mapping[str, str]) -> str:
    said = (root.get("lang") or "", name(main.get("inLanguage")), _said(metas, "content-language", "og:locale"))
    return next(filter(None, map(language, said)), "")


def _published(root: HtmlElement, main: Node, metas: Mapping[str, str]) -> str:
    """The first date that can be read, else the first that is said."""
    said = [name(main.get("datePublished")), *(metas.get(key, "") for key in _DATES.split())]
    said += map(str, root.xpath("(//time[@itemprop='datePublished']/@datetime)[1]"))
    said += map(str, root.xpath("(//article//time/@datetime | //main//time/@datetime | //time[@pubdate]/@datetime)[1]"))
    dates = [each for text in said if (each := line(text)[:_DATE_CHARS])]
    return next((each for each in dates if read_date(each)), dates[0] if dates else "")


def _free(main: Node, metas: Mapping[str, str]) -> bool | None:
    declared = main.get("isAccessibleForFree")
    said = str(declared)[:60].rpartition("/")[2] if isinstance(declared, bool | str) else ""
    for word in (said.casefold(), _said(metas, "article:content_tier", "og:article:content_tier").casefold()):
        if word in _NOT_FREE | _FREE:
            return word in _FREE
    return None


def _canonical(root: HtmlElement) -> str:
    found = root.xpath("(//link[translate(@rel, 'CANOIL', 'canoil')='canonical']/@href)[1]")
    return str(found[0]).strip() if found else ""
