// What an export is to hold: formats, sessions, kinds of data, names. First it is looked what would leave.

import { identity, make } from "/participant/elements.js";
import { bytes } from "../dashboard/format.js";
import { post } from "../api.js";
import { count, reasonOf } from "./words.js";

/** A box to tick, with what it means below its name. */
function box(name, title, hint = null, { value = name, checked = false } = {}) {
  const id = identity("export");
  const input = make("input", { type: "checkbox", id, name, value, checked, "aria-describedby": hint ? `${id}-hint` : null });
  return { input, element: make("div", { class: "export-choice" }, input,
    make("div", {}, make("label", { for: id }, title), hint ? make("p", { class: "hint", id: `${id}-hint` }, hint) : null)) };
}

/** Names that can be chosen, and with `more` others that one types. None chosen stands for all. */
class NameList {
  #boxes;
  #more = null;

  constructor(title, names, { more = null, none }) {
    this.#boxes = names.map((name) => box(name, name));
    const id = identity("export");
    if (more) this.#more = make("input", { type: "text", id, autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-hint` });
    this.element = make("fieldset", { class: "stack" }, make("legend", {}, title),
      make("p", { class: "hint" }, names.length ? "None chosen: all of them." : none),
      names.length ? make("div", { class: "export-names" }, this.#boxes.map(({ element }) => element)) : null,
      more ? make("div", { class: "field" }, make("label", { for: id }, `Other ${title.toLowerCase()}`), this.#more, make("p", { class: "hint", id: `${id}-hint` }, more)) : null);
  }

  get names() {
    const typed = (this.#more?.value ?? "").split(",").map((text) => text.trim()).filter(Boolean);
    return [...new Set([...this.#boxes.filter(({ input }) => input.checked).map(({ input }) => input.value), ...typed])];
  }
}

/** The kinds of data, in their tiers. A tier stands for all of its kinds. */
class KindList {
  #boxes = [];

  constructor(tiers) {
    this.element = make("fieldset", { class: "stack" }, make("legend", {}, "Leave out"),
      make("p", { class: "hint" }, "Whatever participants agreed to. What they did not agree to, or do not any more, never leaves."),
      tiers.map((tier) => this.#tier(tier)));
  }

  #tier({ name, title, kinds }) {
    const whole = box(name, title);
    this.#boxes.push(whole);
    if (kinds.length < 2) return whole.element;
    const parts = kinds.map((kind) => box(kind.name, kind.title));
    this.#boxes.push(...parts);
    whole.input.addEventListener("change", () => {
      for (const { input } of parts) { input.checked = whole.input.checked; input.disabled = whole.input.checked; }
    });
    return make("div", {}, whole.element, make("div", { class: "export-parts" }, parts.map(({ element }) => element)));
  }

  get names() { return this.#boxes.filter(({ input }) => input.checked && !input.disabled).map(({ input }) => input.value); }
}

/** The form. `started` hears that an export was begun. */
export class ExportForm {
  #base;
  #started;
  #formats;
  #packed = box("packed", "Pack what can be packed", "SPSS files become .zsav. Smaller; older programs cannot read them.");
  #pilots = box("pilots", "Trial runs, too", "They are left out otherwise.");
  #pseudonyms = box("pseudonyms", "Call people and sessions by pseudonyms",
    "The same in each export of this study, by a key that the console makes once and keeps. Whoever has the key can undo this; it is not among the files, and cannot be downloaded. What people wrote stays as they wrote it.");
  #dates = box("dates", "Move dates", "Each participant's by whole weeks, one to ten years back. Needs pseudonyms. Weekdays and times of day stay.");
  #participants;
  #phases;
  #streams;
  #kinds;
  #outcome = make("div", { class: "stack", "aria-live": "polite" });
  #look = make("button", { type: "submit" }, "What would leave");
  #go = make("button", { type: "button", class: "primary", disabled: true, onclick: () => this.#start() }, "Export");
  #isRunning = false;
  #isLooked = false;

  constructor({ base, choices, started }) {
    this.#base = base;
    this.#started = started;
    this.#formats = choices.formats.map(({ name, title, readers }) => box(name, title, readers, { checked: name === "csv" }));
    this.#participants = new NameList("Participants", choices.participants, { none: "There are none yet." });
    this.#phases = new NameList("Phases", choices.phases, { none: "No session has phases yet.", more: "With commas between. What belongs to a whole session stays." });
    this.#streams = new NameList("Streams", choices.streams, { none: "No session has streams yet.", more: "With commas between; * stands for any characters, as in polar*." });
    this.#kinds = new KindList(choices.tiers);
    this.#dates.input.disabled = true;
    this.#pseudonyms.input.addEventListener("change", () => {
      this.#dates.input.disabled = !this.#pseudonyms.input.checked;
      if (this.#dates.input.disabled) this.#dates.input.checked = false;
    });
    this.element = make("form", { class: "stack export-form", onsubmit: (event) => { event.preventDefault(); this.#preview(); }, oninput: () => this.#changed() },
      make("section", { class: "card" }, make("fieldset", { class: "stack" }, make("legend", {}, "Formats"),
        make("div", { class: "export-formats" }, this.#formats.map(({ element }) => element))), this.#packed.element),
      make("div", { class: "grid" },
        make("section", { class: "card" }, this.#participants.element, this.#pilots.element),
        make("section", { class: "card" }, this.#phases.element, this.#streams.element),
        make("section", { class: "card" }, this.#kinds.element),
        make("section", { class: "card" }, make("fieldset", { class: "stack" }, make("legend", {}, "Names and dates"), this.#pseudonyms.element, this.#dates.element))),
      make("div", { class: "actions start" }, this.#look, this.#go), this.#outcome);
  }

  /** Whether an export of the study is being written, so that no other can begin. */
  set isRunning(isRunning) {
    this.#isRunning = isRunning;
    this.#show();
  }

  #changed() {
    this.#isLooked = false;
    this.#show();
  }

  #show() { this.#go.disabled = this.#isRunning || !this.#isLooked; }

  #request() {
    return {
      formats: this.#formats.filter(({ input }) => input.checked).map(({ input }) => input.value), is_packed: this.#packed.input.checked,
      participants: this.#participants.names, phases: this.#phases.names, streams: this.#streams.names, left_out: this.#kinds.names,
      takes_pilots: this.#pilots.input.checked, has_pseudonyms: this.#pseudonyms.input.checked, moves_dates: this.#dates.input.checked,
    };
  }

  #problem(error) {
    this.#isLooked = false;
    this.#outcome.replaceChildren(make("div", { class: "problem", role: "alert" }, make("p", {}, error.message)));
  }

  async #preview() {
    const asked = JSON.stringify(this.#request());
    this.#outcome.replaceChildren(make("p", { class: "loading" }, "Looking …"));
    try {
      const found = await post(`${this.#base}/preview`, JSON.parse(asked));
      this.#outcome.replaceChildren(...leaving(found));
      this.#isLooked = found.sessions.length > 0 && JSON.stringify(this.#request()) === asked;
    } catch (error) { this.#problem(error); }
    this.#show();
  }

  async #start() {
    this.#go.disabled = true;
    try {
      await post(`${this.#base}/start`, this.#request());
      this.#outcome.replaceChildren();
      this.#isLooked = false;
      await this.#started();
    } catch (error) { this.#problem(error); }
    this.#show();
  }
}

/** What would leave, and what would stay and why. */
function leaving({ sessions, left_out: leftOut, needed_bytes: needed, free_bytes: free }) {
  const line = ({ participant, file }) => [make("b", {}, participant), " ", make("code", { class: "soft anywhere" }, file)];
  const isTight = free < needed;
  return [
    make("h2", {}, sessions.length ? `${count(sessions.length, "session")} would leave` : "Nothing would leave"),
    make("p", { class: isTight ? "note warn" : "hint" },
      `Up to about ${bytes(needed)} may be needed, and ${bytes(free)} are free.${isTight ? " An export is not begun like that: choose less, or free space." : ""}`),
    sessions.length ? make("details", { open: sessions.length <= 12 }, make("summary", {}, "Sessions"),
      make("ul", { class: "plain export-sessions" }, sessions.map((session) => make("li", {}, line(session))))) : null,
    leftOut.length ? make("h3", {}, `${count(leftOut.length, "session")} would stay`) : null,
    leftOut.length ? make("ul", { class: "plain export-sessions" }, leftOut.map((session) => make("li", {}, line(session), `: ${reasonOf(session)}`))) : null,
  ].filter(Boolean);
}
