// The station's clock as this page knows it: round trips, of which the quickest tells the most. The page's
// own clock is performance.now(), in ms; the station's is CLOCK_MONOTONIC, in ns.

/** Older trips count less: two clocks drift by some ten microseconds a second at most. */
const driftMsPerMs = 5e-5;
const mostKept = 64;

export class StationClock {
  #ask;
  #trips = [];
  /** Trips that the server has not been handed yet. */
  #new = [];
  #isStopped = false;

  /** @param {(body: object) => Promise<{received_ns, sent_ns}>} ask makes one request to `…/clock` */
  constructor(ask) { this.#ask = ask; }

  /** Whether anything is known. */
  get isKnown() { return this.#trips.length > 0; }

  /** 8 trips 64 ms apart, then every 2 s, after half a minute every 30 s. */
  async run() {
    const began = performance.now();
    for (let count = 0; !this.#isStopped; count += 1) {
      await this.trip();
      const pause = count < 7 ? 64 : performance.now() - began < 30_000 ? 2000 : 30_000;
      await new Promise((done) => setTimeout(done, pause));
    }
  }

  stop() { this.#isStopped = true; }

  /** Makes a round trip; whether it came about. */
  async trip() {
    const trips = this.take();
    const sent = performance.now();
    try {
      const answer = await this.#ask({ client_ms: sent, trips });
      const received = performance.now();
      if (!Number.isFinite(answer.received_ns) || !Number.isFinite(answer.sent_ns)) return false;
      const trip = { client_sent_ms: sent, received_ns: answer.received_ns, sent_ns: answer.sent_ns, client_received_ms: received };
      this.#trips = [...this.#trips, trip].slice(-mostKept);
      this.#new.push(trip);
      return true;
    } catch {
      this.giveBack(trips);
      return false;
    }
  }

  /** The trips that are to be handed in with the next request; `giveBack` where it fails. */
  take() { return this.#new.splice(0); }
  giveBack(trips) { this.#new.unshift(...trips); }

  /** By how much the station's clock is ahead, in ms, and how far off that may be. */
  get offset() {
    const now = performance.now();
    let best = null;
    for (const trip of this.#trips) {
      const there = trip.received_ns / 1e6 - trip.client_sent_ms;
      const back = trip.sent_ns / 1e6 - trip.client_received_ms;
      const bound = (there - back) / 2 + (now - trip.client_received_ms) * driftMsPerMs;
      if (best === null || bound < best.bound) best = { ms: (there + back) / 2, bound };
    }
    return best ?? { ms: 0, bound: Infinity };
  }

  /** A station's time in ns on this page's performance.now(). */
  toPage(ns) { return ns / 1e6 - this.offset.ms; }

  /** A time of this page in the station's ns. */
  toStation(ms) { return Math.round((ms + this.offset.ms) * 1e6); }
}
