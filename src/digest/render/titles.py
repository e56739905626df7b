"""The two lines an inbox shows: the subject, from the edition's template, and the preheader after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from typing import Final

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from digest.errors import LookError
from digest.model.issue import SUBJECT_TEMPLATE, Content, Edition
from digest.render.clean import clean, short
from digest.render.labels import Labels
from digest.render.look import Look

SUBJECT: Final = 150
PREHEADER: Final = 140
"""Characters; phones show 40 to 90 of them, and what is longer than 200 counts against a mail."""
_ENOUGH: Final = 90
_LEAST: Final = 30


def titled(content: Content, look: Look, edition: Edition) -> Content:
    """Return the issue with its subject and preheader; LookError if the edition's template cannot be filled.

    One that is there already, as an editor wrote it, stays. The template knows `lead`, `issue` (or `content`),
    `sections`, `title`, `number`, `date`, and the filter `short`.
    """
    labels = look.speak(content.language, edition.language)
    subject = content.subject or _subject(content, labels, edition)
    return replace(content, subject=subject, preheader=content.preheader or preheader(content, subject, labels))


def subject_of(content: Content, look: Look, edition: Edition | None) -> Callable[[Content], str]:
    """Return a function that gives the subject of a part of the issue, one that tells of nothing else.

    It is made as the issue's own was: by the edition's template, by the usual one where that asks for what the part
    lacks. What an editor wrote stays, and so does every subject without an edition. LookError as `titled`.
    """

    @cache
    def written() -> bool:
        if edition is None:
            return False
        return _subject(content, look.speak(content.language, edition.language), edition) == content.subject

    def subject(part: Content) -> str:
        if edition is None or not part.stories or not written():
            return content.subject
        labels = look.speak(content.language, edition.language)
        try:
            return _subject(part, labels, edition)
        except LookError:
            return _subject(part, labels, replace(edition, subject=SUBJECT_TEMPLATE))

    return subject


def _subject(content: Content, labels: Labels, edition: Edition) -> str:
    number = labels.say("number", number=content.number)
    if not content.stories:
        return clean(f"{content.title}, {number}")
    where = f"[edition.{edition.id}] subject"
    try:
        text = _template(edition.subject).render(
            lead=content.lead,
            issue=content,
            content=content,
            sections=content.sections,
            title=content.title,
            number=content.number,
            date=labels.day(content.local_date),
        )
    except Exception as e:
        raise LookError(str(e) or type(e).__name__, where=where) from e
    subject = short(text, SUBJECT)
    if not subject:
        raise LookError("makes an empty subject for this issue", where=where)
    return subject


@lru_cache(maxsize=64)
def _template(source: str) -> Template:
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters["short"] = short
    return environment.from_string(source)


def preheader(content: Content, subject: str, labels: Labels) -> str:
    """Return what the issue holds beside what its subject says, 30 to 140 characters."""
    line = ""
    for sentence in _offers(content):
        if _told(sentence, subject) or sentence in line:
            continue
        line = f"{line} {_ended(sentence)}" if line else _ended(sentence)
        if len(line) >= _ENOUGH:
            break
    if len(line) < _LEAST:
        facts = f"{content.title}, {labels.say('number', number=content.number)}, {labels.day(content.local_date)}."
        line = f"{line} {facts}".strip()
    return short(line, PREHEADER)


def _offers(content: Content) -> Iterator[str]:
    """Headlines of the other sections' leads first, then how the first story goes on, then the other headlines."""
    leads = [section.items[0] for section in content.sections if section.items]
    yield from (clean(item.headline) for item in leads)
    yield from (clean(sentence) for sentence in (leads[0].summary[:1] if leads else ()))
    yield from (clean(item.headline) for section in content.sections for item in section.items[1:])


def _told(sentence: str, subject: str) -> bool:
    heard, said = subject.rstrip("…").casefold(), sentence.casefold()
    return not said or said.startswith(heard) or heard.startswith(said)


def _ended(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?…。؟" else f"{sentence}."
