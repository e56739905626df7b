"""An issue in, one message skeleton a variant out; and of those, one subscriber's bytes.

look = open_look(settings.templates, edition.look)
content = titled(content, look, edition)
skeletons = render(content, look, variants(content, choices, edition).values(), mail, edition=edition)
message(skeletons[variant.id], fields_for(recipient, ...))

The same issue on the web: issue_page(), archive_page(), atom().
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from digest.model.delivery import Skeleton, Variant
from digest.model.issue import Content, Edition
from digest.render.addresses import Ways
from digest.render.binding import binding
from digest.render.counted import counted, linked, marked, snared, straight
from digest.render.dkim import Seal, Signer
from digest.render.feed import atom
from digest.render.fields import dated, fields_for, own_fields, settings_line, shared_fields
from digest.render.fit import Fitted, fit, least
from digest.render.form import Form
from digest.render.labels import Labels, Speaker, Speech
from digest.render.look import Look, open_look, open_pages
from digest.render.mail import MailSettings
from digest.render.message import message, shown, skeleton
from digest.render.mjml import html_part
from digest.render.notice import Envelope, NoticePage, Way, notice
from digest.render.room import LIMIT, filled, room, too_large
from digest.render.slots import Slots
from digest.render.sound import faults
from digest.render.text import text_part
from digest.render.titles import preheader, subject_of, titled
from digest.render.trial import as_test
from digest.render.variants import narrowed, variants
from digest.render.view import Page, page
from digest.render.web import Listed, Site, archive_page, issue_page, listed

__all__ = [
    "Envelope",
    "Form",
    "Labels",
    "Listed",
    "Look",
    "MailSettings",
    "NoticePage",
    "Seal",
    "Signer",
    "Site",
    "Speaker",
    "Speech",
    "Way",
    "Ways",
    "archive_page",
    "as_test",
    "atom",
    "binding",
    "counted",
    "dated",
    "faults",
    "fields_for",
    "issue_page",
    "linked",
    "listed",
    "message",
    "notice",
    "open_look",
    "open_pages",
    "own_fields",
    "render",
    "settings_line",
    "shared_fields",
    "shown",
    "straight",
    "titled",
    "variants",
]


def render(
    content: Content,
    look: Look,
    variants: Iterable[Variant | None],
    mail: MailSettings,
    *,
    edition: Edition | None = None,
) -> dict[str, Skeleton]:
    """Return the skeleton of each variant by its id; those that come out alike are rendered once, None is passed over.

    With the edition, a variant that lacks some of the sections gets a subject of its own, from the same template, so
    that none names a story that is not there (`subject_of`). What grows too large to arrive whole is shortened and
    folded (`digest.render.fit`); a skeleton's `cut` says so. LookError if a template fails, a subject is missing, or
    nothing makes it small enough.
    """
    made: dict[tuple[tuple[str, ...], str], Skeleton] = {}
    links = linked(content) if edition and edition.clicks else ()
    held = {section.id for section in content.sections if section.items}
    found: dict[str, Skeleton] = {}
    subject = subject_of(content, look, edition)
    for variant in variants:
        if variant is None or variant.id in found:
            continue
        labels = look.speak(variant.language, content.language)
        alike = (tuple(section for section in variant.sections if section in held), labels.language)
        if alike not in made:
            told = _for(content, variant, labels, subject)
            made[alike] = _rendered(told, look, labels, mail, variant.id, edition, links)
        found[variant.id] = replace(made[alike], variant=variant.id)
    return found


def _for(content: Content, variant: Variant, labels: Labels, subject: Callable[[Content], str]) -> Content:
    """Return what the variant holds, its subject and preheader speaking of no story that it does not."""
    shown = narrowed(content, variant)
    if [section.id for section in shown.sections] == [section.id for section in content.sections if section.items]:
        return shown
    own = subject(shown)
    return replace(shown, subject=own, preheader=preheader(shown, own, labels))


def _rendered(
    content: Content,
    look: Look,
    labels: Labels,
    mail: MailSettings,
    variant: str,
    edition: Edition | None,
    links: tuple[str, ...],
) -> Skeleton:
    slots = Slots.over(repr(content), look.fingerprint, repr(mail))
    most = room(mail, content.edition, [section.title for section in (edition or content).sections], links)
    made: dict[int, tuple[Page, str]] = {}
    marks = marked(links, slots)

    def size(fitted: Fitted) -> int:
        if fitted.steps not in made:
            view = page(fitted.content, labels, mail.postal_address, fitted.folded, marks)
            made[fitted.steps] = view, snared(html_part(view, look, labels, slots), slots, links)
        return filled(made[fitted.steps][1], slots, most)

    fitted = fit(content, size, LIMIT)
    if fitted is None:
        smallest = least(content)
        raise too_large(smallest.content, size(smallest))
    view, html = made[fitted.steps]
    if links:
        view = page(fitted.content, labels, mail.postal_address, fitted.folded)
    text = text_part(view, look, labels, slots)
    done = skeleton(variant, fitted.content, mail, language=labels.language, html=html, text=text, slots=slots)
    return replace(done, cut=fitted.cut)
