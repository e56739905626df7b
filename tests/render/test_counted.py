"""Counted links: every story's and no other, in the HTML alone, from the same frozen bytes that also lead straight."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import lxml.html
import pytest

from digest.model.delivery import Variant
from digest.render import counted, fields_for, linked, message, open_look, render, shown, straight, titled, variants
from digest.render.room import LIMIT

from .samples import ADA, EDITION, LOOKS, MAIL, NOW, TEMPLATES, content, tokens

ON = replace(EDITION, clicks=True)
WHOLE, PEACE = ((), ""), (("peace_summit",), "")
ARCHIVE = "https://brief.example/archive"


def pressed(look="brief", edition=ON):
    found = open_look(TEMPLATES, look)
    issue = titled(content(), found, edition)
    chosen = variants(issue, [WHOLE, PEACE], edition)
    made = render(issue, found, chosen.values(), MAIL, edition=edition)
    return issue, found, [made[variant.id] for variant in chosen.values() if isinstance(variant, Variant)]


def fields(look, links):
    own = fields_for(ADA, issue=412, due_at=NOW, edition=ON, look=look, mail=MAIL, tokens=tokens)
    return own | links


def hrefs(html):
    return [each.get("href") for each in lxml.html.fromstring(html).iterfind(".//a[@href]")]


@pytest.mark.parametrize("name", LOOKS)
def test_every_link_to_a_story_is_counted_and_no_other_and_each_has_its_number_in_every_variant(name):
    issue, look, skeletons = pressed(name)
    links = linked(issue)
    plain, _, uncounted = pressed(name, EDITION)

    for skeleton, before in zip(skeletons, uncounted, strict=True):
        html, text = shown(skeleton, fields(look, counted(links, MAIL.public_url, lambda n: f"token{n}")))
        was, text_was = shown(before, fields(look, {}))

        expected = [f"https://brief.example/c/token{links.index(h) + 1}" if h in links else h for h in hrefs(was)]
        assert hrefs(html) == expected
        assert sum("/c/" in href for href in expected) >= 2
        assert text == text_was
        assert len(html.encode()) < LIMIT
    assert plain == issue


def test_what_is_only_looked_at_leads_straight_from_the_same_bytes():
    issue, look, (whole, _) = pressed()
    _, _, (before, _) = pressed(edition=EDITION)

    html, text = shown(whole, fields(look, straight(linked(issue), ARCHIVE)))

    was, text_was = shown(before, fields(look, {}))
    assert (re.sub(r"<!-- https://brief.example/archive -->", "", html), text) == (was, text_was)


def test_the_link_that_nobody_sees_is_no_element_and_stands_once():
    issue, look, (whole, _) = pressed()
    sent = message(whole, fields(look, counted(linked(issue), MAIL.public_url, lambda n: f"token{n}")))

    html = str(message_from_bytes(sent, policy=default).get_body(("html",)).get_content())
    seen = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    assert html.count("/c/token0 ") == 1
    assert "/c/token0" not in seen
    assert max(map(len, sent.split(b"\r\n"))) <= 998


def test_an_address_that_two_outlets_or_sections_share_is_one_link_and_one_that_leads_nowhere_is_none():
    issue = content()
    first = issue.sections[0].items[0]
    hostile = replace(first, url="javascript:alert(1)", credits=(first.credits[0], first.credits[0]))
    one = replace(issue, sections=(replace(issue.sections[0], items=(hostile, hostile)),))

    assert linked(one) == (first.credits[0].url,)
