// Who signs out leaves nothing that was typed behind for whoever sits here next.
import { forget } from "./typed.js";

forget(location.pathname.replace(/\/sign-in$/, ""));
history.replaceState(null, "", location.pathname);  // once: who comes back here has signed in since
