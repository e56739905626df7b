"""In a real browser: two texts to choose from, answers that are lost, and a mail that would do harm if it could."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from playwright.sync_api import expect

from digest import pipeline
from digest.collect.identity import article_id, fingerprint
from digest.model.news import Article, Block, BlockKind

from .browsing import PATIENCE, chromium, shot, tab, violations
from .conftest import NOW, PASSWORD
from .test_desk import edit
from .test_merging import first, rewording
from .test_ten_minutes import cookies_of, said


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


# ------------------------------------------------------------------------------------------------------ to choose


def divide(desk):
    """Have Tomas and Ada reword one headline and one summary, Ada the later one."""
    mine = rewording(desk, headline="Crossing at Ferren is open again, says the mayor", summary="What Ada wrote. So.")
    theirs = rewording(desk, headline="Crossing at Ferren holds for a third night", summary="What Tomas wrote.")
    edit(desk.visitor("Tomas"), **theirs)
    assert edit(desk.visitor("Ada"), **mine).goes_to == "/issues/1/choose"


def test_who_chooses_sees_both_texts_and_nobody_is_shut_out(browser, own_desk):
    divide(own_desk)
    wrong = {}
    for scheme, width, height in (("light", 1440, 1000), ("dark", 390, 844)):
        size = {"width": width, "height": height, "scheme": scheme}
        with tab(browser, cookies=cookies_of(own_desk.visitor("Ada")), **size) as page:
            page.goto(f"{own_desk.url}/issues/1/choose")
            shot(page, f"choose-{scheme}-{width}")
            if (found := violations(page)) != "[]":
                wrong[scheme, width] = found
            page.set_viewport_size({"width": 320, "height": height})
            if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                wrong[scheme, 320] = over

    assert wrong == {}


def test_a_choice_is_made_without_scripts(browser, own_desk):
    divide(own_desk)
    with tab(browser, cookies=cookies_of(own_desk.visitor("Ada")), scripts=False) as page:
        page.goto(f"{own_desk.url}/issues/1?checks=1")
        expect(page.get_by_role("link", name=re.compile("^Approve"))).to_have_count(0)
        page.get_by_role("link", name="choose between the texts of 2 places").click()
        page.get_by_label("As you wrote it").first.check()
        page.get_by_role("button", name="Take it").first.click()
        page.get_by_label("In other words").check()
        page.get_by_role("textbox", name="Other words").fill("What both wrote.")
        page.get_by_role("button", name="Take it").click()
        expect(page.get_by_role("link", name=re.compile("^Approve"))).to_be_visible()

    told = first(own_desk)
    assert (told.headline, told.summary) == ("Crossing at Ferren is open again, says the mayor", ("What both wrote.",))


# ---------------------------------------------------------------------------------------------------- lost on the way


def write(page, text):
    """Write a headline for the story in hand, in the dialog over the issue."""
    page.locator('.st[aria-current] [data-key="e"]').click()
    page.locator("dialog").get_by_label("Headline").fill(text)


def save(page):
    page.locator("dialog").get_by_role("button", name="Save").click()


def test_an_answer_that_is_lost_is_asked_for_once_more_and_nothing_is_done_twice(browser, own_desk):
    with tab(browser, cookies=cookies_of(own_desk.visitor("Ada")), failing=2) as page:
        page.goto(f"{own_desk.url}/issues/1")
        expect(page.locator("#checks [data-wait]")).to_have_count(0)

        def lose(route):
            route.fetch(max_redirects=0)  # it is done, and nobody hears of it
            route.abort()

        page.route("**/issues/1/edit", lose, times=1)
        page.locator('button[value="down"]:not([disabled])').first.click()
        said(page, "It is so already.")

        page.route("**/issues/1/edit", lambda route: route.abort(), times=1)  # and here it was not done
        write(page, "What Ada wrote")
        save(page)
        said(page, "Edited the headline")
        expect(page.locator("#typed")).to_have_count(0)

    issue = own_desk.parts.store.issues.find(1)
    assert issue.revision == 3
    assert "What Ada wrote" in [item.headline for item in issue.content.sections[0].items]


def test_what_was_typed_is_kept_while_the_desk_is_away_and_saved_later(browser, own_desk):
    with tab(browser, cookies=cookies_of(own_desk.visitor("Ada")), failing=4) as page:
        page.goto(f"{own_desk.url}/issues/1")
        expect(page.locator("#checks [data-wait]")).to_have_count(0)
        page.route("**/issues/1/edit", lambda route: route.abort())
        page.keyboard.press("s")
        page.keyboard.type("Quiet night on the Tarn")
        page.keyboard.press("Enter")
        said(page, "What you wrote is kept")
        expect(page.locator("#typed textarea")).to_have_value("Quiet night on the Tarn")
        shot(page, "typed-kept")
        assert violations(page) == "[]"

        edit(own_desk.visitor("Tomas"), do="subject", text="What Tomas wrote")
        page.reload()
        expect(page.locator("#typed textarea")).to_have_value("Quiet night on the Tarn")
        page.get_by_role("button", name="Save it").click()  # and the desk is still away
        said(page, "What you wrote is kept")
        page.unroute("**/issues/1/edit")
        page.get_by_role("button", name="Save it").click()
        expect(page.locator("dialog .take").first).to_contain_text("What Tomas wrote")
        page.get_by_label("As you wrote it").check()
        page.get_by_role("button", name="Take it").click()
        said(page, "Changed the subject")
        expect(page.locator("#typed")).to_have_count(0)

    assert own_desk.parts.store.issues.find(1).content.subject == "Quiet night on the Tarn"


def test_what_was_typed_is_there_after_signing_in_again_until_it_is_saved_or_let_go(browser, own_desk):
    ada = own_desk.visitor("Ada")
    with tab(browser, cookies=cookies_of(ada), failing=2) as page:
        page.goto(f"{own_desk.url}/issues/1")
        expect(page.locator("#checks [data-wait]")).to_have_count(0)
        write(page, "What Ada wrote")
        ada.post("/sign-out")
        save(page)
        expect(page.locator("dialog .wrong")).to_have_text(
            "You are signed out. Sign in, and what you wrote is still there."
        )
        page.get_by_role("textbox", name="Name").fill("Ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_label("Headline")).to_have_value("What Ada wrote")
        shot(page, "signed-in-again")
        save(page)
        said(page, "Edited the headline")
        expect(page.locator("#typed")).to_have_count(0)

        write(page, "What Ada thought better of")
        page.context.clear_cookies()
        save(page)
        page.get_by_role("textbox", name="Name").fill("Ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Let it go").click()
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.reload()
        expect(page.locator("html.scripted")).to_be_attached()
        expect(page.locator("#typed")).to_have_count(0)

    assert first(own_desk).headline == "What Ada wrote"


BY_HAND = """async (stories) => {
  const desk = document.querySelector('script[src$="desk.js"]').src;
  const { hold, offer } = await import(desk.replace("desk.js", "typed.js"));
  for (const headline of stories) {
    const body = new URLSearchParams({ do: "write", section: "military", headline });
    hold(`${location.pathname}/edit`, body, document.createElement("form"));
  }
  offer();
}"""
"""Stories whose forms were sent, and whose answers were lost."""


def test_what_somebody_types_stays_whatever_else_goes_on_and_is_offered_to_nobody_else(browser, own_desk):
    ada, tomas = cookies_of(own_desk.visitor("Ada")), cookies_of(own_desk.visitor("Tomas"))
    with tab(browser, cookies=ada) as page:
        page.goto(f"{own_desk.url}/issues/1")
        expect(page.locator("#checks [data-wait]")).to_have_count(0)
        slow = []
        page.route("**/issues/1/edit", lambda route: slow.append(route), times=1)
        with page.expect_request("**/issues/1/edit"):
            page.keyboard.press("Shift+J")
        write(page, "Typed meanwhile")
        slow[0].fulfill(response=slow[0].fetch(max_redirects=0))
        expect(page.locator("dialog .told")).to_contain_text("Moved")
        expect(page.locator("dialog").get_by_label("Headline")).to_have_value("Typed meanwhile")
        save(page)
        said(page, "Edited the headline")

        page.evaluate(BY_HAND, ["One by hand", "Another by hand"])
        kept = page.locator("#typed textarea")
        expect(kept).to_have_count(2)
        kept.first.fill("One by hand, and more")
        page.locator('.st[aria-current] button[value="up"]').click()
        said(page, "Moved")
        expect(kept.first).to_have_value("One by hand, and more")
        page.locator(".sec .add").first.click()
        page.get_by_text("Write one by hand").click()
        page.locator("dialog").get_by_label("Summary").fill("Typed before a search.")
        page.get_by_role("searchbox").fill("bridge")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("dialog input[type=search]")).to_have_js_property("defaultValue", "bridge")
        expect(page.locator("dialog").get_by_label("Summary")).to_have_value("Typed before a search.")
        for cookies, count in ((tomas, 0), (ada, 2)):
            page.context.clear_cookies()
            page.context.add_cookies(cookies)
            page.goto(f"{own_desk.url}/issues/1")
            expect(page.locator("html.scripted")).to_be_attached()
            expect(kept).to_have_count(count)
        expect(kept.first).to_have_value("One by hand, and more")
        page.get_by_role("button", name="Sign out, Ada").click()
        expect(page).to_have_url(f"{own_desk.url}/sign-in")  # which the script of the page says once it has forgotten
        assert page.evaluate("sessionStorage.getItem('digest-typed')") == "[]"


def test_a_third_text_is_kept_while_the_desk_is_away(browser, own_desk):
    divide(own_desk)
    with tab(browser, cookies=cookies_of(own_desk.visitor("Ada")), failing=2) as page:
        page.goto(f"{own_desk.url}/issues/1")
        expect(page.locator("#checks [data-wait]")).to_have_count(0)
        page.get_by_role("link", name="Choose between two texts").click()
        page.get_by_label("As it stands now").first.check()
        page.get_by_role("textbox", name="Other words").first.fill("A third text")
        expect(page.get_by_label("In other words").first).to_be_checked()
        page.get_by_role("textbox", name="Other words").last.fill("And what goes with it.")
        page.route(
            "**/issues/1/choose", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
        )
        page.get_by_role("button", name="Take it").first.click()
        said(page, "What you wrote is kept")
        page.unroute("**/issues/1/choose")
        page.get_by_role("button", name="Take it").first.click()
        expect(page.locator("dialog fieldset")).to_have_count(1)
        expect(page.get_by_role("textbox", name="Other words")).to_have_value("And what goes with it.")
        page.get_by_role("button", name="Take it").click()
        said(page, "Edited the summary")
        expect(page.locator("#typed")).to_have_count(0)

    told = first(own_desk)
    assert (told.headline, told.summary) == ("A third text", ("And what goes with it.",))


# -------------------------------------------------------------------------------------------- a mail full of script


@contextmanager
def counting():
    """A server on this machine that counts what it is asked for."""
    asked = []

    class Counter(StreamRequestHandler):
        def handle(self):
            line = self.rfile.readline()
            if line:  # chromium opens a connection for a frame before the policy forbids it, and asks nothing over it
                asked.append(line)

    server = ThreadingTCPServer(("127.0.0.1", 0), Counter)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def hostile(url):
    """Ways by which a mail would run, ask, post or go somewhere, as raw markup."""
    run = "try { top.ran = 1 } catch (e) {} self.ran = 1; new Image().src = '" + url + "/ran'"
    return f"""
<script>{run}</script><script src="{url}/script"></script>
<img src="x" onerror="{run}"><img src="{url}/pixel" alt=""><svg onload="{run}"><script>{run}</script></svg>
<a id="bad" href="javascript:{run}">Read on</a><a id="up" target="_top" href="{url}/top">Up</a>
<meta http-equiv="refresh" content="0;url={url}/refresh"><base href="{url}/base/" target="_top">
<form id="post" action="{url}/form" method="post"><input name="a" value="b" autofocus onfocus="{run}"></form>
<style>@import url({url}/import); @font-face {{ font-family: x; src: url({url}/font) }}
body {{ font-family: x; background: url({url}/background); width: expression({run}) }}</style>
<link rel="stylesheet" href="{url}/link"><link rel="preload" as="image" href="{url}/preload">
<iframe src="{url}/frame"></iframe><iframe srcdoc="<script>{run}</script>"></iframe>
<object data="{url}/object"></object><embed src="{url}/embed"><video src="{url}/video" autoplay></video>
<details open ontoggle="{run}"><p>x</p></details>"""


WORDS = '"><script>top.ran = self.ran = 1</script><img src=x onerror="top.ran = self.ran = 1">'


def from_a_feed(url):
    there, title = "https://ilma-courier.example/foreign", f"Foreign {WORDS}"
    blocks = (Block(BlockKind.PARAGRAPH, f"Foreign drones struck. {hostile(url)}"),)
    return Article(
        id=article_id(there),
        source="Ilma Courier",
        url=there,
        title=title,
        blocks=blocks,
        fingerprint=fingerprint(title, blocks, url=there),
        collected_at=NOW,
        published_at=NOW,
        language="en",
    )


def test_a_mail_full_of_script_does_nothing_in_the_preview(browser, own_desk):
    parts, ada = own_desk.parts, own_desk.visitor("Ada")
    with counting() as (url, asked):
        look = parts.settings.templates / "brief/issue.mjml.j2"
        raw = f"<mj-raw>{{% raw %}}{hostile(url)}{{% endraw %}}</mj-raw>\n</mj-body>"
        look.write_text(look.read_text().replace("</mj-body>", raw))
        edit(ada, **rewording(own_desk, headline=f"Hostile {WORDS}", summary=hostile(url)[:500]))
        edit(ada, revision=2, do="write", section="military", headline=f"By hand {WORDS}", summary=f"{WORDS} So.")
        parts.store.articles.add([from_a_feed(url)], NOW)
        found = pipeline.offered(parts, parts.store.issues.find(1), now=NOW, query="Foreign drones", limit=40)
        key = next(each.key for each in found if each.headline.startswith("Foreign"))
        assert edit(ada, revision=3, do="bring:military", key=key).status == 303
        mail = pipeline.mail_as(parts, parts.store.issues.find(1), "").data
        assert b"/refresh" in mail, "the look has it in the mail"
        assert b"Foreign" in mail

        with untidy(browser, cookies_of(ada)) as (page, complaints):
            page.goto(f"{own_desk.url}/issues/1")
            expect(page.locator("#checks [data-wait]")).to_have_count(0)
            frame = page.frame_locator("#stage iframe:not(.waiting)")
            expect(frame.get_by_text("Hostile").first).to_be_visible()
            for name in ("bad", "up"):  # what a person might press
                frame.locator(f"#{name}").first.dispatch_event("click")
            frame.locator("#post input").first.press("Enter")
            for part in ("dark", "pictureless", "outlook"):
                page.goto(f"{own_desk.url}/issues/1?{'shade' if part == 'dark' else 'part'}={part}")
                expect(page.frame_locator("#stage iframe:not(.waiting)").get_by_text("Hostile").first).to_be_visible()
            assert page.evaluate("window.ran") is None
            assert page.url.startswith(f"{own_desk.url}/issues/1")
            page.goto(f"{own_desk.url}/issues/1/preview/4.html")  # and outside of its frame
            expect(page.get_by_text("Hostile").first).to_be_visible()
            assert page.evaluate("window.ran") is None
            assert page.url == f"{own_desk.url}/issues/1/preview/4.html"
            assert any("Blocked script execution" in line for line in complaints), "it was a mail to be refused"

    assert asked == []


@contextmanager
def untidy(browser, cookies):
    """A page of a browser that may complain, with what it complains of."""
    context, complaints = browser.new_context(viewport={"width": 1440, "height": 900}), []
    context.set_default_timeout(PATIENCE)
    context.add_cookies(cookies)
    page = context.new_page()
    page.on("console", lambda line: complaints.append(line.text))
    try:
        yield page, complaints
        assert len(context.pages) == 1, "nor has it opened a window"
    finally:
        context.close()
