// The items of a questionnaire: each kind's field, with the answer read from and put into it.

import { beside, chosen } from "./answers.js";
import { identity, make } from "./elements.js";
import { manikin } from "./manikin.js";
import { hasText, t } from "./texts.js";

/**
 * The field of an item.
 * @param {object} item as in the room's state
 * @param {*} answer what was answered before
 * @param {(answer: *) => void} onAnswer gets each change; null where the answer was taken away
 * @returns {HTMLElement} the element to show
 */
export function field(item, answer, onAnswer) {
  const name = identity("item");
  switch (item.kind) {
    case "likert": return scale(item, answer, onAnswer, name, null);
    case "manikin": return scale(item, answer, onAnswer, name, item.dimension ?? "valence");
    case "slider": return slider(item, answer, onAnswer, name);
    case "choice": return choice(item, answer, onAnswer, name);
    default: return text(item, answer, onAnswer, name);
  }
}

// MARK: Likert and manikin

function scale(item, answer, onAnswer, name, dimension) {
  const points = Math.max(1, Math.min(item.points ?? 7, 101));
  const values = Array.from({ length: points }, (_, index) => index + 1);
  const labels = { ...(dimension ? endLabels(dimension, points) : {}), ...(item.labels ?? {}) };
  const hasInner = values.some((value) => labels[value] && value !== 1 && value !== points);
  const box = make("div", { class: `scale ${dimension ? "manikin" : "likert"} ${hasInner ? "with-words" : "with-ends"}` });
  box.style.setProperty("--points", points);
  if (points > 11) box.classList.add("many");
  for (const value of values) {
    const word = labels[value];
    const id = identity("point");
    const input = make("input", { type: "radio", name, id, value, "data-value": value,
      onchange: () => onAnswer(value), "aria-label": word ? t("item.point", { value, label: word }) : String(value) });
    input.checked = answer === value;
    box.append(make("label", { class: "point", for: id }, input,
      dimension && manikin(dimension, points === 1 ? 0.5 : (value - 1) / (points - 1)),
      make("span", { class: "point-number", "aria-hidden": "true" }, String(value)),
      (hasInner || dimension) && make("span", { class: "point-word", "aria-hidden": "true" }, word ?? "")));
  }
  if (hasInner) return box;
  return make("div", {}, box, make("div", { class: `ends${dimension ? " of-figures" : ""}`, "aria-hidden": "true" },
    make("span", {}, labels[1] ?? ""), make("span", {}, labels[points] ?? "")));
}

function endLabels(dimension, points) {
  const low = `manikin.${dimension}.low`;
  return hasText(low) ? { 1: t(low), [points]: t(`manikin.${dimension}.high`) } : {};
}

// MARK: Slider

/** It has no value until it is touched, so that its first place is never taken for an answer. */
function slider(item, answer, onAnswer, name) {
  const minimum = item.minimum ?? 0;
  const maximum = item.maximum ?? 100;
  const step = item.step ?? 1;
  const input = make("input", { type: "range", name, min: minimum, max: maximum, step, "data-value": "" });
  const value = make("output", { class: "slider-value" });
  const box = make("div", { class: "slider" });
  let isTouched = typeof answer === "number";
  // The middle, on a step.
  input.value = isTouched ? answer : minimum + Math.round((maximum - minimum) / 2 / step) * step;
  const show = () => {
    box.classList.toggle("untouched", !isTouched);
    value.textContent = isTouched ? input.value : t("item.untouched");
    input.setAttribute("aria-valuetext", isTouched ? worded(item, input.value) : t("item.untouched"));
  };
  const touch = () => {
    isTouched = true;
    show();
    onAnswer(Number(input.value));
  };
  input.addEventListener("input", touch);
  input.addEventListener("click", touch);
  input.addEventListener("keydown", (event) => {
    if (!isTouched && (event.key === " " || event.key === "Enter")) {
      event.preventDefault();
      touch();
    }
  });
  const labels = Object.entries(item.labels ?? {}).map(([at, word]) => [Number(at), word])
    .filter(([at]) => Number.isFinite(at)).sort((a, b) => a[0] - b[0]);
  // Words at many places would lie upon each other: then they are listed with their values.
  const isListed = labels.length > 3;
  const scaleRow = make("div", { class: `slider-labels${isListed ? " listed" : ""}`, "aria-hidden": "true" }, labels.map(([at, word]) => {
    const label = make("span", {}, isListed ? t("item.at", { value: at, label: word }) : word);
    const share = (at - minimum) / (maximum - minimum || 1);
    label.style.setProperty("--at", Math.min(1, Math.max(0, share)));
    label.classList.add(share <= 0.02 ? "first" : share >= 0.98 ? "last" : "inner");
    return label;
  }));
  show();
  box.append(make("div", { class: "slider-row" }, input, value), scaleRow);
  return box;
}

function worded(item, value) {
  const word = item.labels?.[value];
  return word ? t("item.point", { value, label: word }) : String(value);
}

// MARK: Choice

function choice(item, answer, onAnswer, name) {
  const box = make("div", { class: "options" });
  const rows = (item.options ?? []).map((option) => {
    const id = identity("option");
    const input = make("input", { type: item.multiple ? "checkbox" : "radio", name, id, value: option.value,
      "data-value": option.value, onchange: changed });
    input.checked = chosen(answer)?.includes(option.value) ?? false;
    const written = option.text ? make("input", { type: "text", class: "beside", maxlength: 1000, autocomplete: "off",
      "aria-label": t("item.beside", { label: option.label }), oninput: changed }) : null;
    if (written) {
      written.value = beside(answer, option.value);
      written.hidden = !input.checked;
    }
    box.append(make("div", { class: "option" }, make("label", { for: id }, input, make("span", {}, option.label)), written));
    return { option, input, written };
  });
  function changed() {
    const taken = rows.filter((row) => row.input.checked);
    for (const { input, written } of rows) if (written) written.hidden = !input.checked;
    const texts = Object.fromEntries(taken.filter((row) => row.written?.value.trim())
      .map((row) => [row.option.value, row.written.value]));
    const choices = taken.map((row) => row.option.value);
    if (choices.length === 0) onAnswer(null);
    else if (Object.keys(texts).length > 0) onAnswer({ choices, texts });
    else onAnswer(item.multiple ? choices : choices[0]);
  }
  return box;
}

// MARK: Text

function text(item, answer, onAnswer, name) {
  const lines = item.lines ?? 1;
  const input = lines > 1 ? make("textarea", { name, rows: Math.min(lines, 20), autocomplete: "off" })
    : make("input", { type: "text", name, autocomplete: "off" });
  if (item.maximum_length) input.setAttribute("maxlength", item.maximum_length);
  input.dataset.value = "";
  input.value = typeof answer === "string" ? answer : "";
  input.addEventListener("input", () => onAnswer(input.value === "" ? null : input.value));
  return input;
}
