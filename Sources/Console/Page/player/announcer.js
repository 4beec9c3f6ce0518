// Says rare things to who listens, and shows them for a moment to who looks.

import { make } from "/participant/elements.js";

/** How long words stand, ms. */
const STANDS_MS = 2600;

export class PageAnnouncer {
  #timer = 0;
  #shown = make("p", { class: "announcement", role: "status", "aria-live": "polite" });

  constructor() { this.element = make("div", { class: "announcements" }, this.#shown); }

  say(text) {
    clearTimeout(this.#timer);
    // The same words twice are still said twice.
    this.#shown.textContent = "";
    this.#shown.textContent = text;
    this.#shown.classList.add("shown");
    this.#timer = setTimeout(() => this.#shown.classList.remove("shown"), STANDS_MS);
  }
}
