// Annotations in playback: a scheme's codes by key and by pointer, on tracks of their own; corrections of signals; what others
// have marked.

import { get, post, postBytes } from "../api.js";
import { useStyle } from "../app.js";
import { sessionTime } from "../player/times.js";
import { ArtefactLayer } from "./artefacts.js";
import { BeatLayer } from "./beats.js";
import { Coder } from "./coder.js";
import { editAnnotation } from "./edit-dialog.js";
import { childrenOf } from "./drag.js";
import { LayerTrack } from "./layer-track.js";
import { AnnotationList } from "./list.js";
import { Nudge } from "./nudge.js";
import { AnnotationPanel } from "./panel.js";
import { missingParent, obstacle } from "./rules.js";
import { MARKER, Scheme, colourOf } from "./scheme.js";
import { Settings } from "./settings.js";
import { AnnotationStore } from "./store.js";
import { rangeOf } from "./turns.js";

/** Adds annotations to the playback of a finished session. */
export async function attach(workbench) {
  // What still records is annotated once it is finished; marks can be set meanwhile.
  if (workbench.session.state !== "finished") return;
  await new Annotations(workbench).open();
}

class Annotations {
  #tracks = new Map();
  #decorations = [];
  #beats = [];
  #selected = null;
  #removeKeys = () => {};
  #schemes = [];
  #known = new Map();

  constructor(workbench) {
    this.workbench = workbench;
    this.settings = new Settings();
    this.address = `/api/sessions/${encodeURIComponent(workbench.session.id)}`;
    this.store = new AnnotationStore({ session: workbench.session.id, who: workbench.me.name, ask: { get, post } });
    this.store.turns = workbench.session.turns ?? [];
    const say = (text) => workbench.announce(text);
    this.coder = new Coder({ workbench, store: this.store, settings: this.settings, say });
    this.context = {
      workbench, settings: this.settings, say,
      selected: () => this.#selected, select: (one, goes) => this.#select(one, goes), edit: (one) => this.#edit(one),
      allowed: (code, at) => this.coder.allowed(code, at), nudged: () => this.nudge.state, outside: (one) => this.#outside(one),
    };
    this.nudge = new Nudge({ store: this.store, context: this.context, schemeOf: (one) => this.#schemeOf(one), onchange: () => this.#redraw() });
    this.store.waits = (change) => this.#waits(change);
    this.codeOf = (one) => this.#codeOf(one);
  }

  async open() {
    const { workbench, store } = this;
    const [{ schemes }] = await Promise.all([get("/api/schemes"), store.open(), useStyle("/page/annotations/annotations.css")]);
    // A scheme for raters alone has nothing to code by.
    this.#schemes = schemes.filter(({ error, codes }) => error || codes.length > 0);
    for (const scheme of [...schemes, ...store.schemes]) if (scheme.sha256 && !scheme.error) this.#known.set(scheme.sha256, new Scheme(scheme));
    const streams = (workbench.session.streams ?? []).filter(({ channels }) => channels?.length > 0);
    this.#decorate();
    this.list = new AnnotationList({ store, codeOf: this.codeOf, context: this.context });
    this.panel = new AnnotationPanel({
      store, settings: this.settings, schemes: this.#schemes, address: this.address, streams, list: this.list,
      actions: {
        choose: (name) => this.#choose(name), press: (code) => this.#press(code), marker: () => this.coder.marker(),
        undo: () => this.#undo(), redo: () => this.#redo(), bringIn: (file) => this.#bringIn(file),
        editBeats: this.#beats.length > 0 ? (isOn) => this.#editBeats(isOn) : null,
      },
    });
    workbench.addPanel({ id: "annotations", title: "Annotations", element: this.panel.element });
    workbench.addStops({ kind: "annotation", times: () => this.list.shown.flatMap(({ start_s: start, end_s: end }) => [start, end]).filter(Number.isFinite) });
    this.#choose(this.settings.schemeName, true);
    this.#listen();
    this.#changed();
    // What was left by an earlier page is sent as its schemes allow.
    store.retry();
  }

  #listen() {
    const { store, workbench } = this;
    store.addEventListener("change", () => this.#changed());
    store.addEventListener("state", () => this.panel.refresh());
    store.addEventListener("schemes", () => {
      for (const scheme of store.schemes) if (!scheme.error && !this.#known.has(scheme.sha256)) this.#known.set(scheme.sha256, new Scheme(scheme));
    });
    store.addEventListener("problem", ({ text }) => workbench.announce(text));
    // Heart rate and what else is derived are other ones now; R peaks as they were found are not.
    store.addEventListener("signals", () => workbench.reviewed());
    workbench.clock.addEventListener("tick", () => { if (store.running.length > 0) workbench.redraw(`annotations:${store.who}`); });
    workbench.addEventListener("session", () => this.#highlight());
    // A drag that was begun by mistake ends before the key does what else it does.
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      const parts = [...this.#tracks.values()].map(({ track }) => track).concat(this.#decorations);
      if (this.nudge.cancel() || parts.some((part) => part.cancel?.())) event.stopImmediatePropagation();
    }, { capture: true });
  }

  // Schemes and keys

  #choose(name, isFirst = false) {
    const found = this.#schemes.find((scheme) => scheme.name === name && !scheme.error);
    if (!isFirst && this.store.running.length > 0) this.coder.endAll();
    this.settings.scheme = found ? this.#known.get(found.sha256) : null;
    if (!isFirst) this.settings.schemeName = found?.name ?? "";
    this.#addKeys();
    this.panel.showScheme();
    this.#changed();
    for (const part of this.#decorations) this.workbench.redraw(part.id);
  }

  #addKeys() {
    this.#removeKeys();
    const entry = (keys, label, run) => ({ group: "Code", keys: [keys].flat(), label, run });
    const codes = (this.settings.scheme?.codes ?? []).filter(({ key }) => key).map((code) => entry(code.key, labelOf(code), ({ key }) => this.#press(code, key)));
    this.#removeKeys = this.workbench.addKeys([
      ...codes, entry(MARKER.key, "Marker", () => this.coder.marker()),
      entry("Ctrl+z", "Undo", () => this.#undo()), entry(["Ctrl+Shift+z", "Ctrl+y"], "Redo", () => this.#redo()),
      entry("Delete", "Delete what is chosen", () => this.#removeSelected()), entry("e", "Edit what is chosen", () => this.#editSelected()),
      ...this.#pointerless(),
    ]);
  }

  /** All that a pointer does, by keys. */
  #pointerless() {
    const entry = (keys, label, run, repeat = false) => ({ group: "Correct", keys: [keys].flat(), label, run, repeat });
    const beats = this.#beats.length === 0 ? [] : [
      entry("Shift+r", "Edit R peaks, or not", () => this.panel.toggleBeats()),
      entry(["Insert", "Shift+Enter"], "Put an R peak at the playhead", () => this.#addBeat()),
    ];
    return [
      ...beats,
      entry(",", "Choose the one before", () => this.#chooseNext(-1), true), entry(".", "Choose the next one", () => this.#chooseNext(1), true),
      entry("Ctrl+Shift+ArrowLeft", "What is chosen, 10 ms earlier; an R peak, 2 ms", () => this.#move("body", -1), true),
      entry("Ctrl+Shift+ArrowRight", "What is chosen, 10 ms later; an R peak, 2 ms", () => this.#move("body", 1), true),
      entry("Ctrl+Shift+ArrowUp", "What is chosen ends 10 ms later", () => this.#move("end", 1), true),
      entry("Ctrl+Shift+ArrowDown", "What is chosen ends 10 ms earlier", () => this.#move("end", -1), true),
      entry("Shift+i", "What is chosen begins here; an R peak moves here", () => this.#bring("start")),
      entry("Shift+o", "What is chosen ends here", () => this.#bring("end")),
    ];
  }

  #press(code, key = null) {
    this.settings.lastCode = code.code;
    this.coder.press(code, key);
  }

  #undo() { this.#stepped(() => this.store.undo(), "Undone", "There is nothing to undo"); }
  #redo() { this.#stepped(() => this.store.redo(), "Done again", "There is nothing to redo"); }

  #stepped(step, done, nothing) {
    this.#finish();
    const one = step();
    this.workbench.announce(one ? `${done}: ${this.codeOf(one)?.title ?? one.code}` : nothing);
  }

  // What is chosen

  #select(one, goes = false) {
    this.#selected = one.annotation;
    if (goes && Number.isFinite(one.start_s)) this.workbench.go(one.start_s);
    this.#redraw();
    this.list.refresh();
  }

  /** Stores what is being moved by keys. */
  #finish() {
    this.nudge.finish();
    for (const beats of this.#beats) beats.finish();
  }

  #removeSelected() {
    this.#finish();
    if (this.#beats.some((beats) => beats.removeChosen())) return;
    const one = this.#selected && this.store.find(this.#selected);
    if (!one) return this.workbench.announce("Nothing is chosen");
    if (!this.store.isOwn(one)) return this.workbench.announce(`This is ${one.layer}'s`);
    this.#remove(one);
  }

  /** Takes an annotation away, and with it what lies within it and could not stand without. */
  #remove(one) {
    const context = { scheme: this.#schemeOf(one), store: this.store };
    const left = { all: this.store.all.filter(({ annotation }) => annotation !== one.annotation) };
    const children = childrenOf(one, context).filter((child) => missingParent(child, { ...context, store: left }));
    this.store.remove([one, ...children]);
    this.workbench.announce(`Deleted: ${this.codeOf(one)?.title ?? one.code}${children.length > 0 ? `, with ${children.length} within it` : ""}`);
  }

  #editSelected() {
    this.#finish();
    const one = this.#selected && this.store.find(this.#selected);
    if (one) this.#edit(one);
    else this.workbench.announce("Nothing is chosen");
  }

  #edit(one) {
    const scheme = one.scheme_sha256 ? this.#known.get(one.scheme_sha256) : null;
    const code = this.codeOf(one);
    const codes = scheme ? scheme.codes.filter(({ kind }) => kind === one.kind) : [code ?? { code: one.code, title: one.code, modifiers: [] }];
    this.#select(one);
    editAnnotation({
      annotation: one, codes, code, isOwn: this.store.isOwn(one), store: this.store, position: () => this.workbench.clock.position, range: this.workbench.clock.range,
      onsave: (state) => this.store.put([state]), onremove: () => this.#remove(one),
      obstacle: (state) => obstacle(state, { scheme, store: this.store }),
    });
  }

  #schemeOf(one) { return this.#known.get(one.scheme_sha256) ?? null; }

  /** The code within which an annotation has to lie and does not. */
  #outside(one) {
    const scheme = this.#schemeOf(one);
    return scheme && !this.#waits(one) ? missingParent(one, { scheme, store: this.store }) : null;
  }

  /** Whether something is stored only when the interval around it has ended. */
  #waits(one) {
    if (!one.scheme_sha256 || this.store.running.length === 0) return false;
    const scheme = this.#schemeOf(one);
    return scheme ? this.coder.waits(one, scheme) : this.store.running.some((other) => other.scheme_sha256 === one.scheme_sha256);
  }

  // What is chosen, without a pointer

  /** The layer of R peaks that is edited, or null. */
  get #edited() { return this.#beats.find(({ isEditing }) => isEditing) ?? null; }

  #addBeat() {
    if (!this.#edited) return this.workbench.announce("Edit R peaks first: Shift+R");
    this.#edited.addAt(this.workbench.clock.position);
  }

  /** Chooses the annotation, or while they are edited the R peak, before or behind the one that is chosen, and goes there. */
  #chooseNext(direction) {
    this.nudge.finish();
    const { clock } = this.workbench;
    if (this.#edited) return this.#edited.chooseNext(direction, clock.position);
    const all = this.list.shown.filter(({ start_s: start }) => Number.isFinite(start));
    const place = all.findIndex(({ annotation }) => annotation === this.#selected);
    const next = place >= 0 ? all[place + direction]
      : direction > 0 ? all.find(({ start_s: start }) => start >= clock.position) : all.findLast(({ start_s: start }) => start <= clock.position);
    if (!next) return this.workbench.announce(direction > 0 ? "There is none behind" : "There is none before");
    this.#select(next, true);
    this.workbench.announce(`${this.codeOf(next)?.title ?? next.code} at ${sessionTime(next.start_s)}`);
  }

  /** The chosen annotation, where it may be moved; says why not. */
  #movable() {
    const one = this.#selected && this.store.find(this.#selected);
    if (!one) return this.workbench.announce("Nothing is chosen: choose with , and .");
    if (!this.store.isOwn(one)) return this.workbench.announce(`This is ${one.layer}'s`);
    if (!["point", "interval", "artefact"].includes(one.kind)) return this.workbench.announce("It lies where its turn is");
    return one;
  }

  #move(part, direction) {
    if (this.#edited) return part === "body" && this.#edited.nudge(direction);
    const one = this.#movable();
    if (!one) return;
    if (part === "end" && !Number.isFinite(one.end_s)) return this.workbench.announce("It has no end");
    this.nudge.by(one, part, direction * 0.01);
  }

  /** Has the chosen annotation begin or end at the playhead. */
  #bring(part) {
    const { position } = this.workbench.clock;
    if (this.#edited) return part === "start" && this.#edited.moveTo(position);
    this.nudge.finish();
    const one = this.#movable();
    if (!one) return;
    const hasEnd = Number.isFinite(one.end_s);
    if (part === "end" && !hasEnd) return this.workbench.announce("It has no end");
    const moved = this.nudge.by(one, hasEnd ? part : "body", position - (part === "end" ? one.end_s : one.start_s));
    const reached = part === "end" ? moved.end_s : moved.start_s;
    this.nudge.finish();
    if (Math.abs(reached - position) > 1e-6) this.workbench.announce(`It goes as far as ${sessionTime(reached)}: another one is in the way`);
  }

  #codeOf(one) {
    if (one.code === MARKER.code && !one.scheme_sha256) return MARKER;
    return this.#known.get(one.scheme_sha256)?.code(one.code) ?? null;
  }

  // What is drawn

  #changed() {
    const layers = new Set([this.store.who]);
    for (const { layer, kind } of this.store.all) if (layer !== "signals" || !["beat", "no-beat", "artefact"].includes(kind)) layers.add(layer);
    for (const layer of layers) this.#arrange(layer);
    for (const [layer, { handle }] of this.#tracks) {
      if (layers.has(layer)) continue;
      handle.remove();
      this.#tracks.delete(layer);
    }
    this.list?.refresh();
    this.panel?.showRunning();
    this.#redraw();
    this.#highlight();
  }

  /** Puts a layer's track there; where its rows changed it is put there anew, as high as it needs to be. */
  #arrange(layer) {
    const there = this.#tracks.get(layer);
    if (there) {
      if (!there.track.arrange()) return;
      there.handle.remove();
    }
    const isOwn = layer === this.store.who || layer === "signals";
    const track = there?.track ?? new LayerTrack({ layer, isOwn, codeOf: this.codeOf, store: this.store, context: this.context });
    this.#tracks.set(layer, { track, handle: this.workbench.addTrack(track) });
  }

  #decorate() {
    const { session } = this.workbench;
    const common = { store: this.store, codeOf: this.codeOf, context: this.context };
    for (const track of session.tracks ?? []) {
      if (track.kind !== "signal") continue;
      const channel = session.streams?.find(({ id }) => id === track.stream)?.channels?.[track.channel]?.name;
      this.#over(new ArtefactLayer({ track, channel, ...common }));
      const intervals = session.tracks.find((other) => other.kind === "rr" && other.stream === track.stream && other.channel === track.channel && /^R peaks/.test(other.derived ?? ""));
      if (!intervals) continue;
      const beats = new BeatLayer({ session, track, intervals, ...common });
      if (this.#over(beats)) this.#beats.push(beats);
    }
  }

  #over(part) {
    if (!this.workbench.decorate(part.id, part)) return false;
    this.#decorations.push(part);
    return true;
  }

  #editBeats(isOn) {
    for (const beats of this.#beats) beats.edit(isOn);
    this.workbench.announce(isOn ? "R peaks: click or Shift+Enter to add, drag or Ctrl+Shift+arrows to move, Delete to take away; , and . choose" : "R peaks are not edited any more");
  }

  #redraw() {
    for (const { track } of this.#tracks.values()) this.workbench.redraw(track.id);
    for (const part of this.#decorations) this.workbench.redraw(part.id);
  }

  /** Marks the words of spans in the transcript, without touching it. */
  #highlight() {
    if (!globalThis.CSS?.highlights) return;
    const ranges = new Map();
    for (const one of this.store.all) {
      if (one.kind !== "span") continue;
      const range = rangeOf(this.workbench.session, one);
      if (!range) continue;
      const colour = colourOf(one, this.codeOf(one));
      ranges.set(colour, [...ranges.get(colour) ?? [], range]);
    }
    for (let colour = 1; colour <= 8; colour += 1) {
      if (ranges.has(colour)) CSS.highlights.set(`annotation-${colour}`, new Highlight(...ranges.get(colour)));
      else CSS.highlights.delete(`annotation-${colour}`);
    }
  }

  // ELAN

  async #bringIn(file) {
    const scheme = this.settings.scheme ? `&scheme=${encodeURIComponent(this.settings.scheme.name)}` : "";
    try {
      const answer = await postBytes(`${this.address}/annotations/import-elan?file=${encodeURIComponent(file.name)}${scheme}`, await file.arrayBuffer(), "text/xml");
      await this.store.read();
      this.panel.showImport(answer);
    } catch (error) {
      this.panel.showImport({ error: `${file.name}: ${error.message}` });
    }
  }
}

/** What a code's key does, for the list of keys. */
function labelOf({ title, kind }) {
  switch (kind) {
    case "point": return `${title}, here`;
    case "turn": return `${title}, this turn`;
    case "span": return `${title}, the selected words`;
    default: return `${title} begins or ends`;
  }
}

