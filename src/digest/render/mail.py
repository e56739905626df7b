"""The settings a mail is made with, beside what the issue says."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Final

from digest.errors import LookError

_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SENDER_ID: Final = re.compile(r"[A-Za-z0-9._-]{5,15}")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Who sends, where replies, unsubscriptions and readers go. Part of what an approval binds.

    LookError for a value that no header could carry.
    """

    from_name: str
    from_address: str
    reply_to: str
    public_url: str
    """Where the subscribers' pages are, without a slash at its end."""
    postal_address: str
    list_domain: str
    """The List-Id of an edition is `<edition>.<list_domain>` (RFC 2919)."""
    unsubscribe_mailto: str
    """The address that takes unsubscriptions by mail; the token comes in their subject."""
    feedback_id: str = ""
    """The SenderId of Feedback-ID, 5 to 15 letters, digits, `.`, `_`, `-`; empty: made from list_domain."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if _CONTROL.search(getattr(self, field.name)):
                raise LookError(f"{field.name} holds a line break or a control character; take it out")
        for name in ("from_address", "reply_to", "unsubscribe_mailto"):
            if not _ADDRESS.fullmatch(getattr(self, name)):
                raise LookError(f"{name} is no mail address: {getattr(self, name)!r}")
        if not _DOMAIN.fullmatch(self.list_domain):
            raise LookError(f"list_domain is no domain with a dot in it: {self.list_domain!r}")
        if not re.fullmatch(r"https?://[!-~]+[^/]", self.public_url):
            raise LookError(f"public_url must start with https:// and end without a slash: {self.public_url!r}")

    @property
    def domain(self) -> str:
        """The sender's domain, in which Message-IDs are made."""
        return self.from_address.rpartition("@")[2]

    @property
    def sender_id(self) -> str:
        """The SenderId of Feedback-ID (Google's feedback loop reads it from the right).

        >>> desk = "desk@b.example"
        >>> MailSettings("A", desk, desk, "https://b.example", "", "b.example", desk).sender_id
        'b.example'
        """
        made = self.feedback_id or re.sub(r"[^A-Za-z0-9._-]", "-", self.list_domain)[:15]
        return made if _SENDER_ID.fullmatch(made) else f"digest-{made}"[:15]
