// What a rater says, on its way to the station: kept in this browser until the station has it, so that a
// lost network or a closed page loses nothing. Sent in order; each has an id, so that twice is once.

import { post } from "../api.js";

/** A UUID as the station takes them. */
export function identifier() { return crypto.randomUUID(); }

export class Outbox {
  /** `onstate` hears "saved", "saving", "away" or "refused" with words. */
  constructor(assignment, onstate) {
    this.assignment = assignment;
    this.onstate = onstate;
    this.key = `attune-review-${assignment}`;
    this.waiting = this.#kept();
    this.sending = null;
    this.timer = 0;
    addEventListener("online", () => this.flush());
    if (this.waiting.length) this.flush();
  }

  #kept() {
    try { return JSON.parse(localStorage.getItem(this.key)) ?? []; } catch { return []; }
  }

  #keep() {
    try {
      if (this.waiting.length) localStorage.setItem(this.key, JSON.stringify(this.waiting));
      else localStorage.removeItem(this.key);
    } catch { /* a browser that keeps nothing still sends */ }
  }

  /** Adds an answer (`kind` "ratings") or a flag ("flags"). */
  add(kind, change) {
    this.waiting.push({ kind, change });
    this.#keep();
    this.onstate("saving");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), 150);
  }

  /** Sends what waits. Resolves to whether all is at the station. */
  flush() {
    clearTimeout(this.timer);
    this.sending ??= this.#send().finally(() => { this.sending = null; });
    return this.sending;
  }

  async #send() {
    while (this.waiting.length) {
      const kind = this.waiting[0].kind;
      const end = this.waiting.findIndex((entry) => entry.kind !== kind);
      const batch = this.waiting.slice(0, Math.min(end < 0 ? this.waiting.length : end, 100));
      try {
        await post(`/api/review/${this.assignment}/${kind}`, { [kind]: batch.map(({ change }) => change) });
      } catch (error) {
        if (error.status === 0 || error.status >= 500) {
          this.onstate("away", error.message);
          this.timer = setTimeout(() => this.flush(), 3000);
          return false;
        }
        // What is refused once is always refused: it must not stand in the way of the rest.
        this.#drop(batch.length);
        this.onstate("refused", error.message);
        continue;
      }
      this.#drop(batch.length);
    }
    this.onstate("saved");
    return true;
  }

  #drop(count) {
    this.waiting.splice(0, count);
    this.#keep();
  }
}
