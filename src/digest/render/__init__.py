"""An issue in, one message skeleton a variant out; and of those, one subscriber's bytes.

look = open_look(settings.templates, edition.look)
content = titled(content, look, edition)
skeletons = render(content, look, variants(content, choices, edition).values(), mail, edition=edition)
message(skeletons[variant.id], fields_for(recipient, ...))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from digest.model.delivery import Skeleton, Variant
from digest.model.issue import Content, Edition
from digest.render.binding import binding
from digest.render.fields import fields_for
from digest.render.labels import Labels
from digest.render.look import Look, open_look
from digest.render.mail import MailSettings
from digest.render.message import message, pieces, shown, skeleton
from digest.render.mjml import html_part
from digest.render.slots import Slots
from digest.render.text import text_part
from digest.render.titles import preheader, titled
from digest.render.variants import narrowed, variants
from digest.render.view import page

__all__ = [
    "Look",
    "MailSettings",
    "binding",
    "fields_for",
    "message",
    "open_look",
    "pieces",
    "render",
    "shown",
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

    With the edition, a variant without the story that the subject tells of gets a subject of its own, from the same
    template. LookError if a template fails, a subject is missing, or a part grows too large to arrive whole.
    """
    made: dict[tuple[tuple[str, ...], str], Skeleton] = {}
    found: dict[str, Skeleton] = {}
    for variant in variants:
        if variant is None or variant.id in found:
            continue
        labels = look.speak(variant.language, content.language)
        alike = (variant.sections, labels.language)
        if alike not in made:
            made[alike] = _rendered(_for(content, variant, look, labels, edition), look, labels, mail, variant.id)
        found[variant.id] = replace(made[alike], variant=variant.id)
    return found


def _for(content: Content, variant: Variant, look: Look, labels: Labels, edition: Edition | None) -> Content:
    """Return what the variant holds, its subject and preheader speaking of no story that it does not."""
    shown = narrowed(content, variant)
    if not shown.sections or not content.stories or shown.lead.anchor == content.lead.anchor:
        kept = len(shown.sections) == len(content.sections)
        return shown if kept else replace(shown, preheader=preheader(shown, shown.subject, labels))
    if edition is None or titled(content, look, edition).subject != content.subject:  # an editor wrote it: it stays
        return replace(shown, preheader=preheader(shown, shown.subject, labels))
    return titled(shown, look, edition)


def _rendered(content: Content, look: Look, labels: Labels, mail: MailSettings, variant: str) -> Skeleton:
    view = page(content, labels, mail.postal_address)
    slots = Slots.over(repr(content), look.fingerprint, repr(mail))
    html, text = html_part(view, look, labels, slots), text_part(view, look, labels, slots)
    return skeleton(variant, content, mail, language=labels.language, html=html, text=text, slots=slots)
