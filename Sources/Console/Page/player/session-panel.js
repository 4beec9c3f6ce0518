// What the session is: who, when, its streams, how well their times are known, its commentaries.

import { make } from "/participant/elements.js";
import { plain } from "./canvas-text.js";
import { length, number, startOf } from "./times.js";

export class SessionPanel {
  constructor({ workbench }) {
    this.workbench = workbench;
    this.element = make("div", { class: "session-panel stack" });
    this.refresh();
  }

  refresh() {
    const { session } = this.workbench;
    const fact = (name, value) => (value ? [make("dt", {}, name), make("dd", {}, value)] : []);
    const start = startOf(session);
    const condition = session.condition ? Object.entries(session.condition).map(([name, value]) => `${name}: ${value}`).join(", ") : "";
    const withheld = session.consent?.withheld ?? [];
    this.element.replaceChildren(
      make("h2", {}, "Session"),
      make("dl", { class: "facts" },
        fact("Study", session.study), fact("Participant", session.participant), fact("Kind", session.kind + (session.pilot ? ", pilot" : "")),
        fact("State", session.state), fact("Outcome", session.outcome), fact("Visit", session.visit), fact("Condition", condition),
        fact("Began", Number.isFinite(start) ? `${new Date(start).toISOString().replace("T", " ").slice(0, 19)} UTC` : ""),
        fact("Length", length(session.duration_s)),
        fact("Alignment", session.alignment?.method ? `${session.alignment.method}${session.alignment.number === null || session.alignment.number === undefined ? "" : ` (number ${session.alignment.number})`}` : ""),
        fact("Draft text", session.consent?.draft_text ? "consented to" : "not shown: only its length"),
        fact("Withheld", withheld.join(", ")), fact("Name", session.id)),
      ...this.#commentaries(session), ...this.#streams(session));
  }

  #commentaries(session) {
    const list = session.commentaries ?? [];
    if (list.length === 0) return [];
    return [make("h3", {}, "Commentaries"), make("ul", { class: "commentary-links" }, list.map(({ id, started_utc: started, duration_s: seconds }) => make("li", {},
      make("a", { href: `/sessions/${encodeURIComponent(session.id)}?commentary=${encodeURIComponent(id)}` }, `Think-aloud of ${plain(String(started ?? id), 40).replace("T", " ").replace(/\.\d+Z$/, " UTC")}`),
      Number.isFinite(seconds) ? `, ${length(seconds)}` : "")))];
  }

  #streams(session) {
    const list = session.streams ?? [];
    if (list.length === 0) return [make("p", { class: "soft" }, "No sensor was recorded.")];
    return [make("h3", {}, "Streams"), make("div", { class: "scroll" }, make("table", { class: "data dense" },
      make("thead", {}, make("tr", {}, ["Stream", "Rate", "Samples", "Lost"].map((title) => make("th", { scope: "col" }, title)))),
      make("tbody", {}, list.map(({ name, nominal_rate_hz: rate, samples, lost }) => make("tr", {}, make("th", { scope: "row", class: "anywhere" }, plain(name, 80)),
        make("td", { class: "number" }, rate ? `${number(rate, 4)} Hz` : "–"), make("td", { class: "number" }, (samples ?? 0).toLocaleString("en")),
        make("td", { class: "number" }, (lost ?? 0).toLocaleString("en")))))))];
  }
}
