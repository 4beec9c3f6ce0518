// What each key does: one table that handles the keys and that the list of keys is made from.

const NAMES = {
  " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", PageUp: "Page up", PageDown: "Page down",
  Backspace: "Backspace", Escape: "Esc", "-": "−",
};

/** Kinds of input that take no text: keys go on to playback there. */
const NO_TEXT = ["button", "checkbox", "radio", "submit", "reset", "image", "file", "color"];

/** The name of what was pressed, as in the table: "Shift+ArrowLeft", "Ctrl+z", "j", "?". */
export function pressedName(event) {
  const character = [...event.key].length === 1;
  const letter = character && event.key.toLowerCase() !== event.key.toUpperCase();
  // AltGr makes [ ] \ on many keyboards: it is part of the character, and so is Shift in ? and +.
  const graph = event.getModifierState?.("AltGraph");
  let name = letter ? event.key.toLowerCase() : event.key;
  if (event.shiftKey && (letter || !character || event.key === " ")) name = `Shift+${name}`;
  if (event.altKey && !graph) name = `Alt+${name}`;
  if ((event.ctrlKey || event.metaKey) && !graph) name = `Ctrl+${name}`;
  return name;
}

/** How a key's name is written for people: ["Ctrl", "←"]. */
export function keyCaps(name) {
  const parts = name.length > 1 ? name.split(/\+(?=.)/) : [name];
  return parts.map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

export class KeyTable {
  #entries = [];

  /**
   * Adds entries `{keys, group, label, run, repeat}`: `keys` all do the same; `run({key, event})`; `repeat`: also while
   * the key is held down. Of several for one key the one added last counts. Returns what takes them away.
   */
  add(entries) {
    this.#entries.push(...entries);
    return () => { this.#entries = this.#entries.filter((entry) => !entries.includes(entry)); };
  }

  /** What stands in the list, by group in the order of first appearance: `[{group, entries}]`. */
  get groups() {
    const groups = new Map();
    for (const entry of this.#entries) {
      const keys = entry.keys.filter((key) => this.find(key) === entry);
      if (keys.length === 0) continue;
      if (!groups.has(entry.group)) groups.set(entry.group, []);
      groups.get(entry.group).push({ ...entry, keys });
    }
    return [...groups].map(([group, entries]) => ({ group, entries }));
  }

  find(name) { return this.#entries.findLast((entry) => entry.keys.includes(name)); }

  /** Does what the key is for, unless it belongs to what has the focus. True where it did. */
  handle(event) {
    if (event.defaultPrevented || event.isComposing) return false;
    const name = pressedName(event);
    const entry = this.find(name);
    if (!entry || belongsTo(event.target, name)) return false;
    event.preventDefault();
    if (event.repeat && !entry.repeat) return true;
    entry.run({ key: name, event });
    return true;
  }
}

/** Whether a key is for the element that has the focus: text, choices, and what a button does on Space. */
function belongsTo(element, name) {
  if (!(element instanceof Element)) return false;
  if (document.querySelector("dialog[open]:modal")) return true;
  if (element.isContentEditable || element.closest("textarea, [role=textbox]")) return true;
  const field = element.closest("input, select");
  if (field?.tagName === "SELECT") return true;
  if (field && !NO_TEXT.includes(field.type)) return true;
  if (field && ["radio"].includes(field.type) && name.startsWith("Arrow")) return true;
  const presses = [" ", "Enter"].includes(name);
  return presses && Boolean(element.closest("button, a[href], summary, input, [role=button], [role=tab], [role=checkbox]"));
}
