// Annotations in playback: a scheme's codes by key and by pointer, on tracks of their own; corrections of signals; what others
// have marked.

import { get, post, postBytes } from "../api.js";
import { useStyle } from "../app.js";
import { ArtefactLayer } from "./artefacts.js";
import { BeatLayer } from "./beats.js";
import { Coder } from "./coder.js";
import { editAnnotation } from "./edit-dialog.js";
import { LayerTrack } from "./layer-track.js";
import { AnnotationList } from "./list.js";
import { AnnotationPanel } from "./panel.js";
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
      allowed: (code, at) => this.coder.allowed(code, at),
    };
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
  }

  #listen() {
    const { store, workbench } = this;
    store.addEventListener("change", () => this.#changed());
    store.addEventListener("state", () => this.panel.refresh());
    store.addEventListener("schemes", () => {
      for (const scheme of store.schemes) if (!scheme.error && !this.#known.has(scheme.sha256)) this.#known.set(scheme.sha256, new Scheme(scheme));
    });
    store.addEventListener("problem", ({ text }) => workbench.announce(text));
    // Heart rate and what else is derived are other ones now.
    store.addEventListener("signals", () => {
      for (const beats of this.#beats) beats.refresh();
      workbench.reviewed();
    });
    workbench.clock.addEventListener("tick", () => { if (store.running.length > 0) workbench.redraw(`annotations:${store.who}`); });
    workbench.addEventListener("session", () => this.#highlight());
    // A drag that was begun by mistake ends before the key does what else it does.
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      const parts = [...this.#tracks.values()].map(({ track }) => track).concat(this.#decorations);
      if (parts.some((part) => part.cancel?.())) event.stopImmediatePropagation();
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
    ]);
  }

  #press(code, key = null) {
    this.settings.lastCode = code.code;
    this.coder.press(code, key);
  }

  #undo() { this.#stepped(this.store.undo(), "Undone", "There is nothing to undo"); }
  #redo() { this.#stepped(this.store.redo(), "Done again", "There is nothing to redo"); }

  #stepped(one, done, nothing) {
    this.workbench.announce(one ? `${done}: ${this.codeOf(one)?.title ?? one.code}` : nothing);
  }

  // What is chosen

  #select(one, goes = false) {
    this.#selected = one.annotation;
    if (goes && Number.isFinite(one.start_s)) this.workbench.go(one.start_s);
    this.#redraw();
    this.list.refresh();
  }

  #removeSelected() {
    if (this.#beats.some((beats) => beats.removeChosen())) return;
    const one = this.#selected && this.store.find(this.#selected);
    if (!one) return this.workbench.announce("Nothing is chosen");
    if (!this.store.isOwn(one)) return this.workbench.announce(`This is ${one.layer}'s`);
    this.store.remove([one]);
    this.workbench.announce(`Deleted: ${this.codeOf(one)?.title ?? one.code}`);
  }

  #editSelected() {
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
      onsave: (state) => this.store.put([state]), onremove: () => this.store.remove([one]),
    });
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
    this.workbench.announce(isOn ? "R peaks: click to add, drag to move, Delete to take away" : "R peaks are not edited any more");
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

