"""An invented issue: places, people and outlets that are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from digest.model.delivery import Recipient
from digest.model.issue import (
    Content,
    Correction,
    Credit,
    Edition,
    Figure,
    Follows,
    IssueSection,
    Item,
    Schedule,
    Section,
)
from digest.render import MailSettings

TEMPLATES = Path(__file__).parents[2] / "templates"
LOOKS = ("brief", "plain")
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)

SECTIONS = (
    Section("military", "Military situation"),
    Section("diplomacy", "Diplomacy"),
    Section("peace_summit", "Peace summit"),
)
WEEKDAYS = frozenset(range(5))
EDITION = Edition(
    id="weekday",
    title="The Aldovar Brief",
    sections=SECTIONS,
    lists=("weekday",),
    timezone="Europe/Kyiv",
    language="en",
    draft=Schedule(WEEKDAYS, time(6)),
    send=Schedule(WEEKDAYS, time(7)),
)
MAIL = MailSettings(
    from_name="The Aldovar Brief",
    from_address="brief@brief.example",
    reply_to="desk@brief.example",
    public_url="https://brief.example",
    postal_address="8 Ropewalk, Aldovar",
    list_domain="brief.example",
    unsubscribe_mailto="leave@brief.example",
)
ADA = Recipient(
    subscriber=7,
    email="ada@tarnmouth.example",
    name="Ada Rehn",
    list="weekday",
    sections=(),
    timezone="Europe/Kyiv",
    language="en",
)


def tokens(purpose: str) -> str:
    """Return what stands in for a signed token."""
    return f"k1.{purpose[:1]}J4nQ8sVt2LwXb7Rm0Yd5Hc9Ze3Gp6Ka1Uf"


def credit(name: str, hours: float, side: str = "") -> Credit:
    """Return an outlet that reported so many hours before the issue."""
    slug = name.lower().replace(" ", "-")
    return Credit(name, f"https://{slug}.example/news/{int(hours * 60)}", NOW - timedelta(hours=hours), side)


def item(anchor: str, headline: str, summary: str, *told: Credit, also_in: tuple[str, ...] = ()) -> Item:
    """Return a story that its first outlet is linked for."""
    sentences = tuple(f"{s}." for s in summary.rstrip(".").split(". "))
    return Item(anchor, headline, told[0].url, sentences, told, (), 1.0, also_in=also_in)


ITEMS = {
    "military": (
        item(
            "military-1",
            "Crossing at Ferren holds through a third night of shelling",
            "Marenian engineers reopened one lane before dawn after Sorvat guns hit the eastern approach eleven times. "
            "Two supply columns crossed. The general staff says the bridgehead is now four kilometres deep, which the "
            "Karsk command denies.",
            credit("Ilma Courier", 1.3),
            credit("Karsk Wire", 2, "sorvat-state"),
            credit("Radio Tarn", 3),
            also_in=("diplomacy",),
        ),
        item(
            "military-2",
            "Drone fragments close a children’s clinic in Tarnmouth",
            "Nobody was inside. Thirteen houses nearby lost their windows, and seven people were treated for cuts.",
            credit("Radio Tarn", 2.1),
        ),
        item(
            "military-3",
            "Absences rise in two reserve brigades",
            "A parliamentary report counts 2,300 soldiers who did not return from leave since August. The ministry "
            "offers a way back without charges.",
            credit("The Aldovar Ledger", 8.8),
        ),
        item(
            "military-4",
            "Fire at the Olde Mill fuel depot is out",
            "Sorvat says it downed every drone. Satellite pictures show two burnt tanks.",
            credit("Karsk Wire", 4.5, "sorvat-state"),
        ),
    ),
    "diplomacy": (
        item(
            "diplomacy-1",
            "Northern League splits over who would watch a ceasefire",
            "Calder wants unarmed observers from neutral states. Norrmark says nobody will believe a line that nobody "
            "guards. Ministers meet again on Tuesday.",
            credit("Calder Gazette", 9.75),
            credit("Norrmark Post", 11),
        ),
        item(
            "diplomacy-2",
            "Sorvat’s defence minister visits the island state of Hai-Ren",
            "Both sides signed a page on “technical exchange”. Aldovar calls it a swap of air defence for men.",
            credit("Karsk Wire", 11.3, "sorvat-state"),
        ),
        item(
            "diplomacy-3",
            "Aldovar asks its allies not to answer threats in kind",
            "The foreign minister called talk of new missiles a test of nerves for the incoming League presidency.",
            credit("The Aldovar Ledger", 7.9),
        ),
    ),
    "peace_summit": (
        item(
            "peace_summit-1",
            "Lindholm prepares a second table, twelve days out",
            "Hosts will seat the large undecided states apart from the drafting group, so they can take part without "
            "signing. Sorvat was left out of the first round in June and has not been asked to this one.",
            credit("Norrmark Post", 10.5),
            also_in=("diplomacy",),
        ),
        item(
            "peace_summit-2",
            "Two great powers keep their answer for later",
            "Envoys from Dasht and Hai-Ren praised the plan and promised nothing. Hosts expect a reply by the weekend.",
            credit("Calder Gazette", 3.6),
        ),
        item(
            "peace_summit-3",
            "Farmers of the Ilma valley ask for mine clearance first",
            "A letter from 41 villages wants the fields cleared before any line is drawn on a map.",
            credit("Ilma Courier", 180),
        ),
    ),
}


def content(**changes: object) -> Content:
    """Return the sample issue, untitled, with the changes."""
    made = Content(
        edition="weekday",
        title="The Aldovar Brief",
        number=412,
        local_date=DAY,
        timezone="Europe/Kyiv",
        language="en",
        built_at=NOW - timedelta(hours=1),
        subject="",
        preheader="",
        sections=tuple(IssueSection(s.id, s.title, ITEMS[s.id]) for s in SECTIONS),
        sources_read=14,
    )
    return replace(made, **changes)


def with_item(**changes: object) -> Content:
    """Return an issue of one story, the sample's lead with the changes."""
    only = replace(ITEMS["military"][0], also_in=(), **changes)
    return content(sections=(IssueSection("military", "Military situation", (only,)),))


CORRECTION = Correction(
    number=411,
    headline="Bridgehead grows on the east bank",
    text="We gave its depth as six kilometres. It was three.",
    at=NOW - timedelta(hours=10),
)


def full() -> Content:
    """Return the sample issue with all that a story and an issue may have."""
    lead, clinic, *others = ITEMS["military"]
    told = (
        replace(lead, claimed_by=("the general staff",)),
        replace(
            clinic,
            follows=Follows(411, DAY - timedelta(days=1), "Clinic hit in Tarnmouth"),
            claimed_by=("the regional governor", "the Marenian air force"),
            figures=(
                Figure("dead", ((9, ("Radio Tarn",)), (7, ("Ilma Courier", "Karsk Wire")))),
                Figure("hurt", ((21, ("Radio Tarn",)), (13, ("Ilma Courier",)), (12, ("Karsk Wire",)))),
            ),
        ),
        *others,
    )
    first, *rest = content().sections
    return content(sections=(replace(first, items=told), *rest), corrections=(CORRECTION,))


def tongues() -> Content:
    """Return an issue whose stories are told in many scripts, with words longer than a phone is wide."""
    lines = (
        ("ar", "الجسر صامد لليلة الثالثة", "عبرت قافلتان الجسر قبل الفجر. وقال بيان مقتضب إن ممرًا واحدًا فُتح"),
        ("he", "הגשר מחזיק מעמד לילה שלישי", "שתי שיירות חצו לפני עלות השחר. נתיב אחד נפתח"),
        ("uk", "Міст тримається третю ніч", "Дві колони перетнули річку до світанку. Одну смугу відкрито"),
        (
            "de",
            "Flussübergangsinstandsetzungskompanie hält Brücke",
            "Die Donaubrückeninstandhaltungsgesellschaftsversammlung tagt",
        ),
        ("ja", "橋は三日目の夜も持ちこたえる", "夜明け前に二つの車列が渡った"),
        ("", "A bridge 🌉, a crew 👩‍🚒, and a flag 🏳️‍🌈 over it", "Nobody was hurt. Cafe\u0301s open at noon"),
    )
    names = ("أخبار النهر", "קול הנהר", "Річковий вісник", "Flußbote", "川の便り", "River Post 📰")
    told = tuple(
        replace(item(f"military-{n}", headline, summary, credit(name, n, "sorvat-state")), language=language)
        for n, ((language, headline, summary), name) in enumerate(zip(lines, names, strict=True), start=1)
    )
    mixed = replace(
        told[0], credits=tuple(replace(story.credits[0], url=f"https://n.example/{n}") for n, story in enumerate(told))
    )
    return content(sections=(IssueSection("military", "Military situation", (mixed, *told[1:])),))
