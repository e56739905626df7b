"""The stages in order, each in a module of its own: gather, build, check, approve, send; bytes shown; learning."""

from digest.pipeline.alerting import alert, ping
from digest.pipeline.archive import PublicArchive, open_archive, web_page
from digest.pipeline.bring import Brought, bring
from digest.pipeline.build import NOTHING_NEW, Built, build, rebuild
from digest.pipeline.clicks import counts, followed
from digest.pipeline.editing import Edited, edit, look_in, redo, undo
from digest.pipeline.evaluate import Evaluation, StoryEvaluation, evaluate, evaluate_stories
from digest.pipeline.examine import ask_links, crowd, examine, require_fit
from digest.pipeline.export import mails, page, proof, write, write_export
from digest.pipeline.forecast import forecast
from digest.pipeline.gather import Gathered, gather
from digest.pipeline.learn import Doubt, Learned, doubts, heard, learn
from digest.pipeline.lines import Line, read_lines
from digest.pipeline.merging import Met, Question, answer, meet, questions
from digest.pipeline.moves import ALTERED, approve, bound, hold, pause, release, resume, skip, stop, unapprove
from digest.pipeline.offers import Offer, bring_in, offered
from digest.pipeline.outlook import Outlook, outlook, unready
from digest.pipeline.people import Changes, Synced, never, sync
from digest.pipeline.person import Known, delist, enlist, forget, look_up
from digest.pipeline.press import Mail, edition_of, flaws
from digest.pipeline.publish import Written, write_archive
from digest.pipeline.reporting import Report
from digest.pipeline.send import Rehearsal, Sent, rehearse, require_sendable, send
from digest.pipeline.settle import call_dead, in_doubt, settle, take_stock
from digest.pipeline.sight import groups, mail_as
from digest.pipeline.transactional import Answered, send_notices
from digest.pipeline.trial_send import Tried
from digest.pipeline.trial_send import last_testers as test_addresses
from digest.pipeline.trial_send import send_test as test_send
from digest.pipeline.tries import Tries
from digest.pipeline.verify import Verified, verify
from digest.pipeline.why import Why, why

__all__ = [
    "ALTERED",
    "NOTHING_NEW",
    "Answered",
    "Brought",
    "Built",
    "Changes",
    "Doubt",
    "Edited",
    "Evaluation",
    "Gathered",
    "Known",
    "Learned",
    "Line",
    "Mail",
    "Met",
    "Offer",
    "Outlook",
    "PublicArchive",
    "Question",
    "Rehearsal",
    "Report",
    "Sent",
    "StoryEvaluation",
    "Synced",
    "Tried",
    "Tries",
    "Verified",
    "Why",
    "Written",
    "alert",
    "answer",
    "approve",
    "ask_links",
    "bound",
    "bring",
    "bring_in",
    "build",
    "call_dead",
    "counts",
    "crowd",
    "delist",
    "doubts",
    "edit",
    "edition_of",
    "enlist",
    "evaluate",
    "evaluate_stories",
    "examine",
    "flaws",
    "followed",
    "forecast",
    "forget",
    "gather",
    "groups",
    "heard",
    "hold",
    "in_doubt",
    "learn",
    "look_in",
    "look_up",
    "mail_as",
    "mails",
    "meet",
    "never",
    "offered",
    "open_archive",
    "outlook",
    "page",
    "pause",
    "ping",
    "proof",
    "questions",
    "read_lines",
    "rebuild",
    "redo",
    "rehearse",
    "release",
    "require_fit",
    "require_sendable",
    "resume",
    "send",
    "send_notices",
    "settle",
    "skip",
    "stop",
    "sync",
    "take_stock",
    "test_addresses",
    "test_send",
    "unapprove",
    "undo",
    "unready",
    "verify",
    "web_page",
    "why",
    "write",
    "write_archive",
    "write_export",
]
