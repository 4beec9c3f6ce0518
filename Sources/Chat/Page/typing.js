// The typing task of a baseline: a neutral text is copied.

import { announce } from "./announcer.js";
import { make, setText } from "./elements.js";
import { now } from "./moment.js";
import { Recorder } from "./recorder.js";
import { t } from "./texts.js";

export class TypingTask extends HTMLElement {
  #context;
  #text;
  #field;
  #recorder;
  #progress;
  #place;

  /** @param {string} text to copy */
  prepare(context, text, onDone) {
    this.#context = context;
    this.#text = text.replace(/\s+/g, " ").trim();
    this.#place = `typing:${context.state.phase.name}`;
    this.#progress = make("p", { class: "hint", id: "typing-progress" });
    this.#field = make("textarea", { id: "typing", rows: 6, autocomplete: "off", autocorrect: "off", autocapitalize: "off",
      spellcheck: "false", "aria-describedby": "typing-progress" });
    this.#field.value = context.storage.get(this.#place) ?? "";
    this.append(make("div", { class: "typing-task" }, make("blockquote", { class: "model-text", id: "model-text" }, this.#text),
      make("label", { for: "typing" }, t("typing.label")), this.#field, this.#progress,
      onDone && make("div", { class: "actions" }, make("button", { type: "button", class: "primary", onclick: () => {
        this.#tell();
        onDone();
      } }, t("phase.continue")))));
    // What is pasted says nothing about typing.
    for (const kind of ["paste", "drop"]) {
      this.#field.addEventListener(kind, (event) => {
        event.preventDefault();
        announce(t("typing.noPaste"));
      });
    }
    this.#recorder = new Recorder(this.#field, {
      onEdit: (edit, time) => {
        // It is no draft of a turn, and its text is known: places, lengths and classes are told.
        context.outbox.add("typing_task", { state: "edit", position: edit.position, deleted: edit.deleted,
          inserted: edit.inserted, class: edit.class }, time);
        context.storage.set(this.#place, this.#field.value);
        this.#show();
      },
      onComposition: (state, length, time) => context.outbox.add("composition", { state, length }, time),
    });
    this.#show();
  }

  flush() {
    this.#recorder.flush();
  }

  /** The phase is over: what was typed is told, once. */
  disconnectedCallback() {
    if (this.#field?.value) this.#tell();
  }

  #isTold = false;

  #tell() {
    if (this.#isTold) return;
    this.#isTold = true;
    const typed = this.#field.value.replace(/\s+/g, " ").trim();
    this.#context.outbox.add("typing_task", {
      state: "end", length: typed.length, target_length: this.#text.length, errors: distance(typed, this.#text.slice(0, Math.max(typed.length, 1))),
    }, now(), true);
    this.#context.storage.remove(this.#place);
  }

  #show() {
    setText(this.#progress, t("typing.progress", {
      typed: this.#field.value.replace(/\s+/g, " ").trim().length, whole: this.#text.length,
    }));
  }
}

/**
 * How many single characters have to be put in, taken out or replaced to make one text of the other
 * (Levenshtein 1966).
 */
export function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

customElements.define("attune-typing-task", TypingTask);
