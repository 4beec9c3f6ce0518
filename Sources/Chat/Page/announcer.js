// Says things to screen readers that others see.

import { make } from "./elements.js";

const polite = make("div", { class: "visually-hidden", role: "status", "aria-live": "polite", id: "announcer" });
const urgent = make("div", { class: "visually-hidden", role: "alert", "aria-live": "assertive" });

/** Puts the regions into the page; they must be there before anything is said. */
export function prepareAnnouncer() {
  document.body.append(polite, urgent);
}

/** Says a text when the reader is done with what it says now. */
export function announce(text) {
  say(polite, text);
}

/** Says a text at once. */
export function announceUrgently(text) {
  say(urgent, text);
}

function say(region, text) {
  // Where a session is replayed nothing is said aloud.
  if (!region.isConnected) return;
  const line = make("p", {}, text);
  region.append(line);
  // Old lines go, so that nobody meets them when reading through the page.
  setTimeout(() => line.remove(), 10_000);
}
