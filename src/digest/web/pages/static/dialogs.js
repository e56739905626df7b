// A page that asks something, shown over the issue instead of in its place.
import { fetchPage, go, lost, taken } from "./going.js";
import { say } from "./saying.js";
import { offer, release } from "./typed.js";

function dialog() {
  let found = document.getElementById("dialog");
  if (found) return found;
  found = document.createElement("dialog");
  found.id = "dialog";
  found.addEventListener("click", clicked);
  found.addEventListener("submit", submitted);
  found.addEventListener("input", ({ target }) => { if (target.name === "text") other(target.form); });
  found.addEventListener("close", () => {
    const refused = found.querySelector("[data-refused]");
    found.replaceChildren();
    offer();
    if (refused) go(location.href);  // what was refused was meant for something that is otherwise by now
  });
  document.body.append(found);
  return found;
}

export async function openDialog(url, kind) {
  try {
    const { page, at } = await fetchPage(url);
    if (!showIn(page, kind)) location.assign(at);
  } catch {
    say("The desk does not answer.");
  }
}

export function showIn(page, kind = "") {
  const asked = page.querySelector("#ask") || page.querySelector("main");
  if (!asked || (page.querySelector('form[action$="/sign-in"]') && !page.querySelector('[name="kept"]'))) return false;
  const over = dialog();
  if (kind) over.className = kind;
  const typed = beside(over);
  over.replaceChildren(document.adoptNode(asked), told());
  along(over, typed);
  const title = asked.querySelector("h1, h2");
  if (title) { title.id = "dialog-title"; over.setAttribute("aria-labelledby", "dialog-title"); }
  else over.setAttribute("aria-label", page.title);
  if (!over.open) over.showModal();
  (asked.querySelector("[autofocus], textarea, input:not([type=hidden])") || asked.querySelector("button, a"))?.focus();
  return true;
}

// One form of a dialog is sent at a time; what is typed into the others goes along to the page that comes.
const post = (over) => [...over.querySelectorAll('form[method="post"]')];
const key = ({ action, elements }) => [action, elements.choice?.value, elements.do?.value].join(" ");
const beside = (over) => post(over).flatMap((form) => [...form.querySelectorAll("textarea, input:not([type=password])")]
  .filter((field) => field.type !== "hidden" && field.value !== field.defaultValue)
  .map((field) => [key(form), field.name, field.value]));
function along(over, typed) {
  for (const [name, field, value] of typed) {
    const form = post(over).find((each) => key(each) === name), words = form?.elements[field];
    if (!words || words.readOnly) continue;
    words.value = value;
    if (field === "text") other(form);
    const more = form.closest("details");
    if (more) more.open = true;
  }
}
const other = (form) => { const third = form?.querySelector('[name="take"][value="other"]'); if (third) third.checked = true; };

// What is behind an open dialog is not read out, so what is said meanwhile is said in it.
function told() {
  const found = document.createElement("p");
  found.className = "told";
  found.setAttribute("role", "status");
  return found;
}

export const show = (nodes, label) => {
  const over = dialog();
  over.className = "";
  over.setAttribute("aria-label", label);
  over.replaceChildren(...nodes, told());
  over.showModal();
};

function clicked(event) {
  const over = event.currentTarget;
  const link = event.target.closest("a");
  if (event.target === over) over.close();
  else if (link?.hasAttribute("data-close")) {
    event.preventDefault();
    release(link.dataset.letsGo);
    over.close();
  }
}

async function submitted(event) {
  event.preventDefault();
  const form = event.target;
  const get = form.method !== "post";
  const url = get ? `${form.action}?${new URLSearchParams(new FormData(form))}` : form.action;
  // Read before its buttons are put out: one that is disabled says nothing, and a form is read once.
  const asked = get ? { form } : { form, body: new URLSearchParams(new FormData(form, event.submitter)) };
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    await taken(await fetchPage(url, asked), asked);
  } catch {
    await lost(url, asked);
  } finally {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }
}
