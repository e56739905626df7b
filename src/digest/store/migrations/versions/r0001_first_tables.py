"""The first tables: what is collected, the issues made of it, those who read, the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first stage; instants are microseconds since 1970, UTC."""
    collected()
    issues()
    readers()
    outbox()
    op.create_table(
        "run",
        sa.Column("id", sa.Integer, primary_key=True),
        word("job"),
        word("about"),
        instant("started_at"),
        instant("ended_at", nullable=True),
        word("result"),
        word("text"),
    )
    op.create_index("ix_run_job_started_at", "run", ["job", "started_at"])
    meta = op.create_table(
        "meta",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(meta, [{"name": "claims", "number": 0}])


def collected() -> None:
    op.create_table(
        "source",
        sa.Column("name", sa.Text, primary_key=True),
        word("etag"),
        word("last_modified"),
        instant("last_try_at", nullable=True),
        instant("last_success_at", nullable=True),
        number("failures"),
        word("reason"),
        word("url"),
        instant("next_at", nullable=True),
        instant("asked_until", nullable=True),
        word("moved_to"),
        number("moves"),
        sa.Column("retired", sa.Boolean, nullable=False),
    )
    op.create_table(
        "article",
        sa.Column("no", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("fingerprint", sa.Text, nullable=False, unique=True),
        word("source"),
        instant("kept_at"),
        blob("body"),
    )
    op.create_table(
        "alias",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("article", sa.String(64), sa.ForeignKey("article.id"), nullable=False),
    )
    op.create_index("ix_alias_article", "alias", ["article"])
    op.create_index("ix_article_source", "article", ["source"])
    op.create_index("ix_article_kept_at", "article", ["kept_at"])


def issues() -> None:
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer, primary_key=True),
        word("edition"),
        number("number"),
        sa.Column("local_date", sa.Date, nullable=False),
        word("slot"),
        sa.Column("state", sa.String(20), nullable=False),
        number("revision"),
        instant("draft_at"),
        instant("send_at"),
        instant("expires_at"),
        word("approved_by"),
        instant("approved_at", nullable=True),
        word("binding"),
        word("reason"),
        word("imprint"),
        instant("claimed_at"),
        instant("moved_at"),
        sa.UniqueConstraint("edition", "local_date", "slot"),
        sqlite_autoincrement=True,
    )
    numbered = sa.text("number > 0")
    op.create_index(
        "ix_issue_edition_number",
        "issue",
        ["edition", "number"],
        unique=True,
        sqlite_where=numbered,
        postgresql_where=numbered,
    )
    op.create_table(
        "revision",
        key("issue", "issue.id"),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        instant("at"),
        word("by"),
        blob("content"),
    )
    op.create_table("material", key("issue", "issue.id"), blob("inputs"), blob("articles"))
    op.create_table(
        "pool",
        sa.Column("edition", sa.Text, primary_key=True),
        sa.Column("article", sa.String(64), sa.ForeignKey("article.id"), primary_key=True),
        reference("issue", "issue.id"),
        word("reason"),
    )
    op.create_index("ix_pool_issue", "pool", ["issue"])


def readers() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("address", sa.Text, nullable=False, unique=True),
        word("email"),
        word("name"),
        word("domain"),
        sa.Column("email_hmac", sa.String(64), nullable=False),
        instant("since"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscriber_email_hmac", "subscriber", ["email_hmac"])
    preferences = ("sections", "frequency", "time", "timezone", "language")
    op.create_table(
        "preference",
        sa.Column("id", sa.Integer, primary_key=True),
        *(word(name) for name in preferences),
        sa.UniqueConstraint(*preferences),
    )
    op.create_table(
        "subscription",
        key("subscriber", "subscriber.id"),
        sa.Column("list", sa.Text, primary_key=True),
        sa.Column("consent", sa.String(20), nullable=False),
        reference("preference", "preference.id"),
        sa.Column("joined_on", sa.Date),
        instant("since"),
        instant("removed_at", nullable=True),
    )
    op.create_index("ix_subscription_list", "subscription", ["list"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer, primary_key=True),
        reference("subscriber", "subscriber.id"),
        word("list"),
        sa.Column("event", sa.String(20), nullable=False),
        instant("at"),
        word("origin"),
    )
    op.create_index("ix_consent_subscriber", "consent", ["subscriber"])
    op.create_table(
        "suppression",
        sa.Column("email_hmac", sa.String(64), primary_key=True),
        word("key"),
        word("reason"),
        sa.Column("since", sa.Date, nullable=False),
    )


def outbox() -> None:
    op.create_table(
        "audience",
        key("issue", "issue.id"),
        sa.Column("list", sa.Text, primary_key=True),
        number("position"),
    )
    op.create_table(
        "cohort",
        key("issue", "issue.id"),
        key("preference", "preference.id"),
        sa.Column("variant", sa.Text),
        instant("due_at"),
        word("reason"),
    )
    op.create_table(
        "skeleton",
        key("issue", "issue.id"),
        sa.Column("variant", sa.Text, primary_key=True),
        blob("body"),
    )
    op.create_table(
        "batch",
        key("issue", "issue.id"),
        sa.Column("no", sa.Integer, primary_key=True, autoincrement=False),
        number("first"),
        number("last"),
        instant("due_at"),
        instant("not_before", nullable=True),
        word("owner"),
        instant("leased_until", nullable=True),
    )
    op.create_table(
        "delivery",
        key("issue", "issue.id"),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        reference("subscriber", "subscriber.id"),
        word("list"),
        reference("preference", "preference.id"),
        word("variant"),
        instant("due_at"),
        sa.Column("state", sa.String(20), nullable=False),
        word("worker"),
        number("attempts"),
        instant("not_before", nullable=True),
        number("code"),
        word("text"),
        instant("at", nullable=True),
        sa.UniqueConstraint("issue", "subscriber"),
        sqlite_with_rowid=False,
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.Text, primary_key=True),
        word("host"),
        word("boot"),
        sa.Column("state", sa.String(10), nullable=False),
        instant("since"),
        instant("died_at", nullable=True),
    )


def instant(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def key(name: str, target: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(target), primary_key=True, autoincrement=False)


def reference(name: str, target: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(target), nullable=False)
