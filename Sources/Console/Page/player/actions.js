// What one can do with playback, whether by key or by button.

import { FASTEST, SLOWEST } from "./clock.js";
import { sessionTime } from "./times.js";

/** The speeds that keys and the list step through. */
export const SPEEDS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 4, 8, 16];

/** Where playback shows less than so much of its own time, the view moves along instead of turning pages, s. */
const SMALL = 3;

const NAMES = { event: "event", turn: "turn", peak: "peak", pause: "pause", annotation: "annotation", gap: "gap" };

/** "2×", "−0.5×". */
export function speedWords(rate) { return `${rate < 0 ? "−" : ""}${Math.abs(rate)}×`; }

/** Event: `change`, when following, skipping, the kind that is jumped to or who plays changed. */
export class Actions extends EventTarget {
  #workbench;
  #stops;
  #list;
  #isFollowing = true;
  #isOwnChange = false;
  #skipping = false;
  /** Idle for longer than this is skipped, s. */
  threshold = 5;
  /** What the buttons for next and previous go to. */
  kind = "event";

  /** `idle(threshold)`: the idle stretches. */
  constructor({ workbench, stops, list, idle }) {
    super();
    this.#workbench = workbench;
    this.#stops = stops;
    this.#list = list;
    this.idle = idle;
    const { clock, view } = workbench;
    clock.addEventListener("tick", (event) => this.#follow(event));
    clock.addEventListener("change", ({ cause }) => {
      if (cause === "play") this.setFollowing(true);
      if (["seek", "wrap", "follow"].includes(cause) && this.#isFollowing) this.#reveal();
      if (cause === "end") this.#say(`${clock.rate < 0 ? "Start" : "End"} of the session`);
    });
    workbench.addEventListener("lead", () => this.#tell());
    view.addEventListener("change", () => {
      if (this.#isOwnChange || !clock.playing) return;
      const position = clock.position;
      if (position < view.fromS || position > view.toS) this.setFollowing(false);
    });
  }

  get clock() { return this.#workbench.clock; }
  get view() { return this.#workbench.view; }

  #say(text) { this.#workbench.announce(text); }

  #tell() { this.dispatchEvent(new Event("change")); }

  // Playing

  /** Who plays: the clock, or who leads it. */
  get #player() { return this.#workbench.lead ?? this.clock; }

  get playing() { return this.#player.playing; }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (!this.#player.play()) this.#say(this.clock.rate < 0 ? "This is the start" : "This is the end");
  }

  pause() {
    this.#player.pause();
    this.#say(`Paused at ${sessionTime(this.clock.position, 1)}`);
  }

  /** Plays in a direction; where it does already, twice as fast. */
  shuttle(direction) {
    const { clock } = this;
    const isOnward = Math.sign(clock.rate) === direction;
    if (this.playing) clock.setRate(isOnward ? 2 * clock.rate : direction * Math.min(1, Math.abs(clock.rate)));
    else if (!isOnward) clock.setRate(-clock.rate);
    this.#say(speedWords(clock.rate));
    this.#player.play();
  }

  stepSpeed(by) {
    const { clock } = this;
    const size = Math.abs(clock.rate);
    const next = by > 0 ? SPEEDS.find((speed) => speed > size + 1e-9) ?? FASTEST : SPEEDS.findLast((speed) => speed < size - 1e-9) ?? SLOWEST;
    this.setSpeed(Math.sign(clock.rate) * next);
  }

  setSpeed(rate) {
    this.clock.setRate(rate);
    this.#say(`Speed ${speedWords(this.clock.rate)}`);
  }

  // Moving

  step(seconds) { this.#workbench.go(this.clock.position + seconds); }

  toStart() { this.#workbench.go(this.clock.range[0]); }

  toEnd() { this.#workbench.go(this.clock.range[1]); }

  jump(kind, direction) {
    const { position } = this.clock;
    const to = direction > 0 ? this.#stops.next(kind, position) : this.#stops.previous(kind, position);
    if (to === undefined) {
      const isAny = this.#stops.times(kind).length > 0;
      this.#say(isAny ? `No ${direction > 0 ? "later" : "earlier"} ${NAMES[kind] ?? kind}` : `There is no ${NAMES[kind] ?? kind} in this session`);
      return false;
    }
    this.#workbench.go(to);
    return true;
  }

  setKind(kind) {
    this.kind = kind;
    this.#tell();
  }

  // The chosen stretch

  setIn() {
    const { position, range } = this.clock;
    const { selection } = this.#workbench;
    const end = selection && selection.toS > position ? selection.toS : range[1];
    this.#workbench.selection = { fromS: position, toS: end };
    this.#say(`In ${sessionTime(position, 1)}`);
  }

  setOut() {
    const { position, range } = this.clock;
    const { selection } = this.#workbench;
    const begin = selection && selection.fromS < position ? selection.fromS : range[0];
    this.#workbench.selection = { fromS: begin, toS: position };
    this.#say(`Out ${sessionTime(position, 1)}`);
  }

  /** Plays the chosen stretch again and again, or no more. */
  toggleLoop() {
    const { selection } = this.#workbench;
    if (this.clock.loop) {
      this.clock.setLoop(null);
      this.#say("Loop off");
    } else if (selection) {
      this.clock.setLoop(selection.fromS, selection.toS);
      this.#say("Loop on");
    } else {
      this.#say("Choose a stretch first: I and O set its ends, or drag over a track");
    }
  }

  /** The loop goes where the choice goes. */
  selectionChanged() {
    if (!this.clock.loop) return;
    const { selection } = this.#workbench;
    if (selection) this.clock.setLoop(selection.fromS, selection.toS);
    else this.clock.setLoop(null);
  }

  clear() {
    this.#workbench.selection = null;
    this.#say("Nothing chosen");
  }

  // Idle stretches

  get skipping() { return this.#skipping; }

  setSkipping(skipping, threshold = this.threshold) {
    this.#skipping = skipping;
    this.threshold = threshold;
    const stretches = this.idle(threshold);
    this.clock.setSkips(skipping ? stretches : []);
    if (skipping) this.#say(stretches.length === 0 ? `Nothing is idle for more than ${threshold} s` : `${stretches.length} idle stretches are skipped`);
    this.#tell();
  }

  toggleSkipping() {
    this.setSkipping(!this.#skipping);
    if (!this.#skipping) this.#say("Idle stretches are played");
  }

  // What is shown

  zoom(factor) {
    const { position } = this.clock;
    const { view } = this;
    const isSeen = position >= view.fromS && position <= view.toS;
    this.#own(() => view.zoom(factor, isSeen ? position : undefined));
  }

  fit() { this.#own(() => this.view.fit()); }

  zoomToSelection() {
    const { selection } = this.#workbench;
    if (selection) this.#own(() => this.view.set(selection.fromS, selection.toS));
    else this.#say("Choose a stretch first: I and O set its ends, or drag over a track");
  }

  get following() { return this.#isFollowing; }

  setFollowing(following) {
    this.#isFollowing = following;
    if (following) this.#reveal();
    this.#tell();
  }

  #own(change) {
    this.#isOwnChange = true;
    change();
    this.#isOwnChange = false;
  }

  #reveal() { this.#own(() => this.view.reveal(this.clock.position)); }

  #follow({ position }) {
    const { clock, view } = this;
    if (!clock.playing || !this.#isFollowing) return;
    const { span } = view;
    if (span < SMALL * Math.abs(clock.rate) && !view.isWhole) {
      this.#own(() => view.set(position - span / 2, position + span / 2));
    } else if (position > view.toS || position < view.fromS) {
      const part = clock.rate > 0 ? 0.08 : 0.92;
      this.#own(() => view.set(position - part * span, position + (1 - part) * span));
    }
  }
}
