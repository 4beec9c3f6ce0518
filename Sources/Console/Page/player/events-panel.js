// All that happened, as a list: the way to it without a pointer, and to all of it at once.

import { make, setText } from "/participant/elements.js";
import { plain } from "./canvas-text.js";
import { gapWords } from "./gaps.js";
import { length, number, sessionTime } from "./times.js";
import { authorName, turnTime } from "./turns-track.js";

const KINDS = { turn: "Turns", mark: "Marks", event: "Events", peak: "Peaks", pause: "Pauses", suggestion: "Suggestions", emotion: "Emotions", phase: "Phases", gap: "Gaps" };

/** More rows than this are not put into the page at once. */
const MOST = 400;

/** All that happened in a session: `[{t_s, kind, text}]` in order. */
export function happenings(session) {
  const streams = new Map((session.streams ?? []).map(({ id, name }) => [id, name]));
  const all = [
    ...(session.phases ?? []).map(({ name, from_s: at }) => ({ t_s: at, kind: "phase", text: `${name} begins` })),
    ...(session.turns ?? []).map((turn) => ({ t_s: turnTime(turn), kind: "turn", text: `${authorName(turn.author)}: ${turn.text}` })),
    ...(session.marks ?? []).map(({ t_s: at, label, detail }) => ({ t_s: at, kind: "mark", text: [label, detail].filter(Boolean).join(": ") })),
    ...(session.events ?? []).map(({ t_s: at, kind, text }) => ({ t_s: at, kind: "event", text: [kind, text].filter(Boolean).join(": ") })),
    ...(session.peaks ?? []).map(({ t_s: at, label, kind }) => ({ t_s: at, kind: isPause(kind) ? "pause" : "peak", text: label || kind })),
    ...(session.pauses ?? []).map(({ from_s: from, to_s: to, reason }) => ({ t_s: from, kind: "pause", text: `Paused for ${length(to - from)}${reason ? `: ${reason}` : ""}` })),
    ...(session.suggestions ?? []).map(({ t_s: at, turn }) => ({ t_s: at, kind: "suggestion", text: `Suggestions for turn ${turn}` })),
    ...(session.insertions ?? []).map(({ t_s: at, turn }) => ({ t_s: at, kind: "suggestion", text: `A suggestion is put in${turn ? `, turn ${turn}` : ""}` })),
    ...(session.emotions ?? []).filter(({ which }) => which !== "intended").map((one) => ({
      t_s: one.t_s, kind: "emotion", text: `${one.label ?? one.category} (valence ${number(one.valence, 2)}, arousal ${number(one.arousal, 2)}), ${one.which}`,
    })),
    ...(session.gaps ?? []).map((gap) => ({ t_s: gap.from_s, kind: "gap", text: `${streams.get(gap.stream) ?? gap.stream}: ${gapWords(gap)}` })),
  ];
  return all.filter(({ t_s: at }) => Number.isFinite(at)).sort((a, b) => a.t_s - b.t_s);
}

/** Whether what a peak tells of is a pause in writing or before an answer. */
export function isPause(kind) { return /pause/.test(kind ?? ""); }

export class EventsPanel {
  #rows = make("ol", { class: "event-rows" });
  #kinds = make("div", { class: "event-kinds", role: "group", "aria-label": "Kinds of events shown" });
  #rest = make("p", { class: "hint", hidden: true });
  #hidden = new Set(["turn", "emotion"]);
  #shown = [];
  #current = null;
  #isWanted = false;

  constructor({ workbench }) {
    this.workbench = workbench;
    this.element = make("div", { class: "events-panel" }, this.#kinds, this.#rest, this.#rows);
    this.#rows.addEventListener("click", (event) => {
      const button = event.target.closest("[data-place]");
      if (button) workbench.go(this.#shown[Number(button.dataset.place)].t_s);
    });
    workbench.clock.addEventListener("tick", (event) => this.#follow(event.position));
  }

  /** Is looked at: made then, and not while the page opens. */
  shown() {
    this.#isWanted = true;
    this.refresh();
  }

  refresh() {
    if (!this.#isWanted) return;
    this.all = happenings(this.workbench.session);
    const counts = new Map();
    for (const { kind } of this.all) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    this.#kinds.replaceChildren(...Object.entries(KINDS).filter(([kind]) => counts.has(kind)).map(([kind, title]) => make("button", {
      type: "button", class: "small", "aria-pressed": String(!this.#hidden.has(kind)), onclick: (event) => {
        if (!this.#hidden.delete(kind)) this.#hidden.add(kind);
        event.currentTarget.setAttribute("aria-pressed", String(!this.#hidden.has(kind)));
        this.#fill();
      },
    }, `${title} ${counts.get(kind)}`)));
    this.#fill();
  }

  #fill() {
    const wanted = this.all.filter(({ kind }) => !this.#hidden.has(kind));
    this.#shown = wanted.slice(0, MOST);
    this.#rest.hidden = wanted.length <= MOST;
    setText(this.#rest, `The first ${MOST} of ${wanted.length} are listed: hide some kinds to see the others.`);
    this.#rows.replaceChildren(...this.#shown.map(({ t_s: at, kind, text }, place) => make("li", {}, make("button", {
      type: "button", class: "event-row", "data-place": place, "data-kind": kind,
    }, make("span", { class: "figures event-time" }, sessionTime(at, 1)), make("span", { class: "event-text" }, plain(text, 160))))));
    if (this.#shown.length === 0) this.#rows.replaceChildren(make("li", { class: "empty" }, "Nothing of these kinds happened."));
    this.#current = null;
    this.#follow(this.workbench.clock.position);
  }

  #follow(position) {
    let place = -1;
    for (let low = 0, high = this.#shown.length; low < high;) {
      const middle = (low + high) >> 1;
      if (this.#shown[middle].t_s <= position + 1e-6) [low, place] = [middle + 1, middle];
      else high = middle;
    }
    if (place === this.#current) return;
    this.#rows.children[this.#current]?.removeAttribute("aria-current");
    this.#rows.children[place]?.setAttribute("aria-current", "true");
    this.#current = place;
  }
}
