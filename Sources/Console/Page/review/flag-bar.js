// Flags: choosing a piece of a turn's text, with mouse, finger or keys, and saying what it is.

import { make } from "/participant/elements.js";
import { select, selected, words } from "./passage.js";

/** Milliseconds without a change after which a selection counts as chosen: handles are dragged in steps. */
const settled = 300;
/** Pixels between a selection and the flags below it: a phone draws its handles there. */
const room = 40;

export class FlagBar {
  /** `onflag(code, turn, start, end)` hears a flag. */
  constructor(codes, turns, onflag) {
    this.codes = codes;
    this.turns = turns;
    this.onflag = onflag;
    this.chosen = null;
    this.walk = null;
    /** What was chosen when a finger came down on a flag: some browsers drop the selection then. */
    this.held = null;
    this.isDown = false;
    this.timer = 0;
    this.words = make("span", { class: "chosen" });
    this.status = make("span", { class: "visually-hidden", role: "status" });
    this.buttons = codes.map((code) => make("button", { type: "button", class: "small", title: code.text ?? "",
      onclick: () => this.#flag(code) },
    make("span", { class: "series", "data-series": codes.indexOf(code) % 8 + 1 }, code.title), code.key ? make("kbd", {}, code.key) : null));
    this.bar = make("div", { class: "flag-bar toolbar", role: "toolbar", "aria-label": "Flags", hidden: true,
      // The selection stays while a button is pressed.
      onpointerdown: (event) => { event.preventDefault(); this.#look(); this.held = this.chosen; },
      onclick: () => { this.held = null; }, onkeydown: (event) => this.#barKey(event) }, this.words, this.buttons);
    this.element = make("div", { class: "flag-place" }, this.bar, this.status);
    this.look = () => this.#look();
    this.down = () => { this.isDown = true; };
    this.up = (event) => {
      this.isDown = false;
      // A click comes after the finger has left; who lets go elsewhere, or scrolls the flags, has not flagged.
      if (event.type === "pointercancel" || !event.target.closest?.(".flag-bar button")) this.held = null;
      this.#reveal();
    };
    if (!codes.length) return;
    document.addEventListener("selectionchange", this.look);
    document.addEventListener("pointerdown", this.down);
    for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, this.up);
  }

  end() {
    clearTimeout(this.timer);
    document.removeEventListener("selectionchange", this.look);
    document.removeEventListener("pointerdown", this.down);
    for (const kind of ["pointerup", "pointercancel"]) document.removeEventListener(kind, this.up);
  }

  announce(text) { this.status.textContent = text; }

  #allowed(turn) { return this.codes.filter(({ author }) => [turn.author, "both"].includes(author ?? "participant")); }

  #look() {
    if (this.held) return;
    const found = selected(this.turns.map(({ text }) => text));
    const entry = found && this.turns.find(({ text }) => text === found.element);
    const allowed = entry ? this.#allowed(entry.turn) : [];
    this.chosen = entry && found.end > found.start && allowed.length ? { entry, start: found.start, end: found.end } : null;
    this.bar.hidden = !this.chosen;
    if (!this.chosen) return;
    const text = entry.turn.text.slice(found.start, found.end);
    this.words.textContent = `Flag “${text.length > 40 ? `${text.slice(0, 39)}…` : text}” as`;
    this.codes.forEach((code, place) => { this.buttons[place].hidden = !allowed.includes(code); });
    this.#reveal();
  }

  /** Brings what is chosen out from behind the flags, once nobody drags at it any more. */
  #reveal() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.chosen || this.held || this.isDown || this.bar.hidden) return;
      const { top, bottom } = getSelection().getRangeAt(0).getBoundingClientRect();
      const over = bottom + room - this.bar.getBoundingClientRect().top;
      // What is longer than the screen keeps its beginning.
      if (over > 0) scrollBy(0, Math.min(over, Math.max(top - room, 0)));
    }, settled);
  }

  #flag(code) {
    // The browser tells of selections with a delay; what is selected now counts.
    this.#look();
    const chosen = this.held ?? this.chosen;
    this.held = null;
    if (!chosen || !this.#allowed(chosen.entry.turn).includes(code)) return;
    const { entry, start, end } = chosen;
    this.#leave();
    this.onflag(code, entry.turn.number, start, end);
    this.announce(`${code.title}: “${entry.turn.text.slice(start, end)}”`);
  }

  #leave() {
    this.walk = null;
    this.held = null;
    this.chosen = null;
    getSelection()?.removeAllRanges();
    this.bar.hidden = true;
  }

  #shown() { return this.buttons.filter(({ hidden }) => !hidden); }

  /** Keys while a flag has the focus: of a toolbar, so that flags without a key of their own are reached, too. */
  #barKey(event) {
    const shown = this.#shown();
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) shown[(shown.indexOf(document.activeElement) + step + shown.length) % shown.length].focus();
    else if (event.key === "Escape") {
      const entry = (this.chosen ?? this.walk)?.entry;
      this.#leave();
      entry?.element.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      // The button's own; not the page's.
      event.stopPropagation();
      return;
    } else return;
    event.preventDefault();
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
      if (event.key === "Home" || event.key === "End") {
        this.walk.to = event.key === "Home" ? 0 : this.walk.list.length - 1;
        if (!event.shiftKey) this.walk.from = this.walk.to;
        this.#show();
        return true;
      }
      if (event.key === "Enter") { this.#shown()[0]?.focus(); return true; }
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
