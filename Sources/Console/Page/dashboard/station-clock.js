// The station's clock as this page knows it: performance.now() mapped by round trips.

import { post } from "../api.js";

/** Trips that are looked at together; the one that took least counts. */
const kept = 12;
const period = 4000;

/** Nanoseconds of the station's monotonic clock at moments of performance.now(), with a bound. */
export class StationClock {
  #trips = [];
  #timer = 0;

  /** Begins to measure; resolves after the first trip. */
  async start() {
    await this.#measure();
    for (let trip = 0; trip < 4; trip += 1) await this.#measure();
    this.#timer = setInterval(() => this.#measure(), period);
  }

  stop() { clearInterval(this.#timer); }

  get isKnown() { return this.#trips.length > 0; }

  /** The error is at most this, in nanoseconds: half of what the best trip took. */
  get boundNs() { return this.isKnown ? Math.ceil(this.#best().took * 0.5e6) : null; }

  /** The station's clock at a moment of performance.now() in ms. */
  at(ms) {
    const { offsetNs } = this.#best();
    return Math.round(ms * 1e6 + offsetNs);
  }

  now() { return this.at(performance.now()); }

  #best() { return this.#trips.reduce((best, trip) => trip.took < best.took ? trip : best); }

  async #measure() {
    const sent = performance.now();
    try {
      const answer = await post("/api/dashboard/clock", { client_ms: sent });
      const received = performance.now();
      const took = received - sent - (answer.sent_ns - answer.received_ns) / 1e6;
      this.#trips.push({ took, offsetNs: (answer.received_ns + answer.sent_ns) / 2 - (sent + received) * 0.5e6 });
      if (this.#trips.length > kept) this.#trips.shift();
    } catch {
      // The stream says that the console is away.
    }
  }
}
