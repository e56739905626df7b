// Fetches a page of ours and lays its parts over those that are here; one request after the other.
import { say } from "./saying.js";
import { aim, frame } from "./frames.js";
import { current, keep, select } from "./panes.js";

const PARTS = ["top", "tabs", "lines", "stories", "bar", "inbox", "checks", "foot"];
let last = Promise.resolve();
let waiting = null;

export function fetchPage(url, { form, submitter } = {}) {
  const asked = { credentials: "same-origin", headers: { Accept: "text/html" } };
  if (form && form.method === "post") {
    asked.method = "POST";
    asked.body = new URLSearchParams(new FormData(form, submitter));
  }
  return fetch(url, asked).then(async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return { answer, page, at: new URL(answer.url) };
  });
}

export function go(url, asked = {}) {
  waiting?.abort();
  last = last.then(() => arrive(url, asked)).catch(() => say("The desk does not answer. Nothing was changed."));
  return last;
}

async function arrive(url, asked) {
  // Keys are quicker than answers: what was pressed meanwhile is meant for the page that the answer before has laid.
  const revision = asked.form?.elements.revision;
  if (revision) revision.value = document.body.dataset.revision;
  const { page, at } = await fetchPage(url, asked);
  if (!page.body.classList.contains("app")) {
    const { showIn } = await import("./dialogs.js");
    if (page.querySelector("#ask")) return showIn(page);
    return location.assign(at);
  }
  lay(page, at);
}

export function lay(page, at) {
  if (at.pathname !== location.pathname && page.body.dataset.issue !== document.body.dataset.issue) return location.assign(at);
  const told = at.searchParams.get("at"), anchor = told || current()?.dataset.anchor;
  const held = keep();
  for (const name of PARTS) {
    if (!document.getElementById(name) !== !page.getElementById(name)) return location.assign(at);
    replace(page, name);
  }
  const { pane } = document.body.dataset;
  Object.assign(document.body.dataset, page.body.dataset, { pane });
  if (told) aim(told);
  frame(page);
  held();
  if (anchor) select(anchor, told ? { quietly: true, follow: true } : { quietly: true });
  at.searchParams.delete("checks");
  history.replaceState(null, "", `${at.pathname}${at.search}`);
  const said = page.getElementById("live")?.textContent;
  if (said) say(said);
  settle();
}

// A line that somebody types in stays what it is, and only learns which revision it is of: taken away, it would be
// saved half-written, and the rest of the words would be keys.
function replace(page, name) {
  const mine = document.getElementById(name), theirs = page.getElementById(name);
  if (!mine || !theirs) return;
  if (!mine.contains(document.activeElement) || !document.activeElement.matches("textarea")) {
    mine.replaceWith(document.adoptNode(theirs));
    return;
  }
  const revision = theirs.querySelector('input[name="revision"]')?.value;
  for (const each of mine.querySelectorAll('input[name="revision"]')) each.value = revision;
}

// What the page could not wait for, or what changes by itself, is fetched once there is nothing else to do.
export function settle() {
  waiting?.abort();
  const mine = (waiting = new AbortController());
  const here = new URL(location.href);
  if (document.querySelector("[data-wait]")) {
    here.searchParams.set("checks", "1");
    later(here, mine, ["tabs", "stories", "checks"], 0);
  } else if (document.body.dataset.state === "sending") {
    later(here, mine, ["top", "checks", "foot"], 2000);
  }
}

async function later(url, mine, names, pause) {
  await new Promise((done) => setTimeout(done, pause));
  try {
    if (mine.signal.aborted) return;
    const answer = await fetch(url, { credentials: "same-origin", signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine.signal.aborted || page.body.dataset.revision !== document.body.dataset.revision) return;
    const anchor = current()?.dataset.anchor, held = keep();
    for (const name of names) replace(page, name);
    document.body.dataset.state = page.body.dataset.state;
    held();
    if (anchor) select(anchor, { quietly: true });
    if (page.body.dataset.state === "sending") settle();
  } catch (error) {
    if (error.name !== "AbortError") say("The desk does not answer.");
  }
}
