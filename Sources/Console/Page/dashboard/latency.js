// How long a sample takes from its arrival at the station to the screen. Measured in each page that shows
// signals; the health panel shows it, and the tests read it.

const most = 20_000;

/** Milliseconds from the arrival of a piece's oldest bytes to three moments of this page. */
export const latency = {
  /** The page has the piece. */
  received: [],
  /** The canvas is drawn. */
  drawn: [],
  /** The browser began its next frame: what was drawn is on its way to the screen. */
  shown: [],

  add(kind, ms) {
    const list = this[kind];
    list.push(ms);
    if (list.length > most) list.splice(0, most / 2);
  },

  clear() { for (const kind of ["received", "drawn", "shown"]) this[kind].length = 0; },

  /** Quantiles of the last `count` pieces; null before there are any. */
  quantiles(kind, count = most) {
    const sorted = this[kind].slice(-count).sort((left, right) => left - right);
    if (!sorted.length) return null;
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), worst: sorted.at(-1) };
  },
};
