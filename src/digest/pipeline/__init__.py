"""The stages in order, each in a module of its own: gather, build, approve, send; and what shows an issue's bytes."""

from digest.pipeline.build import NOTHING_NEW, Built, Verified, build, rebuild, verify
from digest.pipeline.export import mails, page, write, write_export
from digest.pipeline.gather import Gathered, gather
from digest.pipeline.moves import approve, hold, release, skip
from digest.pipeline.people import Synced, sync
from digest.pipeline.press import Mail, edition_of
from digest.pipeline.send import Rehearsal, Sent, rehearse, require_sendable, send

__all__ = [
    "NOTHING_NEW",
    "Built",
    "Gathered",
    "Mail",
    "Rehearsal",
    "Sent",
    "Synced",
    "Verified",
    "approve",
    "build",
    "edition_of",
    "gather",
    "hold",
    "mails",
    "page",
    "rebuild",
    "rehearse",
    "release",
    "require_sendable",
    "send",
    "skip",
    "sync",
    "verify",
    "write",
    "write_export",
]
