// Draws one channel of a live stream: a scrolling window, gaps as gaps.

/** What a drawing takes from the page's style. */
export function palette(element) {
  const style = getComputedStyle(element);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    line: token("--line"), soft: token("--soft"), warn: token("--warn-line"), gap: token("--warn-soft"),
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => token(`--series-${number}`)),
  };
}

/** Fits a canvas to its place on the screen; returns its size in CSS pixels. */
export function fitCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) { canvas.width = wide; canvas.height = high; }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

/** The least and the greatest value of a channel in a window; NaN without any. */
export function range(buffer, channel, fromS, toS) {
  const { low, high } = buffer.channels[channel] ?? { low: [], high: [] };
  let [least, greatest] = [Infinity, -Infinity];
  for (let place = buffer.placeOf(fromS); place < low.length && buffer.times[place] <= toS; place += 1) {
    if (low[place] !== null && low[place] < least) least = low[place];
    if (high[place] !== null && high[place] > greatest) greatest = high[place];
  }
  return least <= greatest ? [least, greatest] : [NaN, NaN];
}

/**
 * Draws a channel.
 * @param view {fromS, toS, lower, upper, longest, color, colors, isLive}
 */
export function drawTrace({ context, width, height }, buffer, channel, view) {
  const { fromS, toS, lower, upper, longest, color, colors } = view;
  context.clearRect(0, 0, width, height);
  const xOf = (time) => (time - fromS) / (toS - fromS) * width;
  const yOf = (number) => height - 3 - (number - lower) / (upper - lower) * (height - 6);
  drawGrid(context, xOf, fromS, toS, height, colors);
  const { low, high } = buffer.channels[channel] ?? { low: [], high: [] };
  const first = Math.max(0, buffer.placeOf(fromS) - 1);
  const gaps = [];
  context.beginPath();
  let [pen, before, column] = [false, null, null];
  // Of the values that fall onto one column of pixels the ends are drawn.
  const flush = () => {
    if (!column) return;
    if (pen) context.lineTo(column.x, yOf(column.first)); else context.moveTo(column.x, yOf(column.first));
    if (column.least !== column.greatest) {
      context.lineTo(column.x, yOf(column.least));
      context.lineTo(column.x, yOf(column.greatest));
    }
    context.lineTo(column.x, yOf(column.last));
    pen = true;
    column = null;
  };
  for (let place = first; place < low.length && buffer.times[place] <= toS; place += 1) {
    const time = buffer.times[place];
    if (before !== null && time - before > longest) { flush(); pen = false; gaps.push([before, time]); }
    before = time;
    if (low[place] === null || high[place] === null) { flush(); pen = false; continue; }
    const x = Math.round(xOf(time) * 2) / 2;
    if (column && column.x !== x) flush();
    column ??= { x, first: low[place], least: Infinity, greatest: -Infinity, last: low[place] };
    column.least = Math.min(column.least, low[place]);
    column.greatest = Math.max(column.greatest, high[place]);
    column.last = high[place];
  }
  flush();
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.strokeStyle = color;
  context.stroke();
  // Nothing came for long: that is a gap already, whatever comes next.
  if (view.isLive && before !== null && Number.isFinite(longest) && toS - before > Math.max(longest * 4, 0.5)) gaps.push([before, toS]);
  for (const [from, to] of gaps) drawGap(context, xOf(from), xOf(to), height, colors);
}

function drawGrid(context, xOf, fromS, toS, height, colors) {
  const step = toS - fromS > 40 ? 10 : toS - fromS > 15 ? 5 : 1;
  context.beginPath();
  for (let time = Math.ceil(fromS / step) * step; time < toS; time += step) {
    const x = Math.round(xOf(time)) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  context.lineWidth = 1;
  context.strokeStyle = colors.line;
  context.stroke();
}

/** A band with slanting lines: told by its pattern, not by its colour alone. */
function drawGap(context, from, to, height, colors) {
  const [left, right] = [Math.max(from, -1), Math.max(to, from + 2)];
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, height);
  context.clip();
  context.fillStyle = colors.gap;
  context.fillRect(left, 0, right - left, height);
  context.beginPath();
  for (let x = left - height; x < right; x += 7) { context.moveTo(x, height); context.lineTo(x + height, 0); }
  context.lineWidth = 1;
  context.strokeStyle = colors.warn;
  context.stroke();
  context.restore();
}
