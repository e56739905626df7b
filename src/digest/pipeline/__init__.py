"""The stages in order, each in a module of its own: gather, build, approve, send; an issue's bytes shown; learning."""

from digest.pipeline.build import NOTHING_NEW, Built, Verified, build, rebuild, verify
from digest.pipeline.evaluate import Evaluation, StoryEvaluation, evaluate, evaluate_stories
from digest.pipeline.export import mails, page, write, write_export
from digest.pipeline.gather import Gathered, gather
from digest.pipeline.learn import Doubt, Learned, doubts, heard, learn
from digest.pipeline.lines import Line, read_lines
from digest.pipeline.moves import approve, hold, release, skip
from digest.pipeline.people import Synced, sync
from digest.pipeline.press import Mail, edition_of
from digest.pipeline.send import Rehearsal, Sent, rehearse, require_sendable, send
from digest.pipeline.settle import call_dead, in_doubt, settle

__all__ = [
    "NOTHING_NEW",
    "Built",
    "Doubt",
    "Evaluation",
    "Gathered",
    "Learned",
    "Line",
    "Mail",
    "Rehearsal",
    "Sent",
    "StoryEvaluation",
    "Synced",
    "Verified",
    "approve",
    "build",
    "call_dead",
    "doubts",
    "edition_of",
    "evaluate",
    "evaluate_stories",
    "gather",
    "heard",
    "hold",
    "in_doubt",
    "learn",
    "mails",
    "page",
    "read_lines",
    "rebuild",
    "rehearse",
    "release",
    "require_sendable",
    "send",
    "settle",
    "skip",
    "sync",
    "verify",
    "write",
    "write_export",
]
