// One place tells what was done: to eyes at the foot, to ears in the one live region.
export function say(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
  const foot = document.getElementById("foot");
  let saying = foot.querySelector(".saying");
  if (!saying) {
    saying = document.createElement("span");
    saying.className = "saying";
    foot.querySelector(".rooms").before(saying);
  }
  saying.textContent = text;
}
