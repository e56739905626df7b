"""The stages in order, each in a module of its own: gather, build, check, approve, send; bytes shown; learning."""

from digest.pipeline.archive import PublicArchive, open_archive, web_page
from digest.pipeline.bring import Brought, bring
from digest.pipeline.build import NOTHING_NEW, Built, build, rebuild
from digest.pipeline.evaluate import Evaluation, StoryEvaluation, evaluate, evaluate_stories
from digest.pipeline.examine import ask_links, examine, require_fit
from digest.pipeline.export import mails, page, proof, write, write_export
from digest.pipeline.forecast import forecast
from digest.pipeline.gather import Gathered, gather
from digest.pipeline.learn import Doubt, Learned, doubts, heard, learn
from digest.pipeline.lines import Line, read_lines
from digest.pipeline.moves import approve, hold, pause, release, resume, skip, stop
from digest.pipeline.people import Synced, sync
from digest.pipeline.person import Known, delist, enlist, forget, look_up
from digest.pipeline.press import Mail, edition_of, flaws
from digest.pipeline.publish import Written, write_archive
from digest.pipeline.send import Rehearsal, Sent, rehearse, require_sendable, send
from digest.pipeline.settle import call_dead, in_doubt, settle
from digest.pipeline.verify import Verified, verify

__all__ = [
    "NOTHING_NEW",
    "Brought",
    "Built",
    "Doubt",
    "Evaluation",
    "Gathered",
    "Known",
    "Learned",
    "Line",
    "Mail",
    "PublicArchive",
    "Rehearsal",
    "Sent",
    "StoryEvaluation",
    "Synced",
    "Verified",
    "Written",
    "approve",
    "ask_links",
    "bring",
    "build",
    "call_dead",
    "delist",
    "doubts",
    "edition_of",
    "enlist",
    "evaluate",
    "evaluate_stories",
    "examine",
    "flaws",
    "forecast",
    "forget",
    "gather",
    "heard",
    "hold",
    "in_doubt",
    "learn",
    "look_up",
    "mails",
    "open_archive",
    "page",
    "pause",
    "proof",
    "read_lines",
    "rebuild",
    "rehearse",
    "release",
    "require_fit",
    "require_sendable",
    "resume",
    "send",
    "settle",
    "skip",
    "stop",
    "sync",
    "verify",
    "web_page",
    "write",
    "write_archive",
    "write_export",
]
