// The course of a signal on a canvas: as the range of each column where there are more samples than columns, and as
// a line through the samples where there are not. Nothing is drawn where nothing was recorded.

/** Columns as wide as a pixel of the screen: smallest and largest value of each, NaN where there is nothing. */
export class Columns {
  constructor() {
    this.low = new Float32Array(0);
    this.high = new Float32Array(0);
    this.count = 0;
  }

  /** Fills the columns from tiles, `[{tile, fromS, toS}]`; later ones count where they overlap. */
  fill(covers, fromS, secondsPerColumn, count) {
    if (this.low.length < count) {
      this.low = new Float32Array(count);
      this.high = new Float32Array(count);
    }
    this.count = count;
    const { low, high } = this;
    low.fill(NaN, 0, count);
    high.fill(NaN, 0, count);
    for (const { tile, fromS: partFrom, toS: partTo } of covers) {
      const { values, columnS } = tile;
      const first = Math.max(0, Math.floor((Math.max(partFrom, fromS) - tile.fromS) / columnS));
      const last = Math.min(values.length / 2, Math.ceil((Math.min(partTo, fromS + count * secondsPerColumn) - tile.fromS) / columnS));
      const scale = columnS / secondsPerColumn;
      const shift = (tile.fromS - fromS) / secondsPerColumn;
      const wide = scale > 1;
      const [edge, end] = [(partFrom - fromS) / secondsPerColumn, (partTo - fromS) / secondsPerColumn];
      for (let column = first; column < last; column += 1) {
        const smallest = values[2 * column];
        if (smallest !== smallest) continue;
        const largest = values[2 * column + 1];
        let x = Math.floor(shift + column * scale);
        const until = wide ? Math.min(Math.floor(shift + (column + 1) * scale), Math.ceil(end)) : x + 1;
        if (wide && x < edge) x = Math.floor(edge);
        for (x = Math.max(0, x); x < until && x < count; x += 1) {
          if (!(low[x] <= smallest)) low[x] = smallest;
          if (!(high[x] >= largest)) high[x] = largest;
        }
      }
    }
  }

  /** Draws the columns, each `width` px wide; neighbours are joined. `yOf` takes a value to px. */
  draw(context, width, yOf, thickness, height) {
    const { low, high, count } = this;
    let [above, below] = [NaN, NaN];
    for (let x = 0; x < count; x += 1) {
      if (low[x] !== low[x]) {
        above = NaN;
        continue;
      }
      const [own, ownBelow] = [yOf(high[x]), yOf(low[x])];
      let [top, bottom] = [own, ownBelow];
      if (above === above) {
        if (top > below) top = below;
        if (bottom < above) bottom = above;
      }
      [above, below] = [own, ownBelow];
      top = Math.max(-thickness, top);
      bottom = Math.min(height + thickness, bottom);
      context.fillRect(x * width, top - thickness / 2, width, Math.max(0, bottom - top) + thickness);
    }
  }
}

/** The first place in sorted `times` whose time is not before `at`. */
export function lowerBound(times, at) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Draws a line through the samples of sheets (in order of time), broken wherever more than `longestS` lies between two,
 * where `isBroken(a, b)` says so, or a value is not there. Samples that stand apart are dots.
 */
export function drawLine(context, sheets, { fromS, toS, xOf, yOf, longestS, isBroken, dot = 2 }) {
  context.beginPath();
  let last = null;
  const dots = [];
  for (const { times, values } of sheets) {
    const first = Math.max(0, lowerBound(times, fromS) - 1);
    for (let place = first; place < times.length; place += 1) {
      const [time, value] = [times[place], values[place]];
      if (value !== value) {
        last = null;
        continue;
      }
      if (last !== null && time <= last) continue;
      const [x, y] = [xOf(time), yOf(value)];
      if (last === null || time - last > longestS || isBroken(last, time)) context.moveTo(x, y);
      else context.lineTo(x, y);
      dots.push(x, y);
      last = time;
      if (time > toS) break;
    }
  }
  context.stroke();
  const apart = dots.length > 2 ? (dots.at(-2) - dots[0]) / (dots.length / 2 - 1) : Infinity;
  if (apart < 3 * dot) return;
  context.beginPath();
  for (let place = 0; place < dots.length; place += 2) {
    context.moveTo(dots[place] + dot, dots[place + 1]);
    context.arc(dots[place], dots[place + 1], dot, 0, 2 * Math.PI);
  }
  context.fill();
}
