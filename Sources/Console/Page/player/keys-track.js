// When keys were pressed: how many a second where they stand close, each one where there is room.

import { lowerBound } from "./envelope.js";
import { drawGaps, gapAt, gapWords, gapsOf } from "./gaps.js";
import { length } from "./times.js";

/** Over how long a rate is told at a moment, s. */
const WINDOW = 5;

/** What `GET keys` answers: `times` (s), `dwells` (s, NaN where not known), `classes` (places in the manifest's `key_classes`). */
export function keysOf(bytes) {
  const count = bytes.byteLength >= 8 ? new DataView(bytes).getUint32(0, true) : 0;
  return {
    times: new Float64Array(bytes, 8, count), dwells: new Float32Array(bytes, 8 + 8 * count, count),
    classes: new Uint8Array(bytes, 8 + 12 * count, count),
  };
}

export class KeysTrack {
  kind = "keys";
  height = 32;
  keys = { times: new Float64Array(0), dwells: new Float32Array(0), classes: new Uint8Array(0) };

  constructor({ session, track }) {
    this.id = "keys";
    this.label = track?.label || "Keys";
    this.stream = track?.stream;
    this.refresh(session);
  }

  refresh(session) {
    this.session = session;
    this.gaps = this.stream === undefined ? [] : gapsOf(session, this.stream);
  }

  #isDeletion(place) { return /delet|backspace/i.test(this.session.key_classes?.[this.keys.classes[place]] ?? ""); }

  draw(context, geometry) {
    const { fromS, toS, xOf, width, height, ratio, theme, secondsPerPixel } = geometry;
    drawGaps(context, this.gaps, geometry);
    const { times, dwells } = this.keys;
    const [first, last] = [lowerBound(times, fromS), lowerBound(times, toS)];
    const colour = theme.series[5];
    context.fillStyle = colour;
    if (last - first < width / 2) {
      for (let place = Math.max(0, first - 1); place < last; place += 1) {
        const x = xOf(times[place]);
        const held = Number.isFinite(dwells[place]) ? dwells[place] / secondsPerPixel : 0;
        if (held > 3) {
          context.globalAlpha = 0.3;
          context.fillRect(x, height / 2 - 5, held, 10);
          context.globalAlpha = 1;
        }
        const isDeletion = this.#isDeletion(place);
        context.fillStyle = isDeletion ? theme.danger : colour;
        context.fillRect(x - 0.75, isDeletion ? height / 2 : 6, 1.5, isDeletion ? height / 2 - 5 : height - 12);
        context.fillStyle = colour;
      }
      this.caption = null;
      return;
    }
    const wide = 2;
    const columns = Math.ceil(width / wide);
    const counts = new Uint32Array(columns + 1);
    for (let place = first; place < last; place += 1) counts[Math.floor(xOf(times[place]) / wide)] += 1;
    const most = Math.max(1, ...counts);
    const inner = height - 6;
    for (let column = 0; column < columns; column += 1) {
      const tall = inner * counts[column] / most;
      if (tall > 0) context.fillRect(column * wide, height - 3 - tall, wide - Math.min(0.5, 1 / ratio), tall);
    }
    this.caption = { high: `${(most / (wide * secondsPerPixel)).toFixed(1)}/s` };
  }

  valueAt(seconds) {
    const gap = gapAt(this.gaps, seconds);
    if (gap) return { text: "gap", detail: gapWords(gap) };
    const { times } = this.keys;
    const count = lowerBound(times, seconds + 1e-9) - lowerBound(times, seconds - WINDOW);
    return { value: count / WINDOW, unit: "keys/s" };
  }

  hintAt(seconds, { secondsPerPixel }) {
    const gap = gapAt(this.gaps, seconds, 3 * secondsPerPixel);
    if (gap) return gapWords(gap);
    const { times, dwells, classes } = this.keys;
    const place = lowerBound(times, seconds);
    const near = [place - 1, place].filter((one) => one >= 0 && one < times.length && Math.abs(times[one] - seconds) < 4 * secondsPerPixel);
    if (near.length === 0) return null;
    const best = near.reduce((one, other) => (Math.abs(times[other] - seconds) < Math.abs(times[one] - seconds) ? other : one));
    const held = Number.isFinite(dwells[best]) ? `, held ${length(dwells[best])}` : "";
    return `${this.session.key_classes?.[classes[best]] ?? "key"}${held}`;
  }
}
