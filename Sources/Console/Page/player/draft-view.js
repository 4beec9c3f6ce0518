// The participant's message field as it stood: its text as it was typed, or bars of its length.

import { make, setText } from "/participant/elements.js";

/** While the playhead is dragged along, the field is not laid out more often than each so long, ms. */
const EACH_MS = 60;

/** A draft shorter than this fits into the field. */
const FITS = 100;

export class DraftView {
  #text = make("p", { class: "draft-text" });
  #state = make("span", { class: "draft-state hint figures" });
  #shown = null;
  #at = -Infinity;
  #timer = 0;
  #position = 0;

  constructor({ drafts, clock }) {
    this.drafts = drafts;
    this.element = make("div", { class: "draft", "aria-label": "The participant's message field", role: "group" },
      make("div", { class: "draft-head" }, make("span", { class: "draft-title" }, "Message field"), this.#state), this.#text);
    drafts.addEventListener("edits", () => this.show(clock.position));
    drafts.addEventListener("failed", ({ error, retry }) => {
      setText(this.#state, `Drafts cannot be read: ${error.message}`);
      // It is asked for again when one comes back to it, not at each frame.
      setTimeout(retry, 5000);
    });
  }

  /** Shows the field at a moment; costs nothing while nothing changes. */
  show(position) {
    this.#position = position;
    if (this.#timer) return;
    const wait = this.#at + EACH_MS - performance.now();
    if (wait <= 0) this.#show(position);
    else this.#timer = setTimeout(() => this.#show(this.#position), wait);
  }

  #show(position) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const state = this.drafts.at(position);
    const key = state ? state.edit : undefined;
    if (key === this.#shown && state) return;
    this.#shown = key;
    this.#at = performance.now();
    if (!state) {
      setText(this.#state, "reading …");
      return;
    }
    const { units, caret, edit } = state;
    this.element.classList.toggle("writing", Boolean(edit));
    const isKnown = units.every((unit) => unit !== null);
    setText(this.#state, !edit ? "empty" : `${units.length} characters${isKnown ? "" : ", text not consented"}`);
    const pieces = [...draftPieces(units, 0, caret)];
    if (edit) pieces.push(make("span", { class: "draft-caret", "aria-hidden": "true" }));
    pieces.push(...draftPieces(units, caret, units.length));
    this.#text.replaceChildren(...pieces);
    // What is written now is always seen.
    if (units.length > FITS && caret === units.length) this.#text.scrollTop = this.#text.scrollHeight;
  }
}

/** Units of a draft as elements: text as text, what is not known as bars, word by word. */
export function* draftPieces(units, from, to) {
  let place = from;
  while (place < to) {
    const isBar = units[place] === null;
    let end = place + 1;
    while (end < to && (units[end] === null) === isBar) end += 1;
    if (isBar) {
      const bar = make("span", { class: "draft-bar", role: "img", "aria-label": `${end - place} characters` });
      bar.style.setProperty("--characters", end - place);
      yield bar;
    } else {
      yield units.slice(place, end).join("");
    }
    place = end;
  }
}
