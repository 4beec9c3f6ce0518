// One track's row: its name and value, and the canvas it is drawn on. What goes wrong in a track is said in its row.

import { make, setText } from "/participant/elements.js";
import { plain } from "./canvas-text.js";
import { number } from "./times.js";

export class TrackRow {
  #canvas = make("canvas", { "aria-hidden": "true" });
  #value = make("span", { class: "track-value figures" });
  #detail = make("span", { class: "track-detail" });
  #message = make("div", { class: "track-message", hidden: true });
  #messageText = make("span");
  #again = make("button", { type: "button", class: "small" }, "Try again");
  #name = make("span", { class: "track-name" });
  #note = make("span", { class: "track-note" });
  #failure = null;
  #height = 0;

  /** `onretry()` when the reader wants what failed tried again. */
  constructor(track, onretry) {
    this.track = track;
    this.stale = true;
    this.#again.addEventListener("click", onretry);
    this.#message.append(this.#messageText, this.#again);
    this.plot = make("div", { class: "track-plot" }, this.#canvas, this.#message);
    const legend = (track.legend ?? []).map(({ label, series, dash }) =>
      make("span", { class: "series", "data-series": series + 1, "data-dash": dash }, label));
    this.element = make("div", { class: "track-row", role: "group", "data-track": track.id, "data-kind": track.kind },
      make("div", { class: "track-label" }, make("div", { class: "track-title" }, this.#name, this.#note), legend.length ? make("div", { class: "track-legend" }, legend) : null,
        make("div", { class: "track-now" }, this.#value, this.#detail)), this.plot);
    this.rename();
  }

  rename() {
    const { label, unit, note } = this.track;
    setText(this.#name, plain(label, 60) || this.track.id);
    setText(this.#note, plain([unit, note].filter(Boolean).join(" · "), 60));
    this.element.setAttribute("aria-label", plain(label, 80));
  }

  /** Its height on the screen, px; a short one has its value beside its name. */
  setHeight(height, isShort) {
    if (height === this.#height) return;
    this.#height = height;
    this.element.style.setProperty("--track-height", `${height}px`);
    this.element.classList.toggle("short", isShort);
    this.stale = true;
  }

  /** Draws the track, `width` × `height` CSS px. */
  draw(geometry) {
    this.stale = false;
    const { width, height, ratio, theme } = geometry;
    const [columns, lines] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== columns || this.#canvas.height !== lines) {
      this.#canvas.width = columns;
      this.#canvas.height = lines;
    }
    const context = this.#canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.save();
    try {
      this.track.draw(context, geometry);
      context.restore();
      this.#drawCaption(context, geometry, this.track.caption, theme);
      if (this.#failure?.drawing) this.fail(null);
    } catch (error) {
      context.restore();
      console.warn(`Track ${this.track.id}:`, error);
      this.fail({ message: `It could not be drawn: ${error.message}`, drawing: true });
    }
  }

  #drawCaption(context, { height }, caption, theme) {
    if (!caption || height < 30) return;
    context.font = theme.font;
    context.textAlign = "left";
    for (const [text, y, baseline] of [[caption.high, 2, "top"], [caption.low, height - 2, "bottom"]]) {
      if (!text) continue;
      context.textBaseline = baseline;
      // The words stay readable over the signal.
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeStyle = theme.surface;
      context.strokeText(text, 4, y);
      context.fillStyle = theme.soft;
      context.fillText(text, 4, y);
    }
  }

  /** Says in the row what went wrong; null takes it away. */
  fail(failure) {
    this.#failure = failure;
    this.#message.hidden = !failure;
    if (failure) setText(this.#messageText, plain(failure.message, 300));
  }

  /** Shows the value at a moment. */
  showValue(seconds, secondsPerPixel) {
    let value = null;
    try {
      value = this.track.valueAt?.(seconds, secondsPerPixel) ?? null;
    } catch (error) {
      console.warn(`Track ${this.track.id}:`, error);
    }
    setText(this.#value, value ? valueWords(value) : "");
    setText(this.#detail, value?.detail ?? "");
  }
}

/** "0.412 µS", "0.41 … 0.44 µS", or the text. */
export function valueWords({ value, to, unit, text, step }) {
  if (text !== undefined) return text;
  // Digits below what the track's whole range tells are noise of the calculation.
  const round = (one) => (step ? Math.round(one / step) * step : one);
  const [from, until] = [number(round(value), 4), number(round(to ?? value), 4)];
  return `${from === until ? from : `${from} … ${until}`}${unit ? ` ${plain(unit, 12)}` : ""}`;
}
