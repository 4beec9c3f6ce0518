// The dashboard's keys. They never fire while somebody types in a field, or while a dialog asks.

import { make } from "/participant/elements.js";
import { show } from "./dialogs.js";

const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

/** Keys and what they do: {key, label, group, run(event), isActing}. */
export class Keys {
  #table;

  constructor(table) {
    this.#table = table;
    addEventListener("keydown", (event) => this.#take(event));
  }

  #take(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    if (event.target.closest?.(typing) || document.querySelector("dialog[open]")) return;
    // On a button Enter and Space press the button.
    if (event.key === " " && event.target.closest?.("button, a, summary, [role=button]")) return;
    const found = this.#table.find(({ key }) => key === event.key || (event.key.length === 1 && key === event.key.toLowerCase() && !event.shiftKey));
    if (!found) return;
    event.preventDefault();
    found.run(event);
  }

  /** Lists all keys. */
  list() {
    const groups = [...new Set(this.#table.map(({ group }) => group))];
    show({
      title: "Keys", isWide: true,
      body: make("div", { class: "key-groups" }, groups.map((group) => make("section", {}, make("h3", {}, group),
        make("dl", { class: "keys" }, this.#table.filter((one) => one.group === group).flatMap(({ key, label }) =>
          [make("dt", {}, make("kbd", {}, name(key))), make("dd", {}, label)]))))),
    });
  }
}

function name(key) {
  if (key === " ") return "Space";
  return key.length === 1 && key !== key.toLowerCase() ? `Shift ${key}` : key.length === 1 ? key.toUpperCase() : key;
}
