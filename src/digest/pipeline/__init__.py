"""The stages in order, each in a module of its own: gather, build, check, approve, send; bytes shown; learning."""

from digest.pipeline.build import NOTHING_NEW, Built, Verified, build, rebuild, verify
from digest.pipeline.evaluate import Evaluation, StoryEvaluation, evaluate, evaluate_stories
from digest.pipeline.examine import ask_links, examine, require_fit
from digest.pipeline.export import mails, page, write, write_export
from digest.pipeline.gather import Gathered, gather
from digest.pipeline.learn import Doubt, Learned, doubts, heard, learn
from digest.pipeline.lines import Line, read_lines
from digest.pipeline.moves import approve, hold, release, skip
from digest.pipeline.people import Synced, sync
from digest.pipeline.press import Mail, edition_of, flaws
from digest.pipeline.send import Rehearsal, Sent, rehearse, require_sendable, send

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
    "ask_links",
    "build",
    "doubts",
    "edition_of",
    "evaluate",
    "evaluate_stories",
    "examine",
    "flaws",
    "gather",
    "heard",
    "hold",
    "learn",
    "mails",
    "page",
    "read_lines",
    "rebuild",
    "rehearse",
    "release",
    "require_fit",
    "require_sendable",
    "send",
    "skip",
    "sync",
    "verify",
    "write",
    "write_export",
]
