// The room's state: a snapshot from the server and its changes, over a stream that is opened again
// whenever it ends.

import { merge } from "./merge.js";

/** The server sends a comment each 10 s; silence for longer means a connection that is gone. */
const longestSilence = 25_000;

/**
 * Tells `change` when the state is another, `connection` when the stream came or went (`detail`:
 * "open", "lost", "refused" or "over").
 */
export class Room extends EventTarget {
  #base;
  #controller = null;
  #failures = 0;
  #isStopped = false;
  #wake = null;
  state = null;
  revision = 0;
  connection = "connecting";

  /** @param {string} base the room's address, with a slash at its end */
  constructor(base) {
    super();
    this.#base = base;
    addEventListener("online", () => this.#retryNow());
    addEventListener("offline", () => this.#controller?.abort());
  }

  /** Follows the room until it is over. */
  async follow() {
    while (!this.#isStopped) {
      try {
        await this.#readStream();
      } catch (error) {
        if (error instanceof Refusal && [403, 404, 410].includes(error.status)) {
          this.#isStopped = true;
          this.#tell(error.status === 410 ? "over" : "refused");
          return;
        }
      }
      if (this.#isStopped) return;
      this.#failures += 1;
      this.#tell("lost");
      const pause = Math.min(4000, 250 * 2 ** Math.min(this.#failures - 1, 5));
      await new Promise((done) => {
        this.#wake = done;
        setTimeout(done, pause * (0.75 + Math.random() / 2));
      });
    }
  }

  stop() {
    this.#isStopped = true;
    this.#controller?.abort();
    this.#wake?.();
  }

  /** The server said elsewhere that nobody gets in here any more. */
  refuse() {
    this.stop();
    this.#tell("refused");
  }

  #retryNow() {
    this.#failures = 0;
    this.#wake?.();
  }

  async #readStream() {
    const controller = new AbortController();
    this.#controller = controller;
    let watchdog;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => controller.abort(), longestSilence);
    };
    alive();
    try {
      const answer = await fetch(`${this.#base}stream`, {
        cache: "no-store", headers: { Accept: "text/event-stream" }, signal: controller.signal,
      });
      if (!answer.ok) throw new Refusal(answer.status);
      const parser = new StreamParser((event) => this.#take(event));
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        alive();
        parser.push(value);
      }
    } finally {
      clearTimeout(watchdog);
      controller.abort();
    }
  }

  #take({ type, id, data }) {
    let value;
    try {
      value = JSON.parse(data);
    } catch {
      console.error("A change of the room that is no JSON was passed over.");
      return;
    }
    if (type === "state") {
      this.state = value;
    } else if (this.state !== null) {
      const number = Number(id);
      // Changes come in order; one that is older than the snapshot is in it already.
      if (Number.isFinite(number) && number <= this.revision) return;
      this.state = merge(this.state, value);
    } else {
      return;
    }
    this.revision = Number(id) || this.state.revision || this.revision;
    this.#failures = 0;
    this.#tell("open");
    this.dispatchEvent(new CustomEvent("change", { detail: { patch: type === "state" ? null : value } }));
  }

  #tell(connection) {
    if (this.connection === connection) return;
    this.connection = connection;
    this.dispatchEvent(new CustomEvent("connection", { detail: connection }));
  }
}

class Refusal extends Error {
  constructor(status) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

/** Takes a text/event-stream apart (HTML Living Standard, 9.2.6), in whatever pieces it comes. */
export class StreamParser {
  #rest = "";
  #type = "";
  #id = "";
  #data = [];
  #onEvent;

  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  push(text) {
    this.#rest += text;
    for (;;) {
      const end = this.#rest.search(/\r\n|\n|\r(?=[^])/);
      if (end < 0) return;
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + (this.#rest.startsWith("\r\n", end) ? 2 : 1));
      this.#line(line);
    }
  }

  #line(line) {
    if (line === "") {
      if (this.#data.length > 0) {
        this.#onEvent({ type: this.#type || "message", id: this.#id, data: this.#data.join("\n") });
      }
      this.#type = "";
      this.#data = [];
      return;
    }
    if (line.startsWith(":")) return;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#type = value;
    else if (field === "id") this.#id = value;
  }
}
