// The page, quicker: forms and links go on without leaving it. Without this file they do the same by loading.
import { go, settle } from "./going.js";
import { openDialog } from "./dialogs.js";
import { listen as keys } from "./keys.js";
import { listen as drag } from "./dragging.js";
import { current, pane, select } from "./panes.js";
import { tick } from "./clock.js";
import { offer } from "./typed.js";

document.documentElement.classList.add("scripted");

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest("a[href]");
  if (!link || link.closest("dialog")) return;
  if (link.dataset.open) openDialog(link.href, link.dataset.open);
  else if (link.closest("#tabs")) pane(link.dataset.pane);
  else if (link.closest("#bar") && !link.hasAttribute("download")) go(link.href);
  else if (link.dataset.go) { pane("outline"); select(link.dataset.go); }
  else if (link.closest(".st")) select(link.closest(".st").dataset.anchor);
  else return;
  event.preventDefault();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-reader], .as") && !event.defaultPrevented) {
    event.preventDefault();
    go(`${form.action}?${new URLSearchParams(new FormData(form))}`);
    return;
  }
  if (event.defaultPrevented || form.closest("dialog") || !form.matches("[data-in-place], .do form")) return;
  event.preventDefault();
  go(form.action, { form, submitter: event.submitter });
});

document.addEventListener("change", (event) => {
  if (event.target.matches(".as select")) {
    const asked = new URLSearchParams(new FormData(event.target.form));
    go(`${event.target.form.action}?${asked}`);
  } else if (event.target.closest("[data-line]")) {
    const form = event.target.form;
    form.requestSubmit(form.querySelector("button"));
  }
});

document.addEventListener("input", (event) => {
  const line = event.target.closest("[data-line]");
  if (line) line.querySelector(".count").textContent = `${event.target.value.length} characters`;
});

document.addEventListener("keydown", (event) => {
  const line = event.target.closest?.("[data-line] textarea");
  if (line && event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    line.blur();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

keys();
drag();
tick();
offer();
settle();
if (new URLSearchParams(location.search).has("at") && current()) select(current().dataset.anchor, { quietly: true, follow: true });
