"""The stages in order, each in a module of its own: gather, build, approve, send; and what shows an issue's bytes."""

from digest.pipeline.build import Built, Verified, build, rebuild, verify
from digest.pipeline.export import Mail, mails, page, write, write_export
from digest.pipeline.gather import Gathered, gather
from digest.pipeline.moves import approve, hold, release, skip
from digest.pipeline.people import Synced, sync
from digest.pipeline.send import Rehearsal, Sent, ready, rehearse, send

__all__ = [
    "Built",
    "Gathered",
    "Mail",
    "Rehearsal",
    "Sent",
    "Synced",
    "Verified",
    "approve",
    "build",
    "gather",
    "hold",
    "mails",
    "page",
    "ready",
    "rebuild",
    "rehearse",
    "release",
    "send",
    "skip",
    "sync",
    "verify",
    "write",
    "write_export",
]
