// Stretches of time with a name: phases, pauses.

import { drawText, plain } from "./canvas-text.js";
import { length, sessionTime } from "./times.js";

export class IntervalTrack {
  /** `items()`: `[{from_s, to_s, label, detail}]` in order; an end of null is still to come. `look`: `filled` (by turns in two shades) or `hatched`. */
  constructor({ id, kind, label, height = 26, look = "filled", items, edge }) {
    Object.assign(this, { id, kind, label, height, look, items, edge });
  }

  draw(context, { fromS, toS, xOf, height, theme }) {
    context.font = theme.font;
    context.textBaseline = "middle";
    this.items().forEach(({ from_s: from, to_s: to, label }, index) => {
      const end = to ?? this.edge();
      if (end < fromS || from > toS) return;
      const left = Math.max(-2, xOf(from));
      const right = Math.max(left + 2, xOf(end));
      const top = 3;
      const tall = height - 6;
      context.fillStyle = this.look === "hatched" ? theme.sunk : index % 2 ? theme.sunk : theme["accent-soft"];
      context.fillRect(left, top, right - left, tall);
      if (this.look === "hatched") {
        context.fillStyle = theme.hatch(context, theme.line);
        context.fillRect(left, top, right - left, tall);
      }
      context.fillStyle = theme.edge;
      context.fillRect(left, top, 1.5, tall);
      context.fillStyle = theme.ink;
      drawText(context, label, Math.max(left, 0) + 6, height / 2 + 0.5, right - Math.max(left, 0) - 8);
    });
  }

  #at(seconds, slack = 0) {
    return this.items().findLast(({ from_s: from, to_s: to }) => seconds >= from - slack && seconds <= (to ?? this.edge()) + slack);
  }

  valueAt(seconds) {
    const item = this.#at(seconds);
    return item ? { text: plain(item.label, 30), detail: `${sessionTime(seconds - item.from_s, 1)} in` } : { text: "–" };
  }

  hintAt(seconds, { secondsPerPixel }) {
    const item = this.#at(seconds, 3 * secondsPerPixel);
    if (!item) return null;
    const until = item.to_s === null || item.to_s === undefined ? "goes on" : length(item.to_s - item.from_s);
    return `${plain(item.label)} · from ${sessionTime(item.from_s)} · ${until}${item.detail ? ` · ${plain(item.detail)}` : ""}`;
  }
}
