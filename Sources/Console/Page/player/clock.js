// The one clock of playback. A position is `anchor + rate × (now − since)`, worked out afresh each time it is
// asked for, so that nothing adds up and nothing drifts, and nothing depends on how often a frame is drawn.
//
// What happens on the way (the end, a loop, a stretch to skip) is worked out exactly too: the clock finds
// when the boundary was crossed and goes on from there, also where the frames were slow or the tab was hidden.

/** The slowest and the fastest that one plays. */
export const SLOWEST = 0.1;
export const FASTEST = 16;

/** A frame older than this is not what one sees any more (the tab was hidden). */
const SEEN_MS = 100;

/**
 * Events: `change`, with `cause` — play, pause, seek, rate, loop, skips, range, follow, or what came by itself: end
 * (stopped at an end of the range), wrap (from the loop's end to its start), skip (over an idle stretch);
 * `tick`, before each animation frame while it plays and once after each change, with `position`, `previous`
 * (the position of the frame before) and `continuous`: whether playing alone led from there to here.
 */
export class PlayerClock extends EventTarget {
  #now;
  #requestFrame;
  #state = { anchor: 0, rate: 1, playing: false, since: 0 };
  #pending = null;
  #pendingTimer = 0;
  #range = [0, 0];
  #loop = null;
  #skips = [];
  #seen = null;
  #requested = false;
  #broken = true;

  /** `range`: first and last position, s. `now` (ms) and `requestFrame` are replaced in tests alone. */
  constructor({ range = [0, 0], now = () => performance.now(), requestFrame = (run) => requestAnimationFrame(run) } = {}) {
    super();
    this.#now = now;
    this.#requestFrame = requestFrame;
    this.#range = [...range];
    this.#state = { anchor: range[0], rate: 1, playing: false, since: now() };
  }

  /** Where it is now, in s. */
  get position() { return this.positionAt(this.#now()); }

  /** Speed and direction: 1 is as it happened, below 0 is backwards. */
  get rate() { return this.#at(this.#now()).rate; }

  get playing() { return this.#at(this.#now()).playing; }

  /** First and last position, s. */
  get range() { return [...this.#range]; }
  set range([from, to]) {
    this.#settle();
    this.#range = [from, to];
    this.#state = { ...this.#state, anchor: this.#inRange(this.#state.anchor) };
    this.#changed("range");
  }

  /** What is played again and again, `[from, to]` in s, or null. */
  get loop() { return this.#loop && [...this.#loop]; }

  /** The position at a moment of `performance.now()`, by what is known now. */
  positionAt(ms) { return positionOf(this.#at(ms), ms); }

  /** `{position, rate, playing}` at a moment of `performance.now()`, by what is known now: what will happen on the way is. */
  stateAt(ms) {
    const state = this.#at(ms);
    return { position: positionOf(state, ms), rate: state.rate, playing: state.playing };
  }

  /** Plays on. At the end (backwards: the start) there is nothing to play: false, and it stays there. */
  play() {
    const state = this.#settle();
    if (state.playing) return true;
    const edge = state.rate > 0 ? this.#range[1] : this.#range[0];
    if (this.#loop && state.anchor === this.#loop[state.rate > 0 ? 1 : 0]) {
      state.anchor = this.#loop[state.rate > 0 ? 0 : 1];
    } else if (state.anchor === edge) {
      return false;
    }
    this.#state = { ...state, playing: true, since: this.#now() };
    this.#changed("play");
    return true;
  }

  /** Stops where it was last seen, which is not later than the frame on the screen. */
  pause() {
    const now = this.#now();
    const state = this.#settle();
    if (!state.playing) return;
    const seen = this.#seen && !this.#broken && now - this.#seen.at < SEEN_MS ? this.#seen.position : state.anchor;
    this.#state = { ...state, anchor: seen, playing: false };
    this.#changed("pause");
  }

  toggle() { if (this.playing) this.pause(); else this.play(); }

  /** Goes to a position (s), exactly, and plays on from there if it played. */
  seek(position) {
    if (!Number.isFinite(position)) return;
    const state = this.#settle();
    this.#state = { ...state, anchor: this.#inRange(position), since: this.#now() };
    this.#changed("seek");
  }

  /** Sets the speed: 0.1 to 16, or as much backwards. The position stays. */
  setRate(rate) {
    if (!Number.isFinite(rate) || rate === 0) return;
    const state = this.#settle();
    const size = Math.min(FASTEST, Math.max(SLOWEST, Math.abs(rate)));
    this.#state = { ...state, rate: Math.sign(rate) * size };
    this.#changed("rate");
  }

  /** Plays from `from` to `to` again and again; null ends that. Whoever is outside is taken to the start. */
  setLoop(from, to = null) {
    const state = this.#settle();
    if (from === null || from === undefined || to === null || !(this.#inRange(to) > this.#inRange(from))) {
      this.#loop = null;
    } else {
      this.#loop = [this.#inRange(from), this.#inRange(to)];
      if (state.anchor < this.#loop[0] || state.anchor > this.#loop[1]) this.#state = { ...state, anchor: this.#loop[0] };
    }
    this.#changed("loop");
  }

  /** What is jumped over while playing, `[[from, to], …]` in s; empty plays all. */
  setSkips(skips) {
    this.#settle();
    this.#skips = [];
    for (const [from, to] of skips.filter(([from, to]) => to > from).sort((a, b) => a[0] - b[0])) {
      const last = this.#skips.at(-1);
      if (last && from <= last[1]) last[1] = Math.max(last[1], to);
      else this.#skips.push([from, to]);
    }
    this.#changed("skips");
  }

  /**
   * Does as it is told: at `at_ms` (of `performance.now()`) it is at `position_s` and plays at `rate`, or not. Where that
   * moment is still to come it goes on as before until then, so that several views change together.
   */
  follow({ position_s: position, rate = 1, playing, at_ms: at = this.#now() }) {
    if (!Number.isFinite(position)) return;
    clearTimeout(this.#pendingTimer);
    const now = this.#now();
    this.#settle();
    const told = { anchor: this.#inRange(position), rate: rate || 1, playing: Boolean(playing), since: at };
    if (at <= now) {
      this.#pending = null;
      this.#state = told;
      this.#changed("follow");
      return;
    }
    this.#pending = told;
    // Frames do not come to a hidden page.
    this.#pendingTimer = setTimeout(() => this.#frame(this.#now()), at - now);
    this.#wake();
  }

  /** What holds at a moment, without changing anything. */
  #at(ms) {
    if (this.#pending && ms >= this.#pending.since) return this.#walk(this.#pending, ms).state;
    return this.#walk(this.#state, ms).state;
  }

  /** The state `walk`ed to `ms`: over all boundaries on the way. `causes`: what happened there. */
  #walk(from, ms) {
    const causes = [];
    let state = from;
    // A loop shorter than a frame is passed many times: whole rounds are taken at once below.
    for (let steps = 0; state.playing && ms > state.since && steps < 10_000; steps += 1) {
      const boundary = this.#nextBoundary(state);
      const reached = state.since + 1000 * (boundary.at - state.anchor) / state.rate;
      if (reached > ms) break;
      if (boundary.cause === "end") {
        state = { ...state, anchor: boundary.at, playing: false, since: reached };
      } else {
        state = { ...state, anchor: boundary.to, since: reached };
        if (boundary.cause === "wrap") {
          const round = 1000 * (this.#loop[1] - this.#loop[0]) / Math.abs(state.rate);
          state.since += Math.floor((ms - state.since) / round) * round;
        }
      }
      causes.push(boundary.cause);
    }
    return { state, causes };
  }

  /** What comes next in the direction of play: the nearest of loop's end, idle stretch and range's end. */
  #nextBoundary({ anchor, rate }) {
    const forward = rate > 0;
    let next = { at: this.#range[forward ? 1 : 0], cause: "end" };
    const nearer = (at) => (forward ? at >= anchor && at <= next.at : at <= anchor && at >= next.at);
    if (this.#loop) {
      // Whoever plays a stretch again and again wants to see it: nothing of it is skipped.
      const [near, far] = forward ? this.#loop : [this.#loop[1], this.#loop[0]];
      if ((forward ? anchor < far : anchor > far) && nearer(far)) return { at: far, to: near, cause: "wrap" };
      return next;
    }
    for (const [from, to] of this.#skips) {
      const [near, far] = forward ? [from, to] : [to, from];
      // Whoever went into an idle stretch wants to see it: it is skipped by who comes to its beginning.
      if (nearer(near) && near !== anchor) next = { at: near, to: far, cause: "skip" };
    }
    return next;
  }

  /** Takes over what has come since, so that `#state` holds now; gives it, anchored at this moment. What is still
   *  to follow is forgotten: the newer word counts. */
  #settle() {
    const now = this.#now();
    this.#advance(now);
    this.#pending = null;
    if (this.#state.playing) this.#state = { ...this.#state, anchor: positionOf(this.#state, now), since: now };
    return { ...this.#state };
  }

  /** Goes on to a moment and tells what happened on the way. */
  #advance(ms) {
    if (this.#pending && ms >= this.#pending.since) {
      this.#state = this.#pending;
      this.#pending = null;
      this.#changed("follow");
    }
    const { state, causes } = this.#walk(this.#state, ms);
    this.#state = state;
    for (const cause of new Set(causes)) this.#changed(cause);
  }

  #changed(cause) {
    if (!["play", "pause", "rate", "end", "skips"].includes(cause)) this.#broken = true;
    const event = new Event("change");
    event.cause = cause;
    this.dispatchEvent(event);
    this.#wake();
  }

  #wake() {
    if (this.#requested) return;
    this.#requested = true;
    this.#requestFrame((at) => {
      this.#requested = false;
      this.#frame(at);
    });
  }

  #frame(at) {
    // The frame's own time is even from frame to frame; what was asked for since then is not before it.
    const moment = Math.max(at, this.#state.since);
    this.#advance(moment);
    const position = positionOf(this.#state, moment);
    const event = new Event("tick");
    Object.assign(event, { position, previous: this.#seen?.position ?? position, continuous: !this.#broken });
    this.#broken = false;
    this.#seen = { position, at: moment };
    this.dispatchEvent(event);
    if (this.#state.playing || this.#pending) this.#wake();
  }

  #inRange(position) { return Math.min(this.#range[1], Math.max(this.#range[0], position)); }
}

function positionOf({ anchor, rate, playing, since }, ms) {
  return playing && ms > since ? anchor + rate * (ms - since) / 1000 : anchor;
}
