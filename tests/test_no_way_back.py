"""Whatever happens in whatever order, who left or is suppressed is mailed only after their own word.

Nor is anybody mailed whom a file has dropped, and no older copy of a row takes a reader's choice of late back.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from digest import pipeline
from digest.errors import UnknownError
from digest.model.people import Consent, NoticeKind, Preferences
from digest.parts import open_parts
from digest.pipeline import readers
from digest.pipeline.refusing import after_all, never_again, never_token
from digest.settings import load
from digest.store import open_store
from digest.store.words import LATELY
from digest.subscribers import Purpose
from tests.fakes import NOON
from tests.postgres import memory
from tests.settings.conftest import BASE

PEOPLE = ("ada@mail.example", "Cy@tärn.example")
LISTS = ("weekday", "hills")
ANY = st.sampled_from(PEOPLE)
SOME = st.lists(ANY, unique=True)
LIST = st.sampled_from(LISTS)
MOVING = st.sampled_from((*PEOPLE, "dan@mail.example"))
"""The last of them is in no file unless somebody moves there."""


class Lists(RuleBasedStateMachine):
    """Two lists with their files, their database and two people, who have three addresses between them.

    Whoever has an address is one person here: a word from its mailbox is that address's word.
    """

    template: Path

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="digest-", dir=memory()))
        (self.folder / "subscribers").mkdir()
        (self.folder / "var").mkdir()
        shutil.copy(self.template, self.folder / "var/digest.db")
        (self.folder / "digest.toml").write_text(BASE)
        (self.folder / "subscribers/lists.toml").write_text("[weekday]\npublic = true\n")
        self.opened = open_parts(load(self.folder / "digest.toml", {}))
        self.parts = self.opened.__enter__()
        self.now = NOON
        self.out: set[tuple[str, str]] = set()
        self.barred: set[str] = set()
        self.tokens: list[tuple[str, str]] = []
        self.copies: list[str] = []
        """The weekday list as it was at some time."""
        self.joined: set[str] = set()
        """Who joined it by their own word since it was read last."""
        self.formers: dict[str, set[str]] = {}
        """By address: those whose readers moved to it."""
        self.ukrainian: dict[str, datetime] = {}
        """Who chose that language there, and when."""
        self.never: dict[str, set[str]] = {}
        """Of who lets nobody sign them up: the lists that they were off at some time since."""

    def teardown(self):
        self.opened.__exit__(None, None, None)
        shutil.rmtree(self.folder)

    def token(self, who, purpose=Purpose.PREFERENCES):
        numbers = [s.subscriber.id for s in self.parts.store.subscribers.all(gone=True) if s.subscriber.email == who]
        return self.parts.tokens.make(purpose, numbers[0] if numbers else 999, "weekday")

    @initialize(rows=SOME)
    def begin(self, rows):
        self.write(rows)

    @rule(rows=SOME, name=LIST)
    def write(self, rows, name="weekday"):
        """Somebody puts an older, or any other, file in place."""
        file = self.folder / f"subscribers/{name}.csv"
        file.write_text("email\n" + "".join(f"{who}\n" for who in rows), encoding="utf-8")
        self.sync()

    @rule()
    def sync(self):
        before = self.rows()
        pipeline.sync(self.parts, now=self.now)
        new = self.rows() - before - self.joined
        assert all(self.formers.get(who, set()) & before for who in new)
        self.joined.clear()
        for name in LISTS:
            assert {each.email for each in self.audience() if each.list == name} <= self.rows(name)
        again = pipeline.sync(self.parts, now=self.now).report
        assert (again.added, again.changed, again.removed) == (0, 0, 0)

    def rows(self, name="weekday"):
        file = self.folder / f"subscribers/{name}.csv"
        lines = file.read_text(encoding="utf-8").splitlines()[1:] if file.exists() else []
        return {line.partition(",")[0] for line in lines}

    @rule()
    def copy(self):
        self.copies.append((self.folder / "subscribers/weekday.csv").read_text(encoding="utf-8"))

    @rule(which=st.integers(0, 9))
    def put_copy_in_place(self, which):
        if self.copies:
            text = self.copies[which % len(self.copies)]
            (self.folder / "subscribers/weekday.csv").write_text(text, encoding="utf-8")
            self.sync()

    @rule(who=ANY)
    def sign_up(self, who):
        if who not in {each.email for each in self.audience() if each.list == "weekday"}:
            self.ukrainian.pop(who, None)
        readers.sign_up(self.parts, readers.Form(who, "weekday", Preferences(), "Yes."), now=self.now)
        for notice in self.parts.store.notices.claim(20, now=self.now):
            if notice.kind is NoticeKind.CONFIRM:  # a welcome of before may wait still
                assert notice.email not in self.never
                token = self.parts.tokens.make(Purpose.CONFIRM, notice.request, "weekday")
                self.tokens.append((notice.email, token))

    @rule(which=st.integers(0, 9))
    def confirm(self, which):
        if self.tokens:
            who, token = self.tokens[which % len(self.tokens)]
            done = readers.confirm(self.parts, token, now=self.now)
            if done and done.fresh:
                self.out.discard((who, "weekday"))
                self.joined.add(done.wishes.email)
                self.ukrainian.pop(done.wishes.email, None)

    @rule(who=MOVING, new=MOVING)
    def move(self, who, new):
        """A reader's mail goes to another address, which its own mailbox confirms; nothing of theirs stays behind."""
        lists = {recipient.list for recipient in self.audience() if recipient.email == who}
        left = {name for name in LISTS if (who, name) in self.out}
        known = self.parts.store.subscribers.by_email(new)
        readers.move_address(self.parts, self.token(who), new, now=self.now)
        for notice in self.parts.store.notices.claim(20, now=self.now):
            if notice.kind is NoticeKind.ADDRESS and (notice.current, notice.email) == (who, new):
                token = self.parts.tokens.make(Purpose.ADDRESS, notice.request, "weekday")
                done = readers.confirm_address(self.parts, token, now=self.now)
                if done and done.fresh and who != new:
                    self.out |= {(who, name) for name in lists | left}
                    self.out -= {(new, name) for name in lists}
                    self.formers.setdefault(new, set()).update({who}, self.formers.get(who, set()))
                    if who in self.joined:
                        self.joined.add(new)
                    chosen = self.ukrainian.get(who)
                    self.go(who)
                    self.ukrainian.pop(new, None)
                    if chosen and not known:
                        self.ukrainian[new] = chosen

    @rule(who=ANY)
    def pause(self, who):
        readers.pause(self.parts, self.token(who), self.now.date() + timedelta(days=3), now=self.now)

    @rule(who=ANY, name=LIST, asked=st.booleans())
    def remove(self, who, name, asked):
        try:
            pipeline.delist(self.parts, who, [name], asked=asked, now=self.now)
        except UnknownError:
            return
        self.go(who, name)
        if asked:
            self.out.add((who, name))

    @rule(who=ANY, origin=st.sampled_from(["one-click", "page", "mailto", "complaint"]))
    def leave(self, who, origin):
        if readers.leave(self.parts, self.token(who, Purpose.UNSUBSCRIBE), origin=origin, now=self.now):
            self.out.add((who, "weekday"))
            self.go(who)

    def go(self, who, name="weekday"):
        if name == "weekday":
            self.joined.discard(who)
            self.ukrainian.pop(who, None)

    @rule(who=ANY)
    def put_back(self, who):
        back = readers.put_back(self.parts, self.token(who), now=self.now)
        if back and back.consent is Consent.ACTIVE:
            self.joined.add(who)
            self.out.discard((who, "weekday"))
            self.never.get(who, set()).clear()

    @rule(who=ANY)
    def never_again(self, who):
        assert never_again(self.parts, self.no_more(who), now=self.now)
        self.never.setdefault(who, set())

    @rule(who=ANY)
    def after_all(self, who):
        assert after_all(self.parts, self.no_more(who))
        self.never.pop(who, None)

    def no_more(self, who):
        return never_token(self.parts, who, self.parts.settings.edition("weekday"))

    @rule(who=ANY)
    def prefer(self, who):
        there = [each.language for each in self.audience() if (each.email, each.list) == (who, "weekday")]
        readers.prefer(self.parts, self.token(who), Preferences(language="uk"), now=self.now)
        if there == [""]:
            self.ukrainian[who] = self.now

    @rule(who=ANY)
    def erase(self, who):
        pipeline.forget(self.parts, who, now=self.now)
        self.barred.add(who)
        self.go(who)

    @rule(who=ANY, gone=st.booleans(), name=LIST)
    def bring(self, who, gone, name):
        export = self.folder / "export.csv"
        export.write_text(f"email\n{who}\n", encoding="utf-8")
        pipeline.bring(self.parts, export, name, gone=gone, now=self.now)
        if gone:
            self.out.add((who, name))
            self.go(who, name)

    @rule(days=st.sampled_from([1, 20]))
    def wait(self, days):
        self.now += timedelta(days=days)

    @invariant()
    def nobody_is_mailed_against_their_word(self):
        mailed = {(recipient.email, recipient.list) for recipient in self.audience()}
        assert not mailed & self.out
        assert not {email for email, _ in mailed} & self.barred
        there = {each.email: each.language for each in self.audience() if each.list == "weekday"}
        lately = [who for who, at in self.ukrainian.items() if self.now - at < LATELY]
        assert {there[who] for who in lately if who in there} <= {"uk"}
        for who, off in self.never.items():
            assert not off & {name for email, name in mailed if email == who}
            off |= {name for name in LISTS if (who, name) not in mailed}

    def audience(self):
        return [each for name in LISTS for each in self.parts.store.subscribers.audience([name])]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "digest.db"
    open_store(f"sqlite:///{path}").close()
    return path


def test_no_order_of_files_imports_forms_and_erasures_brings_back_who_left(template):
    Lists.template = template
    few = settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Lists, settings=few)
