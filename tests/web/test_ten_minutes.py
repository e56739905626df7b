"""The ten minutes before an issue goes out, in a real browser: from first look to approved, at a desk and by phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from digest import pipeline
from digest.model.issue import State

from .browsing import chromium, resized, shot, tab, violations
from .conftest import NOW


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def cookies_of(visitor):
    return [{"name": name, "value": value, "url": visitor.url} for name, value in visitor.cookies.items()]


TOO_SMALL = """[...document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")]
  .filter(e => e.offsetParent && !e.closest(".st h3, .name, .sr"))
  .map(e => [e.getBoundingClientRect(), e.textContent.trim().slice(0, 40)])
  .filter(([box]) => box.height < 44).map(([box, text]) => `${text}: ${box.height}`)"""
"""What a thumb would miss: everything to press that is lower than 44 px, but for headlines, whose whole row is one."""


def said(page, text):
    expect(page.locator("#live")).to_contain_text(text)


def test_from_first_look_to_approved_at_a_desk_by_keyboard(browser, own_desk):
    ada = own_desk.visitor("Ada")
    with tab(browser, cookies=cookies_of(ada)) as page:
        page.goto(ada.url)
        expect(page.locator(".state")).to_have_text("On course for 07:00, once No. 1 is approved.")
        expect(page.locator("#checks .sum")).to_have_text("Fit to send. Two things deserve a look.")
        shot(page, "desk-1-first-look")
        assert violations(page) == "[]"

        page.get_by_role("button", name="Keep as is").click()
        said(page, "Looked at.")
        expect(page.locator("#checks .sum")).to_have_text("Fit to send. One thing deserves a look.")
        page.get_by_role("button", name="Mark checked").click()
        expect(page.locator("#checks .sum")).to_have_text("Fit to send.")

        page.keyboard.press("j")
        page.keyboard.press("j")
        third = page.locator(".st[aria-current]").get_attribute("data-anchor")
        expect(page.locator("#stage iframe")).to_have_attribute("src", re.compile(f"#{third}$"))
        page.keyboard.press("Shift+K")
        page.keyboard.press("l")  # before the answer to the key before can be there
        said(page, "lead")
        expect(page.locator(".st").first).to_have_attribute("aria-current", "true")
        expect(page.locator(".st").first).to_contain_text("Crossing at Ferren")
        expect(page.frame_locator("#stage iframe:not(.waiting)").locator("h3").first).to_contain_text(
            "Crossing at Ferren"
        )
        page.keyboard.press("2")
        said(page, "Diplomacy")
        page.keyboard.press("u")
        said(page, "Took back")
        expect(page.locator(".sec").first.locator(".st")).to_have_count(5)
        page.keyboard.press("x")
        expect(page.locator(".sec").first.locator(".st")).to_have_count(4)
        page.keyboard.press("u")
        expect(page.locator(".sec").first.locator(".st")).to_have_count(5)

        page.keyboard.press("s")
        page.keyboard.type("Crossing at Ferren holds, envoys split on monitors")
        page.keyboard.press("Enter")
        said(page, "subject")
        expect(page.locator("#inbox strong")).to_have_text("Crossing at Ferren holds, envoys split on monitors")
        page.keyboard.press("d")
        expect(page.locator("#stage")).to_have_class("stage phone dark")
        page.keyboard.press("p")
        expect(page.locator("#stage")).to_have_class("stage desktop dark")
        shot(page, "desk-2-dark-mail")

        page.keyboard.press("t")
        page.get_by_label("To", exact=True).fill("tomas@aldovar.example")
        page.get_by_role("button", name="Send test").click()
        said(page, "tomas@aldovar.example: accepted 250")

        expect(page.locator("#checks .sum")).to_have_text("Fit to send.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("dialog h1")).to_have_text("Send No. 1 to 7 people at 07:00?")
        shot(page, "desk-3-approve")
        assert violations(page) == "[]"
        page.keyboard.press("Control+Enter")
        said(page, "Approved for 07:00.")
        expect(page.locator(".state")).to_have_text("On course for 07:00: No. 1 is approved.")
        shot(page, "desk-4-approved")

    issue = own_desk.parts.store.issues.find(1)
    assert (issue.state, issue.approved_by) == (State.APPROVED, "Ada")
    assert issue.content.lead.headline == "Crossing at Ferren holds through a third night of shelling"


def test_from_first_look_to_approved_by_phone(browser, own_desk):
    ada = own_desk.visitor("Ada")
    with tab(browser, width=390, height=844, cookies=cookies_of(ada)) as page:
        page.goto(ada.url)
        expect(page.locator("#tabs")).to_contain_text("Checks, 2")
        shot(page, "phone-1-first-look")
        page.get_by_role("link", name="Checks, 2").click()
        page.get_by_role("button", name="Keep as is").click()
        expect(page.locator("#tabs")).to_contain_text("Checks, 1")
        shot(page, "phone-2-checks")
        page.get_by_role("button", name="Mark checked").click()
        expect(page.locator("#checks .sum")).to_have_text("Fit to send.")

        page.get_by_role("link", name="Outline").click()
        page.locator(".st").nth(2).get_by_role("link").first.click()
        page.get_by_text("Move to…").nth(2).click()
        page.get_by_role("button", name="The lead").click()
        said(page, "lead")
        page.get_by_role("link", name="Preview", exact=True).click()
        frame = page.frame_locator("#stage iframe:not(.waiting)")
        expect(frame.locator("h3").first).to_contain_text("Crossing at Ferren")
        shot(page, "phone-3-preview")
        small = page.evaluate(TOO_SMALL)

        page.get_by_role("link", name="Approve for 07:00").click()
        expect(page.locator("dialog h1")).to_have_text("Send No. 1 to 7 people at 07:00?")
        shot(page, "phone-4-approve")
        page.get_by_role("button", name="Approve for 07:00").click()
        said(page, "Approved for 07:00.")

    assert small == []
    assert own_desk.parts.store.issues.find(1).state is State.APPROVED


def test_a_story_is_dragged_to_another_place_and_to_another_section(browser, own_desk):
    ada = own_desk.visitor("Ada")
    with tab(browser, cookies=cookies_of(ada), height=1600) as page:
        page.goto(ada.url)
        drag(page, page.locator(".st .grip").nth(3), page.locator(".st").nth(1))
        said(page, "Sixty-four drones")
        drag(page, page.locator(".st .grip").nth(1), page.locator('[data-section="diplomacy"] .st').nth(1))
        said(page, "Diplomacy")

    military, diplomacy, _ = own_desk.parts.store.issues.find(1).content.sections
    assert (len(military.items), len(diplomacy.items)) == (4, 6)
    assert diplomacy.items[1].headline.startswith("Sixty-four drones")


def drag(page, grip, target):
    expect(page.locator("#checks [data-wait]")).to_have_count(0)
    grip.hover()
    page.mouse.down()
    box = target.bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + 8, steps=4)
    page.mouse.up()


def test_words_never_go_over_what_somebody_else_wrote_meanwhile(browser, own_desk):
    ada, tomas, once = own_desk.visitor("Ada"), own_desk.visitor("Tomas"), []
    with tab(browser, cookies=cookies_of(ada)) as page:
        page.goto(f"{ada.url}/issues/1")
        expect(page.locator("#checks [data-wait]")).to_have_count(0)
        subject = page.locator('[data-line="subject"] textarea')

        def meanwhile(route):
            if route.request.method == "POST" and not once:
                once.append(route.fetch(max_redirects=0))  # Ada's move is made, and before its answer is there
                tomas.post("/issues/1/edit", {"revision": 2, "do": "subject", "text": "What Tomas wrote"})
                subject.focus()
                page.keyboard.type(" and Ada")
                route.fulfill(response=once[0])
            else:
                route.continue_()

        page.route("**/issues/1/edit", meanwhile)
        page.locator('button[value="down"]:not([disabled])').first.click()
        expect(page.locator("body")).to_have_attribute("data-revision", "3")
        page.keyboard.press("Enter")

        expect(page.locator("dialog h1")).to_have_text("Two of you wrote here. Which is it to be?")
        expect(page.locator("dialog .take").first).to_contain_text("What Tomas wrote")
        expect(page.locator("dialog .take").nth(1)).to_contain_text("and Ada")
        assert own_desk.parts.store.issues.find(1).content.subject == "What Tomas wrote"
        page.get_by_label("As you wrote it").check()
        page.get_by_role("button", name="Take it").click()
        said(page, "Changed the subject")

    issue = own_desk.parts.store.issues.find(1)
    assert issue.revision == 4
    assert "and Ada" in issue.content.subject


def test_what_is_refused_or_lost_on_the_way_is_told_where_one_looks(browser, own_desk):
    ada = own_desk.visitor("Ada")
    with tab(browser, cookies=cookies_of(ada), failing=2) as page:
        page.goto(f"{ada.url}/issues/1")
        expect(page.locator("#checks [data-wait]")).to_have_count(0)

        def lose(route):
            route.fetch(max_redirects=0)
            route.abort()

        page.route("**/issues/1/approve", lose)
        page.keyboard.press("Control+Enter")
        page.get_by_label("I have looked at these.").check()
        page.get_by_role("button", name="Approve for 07:00").click()
        expect(page.get_by_role("status")).to_have_text(
            "The answer was lost; it may have been done. Now: On course for 07:00: No. 1 is approved."
        )
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Take approval back")).to_be_visible()

        pipeline.skip(own_desk.parts, 1, by="Tomas", reason="No news", now=NOW)
        page.keyboard.press("x")
        expect(page.locator("dialog h1")).to_have_text("That cannot be done now.")
        assert page.url == f"{ada.url}/issues/1", "and not what takes forms alone"
        page.get_by_role("link", name="To the issue").click()
        expect(page.locator(".state")).to_contain_text("No. 1 is skipped: No news.")


def test_from_first_look_to_approved_without_scripts(browser, own_desk):
    ada = own_desk.visitor("Ada")
    with tab(browser, cookies=cookies_of(ada), scripts=False) as page:
        page.goto(ada.url)
        page.wait_for_url("**checks=1")
        page.get_by_role("link", name="Drone fragments").first.click()
        page.get_by_role("button", name="Move up").nth(0).click()
        page.get_by_role("link", name="Dark").click()
        page.get_by_role("link", name="Approve for 07:00").click()
        page.get_by_label("I have looked at these.").check()
        page.get_by_role("button", name="Approve for 07:00").click()
        expect(page.locator(".saying")).to_have_text("Approved for 07:00.")

    assert own_desk.parts.store.issues.find(1).state is State.APPROVED


PAGES = (
    "/issues/1?checks=1",
    "/issues/1?checks=1&part=source&pane=preview",
    "/issues/1/story/diplomacy-1",
    "/issues/1/add?section=military",
    "/issues/1/compare?one=peace_summit-2&two=peace_summit-3",
    "/issues/1/approve",
    "/issues/1/test",
    "/issues/1/hold",
    "/issues",
    "/sources",
    "/settings",
    "/issues/99",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(browser, desk, scheme):
    operator = desk.visitor("Operator")
    wrong = {}
    for width, height in ((1440, 900), (390, 844)):
        size = {"width": width, "height": height, "scheme": scheme}
        with tab(browser, cookies=cookies_of(operator), missing=1, **size) as page:
            for path in PAGES:
                page.goto(desk.url + path)
                name = re.sub(r"[^a-z0-9]+", "-", path.split("checks")[0].lower()).strip("-")
                shot(page, f"{scheme}-{width}-{name}")
                if (found := violations(page)) != "[]":
                    wrong[path, width] = found
                if width == 390:  # and on the smallest phone, or at 200 % and more
                    resized(page, 320, 640)
                    if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                        wrong[path, 320] = over
                    resized(page, width, height)
        with tab(browser, **size) as page:
            page.goto(f"{desk.url}/sign-in")
            shot(page, f"{scheme}-{width}-sign-in")
            if (found := violations(page)) != "[]":
                wrong["/sign-in", width] = found

    assert wrong == {}
