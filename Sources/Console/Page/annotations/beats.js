// R peaks on an ECG: those that were found and those that people put there. In editing they can be added, moved and taken
// away; what was found stays in the data, and each change says who made it.

import { get, getBytes } from "../api.js";
import { sessionTime } from "../player/times.js";
import { TOGETHER_MS } from "./nudge.js";

/** Peaks are shown where this much or less is in view, s. */
const CLOSE = 90;

/** A peak can be taken this near, px. */
const NEAR = 7;

/** Two times this close are the same peak, s. */
const SAME = 0.0005;

/** A removal takes the nearest found peak that is this near, s. */
const REACH = 0.05;

/** A step by key, s. */
const STEP = 0.002;

/** The next peak is looked for this far away, s. */
const FAR = 120;

/** A peak that is put there goes to the highest sample this near, s. */
const SNAP = 0.05;

export class BeatLayer {
  #found = new Map();
  #asked = new Map();
  #timer;
  #drag = null;
  #chosen = null;
  isEditing = false;

  /** `track`: the ECG's, `intervals`: the track of its RR intervals, both of the manifest. */
  constructor({ session, track, intervals, store, context }) {
    Object.assign(this, { session, track, intervals, store, context });
    this.id = `signal:${track.id}`;
    this.address = `/api/sessions/${encodeURIComponent(session.id)}/samples`;
  }

  /** The corrections of this stream. */
  #own(kind) { return this.store.all.filter((one) => one.kind === kind && one.stream === this.track.stream); }

  /** The found peaks that people took away: of each removal the nearest one, as measures have it. */
  #removed(found) {
    const gone = new Set();
    for (const { start_s: at } of this.#own("no-beat")) {
      let nearest = null;
      for (const peak of found) if (!gone.has(peak) && (nearest === null || Math.abs(peak - at) < Math.abs(nearest - at))) nearest = peak;
      if (nearest !== null && Math.abs(nearest - at) <= REACH) gone.add(nearest);
    }
    return gone;
  }

  /** All peaks of a stretch, in order: `{at, beat}`, where `beat` is the annotation of one that somebody put there. */
  peaks(from, to) {
    const found = [];
    for (const [minute, times] of this.#found) {
      if ((minute + 1) * 60 + REACH < from || minute * 60 - REACH > to) continue;
      for (const at of times) if (at >= from - REACH && at <= to + REACH) found.push(at);
    }
    const gone = this.#removed(found);
    const kept = found.filter((at) => !gone.has(at) && at >= from && at <= to);
    const added = this.#own("beat").filter(({ start_s: at }) => at >= from && at <= to);
    return [...kept.map((at) => ({ at, beat: null })), ...added.map((beat) => ({ at: beat.start_s, beat }))].sort((a, b) => a.at - b.at);
  }

  /** Whether all found peaks of a stretch are here. */
  #has(from, to) {
    for (let minute = Math.floor(from / 60); minute * 60 < to; minute += 1) if (!this.#found.has(minute)) return false;
    return true;
  }

  #want(from, to) {
    const all = [];
    for (let minute = Math.floor(from / 60); minute * 60 < to; minute += 1) {
      if (!this.#asked.has(minute)) this.#asked.set(minute, this.#fetch(minute));
      all.push(this.#asked.get(minute));
    }
    return Promise.all(all);
  }

  /** Peaks as they were found, which no correction changes. */
  async #fetch(minute) {
    const query = `track=${encodeURIComponent(this.intervals.id)}&from_s=${minute * 60}&to_s=${(minute + 1) * 60}`;
    try {
      const { found } = await get(`/api/sessions/${encodeURIComponent(this.session.id)}/beats?${query}`);
      this.#found.set(minute, found);
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
    if (event.type === "pointerdown") this.finish();
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
      if (drag.isFar && !drag.isNew && !drag.isByKey) drag.to = drag.peak.at + s - drag.from;
    } else {
      this.#drag = null;
      if (event.type === "pointerup") this.#drop(drag, s, event.altKey);
    }
    this.context.workbench.redraw(this.id);
    return true;
  }

  async #drop(drag, s, isExact) {
    if (!drag.isNew && !drag.isFar) return;
    // Until it is where it shall be, keys are for nothing.
    this.#choose(null);
    // Who means a peak seldom hits its sample.
    const at = isExact ? (drag.isNew ? s : drag.to) : await this.#highest(drag.isNew ? s : drag.to);
    const states = drag.isNew ? [] : this.#without(drag.peak);
    if (!drag.isNew && drag.peak.beat) {
      this.store.put([{ ...drag.peak.beat, start_s: at, detail: { ...drag.peak.beat.detail, origin: drag.isByKey ? "key" : "drag" } }]);
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

  /** The peak that is chosen, or null. */
  get chosen() { return this.#chosen === null ? null : this.peaks(this.#chosen - SAME, this.#chosen + SAME)[0] ?? null; }

  /** Takes the chosen peak away; false where none is chosen. */
  removeChosen() {
    const peak = this.isEditing ? this.chosen : null;
    if (!peak) return false;
    this.store.put(this.#without(peak));
    this.#choose(null);
    this.context.say(`R peak at ${sessionTime(peak.at)} taken away`);
    return true;
  }

  // Without a pointer

  /** Chooses the peak before or behind the one that is chosen, or the playhead, and goes there. */
  async chooseNext(direction, position) {
    this.finish();
    const from = this.#chosen ?? position;
    const isChosen = this.#chosen !== null;
    if (!this.#has(from - FAR, from + FAR)) {
      // Keys that come meanwhile are not for the one that is left.
      this.#choose(null);
      await this.#want(from - FAR, from + FAR);
    }
    const next = direction > 0 ? this.peaks(isChosen ? from + SAME : from, from + FAR)[0]
      : this.peaks(from - FAR, isChosen ? from - SAME : from).at(-1);
    if (!next) return this.context.say(direction > 0 ? "No R peak behind" : "No R peak before");
    this.#choose(next.at);
    this.context.workbench.go(next.at);
    this.context.say(`R peak at ${sessionTime(next.at)}${next.beat ? ` of ${next.beat.actor}` : ""}`);
  }

  /** Puts a peak at the highest sample near a moment. */
  async addAt(position) {
    this.finish();
    const at = await this.#highest(position);
    await this.#want(at - 1, at + 1);
    if (this.peaks(at - SAME, at + SAME).length > 0) return this.context.say(`There is an R peak at ${sessionTime(at)} already`);
    await this.#drop({ isNew: true }, at, true);
    this.context.say(`R peak put at ${sessionTime(at)}`);
  }

  /** Moves the chosen peak by a step of 2 ms; steps that follow one another are one change. */
  nudge(direction) {
    const peak = this.#drag?.peak ?? this.chosen;
    if (!peak) return this.context.say("No R peak is chosen: choose with , and .");
    this.#drag ??= { peak, isNew: false, to: peak.at, from: peak.at, isFar: true, isByKey: true };
    this.#drag.to += direction * STEP;
    this.context.workbench.redraw(this.id);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.finish(), TOGETHER_MS);
  }

  /** Moves the chosen peak to the highest sample near a moment. */
  async moveTo(position) {
    this.finish();
    const peak = this.chosen;
    if (!peak) return this.context.say("No R peak is chosen: choose with , and .");
    await this.#drop({ peak, isNew: false, isFar: true, to: position }, position, false);
    this.context.say(`R peak moved to ${sessionTime(this.#chosen)}`);
  }

  /** Stores what was moved by keys. */
  finish() {
    clearTimeout(this.#timer);
    if (!this.#drag?.isByKey) return;
    const drag = this.#drag;
    this.#drag = null;
    if (Math.abs(drag.to - drag.peak.at) > STEP / 2) this.#drop(drag, drag.to, true);
    this.context.workbench.redraw(this.id);
  }

  /** Lets what is moved be where it was; false where nothing is. */
  cancel() {
    clearTimeout(this.#timer);
    if (!this.#drag) return false;
    this.#drag = null;
    this.context.workbench.redraw(this.id);
    return true;
  }

  edit(isEditing) {
    this.finish();
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
