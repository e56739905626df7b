"""The invented issue of tests/render, rendered and ready to be judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from functools import lru_cache

from digest.check import Crowd, Print, Proof, Way, check
from digest.compose.names import names
from digest.model.delivery import Variant
from digest.model.issue import Cited, IssueSection
from digest.model.news import Article, Block, BlockKind
from digest.pipeline.examine import lore
from digest.render import fields_for, message, open_look, render, titled
from tests.render.samples import ADA, EDITION, ITEMS, MAIL, NOW, SECTIONS, TEMPLATES, content, tokens

LOOK = open_look(TEMPLATES, "brief")
LATER = NOW + timedelta(hours=1)
AGE = timedelta(days=8)
"""The sample issue has a story of last week."""
OUT = Way(leaves=True, public_url=MAIL.public_url, postal_address=MAIL.postal_address)
HOME = replace(OUT, leaves=False)
CROWD = Crowd(lists=(("weekday", 120),), going=120)


def article(name, title, *paragraphs, at=NOW, **changes):
    """An article of one outlet."""
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs)
    made = Article(name, "Radio Tarn", f"https://radio-tarn.example/{name}", title, blocks, name, at, at)
    return replace(made, **changes)


def cited(item, *names):
    """The item as it stands on these articles."""
    return replace(item, passages=tuple(Cited(name, 0, "", 1.0, ()) for name in names))


def issue(*items, **changes):
    """An issue of these stories, all of them in the first section."""
    anchored = tuple(replace(item, anchor=f"military-{n}", also_in=()) for n, item in enumerate(items, start=1))
    sections = (IssueSection("military", "Military situation", anchored),) if items else ()
    made = content(sections=sections)
    return replace(titled(made, LOOK, EDITION) if items else made, **changes)


@lru_cache(maxsize=64)
def printed(made, mail=MAIL):
    """What somebody gets of an issue who chose nothing."""
    variant = Variant(tuple(section.id for section in made.sections), "en")
    skeleton = render(made, LOOK, [variant], mail)[variant.id]
    fields = fields_for(ADA, issue=412, due_at=NOW, edition=EDITION, look=LOOK, mail=mail, tokens=tokens)
    data = message(skeleton, fields)
    html = next(part for part in message_from_bytes(data).walk() if part.get_content_type() == "text/html")
    return Print(variant.id, html.get_payload(decode=True).decode(), len(html.get_payload()), data)


def proof(made=None, *articles, **changes):
    """An issue ready to be judged; the sample's where none is given."""
    made = made or titled(content(), LOOK, EDITION)
    shown = {section.id for section in made.sections}
    given = {
        "content": made,
        "edition": replace(EDITION, sections=tuple(s for s in SECTIONS if s.id in shown), max_age=AGE),
        "articles": {each.id: each for each in articles},
        "told": (),
        "last_subject": "",
        "now": LATER,
        "way": HOME,
        "crowd": CROWD,
        "lore": lore(names()),
    }
    if "prints" not in changes:
        given["prints"] = (printed(made),) if made.stories else ()
    return Proof(**{**given, **changes})


def with_html(html, **changes):
    """The sample issue, its page replaced by this one."""
    sample = proof(**changes)
    return replace(sample, prints=(replace(sample.prints[0], html=html, html_encoded=len(html.encode())),))


def looks(judged):
    """What deserves a look, as (level, text)."""
    return [(one.level.value, one.text) for one in check(judged) if one.level.value != "green"]


def found(judged, text):
    """The one finding whose sentence begins so."""
    [one] = [one for one in check(judged) if one.text.startswith(text)]
    return one


ONE, TWO, THREE = ITEMS["military"][:3]
