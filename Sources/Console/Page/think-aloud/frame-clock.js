// When a frame of an audio context was rendered, on performance.now().
//
// Each block is told to the page right after it was rendered; the message takes a little, sometimes long,
// never less than nothing. So the block that was quickest tells best, and the line through it with the rate
// that the frames themselves show is the mapping. `AudioContext.getOutputTimestamp()` would tell when a frame
// is heard at the other end, which depends on the loudspeaker's latency and not on the microphone.

const windowMs = 10_000;

export class FrameClock {
  #rate;
  #seen = [];

  /** @param {number} rate frames a second */
  constructor(rate) { this.#rate = rate; }

  /** A block arrived at `ms`, and the graph had come to `frame` when it was sent. */
  see(frame, ms) {
    const late = ms - frame * 1000 / this.#rate;
    this.#seen.push({ ms, late });
    while (this.#seen.length > 0 && this.#seen[0].ms < ms - windowMs) this.#seen.shift();
  }

  /** When a frame was rendered, in ms. */
  timeOf(frame) {
    let least = Infinity;
    for (const { late } of this.#seen) if (late < least) least = late;
    return frame * 1000 / this.#rate + least;
  }
}
