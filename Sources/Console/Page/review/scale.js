// A scale to rate on: radio buttons in a row, with the words at its anchors.

import { make } from "/participant/elements.js";
import { reasonField } from "./reason.js";

/** The values of a scale, in order. */
export function valuesOf(scale) {
  if (scale.options) return scale.options.map(({ value }) => value);
  return Array.from({ length: scale.maximum - scale.minimum + 1 }, (_, place) => scale.minimum + place);
}

/** The word for a value. */
export function labelOf(scale, value) {
  return scale.options?.find((option) => option.value === value)?.label ?? scale.anchors?.[value] ?? "";
}

/** The value that a digit key stands for; null where there is none. */
export function valueOfKey(scale, key) {
  if (!/^[0-9]$/.test(key)) return null;
  const values = valuesOf(scale);
  const number = Number(key);
  if (values.includes(number)) return number;
  return scale.options ? values[number - 1] ?? null : null;
}

/**
 * One item. `name` tells its radio buttons from others, `about` its turn for who does not see it; `onvalue`
 * hears a new value, `onreason` another reason. Has `set(value)`, `value` and `reason`.
 */
export class ScaleField {
  constructor(item, name, { about, value, rationale, locked, explained, onvalue, onclear, onreason }) {
    this.item = item;
    this.inputs = new Map();
    const { scale } = item;
    const row = make("div", { class: scale.options ? "scale options" : "scale" }, valuesOf(scale).map((one) => {
      const words = labelOf(scale, one);
      const input = make("input", { type: "radio", name, value: one, checked: one === value, disabled: locked,
        "aria-label": words ? (scale.options ? words : `${one}, ${words}`) : null, onchange: () => onvalue(one) });
      this.inputs.set(one, input);
      return make("label", {}, input, make("span", {}, scale.options ? words : one));
    }));
    const values = valuesOf(scale);
    const ends = scale.options || !scale.anchors ? null : make("div", { class: "ends", "aria-hidden": "true" },
      make("span", {}, labelOf(scale, values[0])), make("span", {}, labelOf(scale, values.at(-1))));
    this.clear = locked ? null : make("button", { type: "button", class: "quiet small", hidden: value === undefined, "aria-label": `Take back: ${item.title}`, onclick: () => onclear() }, "Take back");
    this.element = make("fieldset", { class: "item", "data-item": item.name },
      make("legend", { title: item.text ?? "" }, item.title, locked ? make("span", { class: "badge", "data-state": "idle" }, "Locked") : this.clear),
      // The question stands in full where it comes first; after that its name reminds of it.
      item.text ? make("p", { class: explained ? "visually-hidden" : "hint" }, item.text) : null, row, ends);
    if (locked && rationale) this.element.append(make("p", { class: "reason-said pre", dir: "auto" }, rationale));
    if (!locked && item.rationale) {
      this.why = reasonField({ value: rationale, label: `Why: ${item.title}, ${about}`, needed: item.rationale === "required", onreason });
      this.element.append(this.why);
      this.set(value);
    }
  }

  get value() {
    for (const [value, input] of this.inputs) if (input.checked) return value;
    return undefined;
  }

  set(value) {
    for (const [one, input] of this.inputs) input.checked = one === value;
    if (this.clear) this.clear.hidden = value === undefined;
    // A reason belongs to an answer. One that is taken back keeps its words here, for the next one.
    if (this.why) this.why.hidden = value === undefined;
  }

  /** Why, as far as there is an answer. */
  get reason() { return this.value === undefined ? "" : this.why?.value.trim() ?? ""; }

  get isUnexplained() { return this.item.rationale === "required" && this.value !== undefined && !this.reason; }

  /** Focuses the chosen value, or the first. */
  focus() { (this.inputs.get(this.value) ?? this.inputs.values().next().value)?.focus(); }
}
