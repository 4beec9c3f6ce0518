// What stood in the participant's message field at each moment, from the edits as they were made. Text that the
// participant did not consent to is only known by its length.

import { get } from "../api.js";
import { lowerBound } from "./envelope.js";

/** After so many edits the state is kept, so that going back does not begin at the first letter. */
const KEPT_EACH = 200;

/** Edits are read in stretches of this length, s. */
const WINDOW = 600;

export class Drafts extends EventTarget {
  #address;
  #ask;
  #windows = new Map();
  #edits = [];
  #times = [];
  #states = new Map();
  #firsts = [];
  #sent = new Map();

  constructor({ session, ask = get }) {
    super();
    this.#address = `/api/sessions/${encodeURIComponent(session.id)}/drafts`;
    this.#ask = ask;
    this.refresh(session);
  }

  refresh(session) {
    this.range = [Math.min(0, session.first_s ?? 0), session.last_s ?? session.duration_s ?? 0];
    const own = (session.turns ?? []).filter(({ author, sent_s: sent }) => author === "participant" && Number.isFinite(sent));
    /** When each draft was written: `[{from_s, to_s, turn}]`. */
    this.stretches = own.filter(({ composed_from_s: from }) => Number.isFinite(from))
      .map(({ composed_from_s: from, sent_s: to, number }) => ({ from_s: from, to_s: to, turn: number }));
    this.ends = own.map(({ sent_s: sent }) => sent).sort((a, b) => a - b);
    this.#sent = new Map(own.map(({ number, sent_s: sent }) => [number, sent]));
    this.#states.clear();
  }

  /** Forgets what reaches beyond a moment. */
  forgetFrom(seconds) {
    for (const index of this.#windows.keys()) if ((index + 1) * WINDOW > seconds) this.#windows.delete(index);
    this.#join();
  }

  /** Reads the edits around a stretch, once. Event `edits` when they are there, `failed` with `error`. */
  want(fromS, toS) {
    for (let index = Math.floor(fromS / WINDOW); index * WINDOW <= toS; index += 1) {
      if (this.#windows.has(index) || (index + 1) * WINDOW < this.range[0] || index * WINDOW > this.range[1]) continue;
      this.#windows.set(index, null);
      this.#read(index);
    }
  }

  async #read(index) {
    try {
      const { edits } = await this.#ask(`${this.#address}?from_s=${index * WINDOW}&to_s=${(index + 1) * WINDOW}`);
      this.#windows.set(index, edits.filter(({ t_s: at }) => at >= index * WINDOW && at < (index + 1) * WINDOW));
      this.#join();
      this.dispatchEvent(new Event("edits"));
    } catch (error) {
      this.dispatchEvent(Object.assign(new Event("failed"), { error, retry: () => this.#windows.delete(index) }));
    }
  }

  #join() {
    this.#edits = [...this.#windows.keys()].sort((a, b) => a - b).flatMap((index) => this.#windows.get(index) ?? []);
    this.#times = this.#edits.map(({ t_s: at }) => at);
    // The place of each draft's first edit, at all of its edits.
    this.#firsts = [];
    this.#edits.forEach((edit, place) => {
      const before = this.#edits[place - 1];
      this.#firsts.push(before && before.draft === edit.draft && before.turn === edit.turn ? this.#firsts[place - 1] : place);
    });
    this.#states.clear();
  }

  /** Whether all edits that count at a moment are there. */
  knows(seconds) { return this.#has(this.#begin(seconds), seconds); }

  #has(fromS, toS) {
    for (let index = Math.floor(fromS / WINDOW); index * WINDOW <= toS; index += 1) {
      const isOutside = (index + 1) * WINDOW < this.range[0] || index * WINDOW > this.range[1];
      if (!isOutside && !this.#windows.get(index)) return false;
    }
    return true;
  }

  /** When the draft of a moment was begun at the earliest: when the turn before was sent. */
  #begin(seconds) {
    const place = lowerBound(this.ends, seconds);
    const sent = this.ends[place] === seconds ? this.ends[place] : this.ends[place - 1];
    return sent ?? this.range[0];
  }

  /**
   * What stood in the field at a moment: `{units, caret, edit}`; `units`: one for each UTF-16 unit — its text, or, where that is not
   * known, null for a character and " " for a space. Null as long as the edits are not there: they are asked for.
   */
  at(seconds) {
    const begin = this.#begin(seconds);
    if (!this.knows(seconds)) {
      this.want(begin, seconds);
      return null;
    }
    let end = lowerBound(this.#times, seconds);
    while (end < this.#times.length && this.#times[end] <= seconds) end += 1;
    const last = this.#edits[end - 1];
    // A draft ends when it is sent: the field is empty then.
    if (!last || (this.#sent.get(last.turn) ?? Infinity) <= seconds) return { units: [], caret: 0, edit: null };
    return this.#state(this.#firsts[end - 1], end);
  }

  #state(first, end) {
    let from = end - (end - first) % KEPT_EACH;
    while (from > first && !this.#states.has(`${first}|${from}`)) from -= KEPT_EACH;
    let units = from > first ? [...this.#states.get(`${first}|${from}`)] : [];
    let caret = 0;
    for (let place = Math.max(first, from); place < end; place += 1) {
      const edit = this.#edits[place];
      const inserted = unitsOf(edit);
      const position = Math.min(edit.position, units.length);
      units = [...units.slice(0, position), ...inserted, ...units.slice(position + edit.deleted)];
      caret = position + inserted.length;
      if ((place + 1 - first) % KEPT_EACH === 0) this.#states.set(`${first}|${place + 1}`, [...units]);
    }
    const edit = this.#edits[end - 1];
    if (from === end) caret = Math.min(units.length, edit.position + unitsOf(edit).length);
    return { units, caret, edit };
  }

  /** How the length of a stretch's draft went: `{times, counts, deletes, most}`, or undefined where not all is known. */
  lengths({ from_s: from, to_s: to }) {
    if (!this.#has(from, to)) return undefined;
    const [first, last] = [lowerBound(this.#times, from - 1e-6), lowerBound(this.#times, to + 1e-6)];
    const course = { times: [], counts: [], deletes: [], most: 0 };
    let count = 0;
    for (let place = first; place < last; place += 1) {
      const { t_s: at, deleted, inserted } = this.#edits[place];
      count = Math.max(0, count + inserted - deleted);
      course.times.push(at);
      course.counts.push(count);
      course.deletes.push(deleted > inserted);
      course.most = Math.max(course.most, count);
    }
    return course;
  }
}

function unitsOf({ text, inserted, class: kind }) {
  if (typeof text === "string") return text.split("");
  return Array.from({ length: Math.min(inserted, 20_000) }, () => (kind === "space" ? " " : null));
}
