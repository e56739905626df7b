"""SMTP, asynchronously: replies, the dialogue without sockets, sessions and the transports made of them."""

from __future__ import annotations

from digest.deliver.smtp.envelope import Envelope
from digest.deliver.smtp.gates import Gate, Gates
from digest.deliver.smtp.login import Login, Proof
from digest.deliver.smtp.relays import Relays, Share
from digest.deliver.smtp.times import Times
from digest.deliver.smtp.transport import Security, SmtpTransport, authorities

__all__ = [
    "Envelope",
    "Gate",
    "Gates",
    "Login",
    "Proof",
    "Relays",
    "Security",
    "Share",
    "SmtpTransport",
    "Times",
    "authorities",
]
