// A think-aloud as one view takes part in it: what the station says, what is asked of it, what this view
// showed.

import { get, post, postBytes, setToken, stayWhenSignedOut } from "../api.js";
import { PlayerClock } from "../player/clock.js";
import { StationClock } from "./station-clock.js";

/** How often a view tells by itself what it shows, in ms. */
const reportEach = 1000;

/** Events: `state` (the station said something new), `connection`, `report`. */
export class ThinkAloudRoom extends EventTarget {
  #base;
  #source = null;
  #followTimer = 0;
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
    // Sound that is not stored yet must not go with the page.
    stayWhenSignedOut(() => this.#signedOut(true));
    this.#follow();
    await first;
    this.#reportTimer = setInterval(() => this.player.playing && this.reportPosition(), reportEach);
    addEventListener("pagehide", () => this.#sendReport({ keepalive: true }));
  }

  /** Whether the account is signed in no more: somebody has to sign in, in another tab. */
  isSignedOut = false;

  #signedOut(isOut) {
    if (isOut === this.isSignedOut) return;
    this.isSignedOut = isOut;
    this.dispatchEvent(new Event("connection"));
    if (isOut) this.#renew();
  }

  /** Asks who is signed in until somebody is; then goes on in their name. */
  async #renew() {
    while (this.isSignedOut && !this.state?.ended) {
      await new Promise((done) => setTimeout(done, 2000));
      try {
        setToken((await get("/api/me")).csrf);
        this.#signedOut(false);
      } catch {
        // Not yet.
      }
    }
  }

  /** The browser connects anew by itself, but gives up where it is refused once. */
  #follow() {
    const source = new EventSource(`${this.#base}/stream`);
    this.#source = source;
    source.onopen = () => this.#connected(true);
    source.onerror = () => {
      this.#connected(false);
      if (source.readyState !== EventSource.CLOSED) return;
      this.#followTimer = setTimeout(() => this.#follow(), 1500);
    };
    source.addEventListener("state", (event) => this.#take(JSON.parse(event.data)));
  }

  #connected(isConnected) {
    if (isConnected === this.isConnected) return;
    this.isConnected = isConnected;
    this.dispatchEvent(new Event("connection"));
  }

  stop() {
    clearTimeout(this.#followTimer);
    this.#source?.close();
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

  /** Says that this page's microphone has handed over all that it heard. */
  handedOver() { return post(`${this.#base}/handed-over`, { view: this.view }).catch(() => {}); }

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
