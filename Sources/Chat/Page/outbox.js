// What the page has to tell, numbered from 1 without holes for each load of the page, and kept in
// the browser until the server has acknowledged it: neither a reload nor a lost network loses any.

import { now } from "./moment.js";

/** Bounds of one request. */
const mostEvents = 200;
const mostCharacters = 200_000;
/** Events that waited longer are told behind a new round trip, in nanoseconds: see `#isLate`. */
const longestWait = 300_000_000;
/** How long small events wait for others to go with them. */
const patience = 120;

/** Changes are told by `change`, with `detail.isReachable`; `refused` says which status ended it. */
export class Outbox extends EventTarget {
  #address;
  #storage;
  #version;
  /** @type {Map<string, {events: Map<number, object>, trips: object[], next: number}>} */
  #pages = new Map();
  #page = identifier();
  #timer = null;
  #isSending = false;
  #failures = 0;
  #isOver = false;
  #limit = mostEvents;
  #idle = [];
  #lastTrip = -Infinity;

  /** Makes a round trip of the clock; done with whether it came about. */
  askClock = async () => true;

  /** @param {import("./storage.js").Storage} storage of the room */
  constructor(address, storage, version) {
    super();
    this.#address = address;
    this.#storage = storage;
    this.#version = version;
    this.#recover();
    this.#pages.set(this.#page, { events: new Map(), trips: [], next: 1 });
    addEventListener("online", () => this.#hurry());
  }

  /** The random name of this load of the page. */
  get page() {
    return this.#page;
  }

  /** Whether all is acknowledged. */
  get isEmpty() {
    return [...this.#pages.values()].every((page) => page.events.size === 0);
  }

  /** The turns that the server has not acknowledged, oldest first, also of earlier loads. */
  get waitingTurns() {
    return [...this.#pages.values()].flatMap((page) => [...page.events.values()])
      .filter((event) => event.kind === "turn").map((event) => event.payload);
  }

  /**
   * Keeps an event and sends it soon.
   * @param {number} time nanoseconds on the page's clock
   * @param {boolean} isUrgent sends it at once
   */
  add(kind, payload = {}, time = now(), isUrgent = false) {
    const page = this.#pages.get(this.#page);
    const event = { sequence: page.next, time_ns: time, kind, payload };
    page.next += 1;
    page.events.set(event.sequence, event);
    this.#storage.set(`event:${this.#page}:${event.sequence}`, event);
    this.#schedule(isUrgent ? 0 : patience);
  }

  /** Takes a round trip of the clock along with the next events. */
  addTrip(trip) {
    const page = this.#pages.get(this.#page);
    this.#lastTrip = Math.max(this.#lastTrip, trip.client_received_ns);
    page.trips = [...page.trips, trip].slice(-64);
    this.#storage.set(`trips:${this.#page}`, page.trips);
    this.#schedule(patience);
  }

  /** Sends what there is while the page goes away; it stays kept, since no answer will be seen. */
  sendLast() {
    if (this.#isOver) return;
    const request = this.#nextRequest(60_000);
    if (!request) return;
    try {
      fetch(this.#address, { ...this.#options(request.body), keepalive: true }).catch(() => {});
    } catch {
      // It is kept.
    }
  }

  /** Done when all that there is now has been acknowledged. */
  whenEmpty() {
    if (this.isEmpty) return Promise.resolve();
    this.#hurry();
    return new Promise((done) => this.#idle.push(done));
  }

  // MARK: Sending

  #schedule(delay) {
    if (this.#isOver) return;
    const due = performance.now() + (this.#failures > 0 ? this.#pause() : delay);
    if (this.#timer !== null && this.#timer.due <= due) return;
    if (this.#timer !== null) clearTimeout(this.#timer.id);
    this.#timer = { due, id: setTimeout(() => {
      this.#timer = null;
      this.#send();
    }, Math.max(0, due - performance.now())) };
  }

  #hurry() {
    if (this.#timer !== null) clearTimeout(this.#timer.id);
    this.#timer = null;
    this.#send();
  }

  /** With jitter, so that many pages do not come back at the same moment. */
  #pause() {
    return Math.min(5000, 300 * 2 ** Math.min(this.#failures - 1, 5)) * (0.75 + Math.random() / 2);
  }

  async #send() {
    if (this.#isSending || this.#isOver) return;
    let request = this.#nextRequest(mostCharacters);
    if (!request) return;
    this.#isSending = true;
    try {
      if (this.#isLate(request)) {
        if (!await this.askClock()) throw new Error("there is no network");
        request = this.#nextRequest(mostCharacters);
      }
      const answer = await fetch(this.#address, {
        ...this.#options(request.body), signal: AbortSignal.timeout(15_000),
      });
      if (answer.ok) {
        const { acknowledged } = await answer.json();
        this.#limit = mostEvents;
        this.#acknowledge(request, Number.isInteger(acknowledged) ? acknowledged : 0);
        this.#reach(true);
      } else {
        this.#refuse(answer, request);
      }
    } catch {
      this.#failures += 1;
      this.#reach(false);
    } finally {
      this.#isSending = false;
      if (this.#nextRequest(mostCharacters)) this.#schedule(0);
    }
  }

  /**
   * Whether events waited behind the last round trip. Whoever gets them so late cannot know whether the
   * clock stood still meanwhile, as while a computer sleeps: a trip after them shows it.
   */
  #isLate(request) {
    if (request.name !== this.#page) return false;
    const limit = now() - longestWait;
    return request.events.some((event) => {
      const earliest = earliestTime(event);
      return earliest > this.#lastTrip && earliest < limit;
    });
  }

  #options(body) {
    return { method: "POST", cache: "no-store", headers: { "Content-Type": "application/json" }, body };
  }

  /** The oldest page that has something to tell, with as many of its events as fit. */
  #nextRequest(characters) {
    for (const [name, page] of this.#pages) {
      if (page.events.size === 0 && (page.trips.length === 0 || name !== this.#page)) continue;
      const events = [];
      let length = 0;
      for (const event of page.events.values()) {
        length += JSON.stringify(event).length;
        if (events.length > 0 && (length > characters || events.length >= this.#limit)) break;
        events.push(event);
      }
      const trips = page.trips;
      return { name, events, trips,
        body: JSON.stringify({ page: name, version: this.#version, trips, events }, wellFormed) };
    }
    return null;
  }

  #acknowledge(request, number) {
    this.#failures = 0;
    const page = this.#pages.get(request.name);
    const turns = [];
    for (const [sequence, event] of page.events) {
      if (sequence > number) break;
      if (event.kind === "turn") turns.push(event.payload);
      page.events.delete(sequence);
      this.#storage.remove(`event:${request.name}:${sequence}`);
    }
    page.trips = page.trips.filter((trip) => !request.trips.includes(trip));
    if (page.trips.length > 0) this.#storage.set(`trips:${request.name}`, page.trips);
    else this.#storage.remove(`trips:${request.name}`);
    if (page.events.size === 0 && request.name !== this.#page) {
      this.#pages.delete(request.name);
      this.#storage.remove(`trips:${request.name}`);
    }
    if (request.events.length > 0 && number < request.events[0].sequence) {
      // The server took nothing: it is asked again, but not in a busy loop.
      this.#failures += 1;
    }
    if (turns.length > 0) this.dispatchEvent(new CustomEvent("delivered", { detail: { turns } }));
    if (this.isEmpty) for (const done of this.#idle.splice(0)) done();
  }

  #refuse(answer, request) {
    this.#failures += 1;
    if (answer.status === 403 || answer.status === 410) {
      this.#isOver = true;
      this.dispatchEvent(new CustomEvent("refused", { detail: { status: answer.status } }));
      return;
    }
    if (answer.status === 400 || answer.status === 413 || answer.status === 422) {
      if (request.events.length > 1) {
        // One of them is the matter: fewer at a time will find it.
        this.#limit = Math.max(1, Math.floor(request.events.length / 2));
        this.#failures = 1;
        return;
      }
      if (request.events.length === 1 && request.events[0].kind !== "note") {
        this.#giveUp(request.name, request.events[0], answer.status);
        return;
      }
      if (request.trips.length > 0) this.#pages.get(request.name).trips = [];
    }
    const wait = Number(answer.headers.get("Retry-After"));
    if (wait > 0) this.#failures = Math.max(this.#failures, Math.ceil(Math.log2(Math.min(wait, 10) / 0.3)));
    this.#reach(answer.status < 500);
  }

  /** A single event that the server will not take holds up all others: a note takes its number. */
  #giveUp(name, event, status) {
    console.error(`The server does not take the event ${event.sequence} (${event.kind}): ${status}.`);
    const note = { ...event, kind: "note",
      payload: { text: `The page's event "${event.kind}" was refused with ${status}.` } };
    this.#pages.get(name).events.set(event.sequence, note);
    this.#storage.set(`event:${name}:${event.sequence}`, note);
    this.#failures = 0;
  }

  #reach(isReachable) {
    this.dispatchEvent(new CustomEvent("change", { detail: { isReachable } }));
  }

  // MARK: What earlier loads left

  #recover() {
    const found = new Map();
    for (const key of this.#storage.keys("event:")) {
      const [, name] = key.split(":");
      const event = this.#storage.get(key);
      if (!event || !Number.isInteger(event.sequence)) continue;
      if (!found.has(name)) found.set(name, []);
      found.get(name).push(event);
    }
    for (const key of this.#storage.keys("trips:")) {
      if (!found.has(key.split(":")[1])) this.#storage.remove(key);
    }
    for (const [name, events] of found) {
      events.sort((a, b) => a.sequence - b.sequence);
      this.#pages.set(name, {
        events: new Map(events.map((event) => [event.sequence, event])),
        trips: this.#storage.get(`trips:${name}`) ?? [], next: events.at(-1).sequence + 1,
      });
    }
    if (found.size > 0) this.#schedule(0);
  }
}

/** The first moment that an event speaks of: a turn also tells when its writing began. */
function earliestTime(event) {
  const times = Object.entries(event.payload)
    .filter(([name, value]) => name.endsWith("_ns") && Number.isFinite(value)).map(([, value]) => value);
  return Math.min(event.time_ns, ...times);
}

/** Half a pair of surrogates is no text: a replacement character of the same length stands for it. */
function wellFormed(_, value) {
  if (typeof value !== "string") return value;
  return value.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
}

/** 128 random bits. */
export function identifier() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
