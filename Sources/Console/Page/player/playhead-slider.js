// The playhead for those who do not see it: a slider over the session. It says where it is when one asks, not at
// each frame.

import { make } from "/participant/elements.js";
import { phaseTime, sessionTime } from "./times.js";

/** How often it is told anew while playing, ms. */
const EACH_MS = 1000;

export class PlayheadSlider {
  #told = -Infinity;

  constructor({ workbench, list }) {
    this.workbench = workbench;
    this.list = list;
    this.element = make("div", { class: "playhead-handle", role: "slider", tabindex: "0", "aria-label": "Playhead", "aria-orientation": "horizontal" });
    workbench.clock.addEventListener("tick", (event) => this.#follow(event.position));
    workbench.clock.addEventListener("change", () => { this.#told = -Infinity; });
    list.addEventListener("drawn", () => this.#place(workbench.clock.position));
    this.refresh();
  }

  refresh() {
    const [first, last] = this.workbench.clock.range;
    this.element.setAttribute("aria-valuemin", first.toFixed(3));
    this.element.setAttribute("aria-valuemax", last.toFixed(3));
    this.#told = -Infinity;
    this.#follow(this.workbench.clock.position);
  }

  #place(position) {
    const x = this.list.xOf(position);
    // At the edge it stays to be reached, though the playhead is elsewhere.
    const inside = Math.max(0, Math.min(this.list.width, x));
    this.element.classList.toggle("outside", inside !== x);
    this.element.style.transform = `translateX(${inside.toFixed(2)}px)`;
  }

  #follow(position) {
    this.#place(position);
    const now = performance.now();
    if (now - this.#told < EACH_MS && this.workbench.clock.playing) return;
    this.#told = now;
    this.element.setAttribute("aria-valuenow", position.toFixed(3));
    const phase = phaseTime(this.workbench.session, position);
    this.element.setAttribute("aria-valuetext", `${sessionTime(position, 1)}${phase ? `, phase ${phase}` : ""}`);
  }
}
