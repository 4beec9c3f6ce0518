// The message field: a draft that is kept, told as edits, and sent as a turn.

import { make, setText } from "./elements.js";
import { timeOf } from "./moment.js";
import { identifier } from "./outbox.js";
import { Recorder } from "./recorder.js";
import { t } from "./texts.js";
import { isTouchOnly } from "./touch.js";

/** Tells `turn-sent` with the turn as `detail`. */
export class Composer extends HTMLElement {
  #context;
  #field;
  #button;
  #hint;
  #recorder;
  #draft;
  #insertion = null;
  /** When what is put into the field now was asked for; null where it was typed. */
  #asked = null;
  /** How many edits there were since the page was loaded, and where the last one left the cursor. */
  lastEdit = { count: 0, caret: 0 };

  /** @param {object} context what views share; see app.js */
  prepare(context) {
    this.#context = context;
    this.#field = make("textarea", {
      id: "message", name: "message", rows: 3, autocomplete: "off", dir: "auto", "aria-describedby": "message-hint",
      enterkeyhint: isTouchOnly() ? "enter" : "send",
    });
    this.#button = make("button", { type: "submit", class: "primary" }, t("composer.send"));
    this.#hint = make("p", { class: "hint", id: "message-hint" });
    this.append(make("form", { class: "composer", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      this.#send(event);
    } }, make("label", { for: "message" }, t("composer.label", { client: context.state.chat?.client_label ?? "" })),
    make("div", { class: "composer-row" }, this.#field, this.#button), this.#hint));
    this.#restore();
    this.#recorder = new Recorder(this.#field, {
      onEdit: (edit, time) => this.#edited(edit, time),
      onComposition: (state, length, time) => context.outbox.add("composition", { state, length }, time),
    });
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("input", () => this.#tellLength());
    this.#field.addEventListener("select", () => this.#keep());
    this.update();
  }

  /** Shows whether one can write now. */
  update() {
    const { state } = this.#context;
    const isOpen = Boolean(state.chat?.can_write) && !state.paused && !this.#context.isLeaving;
    this.#field.readOnly = !isOpen;
    this.#button.setAttribute("aria-disabled", String(!isOpen));
    this.classList.toggle("closed", !isOpen);
    this.#tellLength();
  }

  focusField() {
    this.#field.focus();
  }

  /** Takes what is in the field into what is kept, when the page goes away. */
  flush() {
    this.#recorder.flush();
    this.#keep();
  }

  /**
   * Puts a suggestion at the cursor, in place of what is selected. Spaces keep words apart; they are
   * edits of their own, so that the suggestion's edit is the suggestion, whole and alone.
   */
  insert(suggestion, event) {
    if (this.#field.readOnly) return false;
    this.#recorder.flush();
    const field = this.#field;
    field.focus();
    const before = field.value.slice(0, field.selectionStart);
    // The spaces came with the suggestion: told at another time, they would stand in another order.
    this.#asked = timeOf(event);
    if (before !== "" && !/\s$/.test(before) && field.selectionStart === field.selectionEnd) this.#put(" ");
    this.#insertion = { id: suggestion.id };
    this.#put(suggestion.text);
    this.#insertion = null;
    const after = field.value.slice(field.selectionEnd);
    if (after !== "" && !/^\s/.test(after)) this.#put(" ");
    this.#asked = null;
    return true;
  }

  /** Shows a draft that was recorded. Nothing of it is kept or told. */
  replay({ text, start, end, top }) {
    const field = this.#field;
    if (field.value !== text) {
      this.#recorder.reset(text);
      this.#tellLength();
    }
    if (field.selectionStart !== start || field.selectionEnd !== end) field.setSelectionRange(start, end);
    if (top !== null && field.scrollTop !== top) field.scrollTop = top;
  }

  /** As if typed, so that the browser's undo knows it. */
  #put(text) {
    const field = this.#field;
    const wanted = field.value.slice(0, field.selectionStart) + text + field.value.slice(field.selectionEnd);
    if (!document.execCommand("insertText", false, text) || field.value !== wanted) {
      const start = field.selectionStart;
      if (field.value !== wanted) field.setRangeText(text, start, field.selectionEnd, "end");
    }
    this.#recorder.flush();
    this.#tellLength();
  }

  #edited(edit, time) {
    const { outbox, state, page } = this.#context;
    const payload = { draft: this.#draft.number, position: edit.position, deleted: edit.deleted,
      inserted: edit.inserted, class: this.#insertion ? "other" : edit.class };
    if (state.limits?.draft_text) payload.text = edit.text;
    const moment = this.#asked ?? time;
    if (this.#draft.page === null) {
      this.#draft.page = page;
      this.#draft.began = moment;
    }
    outbox.add("draft_edit", payload, moment);
    this.lastEdit = { count: this.lastEdit.count + 1, caret: edit.position + edit.inserted };
    if (this.#insertion) {
      outbox.add("suggestion_inserted", { id: this.#insertion.id, draft: this.#draft.number, position: edit.position,
        deleted: edit.deleted, inserted: edit.inserted }, moment);
    }
    this.#keep();
  }

  #key(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey || event.altKey || (isTouchOnly() && !event.ctrlKey && !event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat) this.#send(event);
  }

  #send(event) {
    this.#recorder.flush();
    const text = this.#field.value;
    const limit = this.#context.state.limits?.message_length ?? Infinity;
    if (this.#field.readOnly || text.trim() === "" || text.length > limit) {
      this.focusField();
      return;
    }
    const time = timeOf(event);
    const { outbox, page } = this.#context;
    const turn = { id: identifier(), text, draft: this.#draft.number,
      // A draft of an earlier load began on another clock; its first edit tells when.
      composed_from_ns: this.#draft.page === page ? this.#draft.began : null, sent_ns: time };
    outbox.add("turn", turn, time, true);
    this.#draft = freshDraft(this.#draft.number + 1);
    this.#recorder.reset("");
    this.lastEdit = { count: this.lastEdit.count + 1, caret: 0 };
    this.#keep();
    this.#tellLength();
    this.focusField();
    this.dispatchEvent(new CustomEvent("turn-sent", { bubbles: true, detail: turn }));
  }

  #restore() {
    const kept = this.#context.storage.get("draft");
    const number = this.#ownTurns() + 1;
    this.#draft = kept && typeof kept.text === "string" ? { ...kept, number: Math.max(kept.number ?? 0, number) } : freshDraft(number);
    this.#field.value = this.#draft.text;
    this.#field.setSelectionRange(this.#draft.start ?? this.#draft.text.length, this.#draft.end ?? this.#draft.text.length);
  }

  /** How many turns the participant has sent, with those that are on their way. */
  #ownTurns() {
    const known = (this.#context.state.chat?.turns ?? []).filter((turn) => turn.author === "participant");
    const ids = new Set(known.map((turn) => turn.id));
    return known.length + this.#context.outbox.waitingTurns.filter((turn) => !ids.has(turn.id)).length;
  }

  #keep() {
    this.#draft.text = this.#field.value;
    this.#draft.start = this.#field.selectionStart;
    this.#draft.end = this.#field.selectionEnd;
    this.#context.storage.set("draft", this.#draft);
  }

  #tellLength() {
    const { state } = this.#context;
    const limit = state.limits?.message_length ?? Infinity;
    const { length } = this.#field.value;
    const isTooLong = length > limit;
    this.#field.setAttribute("aria-invalid", String(isTooLong));
    this.#hint.classList.toggle("error", isTooLong);
    let hint = t(isTouchOnly() ? "composer.hintPhone" : "composer.hint");
    if (isTooLong) hint = t("composer.tooLong", { over: length - limit });
    else if (this.#field.readOnly) hint = t("composer.closed");
    setText(this.#hint, hint);
  }
}

/**
 * A draft that nothing was written in. `number`: which turn of the participant it becomes, from 1;
 * `page`: the load in which its first edit was made, and `began`: when, on that load's clock.
 */
function freshDraft(number) {
  return { number, text: "", page: null, began: null, start: 0, end: 0 };
}

customElements.define("attune-composer", Composer);
