"""Counted links: which of an issue's links they are, and what stands in their places.

A skeleton has a place for each, filled when a message is made: in what is sent with an address of ours that names issue
and link, in what is only looked at, and in test sends, with the story's own. So both come of the same frozen bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from digest.model.issue import Content
from digest.render.addresses import counted_url
from digest.render.clean import link
from digest.render.slots import Slots, link_field

SNARE: Final = 0
"""The number of the link that no person sees; stories' links count from 1."""
_END: Final = "</body>"


def linked(content: Content) -> tuple[str, ...]:
    """Return where the issue's stories and their outlets are, each address once, in the order they stand.

    The place of an address among all of the issue is its number, whichever variant it stands in.
    """
    return tuple(dict.fromkeys(filter(None, map(link, _addresses(content)))))


def _addresses(content: Content) -> Iterator[str]:
    for section in content.sections:
        for item in section.items:
            yield item.url
            yield from (credit.url for credit in item.credits)


def marked(links: Sequence[str], slots: Slots) -> dict[str, str]:
    """Return the mark that holds the place of each address while a variant is rendered."""
    return {url: slots.link(number) for number, url in enumerate(links, 1)}


def snared(html: str, slots: Slots, links: Sequence[str]) -> str:
    """Return the HTML with one more link, in a comment: only programs that read every address in a mail come that way.

    A link that is hidden by its style would be read out by some screen readers, and held against us by filters.
    """
    head, end, tail = html.rpartition(_END)
    return f"{head}<!-- {slots.link(SNARE)} -->{end}{tail}" if links and end else html


def counted(links: Sequence[str], public_url: str, token: Callable[[int], str]) -> dict[str, str]:
    """Return the fields of a message whose links are counted; `token` names issue and link."""
    return {link_field(n): counted_url(public_url, token(n)) for n in range(len(links) + 1)}


def straight(links: Sequence[str], archive: str) -> dict[str, str]:
    """Return the fields of one whose links are not: each leads where it says, and what nobody sees to the archive."""
    return {link_field(n): url for n, url in enumerate([archive, *links])}
