// A story by its grip to another place. A luxury: buttons and keys do the same.
import { go } from "./going.js";
import { select } from "./panes.js";

let dragged = null, over = null;

export function listen() {
  document.addEventListener("pointerdown", (event) => {
    const story = event.target.closest?.(".grip")?.closest(".st");
    if (!story || event.button || !story.querySelector('button[name="do"]')) return;
    event.preventDefault();
    select(story.dataset.anchor);
    dragged = story;
    story.classList.add("dragged");
    document.addEventListener("pointermove", moved);
    document.addEventListener("pointerup", dropped, { once: true });
    document.addEventListener("pointercancel", ended, { once: true });
  });
}

function moved(event) {
  const under = document.elementFromPoint(event.clientX, event.clientY);
  const next = under?.closest(".st") || under?.closest(".sec")?.querySelector("header") || null;
  if (next === over) return;
  over?.classList.remove("over");
  over = next === dragged ? null : next;
  over?.classList.add("over");
}

function dropped() {
  const story = dragged, target = over;
  ended();
  if (!story || !target) return;
  const form = story.querySelector("form.acts"), section = target.closest(".sec");
  const there = [...section.querySelectorAll(".st")].filter((each) => each !== story);
  const place = target.matches(".st") ? there.indexOf(target) : there.length;
  const asked = document.createElement("form");
  asked.method = "post";
  asked.action = form.action;
  const fields = { story: story.dataset.anchor, position: place };
  fields.do = section === story.closest(".sec") ? "to" : `section:${section.dataset.section}`;
  if (fields.do === "to" && target.matches(".st")) fields.before = target.dataset.anchor;
  for (const each of form.querySelectorAll('input[type="hidden"]')) fields[each.name] ??= each.value;
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    asked.append(field);
  }
  go(asked.action, { form: asked });
}

function ended() {
  document.removeEventListener("pointermove", moved);
  dragged?.classList.remove("dragged");
  over?.classList.remove("over");
  dragged = over = null;
}
