"""An issue that lies on the desk, with what was worked out about it and is asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from digest import pipeline
from digest.anatomy import Mail, take_apart
from digest.check import Crowd
from digest.files import stamp
from digest.model.delivery import Variant
from digest.model.editors import Right
from digest.model.issue import Edition, Issue
from digest.web.desk import standing
from digest.web.desk.doors import Visit
from digest.web.desk.judging import Judged, judged

FRESH: Final = 600
"""Seconds after which checks and counts are worked out anew, since time passes and lists change."""


@dataclass(frozen=True)
class Sheet:
    """An issue on the desk."""

    visit: Visit
    issue: Issue
    edition: Edition

    @property
    def told(self) -> bool:
        """Whether it has stories to show."""
        return self.issue.content is not None and self.issue.content.stories > 0

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What the issue's mail depends on: its revision, its look's files, and whether it is frozen."""
        frozen = self.issue.state in standing.GOING
        return self.issue.id, self.issue.revision, frozen, stamp(self.visit.parts.settings.templates)

    @property
    def _checks(self) -> tuple[object, ...]:
        return "checks", self.key, self.visit.now.timestamp() // FRESH

    @property
    def is_checked(self) -> bool:
        """Whether its checks are known already."""
        return self.visit.desk.kept.has(self._checks)

    def judged(self) -> Judged:
        """Return what the checks find. Raises LookError."""
        visit, parts = self.visit, self.visit.parts

        def examined() -> Any:
            asked = visit.desk.kept.get(("asked", self.key), lambda: None)
            return pipeline.examine(parts, self.issue, now=visit.now, asked=asked)

        return judged(visit.desk.kept.get(self._checks, examined), parts.store.looked.of(self.issue.id))

    def anew(self) -> Judged:
        """Return what the checks find now, whatever they found a while ago. Raises LookError."""
        self.visit.desk.kept.drop(self._checks)
        return self.judged()

    @property
    def bound(self) -> str:
        """The hash of what an approval binds. Raises MoveError for an issue without stories, LookError."""
        return self.visit.desk.kept.get(("bound", self.key), lambda: pipeline.bound(self.visit.parts, self.issue))

    def asked(self, links: Any) -> None:
        """Keep what the issue's links answered, and check anew."""
        self.visit.desk.kept.put(("asked", self.key), links)
        self.visit.desk.kept.drop(self._checks)

    def mail(self, who: str) -> tuple[bytes, Mail]:
        """Return the mail to `who` as it is sent, and the same taken apart. Raises LookError, NotYours, UnknownError.

        The links of a reader are nobody's but for operators, who can export them anyway: in other hands they would be
        that reader's subscription.
        """
        who = self.visit.reader(who)
        blank = not self.real_links(who)

        def made() -> tuple[bytes, Mail]:
            raw = pipeline.mail_as(self.visit.parts, self.issue, who, blank=blank).data
            return raw, take_apart(raw)

        return self.visit.desk.kept.get(("mail", self.key, who, blank), made)

    def real_links(self, who: str) -> bool:
        """Return whether the mail to `who` has links that act for a reader."""
        return "@" in who and self.visit.may(Right.OPERATOR)

    def groups(self) -> list[tuple[Variant, int]]:
        """Return the variants that readers get, with how many of them."""
        key = ("groups", self.key, self.visit.now.timestamp() // FRESH)
        return self.visit.desk.kept.get(key, lambda: pipeline.groups(self.visit.parts, self.issue))

    def crowd(self) -> Crowd:
        """Return whom it goes to."""
        key = ("crowd", self.key, self.visit.now.timestamp() // FRESH)
        return self.visit.desk.kept.get(key, lambda: pipeline.crowd(self.visit.parts, self.issue))


def sheet(visit: Visit) -> Sheet:
    """Return the issue that the address names; raises UnknownError."""
    issue = visit.parts.store.issues.find(visit.issue_id)
    return Sheet(visit, issue, pipeline.edition_of(visit.parts, issue))
