// Round trips between the page's clock and the server's, from which the server tells the relation
// of the two. Whose wall clock shows what does not matter.

import { now } from "./moment.js";

/** Asks the server for its time: 8 times at load, then every 2 s, after half a minute every 30 s. */
export class Clock {
  #address;
  #isStopped = false;
  #onTrip;

  /** @param {(trip: object) => void} onTrip gets each round trip */
  constructor(address, onTrip) {
    this.#address = address;
    this.#onTrip = onTrip;
  }

  async run() {
    for (let count = 0; count < 8; count += 1) {
      await this.ask();
      await pause(64);
    }
    const began = performance.now();
    while (!this.#isStopped) {
      await pause(performance.now() - began < 30_000 ? 2000 : 30_000);
      if (!this.#isStopped) await this.ask();
    }
  }

  stop() {
    this.#isStopped = true;
  }

  /** Makes a round trip; done with whether it came about. */
  async ask() {
    try {
      const sent = now();
      const answer = await fetch(this.#address, {
        method: "POST", cache: "no-store", signal: AbortSignal.timeout(5000),
        headers: { "Content-Type": "application/json" }, body: JSON.stringify({ client_ns: sent }),
      });
      // The headers are there: reading the body takes time of its own.
      const received = now();
      if (!answer.ok) return false;
      const server = await answer.json();
      // After 104 days of uptime nanoseconds exceed 2^53: then a number is off by 1 ns, no more.
      if (!Number.isFinite(server.received_ns) || !Number.isFinite(server.sent_ns)) return false;
      this.#onTrip({
        client_sent_ns: sent, received_ns: server.received_ns, sent_ns: server.sent_ns,
        client_received_ns: received,
      });
      return true;
    } catch {
      // No network: the next try will tell.
      return false;
    }
  }
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
