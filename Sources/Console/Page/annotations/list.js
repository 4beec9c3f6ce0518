// The list of annotations: what stands, by whom, with a filter; each leads to its moment.

import { make, setText } from "/participant/elements.js";
import { plain } from "../player/canvas-text.js";
import { length, sessionTime } from "../player/times.js";
import { colourOf, missingOf } from "./scheme.js";

/** So many are put on the page at once. */
const AT_ONCE = 200;

/** How corrections of R peaks are called. */
const OF_BEATS = { "beat": "R peak, put there", "no-beat": "R peak, taken away" };

export class AnnotationList {
  #most = AT_ONCE;
  #shown = [];
  #filter = make("input", { type: "search", placeholder: "Filter", "aria-label": "Filter annotations by code, note or person", autocomplete: "off", spellcheck: "false" });
  #layer = make("select", { "aria-label": "Whose annotations are listed" });
  #count = make("span", { class: "hint figures", role: "status" });
  #items = make("ol", { class: "annotation-items" });
  #more = make("button", { type: "button", class: "small", hidden: true }, "Show more");

  /** `context`: `{workbench, selected(), select(annotation), edit(annotation), outside(annotation)}`. */
  constructor({ store, codeOf, context }) {
    Object.assign(this, { store, codeOf, context });
    this.element = make("div", { class: "annotation-list" },
      make("div", { class: "annotation-filter" }, this.#filter, this.#layer, this.#count), this.#items, this.#more);
    this.#filter.addEventListener("input", () => this.refresh());
    this.#layer.addEventListener("change", () => this.refresh());
    this.#more.addEventListener("click", () => {
      this.#most += AT_ONCE;
      this.refresh();
    });
    this.refresh();
  }

  /** What the filter lets through. */
  get shown() { return this.#shown; }

  refresh() {
    const all = this.store.all;
    this.#fillLayers([...new Set(all.map(({ layer }) => layer))].sort());
    const wanted = this.#filter.value.trim().toLocaleLowerCase();
    const layer = this.#layer.value;
    this.#shown = all.filter((one) => (!layer || one.layer === layer) && (!wanted || this.#wordsOf(one).includes(wanted)));
    setText(this.#count, this.#shown.length === all.length ? `${all.length}` : `${this.#shown.length} of ${all.length}`);
    const focus = document.activeElement?.closest?.("[data-annotation]")?.dataset.annotation;
    this.#items.replaceChildren(...this.#shown.slice(0, this.#most).map((one) => this.#item(one)));
    if (this.#shown.length === 0) {
      this.#items.append(make("li", { class: "empty" }, all.length === 0 ? "Nothing is marked yet. Choose a scheme, then press the keys of its codes while playing." : "Nothing fits the filter."));
    }
    this.#more.hidden = this.#shown.length <= this.#most;
    if (focus) this.#items.querySelector(`[data-annotation="${CSS.escape(focus)}"] button`)?.focus();
  }

  #fillLayers(layers) {
    const options = ["", ...layers];
    if ([...this.#layer.options].map(({ value }) => value).join("\n") === options.join("\n")) return;
    const chosen = this.#layer.value;
    this.#layer.replaceChildren(...options.map((layer) => make("option", { value: layer, selected: layer === chosen }, layer === "" ? "All" : layer)));
  }

  #wordsOf(one) {
    return [one.code, this.codeOf(one)?.title, one.note, one.layer, one.actor, ...Object.values(one.modifiers ?? {})].join(" ").toLocaleLowerCase();
  }

  #item(one) {
    const code = this.codeOf(one);
    const title = code?.title ?? OF_BEATS[one.kind] ?? one.code;
    const isOwn = this.store.isOwn(one);
    const missing = missingOf(one, code);
    const outside = this.context.outside(one);
    const when = Number.isFinite(one.start_s) ? sessionTime(one.start_s, 1) : `turn ${one.turn}`;
    const detail = [
      Number.isFinite(one.end_s) ? length(one.end_s - one.start_s) : null, ["turn", "span"].includes(one.kind) ? `turn ${one.turn}` : null,
      ...Object.values(one.modifiers ?? {}).map((value) => plain(String(value), 40)), one.note ? plain(one.note, 120) : null].filter(Boolean).join(" · ");
    return make("li", { class: "annotation-item", "data-annotation": one.annotation, "data-own": isOwn, "aria-current": this.context.selected() === one.annotation ? "true" : null },
      make("button", { type: "button", class: "quiet annotation-go", onclick: () => this.context.select(one, true) },
        make("span", { class: "swatch", "data-series": colourOf(one, code), "aria-hidden": "true" }),
        make("span", { class: "figures" }, when), make("span", { class: "annotation-title" }, plain(title, 60)),
        missing.length > 0 ? make("span", { class: "badge", "data-state": "warn", title: `Missing: ${missing.join(", ")}` }, "incomplete") : null,
        outside ? make("span", { class: "badge", "data-state": "warn", title: `It has to lie within one: ${outside.title}` }, `outside of ${plain(outside.title, 30)}`) : null,
        one.isUnsaved ? make("span", { class: "badge", "data-state": "idle" }, "not saved") : null,
        make("span", { class: "annotation-detail soft" }, detail),
        make("span", { class: "annotation-who soft" }, plain(one.actor ?? "", 40) + (one.isUnsaved ? "" : `, v${one.id}`))),
      make("button", { type: "button", class: "small quiet", "aria-label": `${isOwn ? "Edit" : "Look at"} ${plain(title, 60)} at ${when}`, onclick: () => this.context.edit(one) }, isOwn ? "Edit" : "Look"));
  }
}
