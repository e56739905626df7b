"""What an inbox shows first: the subject and the line behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from digest.check.finding import Area, Finding, Level, quoted
from digest.check.proof import Proof
from digest.model.words import words

LONGEST: Final = 60
"""Characters that most inboxes show of a subject."""
SHOUTED: Final = 8
"""Letters from which a subject in capitals is one that shouts rather than an abbreviation."""


def subject(proof: Proof) -> Iterator[Finding]:
    """Yield what is to be said of subject and preview line."""
    content = proof.content
    if not content.stories:
        return
    found = [*_subject(content.subject.strip(), proof.last_subject), *_preview(content.subject, content.preheader)]
    yield from found
    if not found:
        yield Finding(Level.GREEN, Area.SUBJECT, f"{len(content.subject)} characters, and a preview line of its own")


def _subject(text: str, last: str) -> Iterator[Finding]:
    if not text:
        yield Finding(
            Level.RED, Area.SUBJECT, "The subject is empty", cure="write one, or mend `subject` of the edition"
        )
        return
    if len(text) > LONGEST:
        yield _amber(f"{len(text)} characters; inboxes cut at about {LONGEST}", quoted(text, 90), cure="shorten it")
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) >= SHOUTED and "".join(letters).isupper():
        yield _amber("The subject is in capitals", quoted(text), cure="write it in small letters: filters dislike it")
    if last and _key(text) == _key(last):
        yield _amber("The last issue had the same subject", quoted(text), cure="write another one")


def _preview(subject: str, line: str) -> Iterator[Finding]:
    if not line.strip():
        yield _amber("There is no preview line", cure="inboxes then show the first words of the mail; write one")
    elif _key(subject) and _key(line)[: len(_key(subject))] == _key(subject):
        yield _amber("The preview line repeats the subject", quoted(line), cure="say there what the subject does not")


def _key(text: str) -> list[str]:
    return [word.folded for word in words(text)]


def _amber(text: str, seen: str = "", *, cure: str) -> Finding:
    return Finding(Level.AMBER, Area.SUBJECT, text, seen, cure=cure)
