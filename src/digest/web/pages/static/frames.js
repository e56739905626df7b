// The mail in its frame: the next one loads behind the present one, and then takes its place.
const address = (src) => src.split("#")[0];
let anchor = "";

export function frame(page) {
  const stage = document.getElementById("stage"), next = page.getElementById("stage");
  if (!stage || !next) return;
  const mine = stage.querySelector("iframe:not(.waiting)"), theirs = next.querySelector("iframe");
  stage.className = next.className;
  hint(page);
  if (!mine || !theirs) {
    stage.replaceChildren(...[...next.children].map((each) => document.adoptNode(each)));
    return;
  }
  if (address(theirs.src) === address(mine.src)) return;
  for (const old of stage.querySelectorAll("iframe.waiting")) old.remove();
  const coming = document.createElement("iframe");
  coming.title = mine.title;
  coming.setAttribute("sandbox", "");
  coming.referrerPolicy = "no-referrer";
  coming.className = "waiting";
  coming.src = anchor ? `${address(theirs.src)}#${anchor}` : theirs.src;
  coming.addEventListener("load", () => {
    coming.classList.remove("waiting");
    for (const old of stage.querySelectorAll("iframe")) if (old !== coming) old.remove();
  }, { once: true });
  mine.parentNode.append(coming);
}

function hint(page) {
  document.getElementById("hint")?.remove();
  const note = page.getElementById("hint");
  if (note) document.getElementById("preview").append(document.adoptNode(note));
}

export const aim = (name) => { anchor = name; };
export const pointed = () => anchor !== "";

export function point(name) {
  anchor = name;
  for (const each of document.querySelectorAll("#stage iframe")) {
    if (!each.src.endsWith(`#${name}`)) each.src = `${address(each.src)}#${name}`;
  }
}
