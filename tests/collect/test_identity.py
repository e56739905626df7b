from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.identity import article_id, canonical_url, fingerprint, same_document
from digest.model.news import Block, BlockKind

LABELS = st.text(string.ascii_lowercase + string.digits, min_size=2, max_size=12).filter(lambda s: s != "amp")
HOSTS = st.builds(lambda a, b: f"x{a}.{b}.example", LABELS, LABELS)
PATHS = st.lists(LABELS, max_size=4).map(lambda parts: "/" + "/".join(parts))
QUERIES = st.lists(st.tuples(LABELS.map(lambda s: "q" + s), LABELS), max_size=3).map(
    lambda pairs: "&".join(f"{a}={b}" for a, b in pairs)
)
TRACKING = st.sampled_from(
    [
        "utm_source=feed",
        "UTM_medium=rss",
        "fbclid=Iw2",
        "gclid=1",
        "mc_cid=9",
        "at_medium=RSS",
        "amp",
        "amp=1",
        "ns_source=x",
    ]
)
WORDS = st.lists(st.text(string.ascii_letters, min_size=1, max_size=9), min_size=13, max_size=40)


@st.composite
def addresses(draw):
    query = draw(QUERIES)
    return f"https://{draw(HOSTS)}{draw(PATHS)}" + (f"?{query}" if query else "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Ilma.Example", "http://ilma.example/"),
        ("http://ilma.example:80/a", "http://ilma.example/a"),
        ("https://ilma.example:443/a/", "https://ilma.example/a"),
        ("https://ilma.example:8443/a", "https://ilma.example:8443/a"),
        ("https://ilma.example./a#top", "https://ilma.example/a"),
        ("https://editor:secret@ilma.example/a", "https://ilma.example/a"),
        ("https://ilma.example//news///a", "https://ilma.example/news/a"),
        ("https://ilma.example/a/../b/./c", "https://ilma.example/b/c"),
        ("https://ilma.example/../../b", "https://ilma.example/b"),
        ("https://archive.example/2026/https://ilma.example/a", "https://archive.example/2026/https://ilma.example/a"),
        ("https://ilma.example/a?utm_source=x&id=7&utm_medium=y&b=1", "https://ilma.example/a?id=7&b=1"),
        ("https://ilma.example/a?b=2&a=1", "https://ilma.example/a?b=2&a=1"),
        ("https://ilma.example/a?", "https://ilma.example/a"),
        ("https://m.ilma.example/a", "https://ilma.example/a"),
        ("https://amp.ilma.example/a", "https://ilma.example/a"),
        ("https://m.example/a", "https://m.example/a"),
        ("https://ilma.example/ferren-bridge-open/amp", "https://ilma.example/ferren-bridge-open"),
        ("https://ilma.example/ferren-bridge-open/amp/", "https://ilma.example/ferren-bridge-open"),
        ("https://ilma.example/amp/news/ferren-bridge-open", "https://ilma.example/news/ferren-bridge-open"),
        ("https://ilma.example/ferren-bridge.amp", "https://ilma.example/ferren-bridge"),
        ("https://ilma.example/ferren-bridge.amp.html", "https://ilma.example/ferren-bridge.html"),
        ("https://ilma.example/guitars/amp", "https://ilma.example/guitars/amp"),
        ("https://ilma.example/caf%c3%a9/%7Euser", "https://ilma.example/caf%C3%A9/~user"),
        ("https://ilma.example/café news", "https://ilma.example/caf%C3%A9%20news"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://[2A00:1450::5]:443/a", "https://[2a00:1450::5]/a"),
    ],
)
def test_an_address_has_one_spelling(url, expected):
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "url",
    ["", "ilma.example/a", "mailto:a@ilma.example", "file:///etc/hosts", "javascript:alert(1)", "https://", "http://["],
)
def test_what_is_no_web_address_has_no_identity(url):
    with pytest.raises(ValueError):
        canonical_url(url)


@given(addresses() | st.text(max_size=60).map(lambda s: "https://ilma.example/" + s))
def test_the_canonical_address_is_its_own_canonical_address(url):
    try:
        once = canonical_url(url)
    except ValueError:
        return

    assert canonical_url(once) == once
    assert once.isascii()


@given(addresses(), TRACKING, LABELS)
def test_tracking_case_port_and_fragment_never_make_another_article(url, tracking, fragment):
    host = url.split("/")[2]
    variants = [
        url + ("&" if "?" in url else "?") + tracking,
        f"{url}#{fragment}",
        url.replace(host, host.upper(), 1),
        url.replace(host, f"{host}:443", 1),
        url.replace(host, f"m.{host}", 1),
    ]

    assert {article_id(canonical_url(v)) for v in variants} == {article_id(canonical_url(url))}


@given(HOSTS, PATHS, PATHS)
def test_different_paths_are_different_articles(host, one, other):
    a, b = (article_id(canonical_url(f"https://{host}{path}")) for path in (one, other))

    assert (a == b) == (one.rstrip("/") == other.rstrip("/"))
    assert len(a) == 16


@given(WORDS, WORDS)
def test_copies_of_a_text_are_told_by_their_words_alone(words, others):
    def print_of(said, url):
        return fingerprint("On the river", [Block(BlockKind.PARAGRAPH, said)], url=url)

    mine = print_of(" ".join(words), "https://ilma.example/a")

    assert mine == print_of(",  ".join(words).upper() + "!", "https://karsk.example/b")
    assert (mine == print_of(" ".join(others), "https://ilma.example/a")) == (
        [w.casefold() for w in words] == [w.casefold() for w in others]
    )


def test_two_short_notices_of_the_same_words_stay_two_articles():
    notice = [Block(BlockKind.PARAGRAPH, "More soon.")]

    assert fingerprint("Storm", notice, url="https://a.example/1") != fingerprint(
        "Storm", notice, url="https://a.example/2"
    )


@pytest.mark.parametrize(
    ("link", "claim", "believed"),
    [
        ("https://ilma.example/rss/ferren-bridge", "https://www.ilma.example/news/ferren-bridge", True),
        ("https://ilma.example/ferren-bridge.html", "https://ilma.example/ferren-bridge", True),
        ("https://ilma.example/ferren-bridge", "https://ilma.example/", False),
        ("https://ilma.example/ferren-bridge", "https://ilma.example/login", False),
        ("https://ilma.example/ferren-bridge", "https://karsk.example/ferren-bridge", False),
        ("https://ilma.example/", "https://ilma.example/", False),
        ("https://ilma.example/story.php?id=1", "https://ilma.example/story.php", False),
        ("https://ilma.example/story.php?id=1", "https://ilma.example/story.php?id=2", False),
        ("https://ilma.example/story.php?id=1&x=2", "https://ilma.example/story.php?id=1", False),
        ("https://ilma.example/story.php?id=1", "https://ilma.example/story.php?lang=en&id=1", True),
        ("https://ilma.example/show_article.asp?id=1", "https://ilma.example/show_article.asp", False),
        ("https://ilma.example/story?id=1", "https://ilma.example/story", False),
        ("https://ilma.example/2026/ferren-bridge.html?x=1", "https://ilma.example/2026/ferren-bridge.html", True),
        ("https://ilma.example/news/article-81734?from=feed", "https://ilma.example/news/article-81734", True),
    ],
)
def test_a_page_may_only_call_itself_what_its_link_could_mean(link, claim, believed):
    assert same_document(link, claim) is believed


PIECES = st.sampled_from(
    [
        *"/.?&=%-_~!:@;,'a1",
        "//",
        "..",
        "amp",
        "AMP",
        "m.",
        "utm_source=x",
        "%7e",
        "%2F",
        "é",
        " ",
        "ferren-bridge",
        ".html",
    ]
)


@given(st.sampled_from(["ilma.example", "m.ilma.example", "www.ilma.example", "ilma.example:443"]), st.lists(PIECES))
def test_an_address_spelt_as_it_should_be_is_no_other_than_one_that_is_not(host, pieces):
    url = f"https://{host}/{''.join(pieces)}".strip()

    assert canonical_url(url) == canonical_url(f"{url}#top")
    assert canonical_url(canonical_url(url)) == canonical_url(url)
