// Fetches a page of ours and lays its parts over those that are here; one request after the other.
import { say } from "./saying.js";
import { aim, frame } from "./frames.js";
import { current, keep, select } from "./panes.js";
import { hold, offer, release } from "./typed.js";

const PARTS = ["top", "tabs", "lines", "stories", "bar", "inbox", "checks", "foot"];
let last = Promise.resolve();
let waiting = null;

export function fetchPage(url, asked = {}) {
  const { form, submitter } = asked, how = { credentials: "same-origin", headers: { Accept: "text/html" } };
  if (form && form.method === "post") {
    how.method = "POST";
    how.body = asked.body ??= new URLSearchParams(new FormData(form, submitter));
    if (asked.held === undefined) asked.held = hold(new URL(url, location.href).pathname, asked.body, form);
  }
  return fetch(url, how).then(async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return { answer, page, at: new URL(answer.url) };
  });
}

export function go(url, asked = {}) {
  waiting?.abort();
  last = last.then(() => arrive(url, asked)).catch(() => lost(url, asked));
  return last;
}

// Whether what was asked for was done before its answer was lost, only the desk knows. A move or a choice is asked for
// once more, since what is made twice is made once; of all else it is fetched what stands now. Words that nobody took stay.
export async function lost(url, asked) {
  if (asked.form?.method !== "post") return say("The desk does not answer.");
  try {
    if (/\/(edit|choose)$/.test(new URL(url, location.href).pathname)) return await taken(await fetchPage(url, asked), asked);
    const { page, at } = await fetchPage(location.href);
    if (!page.body.classList.contains("app")) throw new Error("not the issue");
    lay(page, at);
    say(`The answer was lost; it may have been done. Now: ${document.querySelector(".state").textContent}`);
  } catch {
    offer();
    if (asked.held === null) say("The desk does not answer, and this browser keeps nothing more: copy what you wrote before you leave.");
    else if (asked.held) say("The desk does not answer. What you wrote is kept: save it again from the top of the outline.");
    else say("The desk does not answer. What you asked for may have been done: load the page again before you repeat it.");
  }
}

// An answer to what was asked for: the issue as it is then, or a page that asks or refuses something.
export async function taken(got, asked) {
  const { page, at } = got;
  if (page.body.classList.contains("app") || page.querySelector("[data-kept]")) release(asked.held);
  if (!page.body.classList.contains("app")) return elsewhere(got, asked);
  const over = document.querySelector("dialog[open]");
  if (over?.contains(asked.form)) over.close();  // another one is somebody's who types in it by now
  lay(page, at);
}

// To another page, as soon as nobody is at a dialog over this one.
function leave(at) {
  const over = document.querySelector("dialog[open]");
  if (over) over.addEventListener("close", () => location.assign(at), { once: true });
  else location.assign(at);
}

// An answer that is no issue's page: a question or a refusal, shown over this one. To an address that was posted to
// nobody goes: it takes forms alone.
export async function elsewhere({ page, at, answer }, { form }) {
  const { showIn } = await import("./dialogs.js");
  const over = document.querySelector("dialog[open]"), told = page.querySelector("#ask");
  if (told && over && !over.contains(form)) {
    over.addEventListener("close", () => go(location.href), { once: true });
    return say([...told.querySelectorAll("h1, .wrong, .lead")].map((each) => each.textContent.trim()).join(" "));
  }
  if (told && showIn(page)) return;
  if (form?.method === "post" && !answer.redirected) {
    if (answer.status >= 500) throw new Error(answer.statusText);
    say(page.body.textContent.trim().slice(0, 300));
    return;
  }
  if (at.pathname.endsWith("/sign-in")) at.searchParams.set("next", location.pathname);
  leave(at);
}

async function arrive(url, asked) {
  // Keys are quicker than answers: what was pressed meanwhile is meant for the page that the answer before has laid.
  // Words that were kept are of the page that they were typed on.
  const { form } = asked, line = form?.dataset.line && lineOf(document, form.dataset.line);
  if (form?.elements.revision && !form.closest("#typed") && (!form.dataset.line || (line && line !== form && isOf(form, line))))
    form.elements.revision.value = document.body.dataset.revision;
  if (form?.dataset.line) form.sent = words(form).value;
  await taken(await fetchPage(url, asked), asked);
}

// Words are written over those that they were made of, or over what was just saved of them, and over nobody else's.
const words = (form) => form.querySelector("textarea");
const lineOf = (page, name) => page.querySelector(`form[data-line="${name}"]`);
const plain = (text) => text.trim().split(/\s+/).join(" ");
const isOf = (form, newer) => [words(form).defaultValue, form.sent ?? ""].map(plain).includes(plain(words(newer).defaultValue));

export function lay(page, at) {
  if (at.pathname !== location.pathname && page.body.dataset.issue !== document.body.dataset.issue) return leave(at);
  const told = at.searchParams.get("at"), anchor = told || current()?.dataset.anchor;
  const held = keep();
  for (const name of PARTS) {
    if (!document.getElementById(name) !== !page.getElementById(name)) return leave(at);
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
  offer();
  settle();
}

// A line that somebody types in stays what it is: taken away, it would be saved half-written, and the rest of the words
// would be keys. It learns the new revision only where its words are what they were: else it would overwrite unseen
// what somebody else wrote there, and the desk refuses it with that.
function replace(page, name) {
  const mine = document.getElementById(name), theirs = page.getElementById(name);
  if (!mine || !theirs || mine.querySelector(".dragged")) return;
  if (!mine.contains(document.activeElement) || !document.activeElement.matches("textarea")) {
    mine.replaceWith(document.adoptNode(theirs));
    return;
  }
  for (const line of mine.querySelectorAll("form[data-line]")) {
    const newer = lineOf(theirs, line.dataset.line);
    if (!newer) continue;
    if (!line.contains(document.activeElement)) line.replaceWith(document.adoptNode(newer));
    else if (isOf(line, newer)) {
      words(line).defaultValue = words(newer).defaultValue;
      line.elements.revision.value = newer.elements.revision.value;
    }
  }
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
