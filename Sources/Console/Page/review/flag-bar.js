// Flags: choosing a piece of a turn's text, with mouse, finger or keys, and saying what it is.

import { make } from "/participant/elements.js";
import { select, selected, words } from "./passage.js";

export class FlagBar {
  /** `onflag(code, turn, start, end)` hears a flag. */
  constructor(codes, turns, onflag) {
    this.codes = codes;
    this.turns = turns;
    this.onflag = onflag;
    this.chosen = null;
    this.walk = null;
    this.words = make("span", { class: "chosen" });
    this.status = make("span", { class: "visually-hidden", role: "status" });
    this.buttons = codes.map((code) => make("button", { type: "button", class: "small", title: code.text ?? "",
      // The selection stays while a button is pressed.
      onpointerdown: (event) => event.preventDefault(), onclick: () => this.#flag(code) },
    make("span", { class: "series", "data-series": codes.indexOf(code) % 8 + 1 }, code.title), code.key ? make("kbd", {}, code.key) : null));
    this.bar = make("div", { class: "flag-bar toolbar", role: "toolbar", "aria-label": "Flags", hidden: true }, this.words, this.buttons);
    this.element = make("div", { class: "flag-place" }, this.bar, this.status);
    this.look = () => this.#look();
    if (codes.length) document.addEventListener("selectionchange", this.look);
  }

  end() { document.removeEventListener("selectionchange", this.look); }

  announce(text) { this.status.textContent = text; }

  #allowed(turn) { return this.codes.filter(({ author }) => [turn.author, "both"].includes(author ?? "participant")); }

  #look() {
    const found = selected(this.turns.map(({ text }) => text));
    const entry = found && this.turns.find(({ text }) => text === found.element);
    const allowed = entry ? this.#allowed(entry.turn) : [];
    this.chosen = entry && found.end > found.start && allowed.length ? { entry, start: found.start, end: found.end } : null;
    this.bar.hidden = !this.chosen;
    if (!this.chosen) return;
    const text = entry.turn.text.slice(found.start, found.end);
    this.words.textContent = `Flag “${text.length > 40 ? `${text.slice(0, 39)}…` : text}” as`;
    this.codes.forEach((code, place) => { this.buttons[place].hidden = !allowed.includes(code); });
  }

  #flag(code) {
    // The browser tells of selections with a delay; what is selected now counts.
    this.#look();
    if (!this.chosen || !this.#allowed(this.chosen.entry.turn).includes(code)) return;
    const { entry, start, end } = this.chosen;
    this.#leave();
    this.onflag(code, entry.turn.number, start, end);
    this.announce(`${code.title}: “${entry.turn.text.slice(start, end)}”`);
  }

  #leave() {
    this.walk = null;
    this.chosen = null;
    getSelection()?.removeAllRanges();
    this.bar.hidden = true;
  }

  /** Takes a key. `entry` is the turn that one is at. Returns whether it was for flags. */
  key(event, entry) {
    if (!this.codes.length) return false;
    if (this.walk) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        const last = this.walk.list.length - 1;
        this.walk.to = Math.min(Math.max(this.walk.to + step, 0), last);
        if (!event.shiftKey) this.walk.from = this.walk.to;
        this.#show();
        return true;
      }
      if (event.key === "Escape" || event.key === "f") { this.#leave(); this.announce("Left the text."); return true; }
    } else if (event.key === "f" && entry && this.#allowed(entry.turn).length) {
      const list = words(entry.turn.text);
      if (!list.length) return false;
      this.walk = { entry, list, from: 0, to: 0 };
      this.#show();
      return true;
    } else if (event.key === "Escape" && this.chosen) { this.#leave(); return true; }
    const code = this.codes.find(({ key }) => key && key === event.key);
    if (!code) return false;
    this.#look();
    if (!this.chosen) return false;
    this.#flag(code);
    return true;
  }

  #show() {
    const { entry, list, from, to } = this.walk;
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    select(entry.text, list[first].start, list[last].end);
    this.#look();
    this.announce(entry.turn.text.slice(list[first].start, list[last].end));
  }
}
