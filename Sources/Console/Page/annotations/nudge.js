// Moving and stretching what is chosen by keys: steps that follow one another quickly become one change.

import { Drag, childrenOf, innerOf, limitsOf } from "./drag.js";

/** Steps that are further apart are changes of their own, ms. */
export const TOGETHER_MS = 500;

export class Nudge {
  #drag = null;
  #at = 0;
  #timer;

  /** `context`: as in LayerTrack; `onchange()`: something is to be drawn anew. */
  constructor({ store, context, schemeOf, onchange }) {
    Object.assign(this, { store, context, schemeOf, onchange });
  }

  /** The annotation as it will be, or null. */
  get state() { return this.#drag?.state ?? null; }

  /** Moves a `part` of an annotation (`start`, `end`, `body`) by so many seconds. */
  by(annotation, part, seconds) {
    if (this.#drag?.annotation.annotation !== annotation.annotation || this.#drag.part !== part) this.#begin(annotation, part);
    this.#at += seconds;
    this.#drag.move(this.#at, Infinity);
    const { state } = this.#drag;
    // What lies at a limit goes back with the first step back.
    this.#at = part === "end" ? state.end_s : state.start_s;
    this.onchange();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.finish(), TOGETHER_MS);
    return state;
  }

  #begin(annotation, part) {
    this.finish();
    const where = { scheme: this.schemeOf(annotation), store: this.store, range: this.context.workbench.clock.range };
    const now = this.store.find(annotation.annotation) ?? annotation;
    this.#at = part === "end" ? now.end_s : now.start_s;
    this.#drag = new Drag({
      annotation: now, part, from: this.#at, x: 0, limits: limitsOf(now, where), inner: innerOf(now, where), followers: childrenOf(now, where), origin: "key",
    });
  }

  /** Stores what was moved. */
  finish() {
    clearTimeout(this.#timer);
    const drag = this.#drag;
    this.#drag = null;
    if (drag) this.store.put(drag.states);
  }

  /** Lets it be as it was; false where nothing was moved. */
  cancel() {
    clearTimeout(this.#timer);
    if (!this.#drag) return false;
    this.#drag = null;
    this.onchange();
    return true;
  }
}
