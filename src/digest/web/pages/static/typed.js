// What was typed outlives a lost answer: kept for this tab until the desk has taken it, and offered until then, to whom
// it belongs. Moves and choices alone, which can be sent again: an approval is for what was on the screen.
const KEY = "digest-typed";
const WORDS = ["headline", "summary", "text", "url", "outlet"];
const CALLED = { headline: "Headline", summary: "Summary", text: "What you wrote", url: "Where it leads", outlet: "Who is named" };
const TITLES = { subject: "Subject", preheader: "Preview line", reword: "A story in other words", write: "A story by hand", correct: "A correction", other: "Other words for what two of you wrote" };
const AGAIN = ["/edit", "/choose"];

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) || [];
  } catch {
    return [];
  }
}

function write(all) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(all));
    return true;
  } catch {
    return false;  // it is full, or keeps nothing: what it has stays, and the page alone has the rest
  }
}

// A name that nothing else has; randomUUID is there over https alone.
const token = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const whose = (author = "") => author.slice(0, author.lastIndexOf("."));  // without its signature, whose key may change
const here = () => whose(document.body.dataset.author);

// Returns by what it is let go once it is taken: empty where nothing was typed, null where it cannot be kept. A form that
// is sent once more takes the place of what it sent before, and of nothing else.
export function hold(action, body, sender) {
  const typed = [...body].some(([name, value]) => WORDS.includes(name) && value.trim());
  const chosen = body.get("take") && body.get("take") !== "other";
  if (!AGAIN.some((end) => action.endsWith(end)) || !typed || chosen) return "";
  if (!body.get("once")) body.set("once", (sender.dataset.once ??= token()));
  const id = body.get("once"), kept = { id, action, editor: body.has("author") ? whose(body.get("author")) : here(), fields: [...body] };
  const all = read(), place = all.findIndex((each) => each.id === id);
  if (place < 0) all.push(kept);
  else all[place] = kept;
  return write(all) ? id : null;
}

export function release(id) {
  if (id) write(read().filter((each) => each.id !== id));
}

// Forgets what was typed on the pages below a path, when its author signs out.
export const forget = (root) => write(read().filter((each) => !each.action.startsWith(`${root}/issues/`)));

// Lays what nobody has taken yet over the outline, each as the form that it was; what is there already stays as it is.
export function offer() {
  const mine = (each) => each.action.startsWith(`${location.pathname}/`) && each.editor === here();
  const waiting = read().filter(mine);
  let place = document.getElementById("typed");
  if (!waiting.length) return place?.remove();
  if (!place) {
    place = document.createElement("section");
    place.id = "typed";
    place.setAttribute("aria-label", "Not saved yet");
    place.addEventListener("input", changed);
    document.getElementById("outline")?.prepend(place);
  }
  const there = new Map([...place.children].map((each) => [each.dataset.once, each]));
  for (const each of waiting) if (!there.delete(each.id)) place.append(form(each));
  for (const gone of there.values()) gone.remove();
}

function changed({ target }) {
  const all = read(), kept = all.find((each) => each.id === target.form?.dataset.once);
  if (!kept) return;
  kept.fields = kept.fields.map(([name, value]) => [name, name === target.name ? target.value : value]);
  write(all);
}

function form({ id, action, fields }) {
  const made = document.createElement("form"), told = document.createElement("p");
  made.method = "post";
  made.action = action;
  Object.assign(made.dataset, { inPlace: "", once: id });
  told.className = "wrong";
  const does = fields.find(([name]) => name === "do" || name === "take")?.[1];
  const title = TITLES[does?.split(":")[0]];
  told.textContent = `${title ? `${title}: n` : "N"}ot saved, as far as is known. What you wrote is kept here.`;
  made.append(told);
  for (const [name, value] of fields) made.append(WORDS.includes(name) ? words(name, value) : field(name, value));
  const row = document.createElement("p");
  row.className = "row";
  row.append(button("Save it", "btn sm go"), button("Let it go", "btn sm", () => { release(id); offer(); }));
  made.append(row);
  return made;
}

function words(name, value) {
  const label = document.createElement("label"), called = document.createElement("span"), text = document.createElement("textarea");
  label.className = "field";
  called.textContent = CALLED[name];
  text.name = name;
  text.rows = name === "summary" ? 4 : 2;
  text.dir = "auto";
  text.value = value;
  label.append(called, text);
  return label;
}

function field(name, value) {
  const made = document.createElement("input");
  Object.assign(made, { type: "hidden", name, value });
  return made;
}

function button(label, look, does) {
  const made = document.createElement("button");
  made.className = look;
  made.textContent = label;
  if (does) { made.type = "button"; made.addEventListener("click", does); }
  return made;
}
