// The stretch of time that all tracks show.

/** The shortest stretch that can be looked at, s. */
export const SHORTEST = 0.002;

/** Event: `change`, after `fromS` or `toS` changed. */
export class TimeView extends EventTarget {
  #from;
  #to;
  #range;

  /** `range`: all there is, `[from, to]` in s. */
  constructor(range) {
    super();
    this.#range = [...range];
    [this.#from, this.#to] = range;
  }

  get fromS() { return this.#from; }
  get toS() { return this.#to; }
  get span() { return this.#to - this.#from; }

  get range() { return [...this.#range]; }
  set range(range) {
    const all = this.isWhole;
    this.#range = [...range];
    if (all) this.fit();
    else this.set(this.#from, this.#to);
  }

  /** Whether all is to be seen. */
  get isWhole() { return this.#from === this.#range[0] && this.#to === this.#range[1]; }

  /** Shows from `from` to `to`, moved and cut so that it lies in the session. */
  set(from, to) {
    if (!Number.isFinite(from) || !Number.isFinite(to)) return;
    const [first, last] = this.#range;
    const span = Math.min(last - first, Math.max(SHORTEST, to - from));
    let start = to - from < SHORTEST ? (from + to - span) / 2 : from;
    start = Math.max(first, Math.min(start, last - span));
    // The end is given exactly where it can be, so that a link shows what it says.
    const end = start === from && span === to - from ? to : Math.min(last, start + span);
    if (start === this.#from && end === this.#to) return;
    [this.#from, this.#to] = [start, end];
    this.dispatchEvent(new Event("change"));
  }

  /** Shows `factor` times as much; `around` (s) stays where it is on the screen. */
  zoom(factor, around = (this.#from + this.#to) / 2) {
    const span = Math.min(this.#range[1] - this.#range[0], Math.max(SHORTEST, this.span * factor));
    const part = this.span > 0 ? (around - this.#from) / this.span : 0.5;
    this.set(around - part * span, around - part * span + span);
  }

  /** Moves by `seconds`. */
  pan(seconds) {
    const [first, last] = this.#range;
    const from = Math.max(first, Math.min(this.#from + seconds, last - this.span));
    this.set(from, from + this.span);
  }

  fit() { this.set(...this.#range); }

  /** Brings a moment into view where it is not: at the edge it came over, or in the middle where it is far. */
  reveal(seconds, margin = 0.1) {
    if (seconds >= this.#from && seconds <= this.#to) return;
    const span = this.span;
    const near = seconds > this.#to ? seconds - this.#to < span : this.#from - seconds < span;
    const part = near ? (seconds > this.#to ? 1 - margin : margin) : 0.5;
    this.set(seconds - part * span, seconds - part * span + span);
  }
}
