"""Subject, size, links and sender: what an inbox and its server go by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.check import targets
from digest.check.links import leads_inside
from digest.model.links import Asked
from tests.render.samples import MAIL, credit

from .samples import HOME, ONE, OUT, TWO, found, issue, looks, printed, proof


def judged(**changes):
    return looks(proof(issue(ONE, **changes)))


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("Crossing at Ferren holds through a third night of shelling, engineers say", "73 characters; inboxes cut"),
        ("CROSSING AT FERREN HOLDS", "The subject is in capitals"),
        ("OSCE: UN", ""),
        ("Crossing holds", ""),
    ],
)
def test_a_subject_is_short_and_does_not_shout(subject, said):
    told = [text for _, text in judged(subject=subject)]

    assert len(told) == bool(said)
    assert all(text.startswith(said) for text in told)


def test_an_empty_subject_is_red():
    sample = proof(issue(ONE))

    assert looks(replace(sample, content=replace(sample.content, subject="  "))) == [("red", "The subject is empty")]


def test_the_last_issue_s_subject_is_not_used_again():
    judged = proof(issue(ONE, subject="Crossing holds"), last_subject="Crossing holds!")

    assert looks(judged) == [("amber", "The last issue had the same subject")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "There is no preview line"),
        ("Crossing holds. And more.", "The preview line repeats the subject"),
        ("Envoys meet.", ""),
    ],
)
def test_the_preview_line_says_what_the_subject_does_not(line, said):
    assert judged(subject="Crossing holds", preheader=line) == ([("amber", said)] if said else [])


# ---------------------------------------------------------------------------------------------------------------- size


@pytest.mark.parametrize(
    ("kb", "encoded", "level"), [(40, 41, "green"), (81, 85, "amber"), (60, 110, "amber"), (103, 110, "red")]
)
def test_the_largest_variant_is_weighed_decoded_and_as_it_travels(kb, encoded, level):
    sample = proof()
    [small] = sample.prints
    large = replace(small, variant="uk", html="x" * kb * 1024, html_encoded=encoded * 1024)

    size = found(replace(sample, prints=(small, large)), f"{kb} KB of")

    assert size.level.value == level
    assert f"{encoded} KB as it travels" in size.seen


def test_a_heavy_message_is_told():
    sample = proof()
    heavy = replace(sample.prints[0], message=sample.prints[0].message + b"x" * 260 * 1024)

    assert [text[:18] for _, text in looks(replace(sample, prints=(heavy,)))] == ["The whole mail has"]


# --------------------------------------------------------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("url", "level", "text"),
    [
        ("http://radio-tarn.example/a", "amber", "1 link without encryption"),
        ("https://radio-tarn.example/a?utm_source=x&id=3&fbclid=7", "amber", "1 link with tracking"),
        ("http://10.0.0.7/a", "red", "Links that lead into this network"),
        ("https://desk/a", "red", "Links that lead into this network"),
    ],
)
def test_where_a_story_leads_is_judged(url, level, text):
    story = replace(ONE, url=url, credits=(replace(ONE.credits[0], url=url),))

    assert (level, text) in looks(proof(issue(story), way=OUT))


def test_while_nothing_leaves_links_may_lead_to_this_machine():
    story = replace(
        ONE, url="http://127.0.0.1:8154/a", credits=(replace(ONE.credits[0], url="http://127.0.0.1:8154/a"),)
    )

    assert looks(proof(issue(story))) == []


def test_a_story_without_any_link_is_told():
    bare = replace(TWO, url="", credits=(replace(credit("Desk", 1), url=""),))

    assert found(proof(issue(ONE, bare)), "A story without a link").places == ("military-2",)


@pytest.mark.parametrize(("folded", "level"), [(0, "amber"), (2, "red")])
def test_a_mail_that_leads_to_a_page_nobody_is_shown_is_told_and_is_red_where_stories_stand_there_alone(folded, level):
    sample = proof(issue(ONE), way=replace(HOME, hidden_page=f"{MAIL.public_url}/archive/412"))
    judged = replace(sample, prints=(replace(sample.prints[0], folded=folded),))

    hidden = found(judged, "The mail leads to a page that is not shown")

    assert hidden.level.value == level
    assert ("2 stories would stand there alone" in hidden.seen) == bool(folded)
    assert "archive = true" in hidden.cure


def test_a_mail_that_does_not_lead_to_its_hidden_page_is_left_alone():
    assert looks(proof(issue(ONE), way=replace(HOME, hidden_page=f"{MAIL.public_url}/archive/41"))) == []


@pytest.mark.parametrize("url", ["http://[::1]/a", "http://169.254.169.254/", "https://tarn.localhost/"])
def test_addresses_of_a_private_network_are_known_in_any_dress(url):
    assert leads_inside(url)


def test_the_links_to_be_asked_are_each_story_s_once_and_never_a_reader_s_own():
    page = printed(proof(issue(ONE, TWO)).content)

    asked = targets(page.html, MAIL.public_url)

    assert set(asked) == {each.url for each in (*ONE.credits, *TWO.credits)}
    assert len(asked) == len(set(asked))


def asked(*answers):
    return proof(asked=tuple(Asked(**{"at": each["url"], **each}) for each in answers))


def test_links_that_answer_are_one_line_with_the_slowest_and_where_they_lead():
    judged = asked(
        {"url": "https://a.example/1", "status": 200, "took": timedelta(seconds=1.8)},
        {"url": "https://b.example/2", "status": 200, "at": "https://c.example/2"},
        {"url": "https://d.example/3", "status": 403},
    )

    line = found(judged, "2 of 3 answer")

    assert line.level.value == "green"
    assert line.seen == "slowest 1.8 s; 1 refuse programs; b.example leads to https://c.example/2"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 404}, "A link that does not answer"),
        ({"status": 500}, "A link that does not answer"),
        ({"reason": "no answer in 4 seconds"}, "A link that does not answer"),
        ({"status": 200, "at": "http://a.example/1"}, "A link that gives up encryption"),
    ],
)
def test_a_link_that_is_dead_or_gives_up_encryption_is_told(answer, said):
    assert looks(asked({"url": "https://a.example/1", **answer})) == [("amber", said)]


# -------------------------------------------------------------------------------------------------------------- sender


def with_header(name, value, way=OUT):
    """The sample issue, one header of its message replaced or added; None takes it out."""
    sample = proof(way=way)
    head, _, body = sample.prints[0].message.partition(b"\r\n\r\n")
    lines = head.replace(b"\r\n ", b" ").split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(name.lower().encode() + b":")]
    added = [f"{name}: {value}".encode()] if value is not None else []
    changed = replace(sample.prints[0], message=b"\r\n".join([*added, *kept]) + b"\r\n\r\n" + body)
    return replace(sample, prints=(changed,))


SIGNATURE = "v=1; a=rsa-sha256; d={}; s=d1; h=from; bh=x; b=y"


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("brief.example", []),
        ("mail.brief.example", []),
        ("other.example", [("red", "The signature is not the sender's")]),
    ],
)
def test_a_signature_is_of_the_sender_s_domain_or_one_below(domain, said):
    assert looks(with_header("DKIM-Signature", SIGNATURE.format(domain))) == said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("From", "a@brief.example, b@brief.example", "There is not exactly one sender"),
        ("Message-ID", "<412@localhost>", "The Message-ID is none"),
        ("Date", "yesterday", "The Date is none"),
        ("List-Unsubscribe", None, "There is no List-Unsubscribe"),
        ("List-Unsubscribe", "<http://brief.example/u/x>, <mailto:a@b.example>", "The first way out is not an https"),
        ("List-Unsubscribe-Post", None, "One-click unsubscribing is not announced"),
    ],
)
def test_what_servers_refuse_is_red(name, value, said):
    judged = with_header(name, value)

    assert any(level == "red" and text.startswith(said) for level, text in looks(judged))


def test_an_odd_precedence_and_a_missing_postal_address_deserve_a_look():
    judged = with_header("Precedence", "first-class", way=replace(OUT, postal_address=""))

    assert {text for _, text in looks(judged)} == {
        "An odd Precedence",
        "Nothing signs this mail here",
        "There is no postal address",
    }


def test_a_mail_without_its_way_out_or_its_sender_s_address_is_told():
    sample = proof(way=OUT)
    html = sample.prints[0].html.replace("/u/", "/v/").replace("Ropewalk", "Quay")

    judged = replace(sample, prints=(replace(sample.prints[0], html=html),))

    assert looks(judged)[0] == ("red", "The mail itself shows no way out")
    assert ("amber", "The postal address is not in the mail") in looks(judged)


def test_while_nothing_leaves_an_http_way_out_is_nobody_s_business():
    assert looks(with_header("List-Unsubscribe", "<http://127.0.0.1/u/x>", way=HOME)) == []
