"""SMTP, asynchronously: replies, the dialogue without sockets, sessions and the transport made of them."""

from __future__ import annotations

from digest.deliver.smtp.dialogue import Login, Times
from digest.deliver.smtp.envelope import Envelope
from digest.deliver.smtp.transport import Security, SmtpTransport

__all__ = ["Envelope", "Login", "Security", "SmtpTransport", "Times"]
