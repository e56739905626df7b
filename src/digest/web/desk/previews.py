"""The mail itself: in its frame by day and night, without pictures, as Outlook has it; its text, source and file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Final

from starlette.responses import HTMLResponse, Response

from digest.model.editors import Right
from digest.render.shades import shaded
from digest.web.desk.doors import Door, Visit
from digest.web.desk.sheet import Sheet, sheet
from digest.web.desk.view import View, read_view
from digest.web.policy import MAIL_POLICY

PICTURELESS: Final = MAIL_POLICY.replace("img-src 'self' data:", "img-src 'none'")
_STYLES: Final = re.compile(r"<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)
_ONLY_OTHERS: Final = re.compile(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", re.DOTALL)
_ONLY_OUTLOOK: Final = re.compile(r"<!--\[if (?:mso[^\]]*|\(?gte mso[^\]]*)\]>(.*?)<!\[endif\]-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Inbox:
    """The line that a mail is in an inbox."""

    sender: str
    subject: str
    preheader: str


@dataclass(frozen=True, slots=True)
class Group:
    """As whom a mail can be looked at."""

    value: str
    label: str


def framed(visit: Visit) -> Response:
    """The HTML part for the frame, where nothing of it can do anything."""
    its, view = sheet(visit), read_view(visit.request.query_params)
    if visit.request.path_params["revision"] != its.issue.revision:
        return visit.go(view.frame(its.issue.id, its.issue.revision))
    html = shaded(its.mail(view.who)[1].html, view.shade)
    if view.part == "outlook":
        html = as_outlook(html)
    policy = PICTURELESS if view.part == "pictureless" else MAIL_POLICY
    return HTMLResponse(html.encode("utf-8", "replace"), headers={"Content-Security-Policy": policy})


def eml(visit: Visit) -> Response:
    """The mail byte for byte, to be saved."""
    its, view = sheet(visit), read_view(visit.request.query_params)
    name = f"{its.issue.edition}-{its.issue.number}.eml"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": MAIL_POLICY,
    }
    return Response(its.mail(view.who)[0], media_type="message/rfc822", headers=headers)


def as_outlook(html: str) -> str:
    """Return the HTML about as Word's engine has it: what is said to it alone, and no style but that in the tags.

    >>> as_outlook("<style>p{color:red}</style><!--[if mso]><table><![endif]--><p style='x'>Now</p>")
    "<table><p style='x'>Now</p>"
    """
    return _STYLES.sub("", _ONLY_OUTLOOK.sub(r"\1", _ONLY_OTHERS.sub("", html)))


def inbox(its: Sheet, view: View) -> Inbox:
    """Return the mail as an inbox lists it."""
    mail = its.mail(view.who)[1]
    content = its.issue.content
    return Inbox(mail.sender.partition("<")[0].strip(), mail.subject, content.preheader if content else "")


def whom(its: Sheet, view: View) -> list[Group]:
    """Return as whom the mail can be looked at: everyone, the groups of readers that get it alike, the one chosen."""
    titles = {section.id: section.title for section in its.edition.sections}
    found = [Group("", "everyone, all sections")]
    for variant, many in its.groups():
        told = ", ".join(titles.get(name, name) for name in variant.sections)
        tongue = f" in {variant.language}" if variant.language != its.edition.language else ""
        found.append(Group(variant.id, f"{told}{tongue} · {many:,} {'reader' if many == 1 else 'readers'}"))
    if "@" in view.who:
        found.append(Group(view.who, view.who))
    return found


def mail_parts(its: Sheet, view: View) -> str:
    """Return what is shown as it stands where no frame is: text, headers with the parts, or all of it."""
    raw, mail = its.mail(view.who)
    match view.part:
        case "text":
            return mail.text.replace("\r\n", "\n")
        case "headers":
            return f"{mail.headers}\n\n{tree(raw)}"
        case "source":
            return mail.source
    return ""


def tree(raw: bytes) -> str:
    r"""Return the parts of a mail, each with its size, what is within another further in.

    >>> tree(b"Content-Type: text/plain\n\nIt sails.")
    'text/plain, 9 bytes'
    """
    return "\n".join(_branch(message_from_bytes(raw), 0))


def _branch(part: Message, depth: int) -> list[str]:
    size = "" if part.is_multipart() else f", {len(str(part.get_payload())):,} bytes"
    inner = part.get_payload() if part.is_multipart() else []
    below = [line for each in inner if isinstance(each, Message) for line in _branch(each, depth + 1)]
    return [f"{'    ' * depth}{part.get_content_type()}{size}", *below]


DOORS: Final = (
    Door("GET", "/issues/{issue:number}/preview/{revision:number}.html", Right.VIEWER, framed),
    Door("GET", "/issues/{issue:number}/mail.eml", Right.VIEWER, eml),
)
