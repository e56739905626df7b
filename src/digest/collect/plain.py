"""Plain text and Markdown to a title and blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from digest.collect.markup import blocks_of
from digest.collect.text import clause, line, shorten
from digest.model.news import Block, BlockKind

_HEADING_CHARS, _HEADING_WORDS, _WRAPPED_CHARS, _REAL_CHARS = 90, 14, 100, 60
_ENDS: Final = re.compile(r"[.!?…;,।。！？][\"'”’»)\]]*$")
_BULLET: Final = re.compile(r"^(?:[-*•–—+]|\d{1,3}[.)])\s")
_GREETING: Final = re.compile(
    r"(?:welcome (?:to|back)|hello|hi|dear (?:all|readers?|subscribers?|friends?)"
    r"|good (?:morning|day|afternoon|evening))\b",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]?[A-Z\u00c0-\u00de\u0400-\u042f\d])")
_TITLE_LINE: Final = re.compile(r"(?:#|title:)\s+(?=\S)", re.IGNORECASE)
_FIELD: Final = re.compile(r"([A-Za-z_]{1,40}):\s*(.*)")
_MARKDOWN: Final = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class Document:
    """What a text says."""

    title: str
    """May be empty where nobody says; see `headline`."""
    blocks: tuple[Block, ...]
    fields: tuple[tuple[str, str], ...] = ()
    """Its front matter, names in lower case."""

    def field(self, name: str) -> str:
        """Return a field of the front matter; empty where there is none."""
        return dict(self.fields).get(name, "")


def read_text(text: str) -> Document:
    """Return a plain text's title and blocks: each line a paragraph, each short line without a full stop a heading.

    The title is a first line `# …` or `Title: …`, or a first line that reads like a heading.

    >>> document = read_text("Flood in Tarnmouth\\nThe river rose overnight.\\nAt the bridge\\nIt is closed.")
    >>> document.title, [(b.kind.value, b.text) for b in document.blocks][1]
    ('Flood in Tarnmouth', ('heading', 'At the bridge'))
    """
    lines = _paragraphs(text)
    said = _TITLE_LINE.match(lines[0]) if lines else None
    if said:
        return Document(lines[0][said.end() :], _blocks(lines[1:]))
    if len(lines) > 1 and reads_like_heading(lines[0]) and " " in lines[0] and not _GREETING.match(lines[0]):
        return Document(lines[0], _blocks(lines[1:]))
    return Document("", _blocks(lines))


def read_markdown(text: str) -> Document:
    """Return a Markdown text's title (its first heading of level 1, or the front matter's) and blocks."""
    fields, text = _front_matter(text)
    blocks = tuple(_from_tokens(_MARKDOWN.parse(text)))
    named = dict(fields).get("title", "")
    first = next((n for n, b in enumerate(blocks) if b.kind is BlockKind.HEADING and b.level == 1), None)
    if first is not None and (not named or blocks[first].text.casefold() == named.casefold()):
        named, blocks = blocks[first].text, blocks[:first] + blocks[first + 1 :]
    return Document(named, tuple(Block(b.kind, b.text, max(b.level, 2) if b.level else 0) for b in blocks), fields)


def reads_like_heading(text: str) -> bool:
    """Return whether a line of plain text is a sub-heading: short, words in it, no full stop behind it.

    >>> [reads_like_heading(t) for t in ("On the Sorvat front", "You may also like:", "It is closed.", "- a point")]
    [True, True, False, False]
    """
    return (
        len(text) <= _HEADING_CHARS
        and len(text.split()) <= _HEADING_WORDS
        and not _ENDS.search(text)
        and not _BULLET.match(text)
        and any(c.isalpha() for c in text)
        and not text[0].islower()
    )


def headline(blocks: Sequence[Block]) -> str:
    """Return a title for a text that has none: the beginning of its first real sentence; empty where it has no words.

    >>> headline([Block(BlockKind.PARAGRAPH, "Welcome to the Ilma Courier."), Block(BlockKind.PARAGRAPH, "Rain.")])
    'Rain'
    """
    said = [block.text for block in blocks if block.kind is BlockKind.PARAGRAPH] or [block.text for block in blocks]
    real = [text for text in said if not (_GREETING.match(text) and len(text) < _REAL_CHARS)] or said
    best = next((text for text in real if len(text) >= _REAL_CHARS), real[0] if real else "")
    return clause(_SENTENCE.split(best, maxsplit=1)[0].rstrip(". "), 110)


def _paragraphs(text: str) -> list[str]:
    groups = [[line(row) for row in group.splitlines() if line(row)] for group in re.split(r"\n[ \t\r]*\n", text)]
    groups = [group for group in groups if group]
    rows = [row for group in groups for row in group]
    # Lines broken at a column belong together; then only a blank line ends a paragraph.
    wrapped = len(rows) >= 2 * len(groups) and len(groups) > 1 and max(map(len, rows)) <= _WRAPPED_CHARS
    return [" ".join(group) for group in groups] if wrapped else rows


def _blocks(lines: Sequence[str]) -> tuple[Block, ...]:
    return tuple(
        Block(BlockKind.HEADING, text.lstrip("# "), 2)
        if text.startswith("#") or reads_like_heading(text)
        else Block(BlockKind.PARAGRAPH, _BULLET.sub("", text))
        for text in lines
        if any(c.isalnum() for c in text)
    )


def _front_matter(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    match = re.match(r"---[ \t]*\r?\n(.{0,8000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", text.lstrip(), re.DOTALL)
    if match is None:
        return (), text
    found = (_FIELD.fullmatch(row.strip()) for row in match[1].splitlines())
    fields = tuple((f[1].lower(), shorten(line(f[2]).strip("\"'"), 2_000)) for f in found if f)
    return fields, text.lstrip()[match.end() :]


def _from_tokens(tokens: Sequence[Token]) -> Iterator[Block]:
    level = 0
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "html_block":
            yield from blocks_of(token.content)
        elif token.type == "inline":
            text = line(_inline(token))
            if any(c.isalnum() for c in text):
                yield Block(BlockKind.HEADING, text, level) if level else Block(BlockKind.PARAGRAPH, text)


def _inline(token: Token) -> str:
    parts = {"text": None, "code_inline": None, "softbreak": " ", "hardbreak": " "}
    said = (parts[t.type] or t.content for t in token.children or () if t.type in parts)
    return "".join(said)
