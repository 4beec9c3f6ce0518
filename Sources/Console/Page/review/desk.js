// One conversation to rate: its turns with what is asked of each, flags in its text, and the stages.

import { make } from "/participant/elements.js";
import { setTitle } from "../app.js";
import { get, post } from "../api.js";
import { FlagBar } from "./flag-bar.js";
import { Outbox, identifier } from "./outbox.js";
import { passage } from "./passage.js";
import { reasonField } from "./reason.js";
import { ScaleField, valueOfKey } from "./scale.js";
import { askToLock, showKeys } from "./dialogs.js";

const stageNames = { transcript: "The conversation alone", context: "With suggestions and feelings" };

export class RatingDesk {
  constructor(main, assignment) {
    this.main = main;
    this.assignment = assignment;
    this.place = 0;
    addEventListener("keydown", (event) => this.#key(event));
  }

  async load() {
    let state = await get(`/api/review/${this.assignment}`);
    if (state.stage && !state.ratings.length && !state.flags.length) state = await post(`/api/review/${this.assignment}/open`);
    this.outbox ??= new Outbox(this.assignment, (...news) => this.#saved(...news));
    this.#take(state);
    this.#draw();
    this.outbox.onstate(this.outbox.waiting.length ? "saving" : "saved");
  }

  /** Takes over what the station has, with what still waits here on top. */
  #take(state) {
    this.state = state;
    this.answers = new Map();
    this.flags = new Map();
    for (const one of state.ratings) this.answers.set(this.#id(one.stage, one.turn, one.item), one);
    for (const one of state.flags) this.flags.set(one.flag, one);
    for (const { kind, change } of this.outbox.waiting) {
      if (kind === "flags") {
        if (change.action === "remove") this.flags.delete(change.flag);
        else this.flags.set(change.flag, { ...change, stage: state.stage });
      } else if (change.value === null) this.answers.delete(this.#id(state.stage, change.turn, change.item));
      else this.answers.set(this.#id(state.stage, change.turn, change.item), { ...change, stage: state.stage });
    }
  }

  #id(stage, turn, item) { return JSON.stringify([stage, turn ?? null, item]); }

  // Drawing

  #draw() {
    const { state } = this;
    setTitle(state.label);
    this.fields = [];
    this.turns = [];
    this.saved = make("span", { class: "badge", role: "status" });
    this.count = make("span", { class: "soft figures" });
    this.bar = make("progress", { "aria-label": "Answers of this stage" });
    const finished = !state.stage;
    const stages = make("ol", { class: "stages", "aria-label": "Stages" }, state.stages.map((stage, place) => {
      const isNow = stage === state.stage;
      const isDone = finished || state.stages.indexOf(state.stage) > place;
      return make("li", { "aria-current": isNow ? "step" : null }, make("span", { class: "badge", "data-state": isDone ? "ok" : isNow ? "warn" : "idle" },
        `${place + 1}. ${stageNames[stage]}${isDone ? ": locked" : ""}`));
    }));
    this.lock = make("button", { type: "button", class: "primary", onclick: () => this.#lock() }, state.stages.at(-1) === state.stage ? "Finish …" : "Lock this stage …");
    const head = make("header", { class: "desk-head" },
      make("div", { class: "page-head" },
        make("h1", {}, state.label), stages,
        make("div", { class: "toolbar" }, this.saved,
          make("button", { type: "button", class: "quiet small keys-button", onclick: () => showKeys(this.state) }, "Keys ", make("kbd", {}, "?")),
          finished ? make("a", { class: "button", href: "/review" }, "All conversations") : this.lock)),
      finished ? null : make("div", { class: "progress" }, this.count, this.bar));
    const list = make("ol", { class: "turns" }, state.turns.map((turn) => this.#turn(turn)));
    const whole = this.#items("session", null);
    const page = make("div", { class: "page review-desk" }, head,
      finished ? make("p", { class: "note" }, `This conversation is finished. Thank you: nothing of it changes any more.${state.put_away ? " It can be read again once all of your conversations are finished." : ""}`) : null,
      state.put_away ? null : list,
      whole.length && !state.put_away ? make("section", { class: "card whole", "aria-labelledby": "whole" }, make("h2", { id: "whole" }, "The whole conversation"), make("div", { class: "grid" }, whole)) : null,
      finished ? null : make("div", { class: "actions" }, make("button", { type: "button", class: "primary", onclick: () => this.#lock() }, this.lock.textContent)));
    this.main.replaceChildren(page);
    this.flagBar?.end();
    const codes = finished ? [] : state.flag_codes.filter(({ stages }) => !stages || stages.includes(state.stage));
    this.flagBar = new FlagBar(codes, this.turns, (code, turn, start, end) => this.#addFlag(code, turn, start, end));
    page.append(this.flagBar.element);
    this.#tally();
  }

  #name(author) {
    if (author === "participant") return this.state.own ? "You" : "Supporter";
    return author === "client" ? "Client" : author;
  }

  #turn(turn) {
    const text = make("p", { class: "said pre", dir: "auto" });
    const flags = make("ul", { class: "turn-flags" });
    const items = this.#items("turn", turn);
    const element = make("li", { class: `turn ${turn.author === "client" ? "client" : "participant"}`, tabindex: "-1", "data-turn": turn.number },
      make("div", { class: "text" },
        make("h2", {}, this.#name(turn.author), make("span", { class: "soft figures" }, ` ${turn.number}`)), text,
        this.#context(turn), flags),
      items.length ? make("div", { class: "items" }, items) : null);
    const entry = { turn, element, text, flags, draw: () => this.#drawFlags(entry) };
    this.turns.push(entry);
    element.addEventListener("focusin", () => { this.place = this.turns.indexOf(entry); this.#mark(); });
    element.addEventListener("pointerdown", () => { this.place = this.turns.indexOf(entry); this.#mark(); });
    entry.draw();
    return element;
  }

  #context({ emotion, suggestions }) {
    const parts = [];
    if (emotion) {
      const numbers = [["valence", emotion.valence], ["arousal", emotion.arousal]].filter(([, value]) => typeof value === "number")
        .map(([name, value]) => `${name} ${value > 0 ? "+" : ""}${value.toFixed(2).replace("-", "−")}`).join(", ");
      parts.push(make("p", { class: "feeling" }, make("span", { "aria-hidden": "true" }, emotion.emoji ?? ""), ` Shown as ${emotion.label}`, numbers ? make("span", { class: "soft figures" }, ` (${numbers})`) : null));
    }
    if (suggestions?.length) {
      parts.push(make("details", { open: true }, make("summary", {}, "Suggestions that were shown"),
        make("dl", { class: "suggested" }, suggestions.flatMap(({ title, items }) => [make("dt", {}, title), ...items.map((item) => make("dd", { class: "pre", dir: "auto" }, item))]))));
    }
    return parts.length ? make("div", { class: "context" }, parts) : null;
  }

  /** The fields of what is asked of a turn, or of the session, in each stage that is shown. */
  #items(of, turn) {
    const { state } = this;
    const found = [];
    for (const stage of state.stages) {
      for (const item of state.items) {
        if (item.of !== of || !(item.stages ?? ["transcript"]).includes(stage)) continue;
        if (state.stage && state.stages.indexOf(stage) > state.stages.indexOf(state.stage)) continue;
        const author = item.author ?? "participant";
        if (turn && author !== "both" && author !== turn.author) continue;
        const id = this.#id(stage, turn?.number, item.name);
        const locked = stage !== state.stage;
        const field = new ScaleField(item, `rate-${found.length}-${turn?.number ?? "whole"}-${stage}-${item.name}`, {
          value: this.answers.get(id)?.value, rationale: this.answers.get(id)?.rationale, locked,
          about: turn ? `message ${turn.number}` : "the whole conversation",
          explained: this.fields.some((other) => other.item === item && other.stage === stage),
          onvalue: (value) => this.#rate(field, value), onclear: () => this.#rate(field, undefined),
          onreason: () => this.#rate(field, field.value),
        });
        Object.assign(field, { turn: turn?.number ?? null, stage, locked, id });
        this.fields.push(field);
        found.push(field.element);
      }
    }
    return found;
  }

  #drawFlags(entry) {
    const codes = this.state.flag_codes;
    const own = [...this.flags.values()].filter(({ turn }) => turn === entry.turn.number).sort((a, b) => a.start - b.start);
    entry.text.replaceChildren(...passage(entry.turn.text, own.map((flag) => {
      const index = Math.max(codes.findIndex(({ name }) => name === flag.code), 0);
      return { ...flag, index, label: codes[index]?.title ?? flag.code };
    })));
    entry.flags.replaceChildren(...own.map((flag) => this.#flag(flag, entry)));
  }

  #flag(flag, entry) {
    const index = this.state.flag_codes.findIndex(({ name }) => name === flag.code);
    const code = this.state.flag_codes[index];
    const locked = flag.stage !== this.state.stage;
    const quote = entry.turn.text.slice(flag.start, flag.end);
    const why = locked ? (flag.rationale ? make("span", { class: "pre" }, flag.rationale) : null)
      : reasonField({ value: flag.rationale, label: `Why: ${code?.title} “${quote.slice(0, 40)}”`, needed: code?.rationale,
        onreason: (text) => { flag.rationale = text; this.#putFlag("change", flag); } });
    return make("li", { "data-flag": flag.flag }, make("span", { class: "series", "data-series": index % 8 + 1 }, code?.title ?? flag.code),
      make("q", { class: "soft", dir: "auto" }, quote.length > 60 ? `${quote.slice(0, 59)}…` : quote), why,
      locked ? make("span", { class: "badge", "data-state": "idle" }, "Locked") : make("button", { type: "button", class: "quiet small", "aria-label": `Remove flag ${code?.title}`, onclick: () => this.#removeFlag(flag, entry) }, "Remove"));
  }

  // Saying something

  #rate(field, value) {
    if (field.locked) return;
    field.set(value);
    const change = { change: identifier(), turn: field.turn, item: field.item.name, value: value ?? null, rationale: field.reason };
    if (value === undefined) this.answers.delete(field.id);
    else this.answers.set(field.id, { ...change, stage: field.stage });
    this.outbox.add("ratings", change);
    this.#tally();
  }

  #putFlag(action, { flag, turn, start, end, code, rationale }) {
    this.outbox.add("flags", { change: identifier(), flag, action, turn, start, end, code, rationale: rationale ?? "" });
  }

  #addFlag(code, number, start, end) {
    const entry = this.turns.find(({ turn }) => turn.number === number);
    const flag = { flag: identifier(), turn: number, start, end, code: code.name, rationale: "", stage: this.state.stage };
    this.flags.set(flag.flag, flag);
    this.#putFlag("add", flag);
    entry.draw();
    const input = entry.flags.querySelector(`[data-flag="${flag.flag}"] .reason`);
    if (code.rationale) input?.focus();
    else entry.element.focus();
  }

  #removeFlag(flag, entry) {
    this.flags.delete(flag.flag);
    this.#putFlag("remove", flag);
    entry.draw();
    entry.element.focus();
  }

  #open() { return this.fields.filter(({ locked }) => !locked); }
  #lacking() { return this.#open().filter((field) => field.item.required !== false && field.value === undefined); }

  /** Fields of reasons that are still asked for. */
  #unexplained() {
    const flags = [...this.flags.values()].filter((flag) => flag.stage === this.state.stage && !flag.rationale?.trim() && this.state.flag_codes.find(({ name }) => name === flag.code)?.rationale);
    return [...this.#open().filter(({ isUnexplained }) => isUnexplained).map(({ why }) => why),
      ...flags.map(({ flag }) => this.main.querySelector(`[data-flag="${flag}"] .reason`))];
  }

  #tally() {
    const open = this.#open();
    const given = open.filter(({ value }) => value !== undefined).length;
    this.count.textContent = `${given} of ${open.length} answers`;
    this.bar.max = Math.max(open.length, 1);
    this.bar.value = given;
  }

  #saved(state, words) {
    const shown = { saved: ["ok", "All saved"], saving: ["warn", "Saving …"], away: ["bad", "Kept in this browser; the station is away"], refused: ["bad", words] }[state];
    if (!this.saved) return;
    this.saved.dataset.state = shown[0];
    this.saved.textContent = shown[1];
    if (state === "refused") this.flagBar?.announce(words);
  }

  async #lock() {
    const lacking = this.#lacking();
    const unexplained = this.#unexplained();
    const answer = await askToLock({ isLast: this.state.stages.at(-1) === this.state.stage, lacking: lacking.length, unexplained: unexplained.length });
    if (answer === "missing") {
      const first = lacking[0] ?? unexplained[0];
      (first.element ?? first).scrollIntoView({ block: "center" });
      first.focus();
    }
    if (answer !== "lock") return;
    this.lock.disabled = true;
    if (!await this.outbox.flush()) { this.lock.disabled = false; return; }
    try {
      this.#take(await post(`/api/review/${this.assignment}/lock`, { stage: this.state.stage }));
      this.place = 0;
      this.#draw();
      this.outbox.onstate("saved");
      scrollTo(0, 0);
      this.main.focus();
    } catch (error) {
      this.lock.disabled = false;
      this.outbox.onstate("refused", error.message);
    }
  }

  // Keys

  #mark() {
    this.turns.forEach(({ element }, place) => element.toggleAttribute("data-active", place === this.place));
  }

  #go(step) {
    if (!this.turns.length) return;
    this.place = Math.min(Math.max(this.place + step, 0), this.turns.length - 1);
    const { element } = this.turns[this.place];
    element.scrollIntoView({ block: "nearest" });
    element.focus();
  }

  /** The item that a digit is for: the focused one, else the turn's first without an answer, else its first. */
  #current() {
    const focused = document.activeElement?.closest("fieldset.item");
    const known = this.fields.find(({ element }) => element === focused);
    if (known) return known;
    const own = this.#open().filter(({ turn }) => turn === this.turns[this.place]?.turn.number);
    return own.find(({ value }) => value === undefined) ?? own[0];
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !this.main.isConnected) return;
    if (document.querySelector("dialog[open]")) return;
    const target = event.target;
    if (event.key === "Escape" && target.matches?.("textarea.reason")) {
      const field = this.fields.find(({ why }) => why === target);
      if (field) field.focus();
      else target.closest(".turn")?.focus();
      return;
    }
    if (target.matches?.("input:not([type=radio]), textarea, select")) return;
    if (this.flagBar.key(event, this.turns[this.place])) { event.preventDefault(); return; }
    if (event.key === "?") { event.preventDefault(); showKeys(this.state); return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#go(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    const field = this.#current();
    if (event.key === "Enter" && field?.why && !field.why.hidden && target.matches?.("input, .turn")) {
      event.preventDefault();
      field.why.focus();
      return;
    }
    const value = field && valueOfKey(field.item.scale, event.key);
    if (value === null || value === undefined || field.locked) return;
    event.preventDefault();
    this.#rate(field, value);
    const own = this.#open().filter(({ turn }) => turn === field.turn);
    (own[own.indexOf(field) + 1] ?? field).focus();
  }
}
