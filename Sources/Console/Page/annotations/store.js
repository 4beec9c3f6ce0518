// The session's annotations: what the server has, with what was done here laid over it. Whatever is done counts at once; it
// is kept in this browser, sent in order, and sent again until the server has it.

import { get, post } from "../api.js";
import { Journal } from "./journal.js";

/** After a failure it is tried again after so long, s; then always after the last. */
const AGAIN = [1, 2, 5, 10, 30];

/** What others do is asked for so often, ms. */
const POLL_MS = 4000;

/** Changes of one request. */
const AT_ONCE = 500;

/** The fields of an annotation that a change carries. */
const FIELDS = ["annotation", "layer", "scheme", "scheme_version", "scheme_sha256", "kind", "code", "modifiers", "start_s", "end_s", "stream", "channel", "turn", "span_start", "span_end", "note", "detail"];

/**
 * Events: `change` when annotations are other ones; `state` when what is saved changed; `schemes`; `problem` with `text`
 * when something was refused.
 */
export class AnnotationStore extends EventTarget {
  #address;
  #ask;
  #journal;
  #stored = new Map();
  #pending = [];
  #undo = [];
  #redo = [];
  #isSending = false;
  #failures = 0;
  #timer;
  #poll;
  #all = null;
  #version = -1;
  /** What cannot be saved at the moment, in words; empty where all goes well. */
  trouble = "";
  /** What was refused for good: `[{id, text}]`, until the reader has seen it. */
  problems = [];
  /** Intervals that have begun and not ended. */
  running = [];
  schemes = [];
  /** Whether a change is not to be sent yet: what it lies within has not ended. */
  waits = () => false;

  constructor({ session, who, ask = { get, post }, journal = new Journal({ session, who }) }) {
    super();
    this.who = who;
    this.#address = `/api/sessions/${encodeURIComponent(session)}/annotations`;
    this.#ask = ask;
    this.#journal = journal;
    const left = journal.takeOver();
    this.#pending = left.pending;
    this.running = left.running;
  }

  /** Reads what there is, and follows what others do. */
  async open() {
    await this.read();
    this.#send();
    this.#poll = setInterval(() => { if (!document.hidden) this.read().catch(() => {}); }, POLL_MS);
    addEventListener("focus", this.#again);
    addEventListener("online", this.#again);
    addEventListener("beforeunload", this.#leave);
  }

  close() {
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    removeEventListener("focus", this.#again);
    removeEventListener("online", this.#again);
    removeEventListener("beforeunload", this.#leave);
  }

  #again = () => {
    this.read().catch(() => {});
    this.retry();
  };

  #leave = (event) => { if (this.unsaved > 0) event.preventDefault(); };

  /** The version that the server has. */
  get version() { return Math.max(0, this.#version); }

  /** How many changes the server does not have yet. */
  get unsaved() { return this.#pending.length; }

  /** How many of them wait for an interval to end. */
  get waiting() { return this.#pending.length - this.#ready.length; }

  get isSending() { return this.#isSending; }
  get isKept() { return this.#journal.isKept; }
  get canUndo() { return this.#undo.length > 0; }
  get canRedo() { return this.#redo.length > 0; }

  async read() {
    const since = this.#version >= 0 ? `?since=${this.#version}` : "";
    const answer = await this.#ask.get(this.#address + since);
    if (!answer.annotations || answer.version < this.#version) return;
    const before = this.#signals();
    this.#version = answer.version;
    this.#stored = new Map(answer.annotations.map((row) => [row.annotation, row]));
    this.schemes = answer.schemes ?? [];
    this.dispatchEvent(new Event("schemes"));
    this.#changed();
    if (since && before !== this.#signals()) this.dispatchEvent(new Event("signals"));
  }

  /** What of the server's annotations is about signals, as a text that differs where it does. */
  #signals() {
    return [...this.#stored.values()].filter(isOfSignal).map(({ id }) => id).sort().join();
  }

  /** All annotations as they stand here, in order of time. */
  get all() {
    if (this.#all) return this.#all;
    const all = new Map(this.#stored);
    for (const change of this.#pending) {
      if (change.removed) all.delete(change.annotation);
      else all.set(change.annotation, { ...change, actor: this.who, isUnsaved: true });
    }
    this.#all = [...all.values()].sort((a, b) => (a.start_s ?? Infinity) - (b.start_s ?? Infinity));
    return this.#all;
  }

  find(annotation) { return this.all.find((one) => one.annotation === annotation) ?? null; }

  /** Whether it may be changed by who is signed in. */
  isOwn(annotation) { return annotation.layer === this.who || annotation.layer === "signals"; }

  // What is done

  /** A new annotation with what it always has. */
  make(fields) {
    return { annotation: crypto.randomUUID(), layer: this.who, modifiers: {}, note: "", detail: {}, ...fields };
  }

  /**
   * Does something, as one step for undo: `states` are annotations as they shall be, those that shall be gone
   * with `removed`.
   */
  put(states) {
    if (states.length === 0) return;
    const step = states.map((state) => ({ before: this.find(state.annotation), after: state }));
    this.#append(step.map(({ before, after }) => this.#change(after, after.removed ? "remove" : before ? "change" : "add", before)));
    this.#undo.push(step);
    this.#redo = [];
    this.#changed();
  }

  remove(annotations) { this.put(annotations.map((one) => ({ ...one, removed: true }))); }

  /** Takes the last step back. Gives what it is about, or null where there is nothing. */
  undo() { return this.#step(this.#undo, this.#redo, "undo"); }

  redo() { return this.#step(this.#redo, this.#undo, "redo"); }

  #step(from, to, action) {
    const step = from.pop();
    if (!step) return null;
    const changes = [...step].reverse().map(({ before, after }) => {
      const wanted = action === "undo" ? before : after.removed ? null : after;
      const now = this.find(after.annotation);
      const state = wanted ?? { ...(now ?? after), removed: true };
      return this.#change({ ...state, removed: !wanted }, action, now);
    });
    this.#append(changes);
    to.push(step);
    this.#changed();
    return step[0].after;
  }

  #change(state, action, before) {
    const change = { change: crypto.randomUUID(), action, removed: Boolean(state.removed) };
    for (const field of FIELDS) change[field] = state[field] ?? null;
    change.note ??= "";
    change.modifiers ??= {};
    change.detail ??= {};
    // What it was done on: the server's row that was seen, or what is still on the way there.
    change.based_on = before && !before.isUnsaved ? before.id : this.#stored.get(state.annotation)?.id ?? null;
    if (this.#pending.some(({ annotation }) => annotation === state.annotation)) change.based_on = null;
    return change;
  }

  #append(changes) {
    this.#pending.push(...changes);
    this.#keep();
    this.#send();
  }

  /** Keeps running intervals as they are now. */
  setRunning(running) {
    this.running = running;
    this.#keep();
    // What belonged to an interval that ended can be stored with it, in the same step.
    queueMicrotask(() => this.#send());
    this.dispatchEvent(new Event("change"));
  }

  #keep() { this.#journal.keep({ pending: this.#pending, running: this.running }); }

  #changed() {
    this.#all = null;
    this.dispatchEvent(new Event("change"));
    this.dispatchEvent(new Event("state"));
  }

  // Sending

  /** Sends now what waits. */
  retry() {
    this.#failures = 0;
    this.#send();
  }

  async #send() {
    const sent = this.#ready.slice(0, AT_ONCE);
    if (this.#isSending || sent.length === 0) return;
    clearTimeout(this.#timer);
    this.#isSending = true;
    this.dispatchEvent(new Event("state"));
    let wait = 0;
    try {
      const { rows, version } = await this.#ask.post(this.#address, { changes: sent });
      this.#take(sent, rows, version);
      this.#failures = 0;
      this.trouble = "";
    } catch (error) {
      if (error.answer?.change !== undefined && error.status < 500) {
        this.#refuse(error, sent);
        await this.read().catch(() => {});
      } else {
        wait = AGAIN[Math.min(this.#failures, AGAIN.length - 1)];
        this.#failures += 1;
        this.trouble = error.message;
      }
    }
    this.#isSending = false;
    this.#changed();
    if (this.#ready.length > 0) this.#timer = setTimeout(() => this.#send(), 1000 * wait);
  }

  /** What can be sent now. What is done on an annotation that waits, waits with it. */
  get #ready() {
    const held = new Set();
    return this.#pending.filter((change) => {
      if (this.waits(change)) held.add(change.annotation);
      return !held.has(change.annotation);
    });
  }

  #take(sent, rows, version) {
    const done = new Set(sent.map(({ change }) => change));
    let hasSignals = false;
    rows.forEach(({ id, made_utc_ns: made }, place) => {
      const change = sent[place];
      hasSignals ||= isOfSignal(change);
      if (change.removed) this.#stored.delete(change.annotation);
      else this.#stored.set(change.annotation, { ...change, id, made_utc_ns: made, actor: this.who });
      // What was done on it next was done on this row; what came after that, on what is still to be sent.
      const next = this.#pending.find((later) => later.annotation === change.annotation && !done.has(later.change));
      if (next && next.action !== "add") next.based_on = id;
    });
    this.#pending = this.#pending.filter(({ change }) => !done.has(change));
    // Rows of others in between are still to be read.
    if (version === this.#version + rows.filter(({ repeated }) => !repeated).length) this.#version = version;
    this.#keep();
    if (hasSignals) queueMicrotask(() => this.dispatchEvent(new Event("signals")));
  }

  /** The server will never take it: it and what was done on it are given up, and that is said. */
  #refuse(error, sent) {
    const refused = sent.find(({ change }) => change === error.answer.change);
    const given = refused ? this.#pending.filter(({ annotation }) => annotation === refused.annotation) : sent;
    this.#pending = this.#pending.filter((change) => !given.includes(change));
    const gone = new Set(given.map(({ annotation }) => annotation));
    const free = (steps) => steps.filter((step) => !step.some(({ after }) => gone.has(after.annotation)));
    this.#undo = free(this.#undo);
    this.#redo = free(this.#redo);
    const what = refused ? `"${refused.code}" was not saved: ` : "";
    this.problems.push({ id: crypto.randomUUID(), text: `${what}${error.message}` });
    this.#keep();
    this.dispatchEvent(Object.assign(new Event("problem"), { text: `${what}${error.message}` }));
  }

  dismiss(id) {
    this.problems = this.problems.filter((problem) => problem.id !== id);
    this.dispatchEvent(new Event("state"));
  }

  /** All that was done to an annotation, the oldest first. */
  async history(annotation) {
    return (await this.#ask.get(`${this.#address}/${encodeURIComponent(annotation)}/history`)).rows;
  }
}

export function isOfSignal({ kind }) { return kind === "beat" || kind === "no-beat" || kind === "artefact"; }
