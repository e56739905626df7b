"""Style sheets taken apart, as far as a mail's go: rules under their media, declarations, at-rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATION: Final = re.compile(r"(?P<name>[-\w]+)\s*:(?P<value>(?:[^;\"']|\"[^\"]*\"|'[^']*')*)")
IMPORTANT: Final = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
AT: Final = re.compile(r"@(?P<name>[-\w]+)(?P<rest>[^{;]*)")


class Declaration(NamedTuple):
    """`color:#fff!important`, taken apart."""

    name: str
    """In lower case."""
    value: str
    important: bool


class Rule(NamedTuple):
    """A selector with its declarations."""

    selector: str
    """One, of a list too: a list makes several rules."""
    declarations: tuple[Declaration, ...]
    media: tuple[str, ...]
    """The conditions of the at-rules around it, in lower case without white space: `(prefers-color-scheme:dark)`."""


def declarations(text: str) -> tuple[Declaration, ...]:
    """Return the declarations of a block or of a `style` attribute.

    >>> declarations("COLOR: #fff !important; margin:0")
    (Declaration(name='color', value='#fff', important=True), Declaration(name='margin', value='0', important=False))
    """
    found = []
    for match in DECLARATION.finditer(text):
        value = match["value"].strip()
        bare = IMPORTANT.sub("", value)
        found.append(Declaration(match["name"].lower(), bare, bare != value))
    return tuple(found)


def rules(css: str, media: tuple[str, ...] = ()) -> Iterator[Rule]:
    """Yield the rules of a style sheet in order, those inside `@media` and `@supports` with their conditions."""
    for head, body in _blocks(COMMENT.sub("", css)):
        at = AT.match(head)
        if at is None:
            made = declarations(body)
            yield from (Rule(selector.strip(), made, media) for selector in head.split(",") if selector.strip())
        elif at["name"].lower() in ("media", "supports"):
            yield from rules(body, (*media, re.sub(r"\s+", "", at["rest"]).lower()))


def at_rules(css: str) -> Iterator[str]:
    """Yield the heads of the at-rules of a style sheet, with their conditions: `@media (max-width:520px)`."""
    bare = COMMENT.sub("", css)
    yield from (" ".join(found.group().split()) for found in AT.finditer(bare) if not _inside_declaration(bare, found))


def _inside_declaration(css: str, found: re.Match[str]) -> bool:
    before = css[: found.start()].rstrip()
    return bool(before) and before[-1] not in "{};"


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield (head, body) of each block at the top; what ends with `;` before one is passed over."""
    depth, head, start = 0, "", 0
    for found in re.finditer(r"[{};]", css):
        mark = found.group()
        if mark == "{":
            if depth == 0:
                head, start = css[start : found.start()].strip(), found.end()
            depth += 1
        elif mark == "}" and depth:
            depth -= 1
            if depth == 0:
                yield head, css[start : found.start()]
                start = found.end()
        elif mark == ";" and depth == 0:
            start = found.end()
