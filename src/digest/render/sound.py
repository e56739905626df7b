"""Whether a look, telling this issue, does what it says: the lint over what goes to the MJML compiler."""

from __future__ import annotations

from digest.errors import LookError
from digest.model.issue import Content
from digest.render.lint import Fault, lint
from digest.render.look import MAIL, Look
from digest.render.mail import MailSettings
from digest.render.mjml import filled
from digest.render.slots import Slots
from digest.render.view import page


def faults(content: Content, look: Look, mail: MailSettings) -> tuple[Fault, ...]:
    """Return what is wrong with the look as it tells the whole issue; LookError for what readers would miss."""
    labels = look.speak(content.language)
    view = page(content, labels, mail.postal_address)
    found = lint(filled(view, look, labels, Slots.over(repr(content))), look.files)
    fatal = [fault for fault in found if fault.fatal]
    if fatal:
        more = f" (and {len(fatal) - 1} more)" if len(fatal) > 1 else ""
        raise LookError(f"{fatal[0]}{more}", where=str(look.folder / MAIL))
    return found
