// The chat: the client's state beside the conversation, the message field and the suggestions below.

import "./composer.js";
import "./conversation.js";
import "./course.js";
import "./emotion.js";
import "./suggestions.js";
import { make, paragraphs } from "./elements.js";
import { t } from "./texts.js";

export class Chat extends HTMLElement {
  #context;
  #parts;
  #aside;
  #notice;
  #onKey = (event) => this.#key(event);

  prepare(context) {
    this.#context = context;
    this.#parts = Object.fromEntries(["conversation", "composer", "suggestions", "emotion", "course"]
      .map((name) => [name, document.createElement(`attune-${name}`)]));
    const { conversation, composer, suggestions, emotion, course } = this.#parts;
    this.#notice = make("p", { class: "machine-notice", role: "note", hidden: true });
    const { phase } = context.state;
    const folded = matchMedia("(max-width: 59.99rem)").matches;
    const details = make("details", { class: "course-fold", open: !folded }, make("summary", {}, t("course.fold")), course);
    this.#aside = make("aside", { class: "client-state", "aria-label": t("chat.state") }, emotion, details);
    this.append(this.#aside, make("div", { class: "talk" },
      phase.instructions && make("details", { class: "instructions-fold", open: !folded },
        make("summary", {}, t("chat.instructions")), paragraphs(phase.instructions)),
      this.#notice, conversation, composer, suggestions));
    for (const part of Object.values(this.#parts)) part.prepare(context);
    this.addEventListener("turn-sent", (event) => conversation.addPending(event.detail));
    this.addEventListener("suggestion-chosen", (event) => composer.insert(event.detail.suggestion, event.detail.event));
    this.addEventListener("focus-lost", () => composer.focusField());
    document.addEventListener("keydown", this.#onKey);
    this.update();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
    this.flush();
  }

  update() {
    const { chat } = this.#context.state;
    for (const part of Object.values(this.#parts)) part.update();
    const notice = chat?.machine_notice ?? "";
    this.#notice.hidden = !notice;
    if (this.#notice.textContent !== notice) this.#notice.textContent = notice;
    const hasState = Boolean(chat?.emotion) || (chat?.series ?? []).length > 0;
    this.#aside.hidden = !hasState;
    this.classList.toggle("with-state", hasState);
  }

  /** What is shown by itself, as it is told with the screen. */
  get screen() {
    const { chat } = this.#context.state;
    return { ...this.#parts.conversation.screen, suggestions: chat?.suggestions?.set ?? null,
      began_ms: chat?.started_ms ?? null, emotion: chat?.emotion?.turn ?? null, points: chat?.series?.length ?? 0, can_write: Boolean(chat?.can_write) };
  }

  /** Shows a moment that was recorded: see the parts. */
  replay({ pending, place, draft }) {
    this.#parts.composer.replay(draft);
    this.#parts.conversation.replay(pending, place);
  }

  flush() {
    this.#parts?.composer.flush();
  }

  focusStart() {
    this.#parts.composer.focusField();
  }

  /** Ctrl+Shift+1…9: by the key's place, since Shift makes other characters of the digits. */
  #key(event) {
    if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return;
    const match = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (!match || document.querySelector("dialog[open]")) return;
    if (this.#parts.suggestions.choose(Number(match[1]), event)) event.preventDefault();
  }
}

customElements.define("attune-chat", Chat);
