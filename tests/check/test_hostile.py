"""Whatever words and styles come, the check has something to say and falls over nothing."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.check import Level, check
from digest.check.accessibility import accessibility
from digest.check.css import at_rules, declarations, rules
from digest.check.features import features
from digest.check.links import leads_inside
from digest.check.numbers import numbers
from digest.check.page import Page
from digest.model.issue import Figure

from .samples import ONE, TWO, article, cited, issue, proof

HUGE = ["9" * 5_000, "0" * 5_000 + "7", "1" + ",000" * 2_000, "٣" * 5_000, "1." + "4" * 5_000, "²" * 5_000]
"""Numbers that `int` refuses, for their length or for what they are written in."""
WORDS = st.text(max_size=200) | st.sampled_from(
    ["“" * 90, "(" * 90, "1 000 " * 30, "<p>{{ x }}", "\u202e\ud800", "«»" * 40]
    + [f"At night {digits} drones hit Tarnmouth and {digits} people were killed" for digits in HUGE]
)


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, st.lists(WORDS, max_size=3), WORDS)
def test_any_words_are_judged(headline, source, summary, subject):
    story = cited(replace(ONE, headline=headline, summary=tuple(summary), figures=(Figure(subject, ()),)), "a")
    made = replace(issue(ONE, TWO), subject=subject, preheader=headline)
    sections = (replace(made.sections[0], items=(story, TWO)),)

    findings = check(proof(replace(made, sections=sections), article("a", source, source), prints=()))

    assert findings
    assert all(one.text and (one.cure or one.level is Level.GREEN) for one in findings)


def test_a_number_has_one_spelling_however_long_it_is_and_in_whatever_digits_it_is_written():
    texts = "0" * 5_000 + "7 tanks, 000 tanks, ٣٤.٥٠ tanks, 1,000.00 tanks, " + "9" * 5_000 + " tanks"

    assert [number.value for number in numbers(texts)] == ["7", "0", "34.5", "1000", "9" * 5_000]


@settings(max_examples=100, deadline=None)
@given(st.text("ab{}();:@,.#>[]\"'/*!-% \n", max_size=80))
def test_any_style_sheet_is_taken_apart(css):
    page = Page(
        f"<html><head><style>{css}</style></head><body><p style='{css.replace(chr(39), '')}'>a</p></body></html>"
    )

    assert all(rule.selector for rule in rules(css))
    assert list(at_rules(css)) is not None
    assert isinstance(declarations(css), tuple)
    assert features(page) is not None
    assert list(accessibility(page))


VALUES = st.from_regex(r"[0-9.²٣]{1,5}(px|em|rem|pt|%|)", fullmatch=True) | st.from_regex(
    r"rgba?\(([0-9²]{1,4},){2}[0-9]{1,4}([,/] ?[0-9.²]{1,4}%?)?\)", fullmatch=True
)
VALUES |= st.sampled_from(["1.2.3px", "rgba(1,2,3,.5.5)", "²", *HUGE])
NAMES = st.sampled_from(["color", "background", "font-size", "font-weight", "line-height", "padding", "padding-top"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=6), VALUES)
@example([("font-size", "1.2.3px")], "1")
@example([("color", "rgba(1,2,3,.5.5)")], "1")
@example([("background", f"rgb({'9' * 5_000},0,0)")], "1")
@example([("font-weight", "²")], "1")
@example([("line-height", "²")], "1")
@example([], "9" * 5_000)
def test_any_value_of_a_style_is_judged(styles, width):
    style = ";".join(f"{name}:{value}" for name, value in styles)
    page = Page(
        f"<html><style>@media (max-width:{width}px){{p{{{style}}}}}</style><body><p style='{style}'>a"
        f"<a href='https://ilma.example/' style='display:block;background:#000;{style}'>b</a></body></html>"
    )

    assert list(accessibility(page))


@given(st.text(max_size=60))
def test_any_address_is_judged(url):
    assert leads_inside(url) in (True, False)


@pytest.mark.parametrize(
    "words", ["1 000 " * 5_000, "Zelensky " * 4_000, "“" * 30_000, "twenty-" * 5_000, "a.b " * 8_000]
)
def test_thirty_thousand_characters_cost_little(words):
    story = cited(replace(ONE, headline=words, summary=(words,)), "a")
    made = issue(ONE)
    sections = (replace(made.sections[0], items=(story,)),)
    judged = proof(replace(made, sections=sections, preheader=words), article("a", words, words), prints=())

    began = process_time()
    check(judged)

    assert process_time() - began < 20  # a quadratic search would take many minutes
