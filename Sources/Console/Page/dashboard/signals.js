// The live signals of the session that is shown: a row for each channel.

import { make, setText } from "/participant/elements.js";
import { value } from "./format.js";
import { keyed, setAttribute } from "./keyed.js";
import { latency } from "./latency.js";
import { Scale } from "./scale.js";
import { SignalBuffer } from "./signal-buffer.js";
import { drawTrace, fitCanvas, palette, range } from "./trace.js";

export const windows = [10, 30, 60];
/** Streams whose channels tell about a device and no signal. */
const housekeeping = /counter|sequence|battery|packet|timestamp|millis/i;

/** The panel of live signals. */
export class LiveSignals {
  #clock;
  #buffers = new Map();
  #scales = new Map();
  #streams = new Map();
  #rows = make("div", { class: "signal-rows" });
  #empty = make("p", { class: "empty" });
  #seconds = 10;
  #pausedAtS = null;
  #startedNs = null;
  #colors = null;
  #waiting = [];
  #missed = make("p", { class: "signal-missed", role: "status", hidden: true });
  #windowButtons;
  #pauseButton;

  constructor(clock) {
    this.#clock = clock;
    this.#windowButtons = windows.map((seconds, place) =>
      make("button", { type: "button", class: "small", "data-seconds": seconds, title: `Key ${place + 1}`, onclick: () => this.setWindow(seconds) }, `${seconds} s`));
    this.#pauseButton = make("button", { type: "button", class: "small", id: "pause-display", title: "Key Space", onclick: () => this.togglePause() }, "Hold the picture");
    this.element = make("section", { class: "card panel signals", "aria-labelledby": "signals-title" },
      make("div", { class: "card-head" },
        make("h2", { id: "signals-title" }, "Live signals"),
        make("div", { class: "toolbar" }, make("span", { class: "group", role: "group", "aria-label": "Seconds shown" }, this.#windowButtons), this.#pauseButton)),
      this.#missed, this.#empty,
      make("div", { class: "panel-body", tabindex: "0", role: "region", "aria-label": "Signals" }, this.#rows));
    this.setWindow(10);
    for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
      matchMedia(query).addEventListener("change", () => { this.#colors = null; });
    }
    requestAnimationFrame((ms) => this.#frame(ms));
  }

  setWindow(seconds) {
    this.#seconds = seconds;
    for (const button of this.#windowButtons) setAttribute(button, "aria-pressed", String(Number(button.dataset.seconds) === seconds));
  }

  get isPaused() { return this.#pausedAtS !== null; }

  /** Holds the picture still; what comes meanwhile is kept. */
  togglePause() {
    this.#pausedAtS = this.isPaused || this.#startedNs === null ? null : this.#nowS(performance.now());
    setAttribute(this.#pauseButton, "aria-pressed", String(this.isPaused));
    setText(this.#pauseButton, this.isPaused ? "Picture held: go on" : "Hold the picture");
    setAttribute(this.element, "data-held", this.isPaused);
  }

  /** Another session, or none: begin anew. */
  clear(words = "No session is shown.") {
    this.#buffers.clear();
    this.#scales.clear();
    this.#streams.clear();
    this.#startedNs = null;
    this.#pausedAtS = null;
    this.#waiting = [];
    this.#missed.hidden = true;
    setText(this.#empty, words);
    this.#layOut();
  }

  /** The session as the station's state has it. */
  update(session) {
    this.#startedNs = session.started_ns;
    this.#streams = new Map(session.streams.map((stream) => [stream.name, stream]));
    setText(this.#empty, "No signal has come yet.");
    this.#layOut();
  }

  /** What was not shown, for one moment. */
  noteMissed(seconds) {
    setText(this.#missed, `This page missed ${seconds.toFixed(1)} s of the signals: it slept, or was too slow. The recording has them.`);
    this.#missed.hidden = false;
    clearTimeout(this.missedTimer);
    this.missedTimer = setTimeout(() => { this.#missed.hidden = true; }, 15_000);
  }

  /** Takes a `live` event. */
  take({ streams }) {
    const now = performance.now();
    let oldest = Infinity;
    for (const piece of streams) {
      if (!this.#buffers.has(piece.stream)) this.#buffers.set(piece.stream, new SignalBuffer());
      this.#buffers.get(piece.stream).add(piece);
      if (piece.arrival_ns) oldest = Math.min(oldest, piece.arrival_ns[0]);
    }
    if (this.#clock.isKnown && Number.isFinite(oldest)) {
      latency.add("received", (this.#clock.at(now) - oldest) / 1e6);
      this.#waiting.push(oldest);
    }
  }

  /** Seconds since the session's start. */
  #nowS(ms) { return (this.#clock.at(ms) - this.#startedNs) / 1e9; }

  /** The channels that are shown, in the order of the session's streams. */
  #channels() {
    const names = [...new Set([...this.#streams.keys(), ...this.#buffers.keys()])];
    return names.flatMap((name) => {
      const stream = this.#streams.get(name);
      const buffer = this.#buffers.get(name);
      const channels = stream?.channels.length ? stream.channels : buffer?.names ?? [];
      return channels.flatMap((channel, place) => housekeeping.test(channel)
        ? [] : [{ key: `${name}\n${channel}`, stream: name, channel, place, unit: stream?.units[place] ?? "", source: stream?.source ?? "", rate: stream?.nominal_rate_hz ?? 0 }]);
    });
  }

  #layOut() {
    const channels = this.#channels();
    this.#empty.hidden = channels.length > 0;
    keyed(this.#rows, channels, ({ key }) => key, (channel) => this.#row(channel), (row, channel) => { row.channel = channel; this.#label(row); });
  }

  #row() {
    const canvas = make("canvas", { role: "img" });
    return Object.assign(
      make("div", { class: "signal-row" },
        make("div", { class: "signal-label" },
          make("span", { class: "series signal-name" }), make("span", { class: "signal-source soft" }),
          make("span", { class: "signal-value figures" })),
        make("div", { class: "signal-canvas" }, canvas,
          make("span", { class: "signal-upper figures", "aria-hidden": "true" }), make("span", { class: "signal-lower figures", "aria-hidden": "true" }))),
      { canvas });
  }

  #label(row) {
    const { channel, stream, source, unit, place } = row.channel;
    const name = row.querySelector(".signal-name");
    setAttribute(name, "data-series", place % 8 + 1);
    setText(name, channel);
    setText(row.querySelector(".signal-source"), source && stream !== source ? `${source} · ${stream}` : stream);
    const buffer = this.#buffers.get(stream);
    const last = buffer?.channels[place]?.high.at(-1);
    setText(row.querySelector(".signal-value"), `${value(last ?? NaN)} ${unit}`);
    setAttribute(row.canvas, "aria-label", `${channel} of ${source || stream}, now ${value(last ?? NaN)} ${unit}`);
  }

  #frame(ms) {
    // What was drawn in the frame before is on the screen now.
    for (const arrival of this.drawnArrivals ?? []) latency.add("shown", (this.#clock.at(ms) - arrival) / 1e6);
    this.drawnArrivals = [];
    if (this.#startedNs !== null && this.#clock.isKnown && document.visibilityState === "visible") this.#draw(ms);
    requestAnimationFrame((next) => this.#frame(next));
  }

  #draw(ms) {
    this.#colors ??= palette(this.element);
    const toS = this.#pausedAtS ?? this.#nowS(performance.now());
    const fromS = toS - this.#seconds;
    // First all that makes the browser measure, then all that changes.
    const rows = [...this.#rows.children].map((row) => ({ row, place: fitCanvas(row.canvas) }));
    for (const { row, place: drawing } of rows) {
      const { key, stream, place, rate } = row.channel;
      const buffer = this.#buffers.get(stream);
      if (!buffer || drawing.width === 0) continue;
      if (!this.#scales.has(key)) this.#scales.set(key, new Scale());
      const scale = this.#scales.get(key);
      const [least, greatest] = range(buffer, place, fromS, toS);
      if (scale.fit(least, greatest, ms)) {
        setText(row.querySelector(".signal-upper"), value(scale.upper));
        setText(row.querySelector(".signal-lower"), value(scale.lower));
      }
      drawTrace(drawing, buffer, place, {
        fromS, toS, lower: scale.lower, upper: scale.upper, longest: buffer.longest(rate), isLive: !this.isPaused,
        color: this.#colors.series[place % 8], colors: this.#colors,
      });
    }
    const now = performance.now();
    for (const arrival of this.#waiting) latency.add("drawn", (this.#clock.at(now) - arrival) / 1e6);
    this.drawnArrivals = this.#waiting;
    this.#waiting = [];
  }
}
