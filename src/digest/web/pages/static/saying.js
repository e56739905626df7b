// One place tells what was done: to eyes at the foot, to ears in the one live region; while a dialog is open, in it.
export function say(text) {
  const told = document.querySelector("dialog[open] .told");
  if (told) told.textContent = text;
  const live = document.getElementById("live");
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
  const foot = document.getElementById("foot");
  let saying = foot.querySelector(".saying");
  if (!saying) {
    saying = document.createElement("span");
    saying.className = "saying";
    foot.querySelector(".rooms").before(" ", saying, " ");
  }
  saying.textContent = text;
}
