// R peaks on an ECG: those that were found and those that people put there. In editing they can be added, moved and taken
// away; what was found stays in the data, and each change says who made it.

import { getBytes } from "../api.js";
import { sessionTime } from "../player/times.js";

/** Peaks are shown where this much or less is in view, s. */
const CLOSE = 90;

/** A peak can be taken this near, px. */
const NEAR = 7;

/** Two times this close are the same peak, s. */
const SAME = 0.005;

/** A peak that is put there goes to the highest sample this near, s. */
const SNAP = 0.05;

export class BeatLayer {
  #found = new Map();
  #asked = new Set();
  #drag = null;
  #chosen = null;
  isEditing = false;

  /** `track`: the ECG's, `intervals`: the track of its RR intervals, both of the manifest. */
  constructor({ session, track, intervals, store, context }) {
    Object.assign(this, { session, track, intervals, store, context });
    this.id = `signal:${track.id}`;
    this.address = `/api/sessions/${encodeURIComponent(session.id)}/samples`;
  }

  /** Forgets what was found: it is looked for anew by other corrections. */
  refresh() {
    this.#found.clear();
    this.#asked.clear();
    this.context.workbench.redraw(this.id);
  }

  /** The corrections of this stream. */
  #own(kind) { return this.store.all.filter((one) => one.kind === kind && one.stream === this.track.stream); }

  /** All peaks of a stretch, in order: `{at, beat}`, where `beat` is the annotation of one that somebody put there. */
  peaks(from, to) {
    const removed = this.#own("no-beat").map(({ start_s: at }) => at);
    const added = this.#own("beat").filter(({ start_s: at }) => at >= from && at <= to);
    const found = [];
    for (const [minute, times] of this.#found) {
      if ((minute + 1) * 60 < from || minute * 60 > to) continue;
      for (const at of times) if (at >= from && at <= to) found.push(at);
    }
    const kept = [...new Set(found)].filter((at) => !removed.some((gone) => Math.abs(gone - at) < SAME) && !added.some(({ start_s: other }) => Math.abs(other - at) < SAME));
    return [...kept.map((at) => ({ at, beat: null })), ...added.map((beat) => ({ at: beat.start_s, beat }))].sort((a, b) => a.at - b.at);
  }

  #want(from, to) {
    for (let minute = Math.floor(from / 60); minute * 60 < to; minute += 1) {
      if (this.#asked.has(minute)) continue;
      this.#asked.add(minute);
      this.#fetch(minute);
    }
  }

  /** An interval ends at its second peak, and began at its first: both are told. */
  async #fetch(minute) {
    // A minute's first interval may have begun before it.
    const [from, to] = [minute * 60 - 3, (minute + 1) * 60 + 3];
    try {
      const bytes = await getBytes(`${this.address}?track=${encodeURIComponent(this.intervals.id)}&from_s=${from}&to_s=${to}`);
      const count = new DataView(bytes).getUint32(0, true);
      const times = new Float64Array(bytes, 8, count);
      const lengths = new Float32Array(bytes, 8 + 8 * count, count);
      const scale = this.intervals.unit === "s" ? 1 : 0.001;
      const peaks = [];
      for (let place = 0; place < count; place += 1) {
        const before = times[place] - lengths[place] * scale;
        if (Number.isFinite(before) && !peaks.some((at) => Math.abs(at - before) < SAME)) peaks.push(before);
        peaks.push(times[place]);
      }
      this.#found.set(minute, peaks.filter((at) => at >= minute * 60 && at < (minute + 1) * 60));
      this.context.workbench.redraw(this.id);
    } catch (error) {
      this.#asked.delete(minute);
      console.info(`R peaks of minute ${minute}: ${error.message}`);
    }
  }

  draw(context, { fromS, toS, xOf, height, theme }) {
    if (toS - fromS > CLOSE) return;
    this.#want(fromS, toS);
    const dragged = this.#drag;
    for (const peak of this.peaks(fromS, toS)) {
      const isDragged = dragged && Math.abs(dragged.peak.at - peak.at) < SAME;
      const x = xOf(isDragged ? dragged.to : peak.at);
      const isChosen = this.#chosen !== null && Math.abs(this.#chosen - peak.at) < SAME;
      context.fillStyle = isChosen ? theme.danger : peak.beat ? theme.series[1] : theme.soft;
      context.beginPath();
      if (peak.beat) {
        context.moveTo(x, 1);
        context.lineTo(x + 4, 6);
        context.lineTo(x, 11);
        context.lineTo(x - 4, 6);
      } else {
        context.moveTo(x - 4, 1);
        context.lineTo(x + 4, 1);
        context.lineTo(x, 8);
      }
      context.fill();
      if (this.isEditing) context.fillRect(x - 0.5, 8, 1, height - 8);
    }
    if (this.isEditing) {
      context.strokeStyle = theme.accent;
      context.strokeRect(0.5, 0.5, xOf(toS) - 1, height - 1);
    }
    for (const { start_s: at } of this.#own("no-beat")) {
      if (at < fromS || at > toS) continue;
      const x = xOf(at);
      context.strokeStyle = theme.soft;
      context.beginPath();
      context.moveTo(x - 3, height - 8);
      context.lineTo(x + 3, height - 2);
      context.moveTo(x + 3, height - 8);
      context.lineTo(x - 3, height - 2);
      context.stroke();
    }
  }

  #near({ s, secondsPerPixel }) {
    const slack = NEAR * secondsPerPixel;
    return this.peaks(s - slack, s + slack).sort((a, b) => Math.abs(a.at - s) - Math.abs(b.at - s))[0] ?? null;
  }

  onpointer(event, geometry) {
    if (!this.isEditing) return false;
    const { secondsPerPixel, s, x } = geometry;
    if (event.type === "pointerdown") {
      if (event.button !== 0 || event.shiftKey || secondsPerPixel * geometry.width > CLOSE) return false;
      const peak = this.#near(geometry);
      this.#drag = { peak: peak ?? { at: Infinity }, isNew: !peak, to: peak?.at ?? s, from: s, x, isFar: false };
      this.#choose(peak?.at ?? null);
      return true;
    }
    const drag = this.#drag;
    if (!drag) return false;
    if (event.type === "pointermove") {
      if (Math.abs(x - drag.x) > 3) drag.isFar = true;
      if (drag.isFar && !drag.isNew) drag.to = drag.peak.at + s - drag.from;
    } else {
      this.#drag = null;
      if (event.type === "pointerup") this.#drop(drag, s, event.altKey);
    }
    this.context.workbench.redraw(this.id);
    return true;
  }

  async #drop(drag, s, isExact) {
    if (!drag.isNew && !drag.isFar) return;
    // Who means a peak seldom hits its sample.
    const at = isExact ? (drag.isNew ? s : drag.to) : await this.#highest(drag.isNew ? s : drag.to);
    const states = drag.isNew ? [] : this.#without(drag.peak);
    if (!drag.isNew && drag.peak.beat) {
      this.store.put([{ ...drag.peak.beat, start_s: at, detail: { ...drag.peak.beat.detail, origin: "drag" } }]);
    } else {
      this.store.put([...states, this.#made("beat", at)]);
    }
    this.#choose(at);
  }

  #made(kind, at) {
    return this.store.make({ layer: "signals", kind, code: kind, stream: this.track.stream, start_s: at, detail: { origin: "ecg" } });
  }

  /** What takes a peak away. */
  #without({ at, beat }) { return beat ? [{ ...beat, removed: true }] : [this.#made("no-beat", at)]; }

  /** The time of the highest sample near a moment. */
  async #highest(at) {
    try {
      const bytes = await getBytes(`${this.address}?track=${encodeURIComponent(this.track.id)}&from_s=${at - SNAP}&to_s=${at + SNAP}`);
      const count = new DataView(bytes).getUint32(0, true);
      const times = new Float64Array(bytes, 8, count);
      const values = new Float32Array(bytes, 8 + 8 * count, count);
      let best = -1;
      for (let place = 0; place < count; place += 1) if (best < 0 || values[place] > values[best]) best = place;
      return best < 0 ? at : times[best];
    } catch {
      return at;
    }
  }

  #choose(at) {
    this.#chosen = at;
    this.context.workbench.redraw(this.id);
  }

  /** Takes the chosen peak away; false where none is chosen. */
  removeChosen() {
    if (!this.isEditing || this.#chosen === null) return false;
    const peak = this.peaks(this.#chosen - SAME, this.#chosen + SAME)[0];
    if (!peak) return false;
    this.store.put(this.#without(peak));
    this.#choose(null);
    return true;
  }

  edit(isEditing) {
    this.isEditing = isEditing;
    this.#choose(null);
  }

  hintAt(seconds, geometry) {
    if (geometry.secondsPerPixel * geometry.width > CLOSE) return this.isEditing ? "Zoom in to less than 90 s to edit R peaks" : null;
    const peak = this.#near(geometry);
    if (!peak) return null;
    return peak.beat ? `R peak of ${peak.beat.actor} · ${sessionTime(peak.at)}` : `R peak, found · ${sessionTime(peak.at)}`;
  }
}
