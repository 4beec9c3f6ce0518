// Coding by key: a press puts a point, or begins an interval that the next press ends; held down, letting go ends it.

import { MARKER } from "./scheme.js";
import { overlapOf } from "./rules.js";
import { turnAt, selectedSpan } from "./turns.js";

/** A key that is down for longer than this is held: letting it go ends the interval, ms. */
const HELD_MS = 350;

/** The shortest interval, s. */
const SHORTEST = 0.001;

export class Coder {
  #down = new Map();

  /** `workbench`, the AnnotationStore, the `settings` of this page, and `say(text)`. */
  constructor({ workbench, store, settings, say }) {
    Object.assign(this, { workbench, store, settings, say });
    addEventListener("keyup", (event) => this.#up(event));
    // Who goes elsewhere with a key down lets it go there.
    addEventListener("blur", () => this.#down.clear());
  }

  /** The moment that is meant by a press now, with how it came about. */
  moment() {
    const { clock } = this.workbench;
    const pressed = clock.position;
    const reaction = clock.playing && this.settings.reactionOn ? this.settings.reactionMs : 0;
    const [first, last] = clock.range;
    const meant = Math.min(last, Math.max(first, pressed - reaction / 1000 * clock.rate));
    const detail = { origin: "key", rate: clock.playing ? clock.rate : 0 };
    if (reaction > 0) Object.assign(detail, { reaction_ms: reaction, pressed_s: pressed });
    return { at: meant, detail };
  }

  /** What a code's key or button does. `key`: the key that is down, where it is one. */
  press(code, key = null) {
    const moment = this.moment();
    if (key) this.#down.set(key, { code, at: performance.now(), began: false });
    switch (code.kind) {
      case "point": return this.#point(code, moment);
      case "turn": return this.#turn(code, moment);
      case "span": return this.#span(code, moment);
      default: return this.#toggle(code, moment, key);
    }
  }

  marker() { this.#point(MARKER, this.moment()); }

  #up(event) {
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const held = this.#down.get(name);
    this.#down.delete(name);
    if (!held?.began || performance.now() - held.at < HELD_MS) return;
    if (this.#runs(held.code)) this.#end([held.code], this.moment());
  }

  /** What every annotation of a code has. */
  #fields(code, detail) {
    const scheme = this.settings.scheme;
    const own = code === MARKER ? {} : scheme.fields;
    return { code: code.code, kind: code.kind, ...own, layer: code.kind === "artefact" ? "signals" : this.store.who, detail };
  }

  #runs(code) { return this.store.running.find((one) => one.code === code.code && one.scheme === this.settings.scheme?.name) ?? null; }

  /** Whether a code may be put at a moment: within an interval of its parent. Says why not. */
  allowed(code, at) {
    if (!code.parent) return true;
    const parent = this.settings.scheme.code(code.parent);
    if (this.#runs(parent)) return true;
    if (this.parentAt(code, at)) return true;
    this.say(`"${code.title}" lies within "${parent.title}", which is not marked here`);
    return false;
  }

  /** Whether an annotation belongs to an interval that has begun and not ended: it is to be stored after that. */
  waits(annotation, scheme) {
    const code = scheme?.code(annotation.code);
    if (!code?.parent || annotation.removed) return false;
    return scheme.ancestors(code).some(({ code: name }) => this.store.running.some((one) => one.code === name && one.scheme === scheme.name))
      && !this.parentAt(code, annotation.start_s);
  }

  /** The parent's interval around a moment, or null. */
  parentAt(code, at) {
    return this.store.all.find((one) => one.kind === "interval" && one.layer === this.store.who && one.code === code.parent && one.start_s <= at && at <= one.end_s) ?? null;
  }

  #point(code, { at, detail }) {
    if (!this.allowed(code, at)) return;
    this.store.put([this.store.make({ ...this.#fields(code, detail), start_s: at })]);
    this.say(code.title);
  }

  #turn(code, { at, detail }) {
    const turn = turnAt(this.workbench.session, at);
    if (!turn) return this.say("No turn is shown yet");
    if (this.store.all.some((one) => one.kind === "turn" && one.code === code.code && one.turn === turn.number && one.layer === this.store.who)) {
      return this.say(`Turn ${turn.number} has "${code.title}" already`);
    }
    this.store.put([this.store.make({ ...this.#fields(code, detail), turn: turn.number, start_s: turn.shown_s ?? turn.sent_s })]);
    this.say(`${code.title}: turn ${turn.number}`);
  }

  #span(code, { detail }) {
    const span = selectedSpan(this.workbench.session);
    if (!span) return this.say(`"${code.title}" is put on words: select them in the transcript, then press its key`);
    const { turn, start, end, text } = span;
    const at = turn.shown_s ?? turn.sent_s;
    if (!this.allowed(code, at)) return;
    this.store.put([this.store.make({ ...this.#fields(code, { ...detail, rate: undefined }), turn: turn.number, span_start: start, span_end: end, start_s: at })]);
    this.say(`${code.title}: ${text.slice(0, 60)}`);
  }

  #toggle(code, moment, key) {
    if (this.#runs(code)) return this.#end([code], moment);
    if (!this.allowed(code, moment.at)) return;
    if (this.#isTaken(code, moment.at)) return;
    if (code.kind === "artefact" && !this.settings.stream) return this.say("Choose the stream of the artefact first");
    const ended = this.#others(code);
    const states = ended.length > 0 ? this.#ends(ended, moment) : [];
    const running = this.store.running.filter((one) => !ended.some((other) => this.#runs(other) === one));
    const stream = code.kind === "artefact" ? { stream: this.settings.stream } : {};
    const begun = this.store.make({ ...this.#fields(code, moment.detail), ...stream, start_s: moment.at });
    this.store.setRunning([...running, begun]);
    this.store.put(states);
    const down = key && this.#down.get(key);
    if (down) down.began = true;
    this.say(`${code.title} begins`);
  }

  /** Whether another interval of the code's group lies there already. Says so. */
  #isTaken(code, at) {
    const scheme = this.settings.scheme;
    const shortest = { ...this.#fields(code, {}), annotation: "", start_s: at, end_s: at + SHORTEST };
    const other = overlapOf(shortest, { scheme, store: this.store });
    if (other) this.say(`"${scheme.code(other.code).title}" is marked here already, and excludes "${code.title}"`);
    return Boolean(other);
  }

  /** An interval as far as it can go from where it began: to the next one of its group, to the end of what it lies within. */
  #cut(one, begun) {
    const scheme = this.settings.scheme;
    const code = scheme.code(one.code);
    const cut = { ...one };
    const parent = code.parent && !this.#runs(scheme.code(code.parent)) ? this.parentAt(code, begun) : null;
    if (parent) [cut.start_s, cut.end_s] = [Math.max(cut.start_s, parent.start_s), Math.min(cut.end_s, parent.end_s)];
    for (let other = null; (other = overlapOf(cut, { scheme, store: this.store })) && cut.end_s > cut.start_s;) {
      if (begun === one.start_s) cut.end_s = other.start_s;
      else cut.start_s = other.end_s;
    }
    return cut;
  }

  /** The running codes that a code ends by beginning: the others of its group, with all that lies within them. */
  #others(code) {
    const scheme = this.settings.scheme;
    const group = scheme.groupOf(code);
    if (!group) return [];
    const others = scheme.codes.filter((one) => one !== code && scheme.groupOf(one) === group && this.#runs(one));
    return [...new Set(others.flatMap((one) => [one, ...scheme.descendants(one).filter((child) => this.#runs(child))]))];
  }

  #end(codes, moment) {
    const scheme = this.settings.scheme;
    const all = [...new Set(codes.flatMap((one) => [one, ...scheme.descendants(one).filter((child) => this.#runs(child))]))];
    const states = this.#ends(all, moment);
    const gone = all.map((one) => this.#runs(one));
    this.store.setRunning(this.store.running.filter((one) => !gone.includes(one)));
    if (states.length === 0) return this.say("It had no length, and is left out");
    this.store.put(states);
    this.say(`${codes[0].title} ends`);
  }

  /** The intervals that running codes become. */
  #ends(codes, { at, detail }) {
    return codes.map((code) => this.#runs(code)).filter(Boolean).map((one) => {
      const [start, end] = [Math.min(one.start_s, at), Math.max(one.start_s, at)];
      const more = detail.reaction_ms ? { end_reaction_ms: detail.reaction_ms } : {};
      return this.#cut({ ...one, start_s: start, end_s: end, detail: { ...one.detail, ...more } }, one.start_s);
    }).filter(({ start_s: start, end_s: end }) => end - start >= SHORTEST);
  }

  /** Ends everything that runs, at the playhead. */
  endAll() {
    const codes = this.store.running.map(({ code }) => this.settings.scheme?.code(code)).filter(Boolean);
    if (codes.length > 0) this.#end(codes, this.moment());
  }

  /** Forgets an interval that has begun. */
  cancel(annotation) { this.store.setRunning(this.store.running.filter((one) => one.annotation !== annotation)); }
}
