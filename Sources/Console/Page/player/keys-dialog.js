// The list of all keys, made from the table that handles them.

import { make } from "/participant/elements.js";
import { keyCaps } from "./keys.js";

/** Shows what each key does. */
export function showKeys(table) {
  const dialog = make("dialog", { class: "wide keys-dialog", "aria-labelledby": "keys-title" });
  const close = make("button", { type: "button", class: "primary", onclick: () => dialog.close() }, "Close");
  dialog.append(
    make("h2", { id: "keys-title" }, "Keys"),
    make("p", { class: "soft" }, "They work wherever the focus is, except while you write in a field."),
    make("div", { class: "key-groups" }, table.groups.map(({ group, entries }) => make("section", {}, make("h3", {}, group), make("dl", {},
      entries.map(({ keys, label }) => make("div", { class: "key-line" }, make("dt", {}, caps(keys)), make("dd", {}, label))))))),
    make("div", { class: "actions" }, close));
  dialog.addEventListener("close", () => dialog.remove());
  // Where one clicks beside it, it goes.
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function caps(keys) {
  const digits = keys.length > 3 && keys.every((key) => /^\d$/.test(key));
  const shown = digits ? [keys[0], keys.at(-1)] : keys;
  return shown.flatMap((key, place) => [
    place > 0 ? make("span", { class: "soft" }, digits ? " – " : " or ") : null,
    make("span", { class: "key-caps" }, keyCaps(key).map((cap) => make("kbd", {}, cap))),
  ]).filter(Boolean);
}
