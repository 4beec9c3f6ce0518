// When a frame of an audio context was rendered, on performance.now().
//
// The audio thread dates each block by the wall clock; how long the message took since, both ends by that
// clock, is taken off its arrival. A thread that was busy dates late, never early, so that of some blocks the
// earliest tells best. `AudioContext.getOutputTimestamp()` would tell when a frame is heard at the other end,
// which depends on the loudspeaker's latency and not on the microphone.
//
// A graph that was not served in time leaves out what it could not render: its frames then stand still while
// time goes on. Blocks are held back a little, so that such a slip is seen where it was.

/** Blocks that are looked at ahead of one: 0.3 s. */
const ahead = 15;
/** A change of so much is a slip and no jitter, in ms. */
const slipMs = 4;
/** The wall clock of a browser that hides the time is no finer than this, in ms. */
const coarseMs = 10;

export class FrameClock {
  #rate;
  #held = [];
  #level = null;
  #isFine = false;

  /** @param {number} rate frames a second */
  constructor(rate) { this.#rate = rate; }

  /**
   * Takes a block; gives the blocks whose time is known by now, in order.
   * @param {{first: number, known: number, at: number}} block its first frame, the frame up to which the graph had come
   *   when it was sent, and `Date.now()` there
   * @param {number} ms when it arrived
   * @param {number} wall `Date.now()` on arrival
   */
  see(block, ms, wall = Date.now()) {
    this.#isFine ||= block.at % coarseMs !== 0;
    const onTheWay = this.#isFine ? Math.max(0, wall - block.at) : 0;
    this.#held.push({ block, late: ms - onTheWay - block.known * 1000 / this.#rate });
    return this.#held.length > ahead ? [this.#next()] : [];
  }

  /** The blocks that are still held. */
  rest() {
    const blocks = [];
    while (this.#held.length > 0) blocks.push(this.#next());
    return blocks;
  }

  /** The oldest block, when its first frame was rendered in ms, and whether the graph slipped before it. */
  #next() {
    const late = Math.min(...this.#held.map((one) => one.late));
    const isSlip = this.#level !== null && Math.abs(late - this.#level) > slipMs;
    this.#level = this.#level === null || isSlip ? late : this.#level + (late - this.#level) / ahead;
    const { block } = this.#held.shift();
    return { block, ms: block.first * 1000 / this.#rate + late, isSlip };
  }
}
