// Moments with a name: marks, events, peaks, suggestions.

import { drawText, plain } from "./canvas-text.js";
import { sessionTime } from "./times.js";

const SHAPES = {
  flag(context, x, height) {
    context.fillRect(x - 0.75, 3, 1.5, height - 6);
    context.beginPath();
    context.moveTo(x, 3);
    context.lineTo(x + 8, 7);
    context.lineTo(x, 11);
    context.fill();
  },
  diamond(context, x, height) {
    context.beginPath();
    context.moveTo(x, height / 2 - 6);
    context.lineTo(x + 5, height / 2);
    context.lineTo(x, height / 2 + 6);
    context.lineTo(x - 5, height / 2);
    context.fill();
  },
  triangle(context, x, height) {
    context.beginPath();
    context.moveTo(x, 5);
    context.lineTo(x + 5, 14);
    context.lineTo(x - 5, 14);
    context.fill();
    context.fillRect(x - 0.5, 14, 1, height - 17);
  },
  square(context, x, height) { context.fillRect(x - 4, height / 2 - 4, 8, 8); },
  tick(context, x, height) { context.fillRect(x - 0.75, 4, 1.5, height - 8); },
};

export class PointTrack {
  /** `items()`: `[{t_s, label, detail, shape}]` in order of time; `series`: the colour, 0 to 7. */
  constructor({ id, kind, label, height = 28, series, shape = "tick", items }) {
    Object.assign(this, { id, kind, label, height, series, shape, items });
  }

  draw(context, { fromS, toS, xOf, width, height, theme }) {
    context.font = theme.font;
    context.textBaseline = "middle";
    const shown = this.items().filter(({ t_s: at }) => at >= fromS && at <= toS);
    let drawn = -Infinity;
    shown.forEach((item, index) => {
      const x = xOf(item.t_s);
      // What lies on the same pixel is one mark.
      if (x - drawn < 0.5) return;
      drawn = x;
      context.fillStyle = theme.series[this.series];
      SHAPES[item.shape ?? this.shape](context, x, height);
      const next = index + 1 < shown.length ? xOf(shown[index + 1].t_s) : width;
      context.fillStyle = theme.ink;
      drawText(context, item.label, x + 9, height / 2 + 0.5, Math.min(260, next - x - 16));
    });
  }

  #near(seconds, slack) {
    let best = null;
    for (const item of this.items()) {
      const away = Math.abs(item.t_s - seconds);
      if (away <= slack && (!best || away <= Math.abs(best.t_s - seconds))) best = item;
    }
    return best;
  }

  valueAt(seconds) {
    const item = this.items().findLast(({ t_s: at }) => at <= seconds + 1e-6);
    return item ? { text: plain(item.label, 28), detail: `${sessionTime(seconds - item.t_s, 1)} ago` } : { text: "–" };
  }

  hintAt(seconds, { secondsPerPixel }) {
    const item = this.#near(seconds, 6 * secondsPerPixel);
    return item && `${sessionTime(item.t_s)} · ${plain(item.label)}${item.detail ? ` · ${plain(item.detail)}` : ""}`;
  }
}
