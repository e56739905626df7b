// Keys press what is on the page: each has a button or a link that does the same.
import { show } from "./dialogs.js";
import { current, pane, select, stories } from "./panes.js";
import { say } from "./saying.js";

const OFF = "digest-keys-off";
const inHand = (what) => current()?.querySelector(what);
const press = (button) => {
  if (!button || button.disabled) return false;
  button.click();
  return true;
};
const cycle = (name, values) => {
  const now = document.querySelector(`#bar [data-${name}][aria-current]`)?.dataset[name];
  const next = values[(values.indexOf(now) + 1) % values.length];
  return press(document.querySelector(`#bar [data-${name}="${next}"]`));
};
const step = (by) => {
  const all = stories(), at = all.indexOf(current());
  const next = all[at < 0 ? 0 : at + by];
  if (!next) return false;
  if (document.body.dataset.pane === "checks") pane("outline");
  select(next.dataset.anchor);
  return true;
};
const section = (key) => {
  const to = document.querySelector(`.sec[data-key="${key}"]`)?.dataset.section;
  return to !== undefined && press(inHand(`button[value="section:${CSS.escape(to)}"]`));
};
const adding = () => press((current()?.closest(".sec") || document).querySelector(".add"));
const subject = () => {
  const field = document.querySelector('[data-line="subject"] textarea');
  if (!field) return false;
  pane("outline");
  field.focus();
  field.select();
  return true;
};

const KEYS = [
  ["j", "J", "next story", () => step(1)],
  ["k", "K", "story before", () => step(-1)],
  ["J", "⇧J", "move it down", () => press(inHand('button[value="down"]'))],
  ["K", "⇧K", "move it up", () => press(inHand('button[value="up"]'))],
  ["1", "1–9", "move it to that section", null],
  ["l", "L", "make it the lead", () => press(inHand('button[value="lead"]'))],
  ["e", "E", "its words, and why it is here", () => press(inHand('[data-key="e"]'))],
  ["x", "X", "hold it back", () => press(inHand('button[value="hold"]'))],
  ["m", "M", "one story with the next", () => press(inHand("[data-merge]"))],
  ["u", "U", "undo", () => press(document.querySelector('[data-key="undo"]'))],
  ["U", "⇧U", "do it again", () => press(document.querySelector('[data-key="redo"]'))],
  ["s", "S", "subject", subject],
  ["a", "A", "add a story", adding],
  ["/", "/", "search what was collected", adding],
  ["p", "P", "phone or desktop", () => cycle("width", ["phone", "desktop"])],
  ["d", "D", "light, dark, forced", () => cycle("shade", ["light", "dark", "forced"])],
  ["i", "I", "images on or off", () => cycle("part", ["html", "pictureless"])],
  ["t", "T", "send a test", () => press(document.querySelector('[data-open="test"]'))],
  ["h", "H", "hold this issue", () => press(document.querySelector('[data-open="hold"]'))],
  ["?", "?", "these keys", help],
];

export function listen() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => event.target.closest("[data-help]") && help());
  const reveal = () => { for (const each of document.querySelectorAll("[data-help]")) each.hidden = false; };
  reveal();
  new MutationObserver(reveal).observe(document.body, { childList: true });
}

function pressed(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const over = document.querySelector("dialog[open]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (over) over.querySelector("form")?.requestSubmit();
    else press(document.querySelector('[data-open="approve"]'));
    return;
  }
  if (over || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key !== "?" && localStorage.getItem(OFF)) return;
  const found = KEYS.find(([key]) => key === event.key);
  const does = /^[1-9]$/.test(event.key) ? () => section(event.key) : found?.[3];
  if (!does) return;
  event.preventDefault();
  if (does() === false) say("Nothing to do there.");
}

function help() {
  const title = document.createElement("h2");
  title.className = "big";
  title.textContent = "Keys for the last ten minutes";
  const list = document.createElement("dl");
  list.className = "keys";
  for (const [, shown, does] of [...KEYS, ["", "Ctrl ↵", "approve"]]) {
    const key = document.createElement("dt"), what = document.createElement("dd"), cap = document.createElement("kbd");
    cap.textContent = shown;
    key.append(cap);
    what.textContent = does;
    list.append(key, what);
  }
  const choice = document.createElement("label"), box = document.createElement("input");
  choice.className = "tick";
  box.type = "checkbox";
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));
  choice.append(box, " Single keys do this");
  show([title, list, choice], title.textContent);
  return true;
}
