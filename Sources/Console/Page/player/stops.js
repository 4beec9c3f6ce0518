// Where "next" and "previous" go: moments by kind.

/** A stop this close counts as where one is, s: a position that came through a link has microseconds. */
const HERE = 0.0005;

export class Stops {
  #kinds = new Map();

  /** Adds moments of a kind: `times()` gives them in s, in any order. Several sources may share a kind. */
  add({ kind, times }) {
    if (!this.#kinds.has(kind)) this.#kinds.set(kind, []);
    this.#kinds.get(kind).push(times);
    return () => this.#kinds.set(kind, this.#kinds.get(kind).filter((one) => one !== times));
  }

  get kinds() { return [...this.#kinds.keys()]; }

  /** All moments of a kind, in order, each once. */
  times(kind) {
    const all = (this.#kinds.get(kind) ?? []).flatMap((times) => [...times()]).filter(Number.isFinite);
    return all.sort((a, b) => a - b).filter((time, index) => index === 0 || time !== all[index - 1]);
  }

  next(kind, position) { return this.times(kind).find((time) => time > position + HERE); }

  previous(kind, position) { return this.times(kind).findLast((time) => time < position - HERE); }
}
