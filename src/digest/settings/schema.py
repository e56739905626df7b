"""The shape of digest.toml.

`Document` is filled from several layers at once (`digest.settings.layers`). Arrays of tables are held by position, so
that a layer can speak of one field of one relay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from digest.model.issue import SUBJECT_TEMPLATE, Approval, InDoubt, Ranking
from digest.model.news import SourceKind
from digest.settings.fields import (
    MANY,
    BaseAddress,
    Clock,
    DatabaseUrl,
    Domain,
    DomainPattern,
    Duration,
    Folder,
    HeaderName,
    Host,
    KeyName,
    Language,
    Line,
    Listen,
    MailAddress,
    Mailbox,
    Network,
    Pattern,
    PlainName,
    Rate,
    Secret,
    SectionName,
    Selector,
    SomeLine,
    Term,
    WebAddress,
    When,
    Zone,
)

Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Table(BaseModel):
    """A table of digest.toml: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True)


class DigestTable(Table):
    """The newsletter as a whole."""

    title: SomeLine
    """Stands in the mail's From and at its top."""
    timezone: Zone = "UTC"
    """Of editions that name no other."""
    language: Language = "en"
    """Of labels, and of articles where nobody says."""
    data: Folder = "var"
    """Folder of the database, the catcher's mails, keys and caches."""
    database: DatabaseUrl | None = None
    """SQLAlchemy URL; without it SQLite in `data`."""
    public_url: BaseAddress | None = None
    """Where readers reach the web pages, also below a path of a host that has others: `https://news.example/brief`."""
    postal_address: Line = ""
    """Printed at the foot of each mail; many countries require one."""
    contact: Line = ""
    """An address or a URL that outlets see when their feeds are fetched; without it `public_url`, if it is https."""
    templates: Folder = "templates"
    """Folder of looks."""
    subscribers: Folder = "subscribers"
    """Folder of lists."""
    secrets_dir: Folder | None = None
    """Folder of files named like environment variables, one secret in each."""


class SectionTable(Table):
    """A heading of the editions."""

    id: SectionName
    """Names it in lists, commands and links."""
    title: SomeLine
    """Its heading in the mail."""
    max_stories: Annotated[int, Field(ge=1, le=100)] = 5
    """At most so many stand in it; the others are left out, and said to be."""
    match: Annotated[tuple[Term, ...], MANY] = ()
    """What speaks for it: words or phrases; `*` takes any ending, `^2.5` behind a term weighs it."""
    fallback: bool = False
    """Whether it takes what fits no section."""


class SourceTable(Table):
    """A place articles are collected from."""

    name: SomeLine
    """As readers see it, and as `--source` takes it."""
    kind: SourceKind = SourceKind.FEED
    """What it is."""
    url: WebAddress | None = None
    """Of a feed or a page."""
    path: Folder | None = None
    """Of a folder."""
    every: Duration = timedelta(minutes=15)
    """How often the daemon reads it."""
    weight: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0
    """What this outlet's word counts in ranking; 1 is ordinary."""
    side: PlainName | None = None
    """Whose side the outlet speaks for, for example `ru-state`."""
    language: Language | None = None
    """Of its articles; without it as the feed or the page says."""
    follow: bool = True
    """Whether the page behind a feed's link is fetched."""
    allow_private: bool = False
    """Whether it may live on loopback or a private address."""
    timezone: Zone | None = None
    """Of dates that name none; without it that of the feed's other dates, else UTC."""
    select: Selector | None = None
    """CSS of what holds the text on its pages, for example `div.story`; without it the text is found by its looks."""
    remove: Selector | None = None
    """CSS of what is no text wherever it stands on its pages, for example `.promo, .quiz`."""
    keep: Annotated[tuple[Pattern, ...], MANY] = ()
    """Only articles with one of these in headline or address are taken: `ferr* bridge`, `/world/`; empty takes all."""
    drop: Annotated[tuple[Pattern, ...], MANY] = ()
    """Articles with one of these in headline or address are not taken."""


class EditionTable(Table):
    """A recurring newsletter."""

    title: SomeLine | None = None
    """Without it that of the newsletter."""
    sections: Annotated[tuple[SectionName, ...], MANY] | None = None
    """Ids in the order they stand in the mail; without it all."""
    lists: Annotated[tuple[PlainName, ...], MANY, Field(min_length=1)] | None = None
    """Whom it goes to; without it the list of its own name."""
    segments: Annotated[tuple[PlainName, ...], MANY] = ()
    """Of their readers those who fit one of these; empty takes all."""
    timezone: Zone | None = None
    """Of its hours; without it that of the newsletter."""
    language: Language | None = None
    """Of its labels; without it that of the newsletter."""
    draft: When
    """When it is built, on the same days as `send` or on their eves."""
    send: When
    """When it leaves: `Mon-Fri 07:00`, `daily 06:30 Europe/Kyiv`, or five fields of cron, `0 7 1,15 * *`."""
    max_age: Duration = timedelta(hours=72)
    """Articles published longer ago are left out."""
    approval: Approval = Approval.REQUIRED
    """Who lets an issue go: an editor; nobody needs to; or nobody, as long as the check finds no red."""
    deadline_grace: Duration = timedelta(minutes=20)
    """How long after its hour an issue may still be approved before it is held."""
    subject: SomeLine = SUBJECT_TEMPLATE
    """Jinja2 over the issue; over a reader's own sections where they chose some, the default where it needs others."""
    look: PlainName = "brief"
    """Folder under `templates`."""
    min_stories: Annotated[int, Field(ge=0, le=1000)] = 1
    """Fewer: held, not sent."""
    languages: Annotated[tuple[Language, ...], MANY] = ()
    """Articles in others are left out, by what they say or else by their text; empty takes all."""
    mute_words: Annotated[tuple[Pattern, ...], MANY] = ()
    """Articles with one of these in headline or standfirst are left out: words or phrases, `*` takes any ending."""
    mute_outlets: Annotated[tuple[Pattern, ...], MANY] = ()
    """Articles of these sources or outlets are left out."""
    catch_up: Duration = timedelta(hours=6)
    """A start later than that is missed, never sent."""
    expires: Duration = timedelta(hours=18)
    """Nothing of an issue leaves after that."""
    never_after: Clock | None = None
    """In the reader's own zone."""
    per_reader_timezone: bool = False
    """Whether its hour is meant on each reader's own clock, where their zone is known."""
    in_doubt: InDoubt = InDoubt.HOLD
    """What becomes of messages that were in a server's hands when their sender died."""
    canary: Annotated[int, Field(ge=0, le=1_000_000)] = 50
    """So many go first, and are waited for; none where an issue has no more readers than that and a tenth."""
    brake_percent: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 5.0
    """More of them refused, or later on more than that and chance explain: the rest is held (`digest resume`)."""
    clicks: bool = False
    """Whether links to stories are counted: by link and hour, never by reader (`digest clicks`). They lead over
    `public_url`, whose pages must then be up for as long as mails are read."""


class SegmentTable(Table):
    """A saved filter over readers: who fits every condition that is given, of each by one of its values."""

    sections: Annotated[tuple[SectionName, ...], MANY] = ()
    """Whoever reads one of them."""
    zones: Annotated[tuple[SomeLine, ...], MANY] = ()
    """Whose clock is in one of them: `Europe/Kyiv`, `America/*`."""
    languages: Annotated[tuple[Language, ...], MANY] = ()
    """Who has their mail in one of them."""
    frequencies: Annotated[tuple[PlainName, ...], MANY] = ()
    """Who wants it that often: all, daily, weekdays, sundays, weekly, alerts."""
    domains: Annotated[tuple[SomeLine, ...], MANY] = ()
    """Whose address is at one of them."""
    joined_since: date | None = None
    """Who joined on that day or later."""
    joined_until: date | None = None
    """Who joined on that day or earlier."""


Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
USUAL: Final = Ranking()
"""How stories are ranked where nobody says otherwise."""


class RankTable(Table):
    """What puts one story before another. The first six are weights: only how they stand to each other matters."""

    coverage: Share = USUAL.coverage
    """Independent outlets that report it, each by its own weight; a copy counts half and confirms nothing."""
    fit: Share = USUAL.fit
    """How surely it belongs to its section."""
    recency: Share = USUAL.recency
    """How new its newest report is."""
    substance: Share = USUAL.substance
    """That there is a text to tell, and not a headline alone."""
    position: Share = USUAL.position
    """How near the top of its article it stands."""
    novelty: Share = USUAL.novelty
    """How much of it was not sent before."""
    half_life: Duration = USUAL.half_life
    """Age at which a report counts half."""
    per_source: Annotated[int, Field(ge=0, le=100)] = USUAL.per_source
    """Stories of a section that one source alone reports, before those of others; 0: any number."""
    per_subject: Annotated[int, Field(ge=0, le=100)] = USUAL.per_subject
    """Stories of a section on one subject before those on others; 0: any number."""


class ClassifyTable(Table):
    """How passages are placed."""

    semantic: Literal["auto", "off"] = "auto"
    """Whether the sentence encoder is asked where words are in doubt: where it is installed, or nowhere."""


class NameTable(Table):
    """A name that reports write in several ways, beyond those that everybody knows."""

    name: SomeLine
    """What it is called; one that is known (`Kyiv`) gets further ways to be written."""
    also: Annotated[tuple[SomeLine, ...], MANY] = ()
    """The other ways: `the port on the Tarn`."""
    place: bool = False
    """Whether it is one place: what happens there happens nowhere else."""


class RelayTable(Table):
    """A mail server, or the catcher."""

    name: PlainName
    """Names it in variables: `DIGEST_RELAY__MAIN__PASSWORD`."""
    kind: Literal["smtp", "lmtp", "catcher"] = "smtp"
    """How it is spoken to; `catcher` keeps mails on this machine."""
    host: Host | None = None
    """Its name or address."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Without it 587 for starttls, 465 for tls, 25 for none; for LMTP 24."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is protected; `none` only on this machine."""
    ca_file: Folder | None = None
    """File of the authorities (PEM) that vouch for it, where those of this machine do not."""
    username: Line = ""
    """Without a password nobody logs in."""
    password: Secret | None = None
    """Never here: from the environment or a secrets file."""
    auth: Literal["password", "xoauth2"] = "password"
    """What the password is: one, or an OAuth 2 access token."""
    weight: Annotated[int, Field(ge=0, le=100)] = 1
    """Its part of the mail beside other relays, counted in connections; 0: only while no other lets us in."""
    connections: Annotated[int, Field(ge=1, le=100)] = 4
    """At most so many at once."""
    per_connection: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """At most so many messages over one of them; 0: any number."""
    rate: Rate | None = None
    """At most so many messages over all its connections, for example `40/s`; of each process that sends."""
    timeout: Duration = timedelta(seconds=60)
    """How long connecting and encrypting may take; replies have the times of RFC 5321, 4.5.3.2."""


class DomainTable(Table):
    """How fast the mail of some domains may go."""

    match: Annotated[tuple[DomainPattern, ...], MANY, Field(min_length=1)]
    """Domains of addresses; `*.` in front takes those below it."""
    rate: Rate
    """At most so many messages to them, for example `1/s`."""


class SenderTable(Table):
    """Whom messages come from."""

    from_: Mailbox | None = Field(default=None, alias="from")
    """A name and an address, `The Brief <brief@brief.example>`."""
    reply_to: MailAddress | None = None
    """Where answers go; without it to `from`."""
    envelope_domain: Domain | None = None
    """Where word of failures goes; without it the domain of `from`."""


class DkimTable(Table):
    """Who signs; the keys lie in the data folder."""

    domain: Domain | None = None
    """Whose name signs."""
    selectors: Annotated[tuple[KeyName, ...], MANY] = ()
    """Names of its keys (`digest dkim keygen`); each makes a signature of its own."""


class BouncesTable(Table):
    """Where bounces arrive."""

    maildir: Folder | None = None
    """Folder they are delivered to."""
    hard_limit: Count = 1
    """So many failures for good end a subscription."""
    soft_limit: Count = 5
    """So many passing failures in a row end it."""


class ProxyTable(Table):
    """Whose word on who is at the desk is taken."""

    header: HeaderName = "Remote-User"
    """Carries the name of who is logged in."""
    trusted: Annotated[tuple[Network, ...], MANY] = ()
    """Networks the proxy speaks from."""


class WebTable(Table):
    """The editor's desk and the readers' pages."""

    listen: Listen = "127.0.0.1:8412"
    """Address and port."""
    auth: Literal["password", "proxy", "none"] = "password"
    """How editors log in."""
    proxy: ProxyTable = Field(default_factory=ProxyTable)


class AlertsTable(Table):
    """Who hears of trouble."""

    email: Annotated[tuple[MailAddress, ...], MANY] = ()
    """Who is written to, once when something begins to be wrong and once when it is over."""
    webhook: WebAddress | None = None
    """Is told the same, as JSON by POST; its `text` is what chat services show."""
    ping: WebAddress | None = None
    """Is fetched after the daemon's jobs, at most each minute, while none fails or hangs: so its silence is noticed."""


class Document(BaseSettings):
    """All of digest.toml, with what the secrets files and the environment put over it."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    digest: DigestTable
    section: dict[int, SectionTable] = Field(default_factory=dict)
    source: dict[int, SourceTable] = Field(default_factory=dict)
    edition: dict[PlainName, EditionTable] = Field(default_factory=dict)
    segment: dict[PlainName, SegmentTable] = Field(default_factory=dict)
    rank: RankTable = Field(default_factory=RankTable)
    classify: ClassifyTable = Field(default_factory=ClassifyTable)
    name: dict[int, NameTable] = Field(default_factory=dict)
    relay: dict[int, RelayTable] = Field(default_factory=dict)
    domain: dict[int, DomainTable] = Field(default_factory=dict)
    sender: SenderTable = Field(default_factory=SenderTable)
    dkim: DkimTable = Field(default_factory=DkimTable)
    bounces: BouncesTable = Field(default_factory=BouncesTable)
    web: WebTable = Field(default_factory=WebTable)
    alerts: AlertsTable = Field(default_factory=AlertsTable)

    @classmethod
    def from_layers(cls, trees: Sequence[Mapping[str, Any]]) -> Self:
        """Return the document that several layers make together, the strongest first; raises ValidationError."""
        values: dict[str, Any] = {"layers": tuple(trees)}
        return cls(**values)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the layers that were handed in, the strongest first; the process's own environment is none of them."""
        layers = init_settings().get("layers", ())
        return tuple(InitSettingsSource(settings_cls, dict(layer)) for layer in layers)


NAMED_BY: Final[Mapping[str, str]] = {"section": "id", "source": "name", "relay": "name", "name": "name", "domain": ""}
"""For each array of tables, the key that names its elements; those of `domain` have none and go by position."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of digest.toml, for editors that complete and check it."""
    made = Document.model_json_schema(by_alias=True)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "digest.toml"
    for name, field in made["properties"].items():
        if name in NAMED_BY:
            made["properties"][name] = {"type": "array", "items": field["additionalProperties"]}
    for table in ("edition", "segment"):
        made["properties"][table]["additionalProperties"] = False
    del made["$defs"]["RelayTable"]["properties"]["password"]
    return made
