// The time axis over the tracks: times, phases' ends, and the playhead that is dragged along it.

import { make } from "/participant/elements.js";
import { sessionTime } from "./times.js";

const STEPS = [
  0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400,
];

/** The step between written times, and how many digits they need. */
export function axisStep(secondsPerPixel, room = 90) {
  const step = STEPS.find((one) => one / secondsPerPixel >= room) ?? STEPS.at(-1);
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return { step, digits };
}

export class Axis {
  #canvas = make("canvas", { "aria-hidden": "true" });

  constructor() {
    this.plot = make("div", { class: "axis-plot", title: "Drag to move the playhead, turn the wheel to zoom" }, this.#canvas);
    this.element = make("div", { class: "axis" }, make("div", { class: "axis-label" }), this.plot);
  }

  draw({ fromS, toS, xOf, width, height, ratio, theme, secondsPerPixel, selection, edge }) {
    if (this.#canvas.width !== Math.round(width * ratio) || this.#canvas.height !== Math.round(height * ratio)) {
      this.#canvas.width = Math.round(width * ratio);
      this.#canvas.height = Math.round(height * ratio);
    }
    const context = this.#canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (selection) {
      context.fillStyle = theme["accent-soft"];
      context.fillRect(xOf(selection.fromS), 0, xOf(selection.toS) - xOf(selection.fromS), height);
    }
    const { step, digits } = axisStep(secondsPerPixel, 5.5 * theme.size + 12 * Math.max(0, Math.log10(1 / secondsPerPixel)));
    context.font = theme.font;
    context.textBaseline = "middle";
    const first = Math.ceil(fromS / step - 1e-9);
    const small = step / 5;
    context.fillStyle = theme.line;
    for (let place = Math.ceil(fromS / small); place * small <= toS; place += 1) context.fillRect(Math.round(xOf(place * small)), height - 4, 1, 4);
    for (let place = first; place * step <= toS; place += 1) {
      const x = Math.round(xOf(place * step));
      context.fillStyle = theme.edge;
      context.fillRect(x, height - 8, 1, 8);
      context.fillStyle = theme.soft;
      const text = sessionTime(place * step, digits);
      if (x + 4 + context.measureText(text).width < width) context.fillText(text, x + 4, height / 2 - 1);
    }
    if (edge !== null && edge >= fromS && edge <= toS) {
      context.fillStyle = theme.danger;
      context.fillRect(xOf(edge) - 1, 0, 2, height);
    }
  }
}
