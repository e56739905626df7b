// What is in hand: the pane, the story, and where the eye was before parts of the page were laid anew.
import { point, pointed } from "./frames.js";

export const current = () => document.querySelector(".st[aria-current]");
export const stories = () => [...document.querySelectorAll(".st")];

export function pane(name) {
  document.body.dataset.pane = name;
  mark();
  document.querySelector(`#tabs [data-pane="${name}"]`)?.focus({ preventScroll: true });
}

function mark() {
  for (const tab of document.querySelectorAll("#tabs a")) {
    if (tab.dataset.pane === document.body.dataset.pane) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

export function select(anchor, { quietly = false, follow = !quietly || pointed() } = {}) {
  const story = document.getElementById(`o-${anchor}`) || current() || stories()[0];
  if (!story) return;
  anchor = story.dataset.anchor;
  for (const each of stories()) {
    if (each === story) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
  if (follow) point(anchor);
  if (quietly) return;
  story.querySelector("h3 a").focus({ preventScroll: true });
  story.scrollIntoView({ block: "nearest" });
  const here = new URL(location.href);
  here.searchParams.set("at", anchor);
  history.replaceState(null, "", `${here.pathname}${here.search}`);
}

// Returns what puts scroll and focus back after parts were laid anew.
export function keep() {
  const tops = ["outline", "checks"].map((name) => [name, document.getElementById(name)?.scrollTop]);
  const focus = document.activeElement, story = focus?.closest?.(".st")?.dataset.anchor;
  const button = focus?.matches?.("button[name=do]") ? focus.value : "";
  const key = focus?.dataset?.key, where = focus?.closest?.("#top, #tabs, #bar, #checks, #foot")?.id;
  return () => {
    mark();
    for (const [id, top] of tops) {
      const part = document.getElementById(id);
      if (part && top) part.scrollTop = top;
    }
    if (focus?.isConnected && focus !== document.body) return;
    if (story) {
      const now = document.getElementById(`o-${story}`) || current();
      const same = now?.querySelector(`button[value="${button}"]:not([disabled])`);
      (button && same ? same : now?.querySelector("h3 a"))?.focus({ preventScroll: true });
    } else if (where) {
      (key && document.querySelector(`#${where} [data-key="${key}"]`))?.focus({ preventScroll: true });
    }
  };
}
