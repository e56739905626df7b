"""The tables, in the words of the glossary. Every change here comes with a migration; a test compares the two."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from digest.store.columns import Instant, Words

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta: Final = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("number", BigInteger, nullable=False),
)
"""`claims`: raised by every claim, so that a database put back from a backup shows its age; `put_back`: 1 once it did,
until somebody has looked at it; `keys`: how many keys for tokens were made."""

# ---------------------------------------------------------------------------------------------- what is collected

source: Final = Table(
    "source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("etag", Words, nullable=False),
    Column("last_modified", Words, nullable=False),
    Column("last_try_at", Instant),
    Column("last_success_at", Instant),
    Column("failures", Integer, nullable=False),
    Column("reason", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("next_at", Instant),
    Column("asked_until", Instant),
    Column("moved_to", Words, nullable=False),
    Column("moves", Integer, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("body_hash", String(64), nullable=False, server_default=""),
    Column("failing_since", Instant),
)

article: Final = Table(
    "article",
    metadata,
    Column("no", Integer, primary_key=True),  # the order of collection
    Column("id", String(64), nullable=False, unique=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False, index=True),
    Column("kept_at", Instant, nullable=False, index=True),
    Column(
        "body", LargeBinary, nullable=False
    ),  # the whole Article; empty once it is forgotten, and known all the same
    Column("version", String(64), nullable=False, server_default=""),
    Column("updated_at", Instant),
)

alias: Final = Table(
    "alias",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("article", ForeignKey("article.id"), nullable=False, index=True),
)
"""Ids of other addresses at which an article, or a copy of it, was met."""

# ----------------------------------------------------------------------------------------------- what is made of it

issue: Final = Table(
    "issue",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("slot", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("draft_at", Instant, nullable=False),
    Column("send_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("approved_by", Words, nullable=False),
    Column("approved_at", Instant),
    Column("binding", Text, nullable=False),
    Column("override", Words, nullable=False, server_default=""),  # why it was approved although the check found red
    Column("reason", Words, nullable=False),
    Column("imprint", Words, nullable=False),  # what the caller keeps with it at the freeze; empty before
    Column("claimed_at", Instant, nullable=False),  # when the row was made
    Column("moved_at", Instant, nullable=False),
    UniqueConstraint("edition", "local_date", "slot"),
    sqlite_autoincrement=True,
)

NUMBERED: Final = text("number > 0")  # missed ones take no number
Index(
    "ix_issue_edition_number",
    issue.c.edition,
    issue.c.number,
    unique=True,
    sqlite_where=NUMBERED,
    postgresql_where=NUMBERED,
)

revision: Final = Table(
    "revision",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("by", Words, nullable=False),  # empty: the program
    Column("content", LargeBinary, nullable=False),
    Column("did", String(10), nullable=False, server_default="build"),  # build, move, undo, redo
    Column("move", Words, nullable=False, server_default=""),  # JSON; of an undo, the one taken back
    Column("said", Words, nullable=False, server_default=""),
)

material: Final = Table(
    "material",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("inputs", LargeBinary, nullable=False),
    Column("articles", LargeBinary, nullable=False),
    Column("unedited", LargeBinary),  # what editors' moves are made on; None: the last build's revision is that
)
"""What the present revision was built from, with the texts as they were, so that it can be built again."""

pool: Final = Table(
    "pool",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("article", ForeignKey("article.id"), primary_key=True),
    Column("issue", ForeignKey("issue.id"), nullable=False, index=True),
    Column("reason", Words, nullable=False),  # empty: in the pool; else why it was left out
)
"""Where each article ended for an edition: in one issue's pool, or left out there."""

example: Final = Table(
    "example",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("editor", Words, nullable=False),
    Column("what", String(20), nullable=False),  # section, split, merge, drop, order
    Column("was", Words, nullable=False),
    Column("becomes", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("heading", Words, nullable=False),
    Column("text", Words, nullable=False),
)
"""What editors corrected, in order; only ever added to. The words stand here, since articles go with time."""

# --------------------------------------------------------------------------------------------------- who reads

subscriber: Final = Table(
    "subscriber",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", Text, nullable=False, unique=True),  # the e-mail in lower case: one row an address
    Column("email", Text, nullable=False),  # as written
    Column("name", Words, nullable=False),
    Column("domain", Text, nullable=False),
    Column("email_hmac", String(64), nullable=False, index=True),
    Column("since", Instant, nullable=False),
    sqlite_autoincrement=True,
)

preference: Final = Table(
    "preference",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sections", Text, nullable=False),  # a JSON list
    Column("frequency", Text, nullable=False),
    Column("time", Text, nullable=False),  # ISO 8601; empty: the edition's
    Column("timezone", Text, nullable=False),
    Column("language", Text, nullable=False),
    UniqueConstraint("sections", "frequency", "time", "timezone", "language"),
)
"""Each way of reading that occurs, once. Rows are never changed, so a delivery may point at one."""

subscription: Final = Table(
    "subscription",
    metadata,
    Column("subscriber", ForeignKey("subscriber.id"), primary_key=True, autoincrement=False),
    Column("list", Text, primary_key=True),
    Column("consent", String(20), nullable=False),
    Column("preference", ForeignKey("preference.id"), nullable=False),
    Column("joined_on", Date),
    Column("since", Instant, nullable=False),
    Column("removed_at", Instant),  # its row has left the list's file
    Column("paused_until", Date),  # no issue of an earlier day
    Column("said", Integer, nullable=False, server_default="0"),  # how often its reader changed it themselves
    Column("noted", Integer, nullable=False, server_default="0"),  # how much of that stands in the list's file
    Column("joins", Boolean, nullable=False, server_default=false()),  # its row has yet to come into the file
    Column("writing", Text),  # how the file was marked when the word began to be written into it
    Index("ix_subscription_list", "list"),
)

earlier: Final = Table(
    "earlier",
    metadata,
    Column("subscriber", ForeignKey("subscriber.id"), primary_key=True, autoincrement=False),
    Column("list", Text, primary_key=True),
    Column("preference", ForeignKey("preference.id"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
)
"""What a list's file said of a reader before a word of theirs: by that an older copy of a row is known."""

consent: Final = Table(
    "consent",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscriber", ForeignKey("subscriber.id"), nullable=False, index=True),
    Column("list", Text, nullable=False),
    Column("event", String(20), nullable=False),  # file, sign_up, confirm, unsubscribe, …
    Column("at", Instant, nullable=False),
    Column("origin", Words, nullable=False),
    Column("wording", Words, nullable=False, server_default=""),  # what they agreed to, as it was put to them
)
"""What each reader said, in order; only ever added to."""

request: Final = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),  # sign_up, address
    Column("subscriber", ForeignKey("subscriber.id"), nullable=False, index=True),
    Column("edition", Text, nullable=False),
    Column("list", Text, nullable=False),
    Column("preference", ForeignKey("preference.id")),
    Column("email", Text, nullable=False),  # the new address; empty for a sign-up
    Column("wording", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("done_at", Instant),  # confirmed, or void
    sqlite_autoincrement=True,
)
"""What somebody asked for at a form: nothing of it counts until whoever has the mailbox confirms it."""

notice: Final = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subscriber", ForeignKey("subscriber.id"), nullable=False),
    Column("edition", Text, nullable=False),
    Column("request", ForeignKey("request.id")),
    Column("email", Text, nullable=False),  # where it goes, if not to the subscriber's address
    Column("email_hmac", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),
    Column("not_before", Instant, index=True),  # None: it is done with
    Column("attempts", Integer, nullable=False),
    Column("code", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Instant),
    Index("ix_notice_email_hmac_made_at", "email_hmac", "made_at"),
    sqlite_autoincrement=True,
)
"""The mails that answer one reader: confirmation, welcome, goodbye, link, change of address."""

former: Final = Table(
    "former",
    metadata,
    Column("email_hmac", String(64), primary_key=True),
    Column("list", Text, primary_key=True),
    Column("subscriber", ForeignKey("subscriber.id"), nullable=False, index=True),  # whose address it was
    Column("since", Instant, nullable=False),
)
"""Addresses that readers moved away from: no file brings one back to a list, only a word from that very mailbox."""

refusal: Final = Table(
    "refusal",
    metadata,
    Column("email_hmac", String(64), primary_key=True),
    Column("key", Text, nullable=False),
    Column("since", Instant, nullable=False),
)
"""Addresses that no form writes to any more, by the word of whoever has them: a suppression that they alone lift."""

suppression: Final = Table(
    "suppression",
    metadata,
    Column("email_hmac", String(64), primary_key=True),
    Column("key", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("since", Date, nullable=False),
)

# --------------------------------------------------------------------------------------------------- the outbox

audience: Final = Table(
    "audience",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("list", Text, primary_key=True),
    Column("position", Integer, nullable=False),
)
"""The lists an issue was frozen for, in the edition's order."""

cohort: Final = Table(
    "cohort",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("preference", ForeignKey("preference.id"), primary_key=True, autoincrement=False),
    Column("variant", Text),  # None: nothing for them in this issue
    Column("due_at", Instant, nullable=False),
    Column("reason", Words, nullable=False),  # why nothing goes out to them
)

skeleton: Final = Table(
    "skeleton",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("variant", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

batch: Final = Table(
    "batch",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("not_before", Instant),  # no open row of it may be claimed earlier; None: it has no open row
    Column("owner", Text, nullable=False),
    Column("leased_until", Instant),
)

delivery: Final = Table(
    "delivery",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("subscriber", ForeignKey("subscriber.id"), nullable=False),
    Column("list", Text, nullable=False),
    Column("preference", ForeignKey("preference.id"), nullable=False),
    Column("variant", Text, nullable=False),  # empty: suppressed at the freeze
    Column("due_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),  # in no index, so that PostgreSQL updates in place (HOT)
    Column("worker", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Instant),
    Column("code", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Instant),
    Column("given_back", Integer, nullable=False, server_default="0"),  # so many of its attempts were no try
    Column("relay", Text, nullable=False, server_default=""),  # the name of the one that gave the last outcome
    UniqueConstraint("issue", "subscriber"),
    sqlite_with_rowid=False,
    postgresql_with={"fillfactor": "80"},
)

folded: Final = Table(
    "folded",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("since", Instant, nullable=False),
)
"""Issues whose deliveries become totals, or did: none of them is ever tried again."""

total: Final = Table(
    "total",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("state", String(20), nullable=False),
    Column("code", Integer, nullable=False),  # of a refusal, else 0
    Column("said", Words, nullable=False),  # an enhanced code, why it was suppressed, or that it was assumed
    Column("relay", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("first_at", Instant),
    Column("last_at", Instant),
)
"""What became of an issue's messages whose deliveries are gone, a row a kind. Nobody stands in it."""

tester: Final = Table(
    "tester",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("address", Text, primary_key=True),  # the e-mail in lower case
    Column("email", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
"""To whom an edition's test sends went last."""

brake: Final = Table(
    "brake",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("canary", Integer, nullable=False),
    Column("percent", Float, nullable=False),
    Column("let_go", Float, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("lately_taken", Integer, nullable=False),
    Column("lately_refused", Integer, nullable=False),
    Column("pulled", Boolean, nullable=False),
    Column("reach", Integer, nullable=False),  # no row beyond this seq was claimed while the canary was out
)
"""What was answered of an issue; counted apart, because counting the rows of a large issue takes too long each time."""

click: Final = Table(
    "click",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("link", Integer, primary_key=True, autoincrement=False),  # 0: the one that no person sees
    Column("kind", String(10), primary_key=True),  # human, unsure, machine
    Column("hour", Instant, primary_key=True),
    Column("count", Integer, nullable=False),
)
"""How often somebody came over a counted link. Nobody stands in it, so there is nobody to forget."""

worker: Final = Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("state", String(10), nullable=False),  # alive, declared (dead without proof), dead
    Column("since", Instant, nullable=False),
    Column("died_at", Instant),
)

run: Final = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, nullable=False),
    Column("about", Text, nullable=False),  # JSON: what it was about, by name
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("result", Text, nullable=False),  # empty while it runs
    Column("text", Words, nullable=False),
    Index("ix_run_job_started_at", "job", "started_at"),
)

# ---------------------------------------------------------------------------------------------------- the desk

editor: Final = Table(
    "editor",
    metadata,
    Column("key", Text, primary_key=True),  # the name without its capitals
    Column("name", Text, nullable=False),
    Column("right", String(10), nullable=False),
    Column("hash", Text, nullable=False),  # argon2id; empty: no password opens
    Column("since", Instant, nullable=False),
)

session: Final = Table(
    "session",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of what the cookie holds: whoever reads this enters nowhere
    Column("editor", Text, nullable=False),  # a key of `editor`; empty: of a desk without editors
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)

acknowledged: Final = Table(
    "acknowledged",
    metadata,
    Column("issue", ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("mark", String(16), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Which of a check's findings somebody looked at and left as they are."""

choice: Final = Table(
    "choice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", ForeignKey("issue.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),  # on which it was written
    Column("by", Words, nullable=False),  # an editor's key
    Column("at", Instant, nullable=False),
    Column("move", Words, nullable=False),  # JSON, of one text
    Column("ground", Words, nullable=False),  # what stood there
    sqlite_autoincrement=True,  # an old page must not answer what was asked later
)
"""Texts over which their authors have to choose, since somebody else wrote in the same place."""

alert: Final = Table(
    "alert",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("trouble", String(20), nullable=False),
    Column("about", Text, nullable=False),
    Column("text", Words, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
"""What was wrong, and for how long."""
STILL: Final = text("ended_at IS NULL")
Index(
    "ix_alert_trouble_about",
    alert.c.trouble,
    alert.c.about,
    unique=True,  # a trouble begins once
    sqlite_where=STILL,
    postgresql_where=STILL,
)

alerted: Final = Table(
    "alerted",
    metadata,
    Column("alert", ForeignKey("alert.id"), primary_key=True, autoincrement=False),
    Column("channel", String(40), primary_key=True),  # webhook; mail:HASH, an address; mail, all addresses
    Column("phase", String(10), primary_key=True),  # begin, end
    Column("at", Instant, nullable=False),
)
"""What of an alert was told, and over which way."""
