"""What an approval binds: a hash over everything that decides the bytes of an issue's messages but the reader."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version

from pydantic import TypeAdapter

from digest.model.issue import Content, Edition
from digest.render.look import Look
from digest.render.mail import MailSettings

_CONTENT = TypeAdapter(Content)


def binding(content: Content, look: Look, mail: MailSettings, edition: Edition) -> str:
    """Return the hex SHA-256 over the issue's content, the look's files and labels, and the settings that render reads.

    Audience and pacing (lists, canary, brake) are no part of it: they change no byte of a message.
    """
    bound = {
        "content": _CONTENT.dump_python(content, mode="json"),
        "look": [look.name, look.fingerprint],
        "mail": asdict(mail),
        "edition": {
            "id": edition.id,
            "title": edition.title,
            "sections": [[section.id, section.title] for section in edition.sections],
            "subject": edition.subject,
            "language": edition.language,
            "timezone": edition.timezone,
            "per_reader_timezone": edition.per_reader_timezone,
            "days": sorted(edition.send.days),
            "at": edition.send.slot,
            # Said only where it is so: what was approved before there was this setting is bound as it was.
            **({"clicks": True} if edition.clicks else {}),
        },
        "compilers": {name: version(name) for name in ("jinja2", "mjml-python", "babel")},
    }
    canonical = json.dumps(bound, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
