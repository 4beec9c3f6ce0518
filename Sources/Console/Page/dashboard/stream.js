// Follows the station: one connection, which the browser makes anew when it breaks.

import { get } from "../api.js";

/** State, log, signals and what was missed, as `Protocols/formats/console-live.md` describes them. */
export class StationStream {
  #source = null;
  #timer = 0;
  #session = null;
  #handlers;

  /**
   * @param handlers by event: state, log, live, missed; and `connection(isOpen)`.
   */
  constructor(handlers) { this.#handlers = handlers; }

  get session() { return this.#session; }

  /** Follows the station and one session's signals (null: none). */
  follow(session) {
    this.close();
    this.#session = session;
    const source = new EventSource(`/api/dashboard/stream?session=${encodeURIComponent(session ?? "")}`);
    this.#source = source;
    source.onopen = () => this.#handlers.connection(true);
    source.onerror = () => {
      this.#handlers.connection(false);
      // The browser tries again by itself, unless the answer was a refusal.
      if (source.readyState === EventSource.CLOSED && this.#source === source) this.#later();
    };
    for (const name of ["state", "log", "live", "missed"]) {
      source.addEventListener(name, (event) => {
        if (this.#source === source) this.#handlers[name](JSON.parse(event.data));
      });
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      // Leads to signing in where that is what is missing.
      await get("/api/me").catch(() => {});
      if (this.#source?.readyState === EventSource.CLOSED) this.follow(this.#session);
    }, 2000);
  }
}
