// Dialogs: what is dangerous asks, and what needs words asks for them.

import { identity, make } from "/participant/elements.js";

/**
 * Asks, and gives the values of the fields; null where it was called off.
 * @param fields [{name, label, kind: text | area | choice | check, options, value, required, hint}]
 */
export function ask({ title, words = [], fields = [], action, isDangerous = false, body = null }) {
  return new Promise((resolve) => {
    const heading = identity("ask");
    const inputs = new Map(fields.map((field) => [field.name, makeInput(field)]));
    const form = make("form", { method: "dialog" },
      make("h2", { id: heading }, title),
      [words].flat().filter(Boolean).map((text) => make("p", {}, text)),
      body,
      fields.map((field) => makeField(field, inputs.get(field.name))),
      make("div", { class: "actions" },
        make("button", { type: "button", onclick: () => dialog.close() }, "Back"),
        make("button", { type: "submit", class: isDangerous ? "danger primary" : "primary" }, action)));
    const dialog = make("dialog", { "aria-labelledby": heading }, form);
    let answer = null;
    form.addEventListener("submit", () => {
      answer = Object.fromEntries([...inputs].map(([name, input]) => [name, readInput(input)]));
    });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    document.body.append(dialog);
    dialog.showModal();
    (form.querySelector("input, select, textarea") ?? form.querySelector("[type=submit]")).focus();
  });
}

/** Shows something until it is closed. */
export function show({ title, body, isWide = false }) {
  const heading = identity("show");
  const dialog = make("dialog", { "aria-labelledby": heading, class: isWide ? "wide" : null },
    make("h2", { id: heading, tabindex: "-1" }, title), body,
    make("form", { method: "dialog", class: "actions" }, make("button", { type: "submit" }, "Close")));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function makeInput({ kind = "text", options = [], value, required, most = 500 }) {
  const id = identity("field");
  if (kind === "area") return make("textarea", { id, rows: 3, maxlength: most, required: required || null }, value ?? "");
  if (kind === "check") return make("input", { id, type: "checkbox", checked: value || null });
  if (kind === "choice") {
    return make("select", { id }, options.map(({ value: own, label }) => make("option", { value: own, selected: own === value || null }, label)));
  }
  return make("input", { id, type: "text", maxlength: most, required: required || null, value: value ?? "", autocomplete: "off" });
}

function makeField({ label, hint, kind }, input) {
  if (kind === "check") return make("label", { class: "choice" }, input, label);
  return make("div", { class: "field" }, make("label", { for: input.id }, label), input, hint ? make("p", { class: "hint" }, hint) : null);
}

function readInput(input) { return input.type === "checkbox" ? input.checked : input.value.trim(); }
