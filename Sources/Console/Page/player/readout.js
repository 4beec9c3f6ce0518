// The moment in words: session time, wall clock, time in the phase, and how exactly it is known.

import { make, setText } from "/participant/elements.js";
import { boundOf } from "./signal-track.js";
import { length, phaseTime, sessionTime, wallClock } from "./times.js";

export class Readout {
  #where = make("span", { class: "readout-where" });
  #time = make("b", { class: "figures" });
  #wall = make("span", { class: "figures" });
  #phase = make("span", { class: "figures" });
  #bound = make("span");
  #selection = make("span", { class: "figures readout-selection" });

  constructor({ workbench, list }) {
    this.workbench = workbench;
    this.element = make("div", { class: "readout" }, this.#where, this.#time, this.#wall, this.#phase, this.#bound, this.#selection);
    list.addEventListener("values", () => this.#show(list.moment, list.moment !== workbench.clock.position && !list.cursorLine.hidden));
    workbench.addEventListener("selection", () => this.#choose());
  }

  #show(seconds, isPointer) {
    const { session } = this.workbench;
    setText(this.#where, isPointer ? "Pointer" : "Playhead");
    setText(this.#time, sessionTime(seconds, 3));
    setText(this.#wall, wallClock(session, seconds));
    setText(this.#phase, phaseTime(session, seconds) || "no phase");
    const bounds = (session.streams ?? []).map(({ id }) => boundOf(session, id, seconds)).filter((bound) => bound !== null);
    setText(this.#bound, bounds.length === 0 ? "" : `clocks of sensors known to ± ${length(Math.max(...bounds))}`);
  }

  #choose() {
    const { selection } = this.workbench;
    setText(this.#selection, selection ? `chosen ${sessionTime(selection.fromS)} – ${sessionTime(selection.toS)} (${length(selection.toS - selection.fromS)})` : "");
  }
}
