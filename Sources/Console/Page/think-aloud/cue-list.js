// The cue points that the protocol chose beforehand, each with the rule that chose it.

import { make, setText } from "/participant/elements.js";
import { clockWords } from "./words.js";

export class CueList {
  element;
  #cues;
  #items;
  #go;
  #next = make("button", { type: "button", class: "primary", onclick: () => this.next() }, "Next cue point");
  #used = new Set();
  #current = null;
  #position = 0;

  /** @param {(cue: string) => void} go uses a cue point */
  constructor(cues, go) {
    this.#cues = cues;
    this.#go = go;
    this.#items = new Map(cues.map((cue) => [cue.id, make("li", {}, make("button", { type: "button", class: "quiet cue", onclick: () => go(cue.id) },
      make("span", { class: "figures" }, clockWords(cue.t_s)), make("span", { class: "cue-label" }, cue.label), make("span", { class: "cue-origin" }, cue.origin)))]));
    this.element = cues.length === 0
      ? make("p", { class: "soft" }, "The protocol chooses none.")
      : make("div", { class: "stack" }, this.#next, make("ol", { class: "cues" }, [...this.#items.values()]));
  }

  /** Cue points that were used before this page was opened. */
  restore(ids) {
    for (const id of ids) this.#used.add(id);
    for (const [name, item] of this.#items) item.classList.toggle("used", this.#used.has(name));
    this.#showNext();
  }

  /** The cue point that is talked about. */
  set current(id) {
    if (id === this.#current) return;
    this.#current = id;
    if (id) this.#used.add(id);
    for (const [name, item] of this.#items) {
      const button = item.firstChild;
      if (name === id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      item.classList.toggle("used", this.#used.has(name));
    }
    this.#showNext();
  }

  set position(position) {
    this.#position = position;
    this.#showNext();
  }

  /** The first that was not used yet and lies ahead; else the first that was not used. */
  get #following() {
    const rest = this.#cues.filter(({ id }) => !this.#used.has(id));
    return rest.find(({ t_s: time }) => time >= this.#position) ?? rest[0] ?? null;
  }

  #showNext() {
    const next = this.#following;
    this.#next.disabled = next === null;
    setText(this.#next, next ? `Next: ${next.label}, ${clockWords(next.t_s)}` : "All cue points were used");
  }

  next() {
    const next = this.#following;
    if (next) this.#go(next.id);
  }
}
