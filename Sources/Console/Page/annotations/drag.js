// Moving, stretching and drawing annotations with the pointer, within what their scheme allows.

/** An edge can be taken this near, px. */
export const EDGE = 6;

/** The shortest interval that can be drawn, px: less is a click. */
const SLIP = 4;

/** Where on an annotation a pointer is: `start`, `end` or `body`. */
export function partAt(annotation, x, xOf) {
  if (annotation.end_s === null || annotation.end_s === undefined) return "body";
  const [left, right] = [xOf(annotation.start_s), xOf(annotation.end_s)];
  const edge = Math.min(EDGE, Math.max(2, (right - left) / 3));
  if (Math.abs(x - left) <= edge) return "start";
  return Math.abs(x - right) <= edge ? "end" : "body";
}

export class Drag {
  /**
   * `annotation`: what is dragged, or what is drawn; `part`: `start`, `end`, `body`, or `new`; `from`: where it began, s;
   * `limits`: `{low, high}` within which its times stay; `inner`: `{low, high}` that it has to keep covering, or null;
   * `followers`: annotations that move with it; `origin`: how it comes about.
   */
  constructor({ annotation, part, from, x, limits, inner = null, followers = [], origin = "drag" }) {
    Object.assign(this, { annotation, part, from, x, limits, inner, followers, origin });
    this.isFar = false;
    this.state = { ...annotation };
  }

  /** Follows the pointer. */
  move(at, x) {
    if (Math.abs(x - this.x) >= SLIP) this.isFar = true;
    if (!this.isFar) return;
    const { low, high } = this.limits;
    const within = (value) => Math.min(high, Math.max(low, value));
    const { annotation, state } = this;
    if (this.part === "new") {
      const [one, other] = [within(this.from), within(at)];
      [state.start_s, state.end_s] = [Math.min(one, other), Math.max(one, other)];
    } else if (this.part === "body") {
      const length = (annotation.end_s ?? annotation.start_s) - annotation.start_s;
      const start = Math.min(high - length, Math.max(low, annotation.start_s + at - this.from));
      state.start_s = start;
      if (annotation.end_s !== null && annotation.end_s !== undefined) state.end_s = start + length;
    } else if (this.part === "start") {
      const most = Math.min(this.inner?.low ?? Infinity, annotation.end_s - 0.001);
      state.start_s = Math.min(most, within(at));
    } else {
      const least = Math.max(this.inner?.high ?? -Infinity, annotation.start_s + 0.001);
      state.end_s = Math.max(least, within(at));
    }
  }

  /** What is to be stored, with what moved along; nothing for a click. */
  get states() {
    if (!this.isFar) return [];
    const { annotation, state } = this;
    if (state.start_s === annotation.start_s && state.end_s === annotation.end_s) return [];
    if (this.part === "new") return state.end_s - state.start_s >= 0.001 ? [state] : [];
    const by = state.start_s - annotation.start_s;
    const moved = this.part === "body" ? this.followers.map((one) => ({
      ...one, start_s: one.start_s + by, ...(one.end_s === null || one.end_s === undefined ? {} : { end_s: one.end_s + by }),
    })) : [];
    return [{ ...state, detail: { ...state.detail, origin: this.origin } }, ...moved];
  }
}

/** How far an annotation may go: not over its neighbours in an exclusive group, not out of its parent. */
export function limitsOf(annotation, { scheme, store, range, at = annotation.start_s }) {
  const limits = { low: range[0], high: range[1] };
  const code = scheme?.code(annotation.code);
  if (!code) return limits;
  const others = store.all.filter((one) => one.layer === annotation.layer && one.annotation !== annotation.annotation && one.kind === "interval");
  const group = scheme.groupOf(code);
  if (group) {
    for (const other of others) {
      const otherCode = scheme.code(other.code);
      if (!otherCode || scheme.groupOf(otherCode) !== group) continue;
      if (other.end_s <= at) limits.low = Math.max(limits.low, other.end_s);
      else if (other.start_s >= at) limits.high = Math.min(limits.high, other.start_s);
    }
  }
  if (code.parent) {
    const parent = others.find((one) => one.code === code.parent && one.start_s <= at && at <= one.end_s);
    if (parent) {
      limits.low = Math.max(limits.low, parent.start_s);
      limits.high = Math.min(limits.high, parent.end_s);
    }
  }
  return limits;
}

/** The annotations that lie within one and are of codes that belong to it. */
export function childrenOf(annotation, { scheme, store }) {
  const code = scheme?.code(annotation.code);
  if (!code || annotation.kind !== "interval") return [];
  const names = scheme.descendants(code).map((one) => one.code);
  return store.all.filter((one) => one.layer === annotation.layer && names.includes(one.code) && one.start_s >= annotation.start_s && (one.end_s ?? one.start_s) <= annotation.end_s);
}

/** What an annotation has to go on covering, or null. */
export function innerOf(annotation, context) {
  const children = childrenOf(annotation, context);
  if (children.length === 0) return null;
  return { low: Math.min(...children.map(({ start_s: start }) => start)), high: Math.max(...children.map(({ start_s: start, end_s: end }) => end ?? start)) };
}
