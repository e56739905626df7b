// What was typed outlives a lost answer: kept for this tab until the desk has taken it, and offered until then. Moves
// alone, which can be sent again: an approval is for what was on the screen.
const KEY = "digest-typed";
const WORDS = ["headline", "summary", "text", "url", "outlet"];
const PASSING = ["revision", "pane", "width", "shade", "part", "as", "at"];
const CALLED = { headline: "Headline", summary: "Summary", text: "What you wrote", url: "Where it leads", outlet: "Who is named" };
const TITLES = { subject: "Subject", preheader: "Preview line", reword: "A story in other words", write: "A story by hand", correct: "A correction" };

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) || [];
  } catch {
    return [];
  }
}

function write(all) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(all.slice(-20)));
  } catch { /* a browser that keeps nothing: then the page alone has it */ }
}

// Returns by what it is let go once it is taken; empty where nothing was typed.
export function hold(action, body) {
  const fields = [...body];
  if (!action.endsWith("/edit") || !fields.some(([name, value]) => WORDS.includes(name) && value.trim())) return "";
  const id = JSON.stringify([action, fields.filter(([name]) => !WORDS.includes(name) && !PASSING.includes(name))]);
  write([...read().filter((each) => each.id !== id), { id, action, issue: document.body.dataset.issue, fields }]);
  return id;
}

export function release(id) {
  if (id) write(read().filter((each) => each.id !== id));
}

// Lays what nobody has taken yet over the outline, each as the form that it was; one that is being typed in stays.
export function offer() {
  const waiting = read().filter((each) => each.issue === document.body.dataset.issue);
  let place = document.getElementById("typed");
  if (!waiting.length) return place?.remove();
  if (!place) {
    place = document.createElement("section");
    place.id = "typed";
    place.setAttribute("aria-label", "Not saved yet");
    document.getElementById("outline")?.prepend(place);
  }
  if (place.contains(document.activeElement) && document.activeElement.matches("textarea")) return;
  place.replaceChildren(...waiting.map(form));
}

function form({ id, action, fields }) {
  const made = document.createElement("form"), told = document.createElement("p");
  made.method = "post";
  made.action = action;
  made.dataset.inPlace = "";
  told.className = "wrong";
  const title = TITLES[fields.find(([name]) => name === "do")?.[1].split(":")[0]];
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
