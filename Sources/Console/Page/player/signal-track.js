// A channel as it was recorded, or what was worked out from one, over time.

import { Columns, drawLine, lowerBound } from "./envelope.js";
import { drawGaps, gapAt, gapWords, gapsOf, isApart } from "./gaps.js";
import { levelFor, lengthOf } from "./tiles.js";
import { length, number } from "./times.js";

/** A sheet of samples holds about so many. */
const SHEET = 8192;

/** Samples are fetched where there are fewer than this a pixel; of slow signals, whose line is smoother than columns, some more. */
const DENSEST = 1.5;
const DENSEST_SLOW = 4;
const SLOW_HZ = 20;

/** How often values come where no rate is declared, Hz. */
const RATES = { "heart-rate": 1.2, rr: 1.2, tonic: 4, phasic: 4 };

const TITLES = { "heart-rate": "Heart rate", rr: "RR intervals", tonic: "EDA, tonic", phasic: "EDA, phasic" };

export class SignalTrack {
  #store;
  #columns = new Columns();
  #scale = null;
  #track;
  #gaps;

  /** `track`: as in the manifest; `series`: its colour, 0 to 7. */
  constructor({ track, session, store, series }) {
    this.#store = store;
    this.#track = track;
    this.series = series;
    this.kind = track.kind;
    this.id = `signal:${track.id}`;
    this.height = 54;
    /** What the vertical scale covers: `session` or `shown`. */
    this.scaling = "session";
    this.refresh(session);
  }

  get server() { return this.#track.id; }

  refresh(session) {
    this.session = session;
    const track = session.tracks?.find(({ id }) => id === this.#track.id) ?? this.#track;
    this.#track = track;
    this.stream = track.stream;
    this.source = session.streams?.find(({ id }) => id === track.stream);
    this.label = track.label || TITLES[track.kind] || track.id;
    this.unit = track.unit ?? "";
    this.note = track.derived ? "derived" : this.source?.name ?? "";
    this.#gaps = gapsOf(session, track.stream);
    const derived = RATES[track.kind];
    this.rate = track.rate_hz || derived || this.source?.nominal_rate_hz || this.#counted() || 1;
    this.isRegular = !["heart-rate", "rr"].includes(track.kind) && Boolean(track.rate_hz || this.source?.nominal_rate_hz);
    this.#scale = null;
  }

  /** Fetches nothing more while it is not shown. */
  hide() { this.#store.want(this.server, []); }

  retry() { this.#store.retry(this.server); }

  #counted() {
    const { first_s: first, last_s: last } = this.session;
    return this.source?.samples / (last - first);
  }

  /** Says what it needs and draws what there is. */
  draw(context, geometry) {
    const { fromS, toS, width, height, ratio, theme } = geometry;
    const columns = Math.max(1, Math.round(width * ratio));
    const secondsPerColumn = (toS - fromS) / columns;
    const level = levelFor(secondsPerColumn);
    const wanted = [this.#whole()];
    const sheets = this.#isSparse(secondsPerColumn * ratio) ? this.#sheets(fromS, toS, wanted) : null;
    const size = lengthOf("tiles", level);
    if (!sheets) {
      for (let index = Math.floor(fromS / size); index * size < toS; index += 1) wanted.push({ kind: "tiles", level, index });
    }
    this.#store.want(this.server, wanted);

    drawGaps(context, this.#gaps, geometry);
    const complete = sheets?.every((sheet) => sheet);
    this.#columns.fill(this.#store.cover(this.server, level, fromS, toS), fromS, secondsPerColumn, columns);
    const scale = this.#currentScale(complete ? sheets : null, fromS, toS);
    if (!scale) return;
    const [low, high] = scale;
    const inner = height - 8;
    const yOf = (value) => 4 + inner * (high - value) / (high - low);
    const colour = theme.series[this.series % theme.series.length];
    this.#drawScale(context, geometry, low, high, yOf);
    context.fillStyle = colour;
    context.strokeStyle = colour;
    if (complete) {
      context.lineWidth = 1.25;
      context.lineJoin = "round";
      const longest = this.isRegular ? 1.75 / this.rate : Math.max(2.5, 4 / this.rate);
      drawLine(context, sheets, {
        ...geometry, yOf, longestS: longest, isBroken: (before, after) => isApart(this.#gaps, before, after), dot: 1.75,
      });
    } else {
      this.#columns.draw(context, 1 / ratio, yOf, Math.max(1, 1 / ratio), height);
    }
  }

  #isSparse(secondsPerPixel) { return this.rate * secondsPerPixel < (this.rate < SLOW_HZ ? DENSEST_SLOW : DENSEST); }

  /** The tile that has the whole session: the vertical scale is taken from it. */
  #whole() {
    const { first_s: first, last_s: last } = this.session;
    const level = Math.ceil(Math.log2(Math.max(1, last - Math.min(0, first)) / 1024));
    return { kind: "tiles", level, index: 0 };
  }

  #sheets(fromS, toS, wanted) {
    const level = Math.floor(Math.log2(SHEET / this.rate));
    const size = lengthOf("samples", level);
    const beyond = 2 / this.rate;
    const sheets = [];
    for (let index = Math.floor((fromS - beyond) / size); index * size < toS + beyond; index += 1) {
      wanted.push({ kind: "samples", level, index });
      sheets.push(this.#store.piece(this.server, "samples", level, index));
    }
    return sheets;
  }

  /** From where to where the values go on the screen. */
  #currentScale(sheets, fromS, toS) {
    if (this.scaling === "shown") {
      const values = [];
      if (sheets) {
        for (const { times, values: some } of sheets) values.push(...some.subarray(lowerBound(times, fromS), lowerBound(times, toS)));
      } else {
        values.push(...this.#columns.low.subarray(0, this.#columns.count), ...this.#columns.high.subarray(0, this.#columns.count));
      }
      return spread(values, 0) ?? this.#scale;
    }
    if (!this.#scale) {
      const { kind, level, index } = this.#whole();
      const whole = this.#store.piece(this.server, kind, level, index);
      if (whole) this.#scale = spread([...whole.values], 0.002);
    }
    return this.#scale ?? spread([...this.#columns.low.subarray(0, this.#columns.count), ...this.#columns.high.subarray(0, this.#columns.count)], 0.002);
  }

  #drawScale(context, { width, height, theme }, low, high, yOf) {
    if (low < 0 && high > 0) {
      context.fillStyle = theme.line;
      context.fillRect(0, Math.round(yOf(0)), width, 1);
    }
    if (height < 40) return;
    context.font = theme.font;
    context.textAlign = "left";
    this.caption = { low: number(low), high: number(high) };
  }

  /** What values are rounded to: a thousandth to a ten-thousandth of their whole range. */
  get #step() { return this.#scale ? 10 ** (Math.floor(Math.log10(this.#scale[1] - this.#scale[0])) - 3) : undefined; }

  /** What was measured at a moment: `{value, unit}`, or `{text}` where nothing was. */
  valueAt(seconds, secondsPerPixel) {
    const gap = gapAt(this.#gaps, seconds);
    if (gap) return { text: "gap", detail: gapWords(gap) };
    const level = Math.floor(Math.log2(SHEET / this.rate));
    const size = lengthOf("samples", level);
    if (this.#isSparse(secondsPerPixel)) {
      const sheet = this.#store.piece(this.server, "samples", level, Math.floor(seconds / size));
      if (sheet) {
        const place = lowerBound(sheet.times, seconds + 1e-9) - 1;
        const next = place + 1 < sheet.times.length && sheet.times[place + 1] - seconds < seconds - sheet.times[place] ? place + 1 : place;
        const near = next >= 0 && Math.abs(sheet.times[next] - seconds) < (this.isRegular ? 1 / this.rate : 2.5);
        return near && !Number.isNaN(sheet.values[next]) ? { value: sheet.values[next], unit: this.unit, step: this.#step } : { text: "no value" };
      }
    }
    for (const { tile } of this.#store.cover(this.server, levelFor(secondsPerPixel), seconds, seconds + secondsPerPixel / 4)) {
      const column = Math.floor((seconds - tile.fromS) / tile.columnS);
      const [low, high] = [tile.values[2 * column], tile.values[2 * column + 1]];
      if (Number.isFinite(low)) return { value: low, to: high, unit: this.unit, step: this.#step };
    }
    return { text: "no value" };
  }

  hintAt(seconds, { secondsPerPixel }) {
    const gap = gapAt(this.#gaps, seconds, 3 * secondsPerPixel);
    if (!gap) return null;
    return `${gapWords(gap)} Nothing is drawn in between.`;
  }

  /** How exactly the times of this track are known at a moment, s; null where nothing is said. */
  boundAt(seconds) { return boundOf(this.session, this.stream, seconds); }
}

/** The bound of a stream's times at a moment, s. */
export function boundOf(session, stream, seconds) {
  const bound = session.bounds?.find((one) => one.stream === stream && seconds >= one.from_s && seconds <= one.to_s);
  return bound && Number.isFinite(bound.bound_ms) ? bound.bound_ms / 1000 : null;
}

/** "Times are known to ± 0.8 ms." */
export function boundWords(bound) {
  return bound === null ? "" : `Times of this track are known to ± ${length(bound)}.`;
}

/** Where values lie, but for the `rare` part at each end, and some room. */
function spread(values, rare) {
  const there = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (there.length === 0) return null;
  const skipped = Math.floor(there.length * rare);
  const [low, high] = [there[skipped], there[there.length - 1 - skipped]];
  const room = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}
