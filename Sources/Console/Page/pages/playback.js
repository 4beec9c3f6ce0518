// Playback of one session: tracks on one time axis, what was said, and the moment that all of them share.

import { make } from "/participant/elements.js";
import { get } from "../api.js";
import { setTitle, useStyle } from "../app.js";

/** Narrower than this the page scrolls as a whole. */
const WIDE = "(min-width: 56rem)";

/** The program comes while it is asked who this is, and while the server reads the session. */
const program = import("../player/page.js");
program.catch(() => { /* Said where it is waited for. */ });

export async function open(main, { me, parameters }) {
  setTitle("Session");
  main.replaceChildren(skeleton());
  const fill = () => document.body.classList.toggle("fills", matchMedia(WIDE).matches);
  matchMedia(WIDE).addEventListener("change", fill);
  fill();
  const address = `/api/sessions/${encodeURIComponent(parameters.session)}`;
  const [session, { PlaybackPage }] = await Promise.all([get(address), program, useStyle("/page/player/player.css")]);
  const page = new PlaybackPage({ main, me, session, address });
  await page.open();
}

/** What stands there until the session has been read. */
function skeleton() {
  const bars = Array.from({ length: 7 }, () => make("div", { class: "skeleton-row" }));
  return make("div", { class: "playback-skeleton" }, make("p", { class: "loading", role: "status" }, "Loading the session …"), make("div", { "aria-hidden": "true" }, bars));
}
