// Watches a text field and tells each change of its text as an edit.

import { difference, editClass } from "./draft.js";
import { timeOf } from "./moment.js";

/**
 * Watches a text field.
 *
 * `onEdit(edit, time)` gets each change, in order: applied to the text that the field had at first
 * they give its text. `onComposition(state, length, time)` gets the beginning and the end of each
 * composition of an input method.
 */
export class Recorder {
  #field;
  #text;
  #pendingType = "";
  #onEdit;

  constructor(field, { onEdit, onComposition }) {
    this.#field = field;
    this.#text = field.value;
    this.#onEdit = onEdit;
    field.addEventListener("beforeinput", (event) => {
      this.#pendingType = event.inputType ?? "";
    });
    field.addEventListener("input", (event) => this.#take(event));
    // Some keyboards change the field without an input event: the next event finds it.
    field.addEventListener("keydown", (event) => this.#take(event));
    field.addEventListener("compositionstart", (event) => onComposition?.("start", 0, timeOf(event)));
    field.addEventListener("compositionend", (event) => {
      this.#take(event);
      onComposition?.("end", (event.data ?? "").length, timeOf(event));
    });
  }

  /** Takes what changed since, if anything. */
  flush(event = null) {
    this.#take(event);
  }

  /** Sets the text without telling an edit: a new draft, or one that was kept. */
  reset(text) {
    this.#field.value = text;
    // The field may have made line breaks of its own out of it.
    this.#text = this.#field.value;
  }

  #take(event) {
    const after = this.#field.value;
    if (after === this.#text) return;
    const edit = difference(this.#text, after, this.#field.selectionEnd ?? after.length);
    this.#text = after;
    const type = event?.type === "input" ? event.inputType || this.#pendingType : this.#pendingType;
    this.#pendingType = "";
    this.#onEdit({ ...edit, class: editClass(edit.text, type) }, timeOf(event));
  }
}
