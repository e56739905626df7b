"""Identity churn: a second poll of the same news in another guise, and how many articles are new in it."""

from __future__ import annotations

from tests.collect.hostile.case import A, Case
from tests.collect.hostile.case import titles as seen
from tests.collect.newsroom import item, rss

TITLE, TEXT = "The Ferren bridge is open again", "It took nine years of work and a vote. " * 5
ELSE = "Snow closed the pass between Sorvat and Norrmark for a week." * 3


def guid(words: str) -> str:
    return f"<guid isPermaLink='false'>{words}</guid>"


def again(*, expected: list[str] | None = None, **changed: str) -> Case:
    first = {"link": A, "title": TITLE, "text": TEXT, "more": guid("1")}
    return Case([rss(item(**first)), rss(item(**(first | changed)))], expected or [], seen, polls=2)


def once(*items: str, expected: list[str]) -> Case:
    return Case(rss(*items), expected, seen)


CASES = {
    "every_guid_changed": again(more=guid("new-77")),
    "every_guid_gone": again(more=""),
    "the_guid_is_an_address_elsewhere": again(more="<guid>https://tarn.example/77</guid>"),
    "tracking": again(link=f"{A}?utm_source=rss&fbclid=7&xtor=1"),
    "a_fragment": again(link=f"{A}#comments"),
    "https_and_http": again(link=A.replace("https", "http")),
    "amp_and_mobile": again(link="https://m.ilma.example/a?amp=1"),
    "default_port_and_case": again(link="HTTPS://ILMA.EXAMPLE:443/%61/"),
    "dots_in_the_path": again(link="https://ilma.example/b/../a"),
    "slashes_by_the_hundred": again(link="https://ilma.example" + "/" * 100 + "a"),
    "a_dot_behind_the_host": again(link="https://ilma.example./a"),
    "title_in_capitals": again(link=f"{A}-2", title="THE FERREN BRIDGE IS OPEN AGAIN!"),
    "title_in_small_letters": again(link=f"{A}-2", title=TITLE.lower()),
    "title_with_nothing_between": again(link=f"{A}-2", title="The\u200b Ferren \u00adbridge is\u2060 open again"),
    "title_in_letters_of_full_width": again(link=f"{A}-2", title="Ｔhe Ｆerren bridge is open again"),
    "another_article": again(link=f"{A}-3", text=ELSE, more=guid("2"), expected=[TITLE]),
    "moved_and_told_anew": again(link=f"{A}-3", text=ELSE),
    "the_same_guid_for_another_article": again(link=f"{A}-3", title="Snow", text=ELSE, expected=["Snow"]),
    "one_guid_for_all": once(
        item(f"{A}-1", "Snow", ELSE, more=guid("1")),
        item(f"{A}-2", TITLE, TEXT, more=guid("1")),
        expected=["Snow", TITLE],
    ),
    "one_link_for_all": once(item(A, "Snow", ELSE), item(A, TITLE, TEXT), expected=["Snow"]),
    "one_article_a_thousand_times": once(
        *[item(f"{A}?utm_id={n}", TITLE, TEXT) for n in range(1_000)], expected=[TITLE]
    ),
    "one_text_at_a_thousand_links": once(*[item(f"{A}-{n}", TITLE, TEXT) for n in range(1_000)], expected=[TITLE]),
    "a_link_of_two_kilobytes": once(item(f"{A}?{'x' * 2_100}", TITLE, TEXT), item(A, "Snow", ELSE), expected=["Snow"]),
    "a_host_of_another_script": once(item("https://феррен.example/a", "Snow", ELSE), expected=["Snow"]),
    "a_host_of_nothing": once(item("https://xn--/a", "Snow", ELSE), item(A, TITLE, TEXT), expected=["Snow", TITLE]),
    "a_label_of_a_hundred_letters": once(
        item(f"https://{'é' * 100}.example/", "Snow", ELSE), item(A, TITLE, TEXT), expected=[TITLE]
    ),
}
