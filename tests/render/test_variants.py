"""Variants: what each choice of sections gets, rendered once."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

from hypothesis import given
from hypothesis import strategies as st

from digest.model.delivery import Variant
from digest.render import message, open_look, render, shown, titled, variants
from digest.render.variants import narrowed

from .samples import EDITION, MAIL, TEMPLATES, content
from .test_message import fields

LOOK = open_look(TEMPLATES, "brief")
ISSUE = titled(content(), LOOK, EDITION)
IDS = ("military", "diplomacy", "peace_summit")


@given(
    st.lists(st.tuples(st.lists(st.sampled_from([*IDS, "gone"]), unique=True).map(tuple), st.just("en")), max_size=6)
)
def test_a_choice_gets_the_sections_it_names_in_the_editions_order_or_nothing(choices):
    made = variants(ISSUE, choices, EDITION)

    assert set(made) == set(choices)
    for (sections, _), variant in made.items():
        wanted = tuple(s for s in IDS if not sections or s in sections)
        assert (variant.sections if variant else ()) == wanted


def test_a_section_that_the_issue_lacks_is_in_no_variant():
    issue = replace(ISSUE, sections=ISSUE.sections[:2])

    made = variants(issue, [((), ""), (("peace_summit",), "en"), (("peace_summit", "military"), "en")], EDITION)

    assert made == {
        ((), ""): Variant(("military", "diplomacy"), "en"),
        (("peace_summit",), "en"): None,
        (("peace_summit", "military"), "en"): Variant(("military",), "en"),
    }


def test_a_variant_holds_its_sections_and_points_to_no_other():
    made = narrowed(ISSUE, Variant(("military",), "en"))

    assert [section.id for section in made.sections] == ["military"]
    assert made.lead.also_in == ()
    assert ISSUE.lead.also_in == ("diplomacy",)


def test_only_variants_that_occur_are_rendered_and_nobody_is_rendered_for_nothing():
    made = render(
        ISSUE, LOOK, [None, Variant(("diplomacy",), "en"), Variant(("diplomacy",), "en"), None], MAIL, edition=EDITION
    )

    assert list(made) == ["en:diplomacy"]
    assert "Ferren" not in made["en:diplomacy"].html
    assert "Northern League" in made["en:diplomacy"].text


def test_languages_that_share_their_labels_share_their_bytes():
    made = render(ISSUE, LOOK, [Variant(IDS, "en"), Variant(IDS, "en-GB"), Variant(IDS, "tlh")], MAIL)

    assert len(made) == 3
    assert len({skeleton.parts for skeleton in made.values()}) == 1
    assert {name: skeleton.variant for name, skeleton in made.items()} == {name: name for name in made}


def test_variants_that_come_out_alike_are_rendered_once_whatever_they_are_called():
    names = [
        Variant(sections, language)
        for sections in (IDS, (*IDS, "gone"), ("military",), ("military", "gone"))
        for language in ("en", "en-GB", "tlh")
    ]

    made = render(ISSUE, LOOK, names, MAIL, edition=EDITION)

    assert list(made) == [variant.id for variant in names]
    assert [skeleton.variant for skeleton in made.values()] == list(made)
    assert len({id(skeleton.parts) for skeleton in made.values()}) == 2
    assert made["en:military"].parts is made["tlh:military+gone"].parts
    assert made["en:military"].text != made["en:military+diplomacy+peace_summit"].text


def test_a_reader_without_the_leading_section_gets_a_subject_about_what_they_get():
    variant = Variant(("peace_summit",), "en")

    told = render(ISSUE, LOOK, [variant], MAIL, edition=EDITION)[variant.id]
    edited = render(replace(ISSUE, subject="Twelve days"), LOOK, [variant], MAIL, edition=EDITION)[variant.id]

    assert b"Subject: Lindholm prepares a second table, twelve days out\r\n" in told.parts[2]
    assert b"Subject: Twelve days\r\n" in edited.parts[2]
    html, _ = shown(told, fields())
    assert "Northern League" not in html


def subjects(template, *sections):
    """The subjects of an issue, by what their readers chose."""
    edition = replace(EDITION, subject=template)
    chosen = [Variant(names, "en") for names in sections]
    made = render(titled(content(), LOOK, edition), LOOK, chosen, MAIL, edition=edition)
    mails = [message_from_bytes(message(skeleton, fields()), policy=default) for skeleton in made.values()]
    return [mail["Subject"] for mail in mails]


def test_a_subject_names_no_story_of_a_section_that_its_reader_did_not_choose():
    template = "{{ sections | map(attribute='items') | map('first') | map(attribute='headline') | join(' / ') }}"

    whole, part = subjects(template, IDS, ("military", "peace_summit"))

    assert whole.startswith("Crossing at Ferren holds through a third night of shelling / Northern League splits")
    assert part.startswith("Crossing at Ferren holds through a third night of shelling / Lindholm prepares")


def test_a_subject_that_needs_a_section_its_reader_did_not_choose_is_made_as_usual():
    whole, part = subjects("Third: {{ sections[2].items[0].headline }}", IDS, ("diplomacy",))

    assert whole == "Third: Lindholm prepares a second table, twelve days out"
    assert part == "Northern League splits over who would watch a ceasefire"
