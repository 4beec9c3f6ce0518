// A think-aloud as one view takes part in it: what the station says, what is asked of it, what this view
// showed.

import { follow, post, postBytes } from "../api.js";
import { PlayerClock } from "../player/clock.js";
import { StationClock } from "./station-clock.js";

/** How often a view tells by itself what it shows, in ms. */
const reportEach = 1000;

/** Events: `state` (the station said something new), `connection`, `report`. */
export class ThinkAloudRoom extends EventTarget {
  #base;
  #close = null;
  #items = [];
  #nextItem = 1;
  #isReporting = false;
  #reportTimer = 0;
  #waitingState = null;
  /** Names this load of the page. */
  view;
  clock;
  /** Follows the station: its position is what is to be shown. */
  player = new PlayerClock();
  state = null;
  isConnected = false;

  /**
   * @param {string} commentary its id
   * @param {string} kind begins the view's name: "researcher" or "participant"
   */
  constructor(commentary, kind) {
    super();
    this.#base = `/api/think-aloud/${encodeURIComponent(commentary)}`;
    this.view = `${kind}-${crypto.randomUUID().slice(0, 12)}`;
    this.clock = new StationClock((body) => post(`${this.#base}/clock`, { view: this.view, ...body }));
  }

  /** Begins; done when the station's state is known. */
  async start() {
    this.clock.run();
    for (let tries = 0; tries < 40 && !this.clock.isKnown; tries += 1) await new Promise((done) => setTimeout(done, 50));
    const first = new Promise((done) => this.addEventListener("state", done, { once: true }));
    this.#close = follow(`${this.#base}/stream`, { state: (state) => this.#take(state) }, (state) => {
      const isConnected = state === "open";
      if (isConnected === this.isConnected) return;
      this.isConnected = isConnected;
      this.dispatchEvent(new Event("connection"));
    });
    await first;
    this.#reportTimer = setInterval(() => this.player.playing && this.reportPosition(), reportEach);
    addEventListener("pagehide", () => this.#sendReport({ keepalive: true }));
  }

  stop() {
    this.#close?.();
    this.clock.stop();
    clearInterval(this.#reportTimer);
  }

  #take(state) {
    const before = this.state;
    this.state = state;
    if (before === null || before.range?.[1] !== state.range?.[1]) this.player.range = state.range;
    const isMove = before === null || ["position_s", "rate", "playing", "at_ns"].some((name) => before[name] !== state[name]);
    if (isMove) {
      this.player.follow({ position_s: state.position_s, rate: state.rate, playing: state.playing, at_ms: this.clock.toPage(state.at_ns) });
    }
    if (state.ended) this.stop();
    this.dispatchEvent(new Event("state"));
  }

  /**
   * Asks the station for something; it decides, and tells all views.
   * @param {string} by who wants it: "researcher" or "participant"
   */
  command(action, by, more = {}) {
    return post(`${this.#base}/command`, { view: this.view, by, action, ...more });
  }

  invite() { return post(`${this.#base}/invite`); }
  end(more = {}) { return post(`${this.#base}/stop`, more); }

  /** How sound and microphones are told, for `Microphone`. */
  get sound() {
    return {
      sound: (query, bytes, options) => postBytes(`${this.#base}/audio?view=${this.view}&${query}`, bytes, "application/octet-stream", options),
      tell: (microphone) => post(`${this.#base}/microphone`, { view: this.view, ...microphone }).catch(() => {}),
    };
  }

  /** Tells what stands on this screen now. */
  reportPosition(position = this.player.position, ms = performance.now()) {
    this.report("view_position", { position_s: position, rate: this.player.rate, playing: this.player.playing }, ms);
  }

  /** Tells something that this view knows, at a time of `performance.now()`. */
  report(kind, payload, ms = performance.now()) {
    this.#items.push({ n: this.#nextItem, kind, client_ms: ms, ...payload });
    this.#nextItem += 1;
    this.#sendReport();
  }

  async #sendReport({ keepalive = false } = {}) {
    if (this.#isReporting || this.#items.length === 0 || this.state?.ended) return;
    this.#isReporting = true;
    const trips = this.clock.take();
    try {
      const { acknowledged } = await post(`${this.#base}/report`, { view: this.view, items: this.#items.slice(0, 100), trips }, { keepalive });
      this.#items = this.#items.filter((item) => item.n > acknowledged);
      this.#isReporting = false;
      if (this.#items.length > 0) this.#sendReport();
    } catch (error) {
      this.clock.giveBack(trips);
      // What cannot be taken at all is not sent for ever.
      if (error.status === 400) this.#items.shift();
      setTimeout(() => { this.#isReporting = false; this.#sendReport(); }, 1500);
    }
  }
}
