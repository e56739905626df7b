// Shows the mail anew whenever the look's files have changed, at the place where its reader was.
const mail = document.getElementById("mail");
const state = document.getElementById("state");
let known = "";

const changes = new EventSource("/changes");
changes.onopen = () => { state.textContent = "Shown anew with every change of a file."; };
changes.onerror = () => { state.textContent = "digest has ended; changes are not seen any more."; };
changes.onmessage = ({ data }) => {
  if (known && known !== data) {
    const place = mail.contentWindow.scrollY;
    mail.addEventListener("load", () => mail.contentWindow.scrollTo(0, place), { once: true });
    mail.contentWindow.location.reload();
  }
  known = data;
};
