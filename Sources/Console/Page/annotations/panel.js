// The panel beside the tracks: the scheme with its codes, how one codes, what is saved, and the list of what is marked.

import { identity, make, setText } from "/participant/elements.js";
import { plain } from "../player/canvas-text.js";
import { MARKER } from "./scheme.js";

export class AnnotationPanel {
  #codes = make("div", { class: "annotation-codes", role: "group", "aria-label": "Codes" });
  #saved = make("span", { class: "badge", role: "status" });
  #problems = make("div", { class: "stack", role: "alert" });
  #retry = make("button", { type: "button", class: "small", hidden: true }, "Save now");
  #undo = make("button", { type: "button", class: "small", title: "Undo (Ctrl+Z)" }, "Undo");
  #redo = make("button", { type: "button", class: "small", title: "Redo (Ctrl+Shift+Z)" }, "Redo");
  #scheme = make("select");
  #about = make("p", { class: "soft" });
  #stream = make("select");
  #streamField;
  #beats = make("button", { type: "button", class: "small", "aria-pressed": "false", hidden: true }, "Edit R peaks");
  #file = make("input", { type: "file", accept: ".eaf,text/xml,application/xml", class: "visually-hidden", tabindex: "-1", "aria-label": "An ELAN file" });
  #import = make("button", { type: "button", class: "small" }, "Bring in ELAN file …");
  #result = make("div", { class: "stack", "aria-live": "polite" });

  /**
   * `actions`: `{choose(name), press(code), marker(), undo(), redo(), editBeats(isOn) or null, bringIn(file)}`; `address`: of the
   * session in the interface; `streams`: those with signals.
   */
  constructor({ store, settings, schemes, actions, address, streams, list }) {
    Object.assign(this, { store, settings, actions });
    const field = (label, input) => {
      input.id ||= identity("field");
      return make("div", { class: "field" }, make("label", { for: input.id }, label), input);
    };
    this.#streamField = field("Stream of artefacts", this.#stream);
    this.#stream.append(...streams.map(({ id, name }) => make("option", { value: id }, plain(name, 60))));
    this.#stream.addEventListener("change", () => { settings.stream = Number(this.#stream.value); });
    settings.stream = streams[0]?.id ?? null;
    this.#scheme.append(make("option", { value: "" }, "No scheme"), ...schemes.map(({ name, title, version, error }) =>
      make("option", { value: name, disabled: Boolean(error) }, error ? `${name} (cannot be read)` : `${title}, version ${version}`)));
    this.#scheme.addEventListener("change", () => actions.choose(this.#scheme.value));
    this.#retry.addEventListener("click", () => store.retry());
    this.#undo.addEventListener("click", () => actions.undo());
    this.#redo.addEventListener("click", () => actions.redo());
    this.#import.addEventListener("click", () => this.#file.click());
    this.#file.addEventListener("change", () => {
      const [file] = this.#file.files;
      this.#file.value = "";
      if (file) actions.bringIn(file);
    });
    if (actions.editBeats) {
      this.#beats.hidden = false;
      this.#beats.addEventListener("click", () => this.toggleBeats());
    }
    const mistakes = schemes.filter(({ error }) => error);
    this.element = make("div", { class: "annotation-panel" },
      make("div", { class: "toolbar" }, this.#saved, this.#retry, make("span", { class: "spacer" }), this.#undo, this.#redo),
      this.#problems,
      field("Coding scheme", this.#scheme), this.#about,
      ...mistakes.map(({ name, error }) => make("details", { class: "note" }, make("summary", {}, `${name} has mistakes`), make("pre", {}, error))),
      this.#codes, this.#streamField, this.#reaction(),
      make("div", { class: "toolbar" }, this.#beats,
        make("a", { class: "button small", href: `${address}/annotations.eaf`, download: "" }, "ELAN (.eaf)"),
        make("a", { class: "button small", href: `${address}/annotations.TextGrid`, download: "" }, "TextGrid"),
        this.#import, this.#file),
      this.#result, list.element);
    this.showScheme();
    this.refresh();
  }

  #reaction() {
    const on = make("input", { type: "checkbox", id: identity("reaction"), checked: this.settings.reactionOn });
    const ms = make("input", { type: "number", min: 0, max: 2000, step: 10, value: this.settings.reactionMs, class: "figures", "aria-label": "Reaction time in milliseconds" });
    on.addEventListener("change", () => { this.settings.reactionOn = on.checked; });
    ms.addEventListener("change", () => {
      this.settings.reactionMs = Number(ms.value);
      ms.value = this.settings.reactionMs;
    });
    return make("div", { class: "annotation-reaction" }, make("label", { for: on.id, class: "choice" }, on, "Take off my reaction time of"), ms, make("span", {}, "ms"));
  }

  /** Begins to edit R peaks, or ends it. */
  toggleBeats() {
    const isOn = this.#beats.getAttribute("aria-pressed") !== "true";
    this.#beats.setAttribute("aria-pressed", String(isOn));
    this.actions.editBeats(isOn);
  }

  /** Shows the chosen scheme. */
  showScheme() {
    const { scheme } = this.settings;
    this.#scheme.value = scheme?.name ?? "";
    setText(this.#about, scheme?.description ?? (scheme ? "" : "Markers can be put without a scheme, by M."));
    this.#streamField.hidden = !scheme?.codes.some(({ kind }) => kind === "artefact");
    this.#codes.replaceChildren(...[...scheme?.codes ?? [], MARKER].map((code) => this.#button(code)));
    this.showRunning();
  }

  #button(code) {
    const press = () => (code === MARKER ? this.actions.marker() : this.actions.press(code));
    const tells = [code.definition, ...(code.examples ?? []).map((example) => `For example: ${example}`)].filter(Boolean).join("\n");
    const button = make("button", { type: "button", class: "annotation-code", "data-code": code.code, title: tells || null, onclick: press },
      make("span", { class: "swatch", "data-series": code.colour, "aria-hidden": "true" }), make("span", {}, code.title),
      code.kind === "interval" || code.kind === "artefact" ? null : make("span", { class: "soft" }, code.kind), code.key ? make("kbd", {}, code.key.toUpperCase()) : null);
    // A click must not take the selection of words away before it is looked at.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    return button;
  }

  /** Shows which codes run. */
  showRunning() {
    const running = new Set(this.store.running.filter((one) => one.scheme === this.settings.scheme?.name).map(({ code }) => code));
    for (const button of this.#codes.children) {
      const code = this.settings.scheme?.code(button.dataset.code);
      if (!code || !["interval", "artefact"].includes(code.kind)) continue;
      button.setAttribute("aria-pressed", String(running.has(code.code)));
    }
  }

  /** Shows what is saved. */
  refresh() {
    const { store } = this;
    const waits = store.unsaved > 0;
    this.#saved.dataset.state = store.trouble ? "bad" : waits ? "idle" : "ok";
    const kept = store.isKept ? "kept in this browser" : "not kept: do not close this page";
    const changes = `${store.unsaved} change${store.unsaved === 1 ? "" : "s"}`;
    setText(this.#saved, store.trouble ? `${changes} not saved, ${kept}: ${store.trouble}` : store.waiting > 0 ? `${changes} ${kept} until the interval around ends` : waits ? `Saving ${changes} …` : `Saved, version ${store.version}`);
    this.#retry.hidden = !store.trouble;
    this.#undo.disabled = !store.canUndo;
    this.#redo.disabled = !store.canRedo;
    const shown = [...this.#problems.children].map(({ dataset }) => dataset.problem).join();
    if (shown !== store.problems.map(({ id }) => id).join()) {
      this.#problems.replaceChildren(...store.problems.map(({ id, text }) => make("div", { class: "problem", "data-problem": id }, make("p", {}, text),
        make("button", { type: "button", class: "small", onclick: () => store.dismiss(id) }, "I have seen it"))));
    }
  }

  /** Says what came of a file that was brought in, or what went wrong. */
  showImport({ taken, repeated, tiers, problems, error }) {
    const close = make("button", { type: "button", class: "small", onclick: () => this.#result.replaceChildren() }, "Close");
    if (error) return this.#result.replaceChildren(make("div", { class: "problem" }, make("p", {}, error), close));
    this.#result.replaceChildren(make("div", { class: "card stack" },
      make("p", {}, `${taken} annotations were brought in${repeated ? `; ${repeated} had been there before` : ""}.`),
      make("div", { class: "scroll" }, make("table", { class: "data dense" }, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Tier"), make("th", { scope: "col" }, "Came in"), make("th", { scope: "col" }, "How"))),
        make("tbody", {}, tiers.map(({ tier, taken: count, words }) => make("tr", {}, make("th", { scope: "row", class: "anywhere" }, plain(tier, 80)), make("td", { class: "number" }, count), make("td", {}, words)))))),
      ...(problems ?? []).slice(0, 20).map((text) => make("p", { class: "soft" }, text)), close));
  }
}
