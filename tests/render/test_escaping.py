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
from digest.model.issue import Correction, Figure, IssueSection
from digest.render import fields_for, message, open_look, render, shown, titled
from digest.render.clean import clean, link, short

from .samples import ADA, EDITION, LOOKS, MAIL, NOW, TEMPLATES, content, full, tokens, with_item

LAYOUT = {"html", "head", "title", "meta", "style", "body", "div", "table", "tbody", "tr", "td"}
ELEMENTS = LAYOUT | {"h1", "h2", "h3", "p", "a", "span", "strong", "br"}
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
    '</style><style>@import "https://evil.example/x.css"</style>',
    "<svg/onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<mj-style inline="inline">*{display:none}</mj-style>',
    "</mj-title><mj-raw><base href='https://evil.example/'></mj-raw>",
    "{%- raw -%}{{ slot.unsubscribe_url }}{%- endraw -%}",
    "{n} {section} {0.__class__} {slot}",
    "%(name)s %s ${x} #{x} <%= x %>",
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


def decoded(issue, look="brief", mail=MAIL, **changes):
    """Return (parsed HTML, text, message) of the only variant of an issue in a look, as a subscriber gets it."""
    opened = OPENED[look]
    made = titled(issue, opened, EDITION)
    variant = Variant(tuple(s.id for s in made.sections), "en")
    skeleton = render(made, opened, [variant], mail)[variant.id]
    fields = fields_for(
        replace(ADA, **changes), issue=412, due_at=NOW, edition=EDITION, look=opened, mail=mail, tokens=tokens
    )
    html, text = shown(skeleton, fields)
    return (
        lxml.html.document_fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8")),
        text,
        message(skeleton, fields),
    )


OPENED = {name: open_look(TEMPLATES, name) for name in LOOKS}
COMMENTS = {
    comment.text
    for name in LOOKS
    for comment in decoded(with_item(headline="A calm night", credits=()), name)[0].iter()
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
@given(st.sampled_from(LOOKS), HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_any_text_in_a_story_comes_out_as_that_text_and_nothing_else(look, headline, sentence, outlet, title):
    lead = with_item(headline=headline, summary=(sentence,)).lead
    told = replace(lead, credits=(replace(lead.credits[0], name=outlet),))
    issue = content(sections=(IssueSection("military", title, (told,)),))

    page, text, _ = decoded(issue, look)

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
@given(st.sampled_from(LOOKS), HOSTILE, HOSTILE)
def test_who_gives_a_figure_and_who_says_so_are_named_and_nothing_else(look, outlet, claimant):
    figures = (Figure("dead", ((9, (outlet,)), (7, ("Radio Tarn",)))),)

    page, text, _ = decoded(with_item(figures=figures, credits=(), claimed_by=(claimant,)), look)

    assert_inert(page)
    assert short(outlet, 80) in words(page)
    assert f"Who says so: {short(claimant, 80)}." in [words(p) for p in page.iter("p")]
    assert "7 dead: Radio Tarn" in " ".join(text.split())


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LOOKS), HOSTILE, HOSTILE)
def test_a_correction_says_its_words_and_nothing_else(look, headline, said):
    issue = replace(with_item(), corrections=(Correction(411, headline, said, NOW),))

    page, text, _ = decoded(issue, look)

    assert_inert(page)
    told = f"Correction to No. 411, “{short(headline, 240)}”. {short(said, 600)} 07:00"
    assert told in [words(p) for p in page.iter("p")]
    assert clean(said) in " ".join(text.split()) or len(said) > 60


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("text", EVIL)
def test_an_issue_whose_every_word_is_hostile_does_nothing(look, text):
    told = full()
    sections = tuple(
        replace(
            section,
            title=text,
            items=tuple(
                replace(
                    each,
                    headline=text,
                    url=f"https://n.example/{text}",
                    summary=(text, text),
                    credits=tuple(replace(credit, name=text, url=text) for credit in each.credits),
                    claimed_by=(text,),
                    figures=(Figure("hurt", ((3, (text, text)), (2, (text,)))),),
                    language=text,
                )
                for each in section.items
            ),
        )
        for section in told.sections
    )
    corrections = (Correction(411, text, text, NOW),)
    issue = replace(told, title=text, sections=sections, corrections=corrections)
    postal = clean(text)

    page, plain, sent = decoded(issue, look, replace(MAIL, postal_address=postal), name=clean(text))

    assert_inert(page)
    assert [clean(text)] * 3 == [words(e) for e in page.iter("h2")]
    assert [part.get_content_type() for part in message_from_bytes(sent, policy=default).walk()][1:] == [
        "text/plain",
        "text/html",
    ]
    assert "\n-- \n" in plain.replace("\r\n", "\n")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(LOOKS),
    st.one_of(st.text(max_size=60), st.sampled_from(EVIL)),
    st.sampled_from(["", "javascript:", "https://x.example/"]),
)
def test_a_link_leads_where_it_says_or_is_no_link(look, url, start):
    lead = with_item(url=start + url).lead
    issue = with_item(url=start + url, credits=(replace(lead.credits[0], url=start + url),))

    page, text, _ = decoded(issue, look)

    assert_inert(page)
    wanted = link(start + url)
    assert [a.get("href") for a in page.find(".//h3").iter("a")] == ([wanted] if wanted else [])
    assert words(page.find(".//h3")) == lead.headline
    assert (f"  {wanted}" in text.splitlines()) if wanted else (lead.headline in text)


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


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("text", EVIL)
def test_hostile_words_in_a_name_or_a_choice_stay_words(name, text):
    look = OPENED[name]
    edition = replace(EDITION, sections=(replace(EDITION.sections[0], title=text), EDITION.sections[1]))
    made = titled(content(), look, edition)
    variant = Variant(("military",), "en")
    reader = replace(ADA, sections=("military",))
    fields = fields_for(reader, issue=1, due_at=NOW, edition=edition, look=look, mail=MAIL, tokens=tokens)

    html, _ = shown(render(made, look, [variant], MAIL)[variant.id], fields)

    page = lxml.html.document_fromstring(html)
    assert_inert(page)
    assert f"You read {clean(text)}, on weekdays at 07:00 (Europe/Kyiv)." in words(page)


def test_a_story_cannot_make_a_mark_that_would_carry_readers_tokens_away():
    look = OPENED["brief"]
    first = render(titled(content(), look, EDITION), look, [Variant(("military",), "en")], MAIL)
    mark = re.search(r"slot[0-9a-f]{24}x\d+x", first["en:military"].html)
    assert mark
    stolen = with_item(url=f"https://evil.example/?u={mark[0]}", headline=f"Look {mark[0]}")

    page, text, _ = decoded(stolen)

    assert page.find(".//h3/a").get("href") == f"https://evil.example/?u={mark[0]}"
    assert f"https://evil.example/?u={mark[0]}" in text
