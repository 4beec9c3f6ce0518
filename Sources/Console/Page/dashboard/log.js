// What was done and noted in the session, and where one writes: notes, and messages to the participant.

import { make, setText } from "/participant/elements.js";
import { duration } from "./format.js";
import { keyed, setAttribute } from "./keyed.js";

const departures = {
  skipped: "passed over", repeated: "went back to", endedEarly: "ended before", aborted: "left before its time:", fittingOverridden: "went on with the fitting not done:",
};

/** What an entry says: its kind in words, and its text. */
function words({ kind, detail }) {
  switch (kind) {
    case "mark": return [detail.label === "note" ? "Note" : "Mark", detail.label === "note" ? detail.detail?.text ?? "" : [detail.label, detail.detail?.text].filter(Boolean).join(": ")];
    case "phase": return ["Phase", detail.phase];
    case "deviation": return ["Departure", `${departures[detail.deviation] ?? detail.deviation} ${detail.phases?.join(", ") ?? ""}${detail.reason ? `. Reason: ${detail.reason}` : ""}`];
    case "paused": return ["Paused", detail.reason ?? ""];
    case "resumed": return ["Resumed", detail.reason ?? ""];
    case "message": return ["To the participant", detail.text ?? ""];
    case "alarm": return ["Alarm", detail.text ?? detail.code ?? ""];
    case "alarm_acknowledged": return ["Alarm seen", `${detail.code ?? ""}${detail.note ? `: ${detail.note}` : ""}`];
    case "fitting_notes": return ["Fitting", Object.entries(detail.notes ?? {}).map(([name, text]) => `${name}: ${text}`).join(", ")];
    default: return [kind, ""];
  }
}

/** The panel of notes. */
export class SessionLog {
  #page;
  #entries = [];
  #list = make("ul", { class: "log-list" });
  #firstKey = null;
  #note = make("input", { id: "note", type: "text", maxlength: 2000, autocomplete: "off", placeholder: "stamped at its first key" });
  #since = make("span", { class: "hint note-since figures" });
  #message = make("input", { id: "message", type: "text", maxlength: 2000, autocomplete: "off", placeholder: "shown on the participant's page" });

  constructor(page) {
    this.#page = page;
    this.#note.addEventListener("beforeinput", (event) => { if (this.#firstKey === null) this.#firstKey = event.timeStamp; });
    this.#note.addEventListener("input", () => { if (!this.#note.value) this.#firstKey = null; });
    this.#note.addEventListener("keydown", (event) => { if (event.key === "Escape") { this.#note.value = ""; this.#firstKey = null; this.#note.blur(); } });
    this.#message.addEventListener("keydown", (event) => { if (event.key === "Escape") this.#message.blur(); });
    const form = (id, label, input, key, action, send) => make("form", { id, class: "log-form", onsubmit: (event) => { event.preventDefault(); send(); } },
      make("label", { for: input.id }, label, make("kbd", { "aria-hidden": "true" }, key)), input, make("button", { type: "submit" }, action));
    this.element = make("section", { class: "card panel log", "aria-labelledby": "log-title" },
      make("div", { class: "card-head" }, make("h2", { id: "log-title" }, "Notes"), this.#since),
      make("div", { class: "log-forms" },
        form("note-form", "Note", this.#note, "T", "Save", () => this.sendNote()),
        form("message-form", "Message", this.#message, "G", "Send", () => this.#sendMessage())),
      make("div", { class: "panel-body", tabindex: "0", role: "region", "aria-label": "What was done and noted" }, this.#list));
  }

  focusNote() { this.#note.focus(); }
  focusMessage() { this.#message.focus(); }

  /** Sends the note that is written, with the time of its first key. */
  async sendNote() {
    const text = this.#note.value.trim();
    if (!text) return;
    const answer = await this.#page.commands.send("mark", { label: "note", text, ...this.#page.commands.moment(this.#firstKey ?? performance.now()) }, "The note is kept, at the time of its first key.");
    // What was refused stays to be sent again, with its time.
    if (!answer) return;
    this.#note.value = "";
    this.#firstKey = null;
    this.#note.blur();
  }

  async #sendMessage() {
    const text = this.#message.value.trim();
    if (!text) return;
    if (!await this.#page.commands.send("message", { text }, "The station has the message for the participant.")) return;
    this.#message.value = "";
    this.#message.blur();
  }

  clear() { this.#entries = []; this.#show(); }

  /** Takes a `log` event. */
  take({ all, entries }) {
    this.#entries = all ? entries : [...this.#entries, ...entries];
    this.#entries.sort((left, right) => right.t_ns - left.t_ns);
    this.#entries.length = Math.min(this.#entries.length, 500);
    this.#show();
  }

  /** Departures from the protocol so far. */
  get departures() { return this.#entries.filter(({ kind }) => kind === "deviation").length; }

  update(session) {
    this.session = session;
    for (const input of this.element.querySelectorAll("form button, form input")) input.disabled = !session || !this.#page.mayAct;
    setText(this.#since, this.#firstKey === null || !this.#note.value ? "" : `first key ${duration(performance.now() - this.#firstKey)} ago`);
    if (session?.started_ns !== this.shownStart) this.#show();
  }

  #show() {
    this.shownStart = this.session?.started_ns;
    const count = new Map();
    keyed(this.#list, this.#entries, (entry) => {
      const key = `${entry.t_ns} ${entry.kind} ${JSON.stringify(entry.detail)}`;
      count.set(key, (count.get(key) ?? 0) + 1);
      return `${key} ${count.get(key)}`;
    }, () => make("li", { class: "log-entry" }, make("time", { class: "figures" }), make("strong", {}), make("span", { class: "anywhere" }), make("span", { class: "soft log-actor" })),
    (item, entry) => {
      const [kind, text] = words(entry);
      setText(item.children[0], this.shownStart == null ? "" : duration((entry.t_ns - this.shownStart) / 1e6));
      setText(item.children[1], kind);
      setText(item.children[2], text);
      setText(item.children[3], entry.detail?.actor ? String(entry.detail.actor).replace(/ \(uid \d+\)$/, "") : "");
      setAttribute(item, "data-kind", entry.kind);
    });
  }
}
