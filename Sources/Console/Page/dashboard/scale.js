// The vertical scale of a live signal: follows the signal, but not nervously.

/** A step of 1, 2 or 5 times a power of ten, not below `least`. */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * (1 - 1e-9));
}

/** Grows at once where the signal leaves it, and shrinks when the signal has filled little of it for a while. */
export class Scale {
  lower = 0;
  upper = 1;
  #isSet = false;
  #smallSince = null;

  /** The share that a signal must fill, and for how long less is borne, in milliseconds. */
  static leastShare = 0.4;
  static patience = 3000;

  /** Takes the least and the greatest value in sight. Returns whether the scale is another. */
  fit(least, greatest, nowMs) {
    if (!Number.isFinite(least) || !Number.isFinite(greatest)) return false;
    const [lower, upper] = Scale.around(least, greatest);
    if (!this.#isSet || least < this.lower || greatest > this.upper) {
      // What is still in sight of the old range stays in it.
      this.#set(lower, upper);
      return true;
    }
    const share = (upper - lower) / (this.upper - this.lower);
    if (share >= Scale.leastShare) { this.#smallSince = null; return false; }
    this.#smallSince ??= nowMs;
    if (nowMs - this.#smallSince < Scale.patience) return false;
    this.#set(lower, upper);
    return true;
  }

  #set(lower, upper) {
    [this.lower, this.upper, this.#isSet, this.#smallSince] = [lower, upper, true, null];
  }

  /** Round ends around a range, with a margin; a line that does not move lies in the middle. */
  static around(least, greatest) {
    const size = Math.max(greatest - least, Math.abs(greatest) * 1e-3, 1e-9);
    const step = roundStep(size / 4);
    const margin = size * 0.08;
    let [lower, upper] = [Math.floor((least - margin) / step) * step, Math.ceil((greatest + margin) / step) * step];
    if (upper <= lower) upper = lower + step;
    return [lower, upper];
  }
}
