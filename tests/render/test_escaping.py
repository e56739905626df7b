"""Collected text is hostile: whatever it says, it is shown as text and does nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.delivery import Variant
from digest.model.issue import Figure, IssueSection
from digest.render import fields_for, message, open_look, render, shown, titled
from digest.render.clean import clean, link, short

from .samples import ADA, EDITION, MAIL, NOW, TEMPLATES, content, tokens, with_item

LOOK = open_look(TEMPLATES, "brief")
LAYOUT = {"html", "head", "title", "meta", "style", "body", "div", "table", "tbody", "tr", "td"}
ELEMENTS = LAYOUT | {"h1", "h2", "h3", "p", "a", "span", "br"}
EVIL = [
    "<script>alert(1)</script>",
    "</p></td></tr></table><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '<mj-include path="/etc/passwd"/>',
    '</mj-text><mj-include path="/etc/passwd"></mj-include><mj-text>',
    "</mj-column></mj-section><mj-raw><script>x</script></mj-raw>",
    "<![CDATA[<script>x</script>]]>",
    "<!--[if mso]><script>x</script><![endif]-->",
    "--><script>x</script><!--",
    "{{ 7 * 7 }} {% include '/etc/passwd' %} {# x #}",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    ']]> \\n \\u{202e} \\" \\x3c',
    "a\r\nBcc: everyone@tarnmouth.example\r\n\r\n<html>",
    "=?utf-8?q?=0D=0ABcc:_x?=",
    "--=_boundary",
    "From nobody\n.\nQUIT",
    "\u202egnp.exe \u2066\ud800 \ufffe",
    "e\u0301 \u0627\u064b ก็ 👩‍🚒\ufe0f",
]
HEADERS = [
    *("Auto-Submitted", "Content-Language", "Content-Type", "Date", "Feedback-ID", "From", "List-Archive", "List-Help"),
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Message-ID", "Precedence", "Reply-To"),
    *("Subject", "To"),
]
HOSTILE = st.one_of(
    st.sampled_from(EVIL), st.text(max_size=60), st.text("<>&\"'/=\\ {}%mjscript-\n", max_size=60)
).filter(clean)


def decoded(issue, **changes):
    """Return (parsed HTML, text, message) of the only variant of an issue, as a subscriber gets it."""
    made = titled(issue, LOOK, EDITION)
    variant = Variant(tuple(s.id for s in made.sections), "en")
    skeleton = render(made, LOOK, [variant], MAIL)[variant.id]
    fields = fields_for(
        replace(ADA, **changes), issue=412, due_at=NOW, edition=EDITION, look=LOOK, mail=MAIL, tokens=tokens
    )
    html, text = shown(skeleton, fields)
    return (
        lxml.html.document_fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8")),
        text,
        message(skeleton, fields),
    )


COMMENTS = {
    comment.text
    for comment in decoded(with_item(headline="A calm night", credits=()))[0].iter()
    if not isinstance(comment.tag, str)
}


def words(element) -> str:
    return " ".join(element.text_content().replace("\xa0", " ").split())


def assert_inert(page):
    for element in page.iter():
        if not isinstance(element.tag, str):
            assert element.text in COMMENTS
            continue
        assert element.tag in ELEMENTS
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            if name == "href":
                assert value.startswith(("https://", "http://"))


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_any_text_in_a_story_comes_out_as_that_text_and_nothing_else(headline, sentence, outlet, title):
    lead = with_item(headline=headline, summary=(sentence,)).lead
    told = replace(lead, credits=(replace(lead.credits[0], name=outlet),))
    issue = content(sections=(IssueSection("military", title, (told,)),))

    page, text, _ = decoded(issue)

    assert_inert(page)
    assert page.find(".//title").text == page.find("body/div").get("aria-label") == short(headline, 60)
    assert words(page.find(".//h3")) == short(headline, 240)
    assert words(page.find(".//h2")) == clean(title)
    assert clean(sentence) in [words(p) for p in page.iter("p")]
    assert any(words(p).startswith(f"{short(outlet, 80)}, 05:42") for p in page.iter("p"))
    squashed = " ".join(text.split())
    assert clean(headline) in squashed or len(headline) > 60
    assert clean(sentence) in squashed or len(sentence) > 60


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_an_outlet_that_gives_a_figure_is_named_and_nothing_else(outlet):
    figures = (Figure("dead", ((9, (outlet,)), (7, ("Radio Tarn",)))),)

    page, text, _ = decoded(with_item(figures=figures, credits=()))

    assert_inert(page)
    assert f"Figures differ: 9 dead ({short(outlet, 80)}) and 7 dead (Radio Tarn)" in [words(p) for p in page.iter("p")]
    assert "7 dead (Radio Tarn)" in " ".join(text.split())


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.sampled_from(EVIL)), st.sampled_from(["", "javascript:", "https://x.example/"])
)
def test_a_link_leads_where_it_says_or_is_no_link(url, start):
    lead = with_item(url=start + url).lead
    issue = with_item(url=start + url, credits=(replace(lead.credits[0], url=start + url),))

    page, text, _ = decoded(issue)

    assert_inert(page)
    wanted = link(start + url)
    assert [a.get("href") for a in page.find(".//h3").iter("a")] == ([wanted] if wanted else [])
    assert words(page.find(".//h3")) == lead.headline
    assert (wanted in text.splitlines()) if wanted else (lead.headline in text)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE)
def test_no_text_gets_a_header_or_a_part_of_its_own_into_a_message(name, headline):
    _, _, sent = decoded(with_item(headline=headline), name=name)

    parsed = message_from_bytes(sent, policy=default)
    assert [part.get_content_type() for part in parsed.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert not [defect for part in parsed.walk() for defect in part.defects]
    assert sorted(parsed.keys()) == HEADERS
    assert len(parsed["To"].addresses) == 1
    assert parsed["To"].addresses[0].addr_spec == ADA.email
    assert parsed["Subject"] == short(headline, 60)
    assert sent.isascii()
    assert sent.count(b"\n") == sent.count(b"\r\n") == sent.count(b"\r")
    head, _, body = sent.partition(b"\r\n\r\n")
    assert not [
        line for line in head.split(b"\r\n") if len(line) > 78 and not re.search(rb" <(https|mailto):\S+$", line)
    ]
    assert max(map(len, body.split(b"\r\n"))) <= 76


@pytest.mark.parametrize("text", EVIL)
def test_hostile_words_in_a_name_or_a_choice_stay_words(text):
    edition = replace(EDITION, sections=(replace(EDITION.sections[0], title=text), EDITION.sections[1]))
    made = titled(content(), LOOK, edition)
    variant = Variant(("military",), "en")
    reader = replace(ADA, sections=("military",))
    fields = fields_for(reader, issue=1, due_at=NOW, edition=edition, look=LOOK, mail=MAIL, tokens=tokens)

    html, _ = shown(render(made, LOOK, [variant], MAIL)[variant.id], fields)

    page = lxml.html.document_fromstring(html)
    assert_inert(page)
    assert f"You read {clean(text)}, on weekdays at 07:00 (Europe/Kyiv)." in words(page)


def test_a_story_cannot_make_a_mark_that_would_carry_readers_tokens_away():
    first = render(titled(content(), LOOK, EDITION), LOOK, [Variant(("military",), "en")], MAIL)
    mark = re.search(r"slot[0-9a-f]{24}x\d+x", first["en:military"].html)
    assert mark
    stolen = with_item(url=f"https://evil.example/?u={mark[0]}", headline=f"Look {mark[0]}")

    page, text, _ = decoded(stolen)

    assert page.find(".//h3/a").get("href") == f"https://evil.example/?u={mark[0]}"
    assert f"https://evil.example/?u={mark[0]}" in text
