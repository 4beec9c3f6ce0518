// What a page keeps of one live stream: the last two minutes, in session time.

const keptSeconds = 130;
/** Seconds of an interval of a fast stream; the daemon's console sends its number from the start. */
export const binSeconds = 1 / 60;

/** Samples or intervals of one stream; `channels` have their least and greatest values beside the times. */
export class SignalBuffer {
  times = [];
  /** By channel: {low: [], high: []}. */
  channels = [];
  isBinned = false;
  names = [];

  /** Takes a piece of a `live` event. */
  add(piece) {
    const isBinned = Array.isArray(piece.bins);
    if (isBinned !== this.isBinned || piece.channels.length !== this.names.length) {
      this.times = [];
      this.channels = piece.channels.map(() => ({ low: [], high: [] }));
      this.isBinned = isBinned;
    }
    this.names = piece.channels;
    const count = isBinned ? piece.bins.length : piece.t_s.length;
    for (let place = 0; place < count; place += 1) {
      const last = this.times.length - 1;
      // A clock that is estimated anew may put a piece a little before the one before it. That one sample came after the
      // other is certain, and so the trace never goes back.
      const time = Math.max(isBinned ? piece.bins[place] * binSeconds : piece.t_s[place], this.times[last] ?? -Infinity);
      // An interval may come in several parts.
      const isMore = isBinned && last >= 0 && Math.abs(this.times[last] - time) < binSeconds / 2;
      if (!isMore) this.times.push(time);
      this.channels.forEach((channel, index) => {
        const values = piece.values[index];
        const low = isBinned ? values[2 * place] : values[place];
        const high = isBinned ? values[2 * place + 1] : low;
        if (isMore) {
          if (low !== null) channel.low[last] = Math.min(channel.low[last] ?? low, low);
          if (high !== null) channel.high[last] = Math.max(channel.high[last] ?? high, high);
        } else {
          channel.low.push(low);
          channel.high.push(high);
        }
      });
    }
    this.#forget();
  }

  /** The time of the last sample; null before the first. */
  get last() { return this.times.at(-1) ?? null; }

  /** A distance between two times from which something is missing in between; Infinity where none is too long. */
  longest(nominalHz) {
    if (this.isBinned) return binSeconds * 2.5;
    return nominalHz > 0 ? Math.max(2.5 / nominalHz, 0.02) : Infinity;
  }

  /** The first place at or after a time. */
  placeOf(time) {
    let [from, to] = [0, this.times.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.times[middle] < time) from = middle + 1; else to = middle;
    }
    return from;
  }

  #forget() {
    const end = this.last - keptSeconds;
    if (this.times.length < 64 || this.times[0] > end - 10) return;
    const cut = this.placeOf(end);
    this.times.splice(0, cut);
    for (const channel of this.channels) { channel.low.splice(0, cut); channel.high.splice(0, cut); }
  }
}
