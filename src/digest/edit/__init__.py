"""An editor's moves over an issue: pure values that are made again on whatever was composed.

outcome = applied(unedited, [Lead(at(unedited.content, "military-3"))])
"""

from digest.edit.apply import Lost, Outcome, applied
from digest.edit.board import HELD
from digest.edit.moves import (
    BringIn,
    Correct,
    Down,
    EditorsMove,
    HoldBack,
    Lead,
    Merge,
    Preheader,
    Reword,
    Split,
    Subject,
    To,
    ToSection,
    Up,
    Write,
    dump,
    load,
)
from digest.edit.refs import PassageRef, Ref, at, found, ref_of
from digest.edit.say import said
from digest.edit.step import stepped

__all__ = [
    "HELD",
    "BringIn",
    "Correct",
    "Down",
    "EditorsMove",
    "HoldBack",
    "Lead",
    "Lost",
    "Merge",
    "Outcome",
    "PassageRef",
    "Preheader",
    "Ref",
    "Reword",
    "Split",
    "Subject",
    "To",
    "ToSection",
    "Up",
    "Write",
    "applied",
    "at",
    "dump",
    "found",
    "load",
    "ref_of",
    "said",
    "stepped",
]
