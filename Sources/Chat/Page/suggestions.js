// Suggestions: three groups of texts that can be put into the message, whole.

import { announce } from "./announcer.js";
import { make } from "./elements.js";
import { whenPainted } from "./moment.js";
import { hasText, t } from "./texts.js";
import { isTouchOnly } from "./touch.js";

/** Tells `suggestion-chosen` with the suggestion and the event that chose it. */
export class Suggestions extends HTMLElement {
  #context;
  #groups;
  #hint;
  #set = null;
  #list = [];

  prepare(context) {
    this.#context = context;
    this.#groups = make("div", { class: "suggestion-groups" });
    this.#hint = make("p", { class: "hint shortcuts" }, t(isTouchOnly() ? "suggestions.hintPhone" : "suggestions.hint"));
    this.append(make("section", { class: "suggestions", "aria-labelledby": "suggestions-title" },
      make("div", { class: "suggestions-head" },
        make("h3", { id: "suggestions-title" }, t("suggestions.title")), this.#hint), this.#groups));
    this.hidden = true;
    this.update();
  }

  update() {
    const suggestions = this.#context.state.chat?.suggestions ?? null;
    const set = suggestions?.set ?? null;
    if (set === this.#set) return;
    const hadFocus = this.contains(document.activeElement);
    this.#set = set;
    this.#list = [];
    const groups = suggestions?.groups ?? [];
    this.#groups.replaceChildren(...groups.map((group) => this.#group(group)));
    const isEmpty = this.#list.length === 0;
    this.#hint.hidden = isEmpty;
    if (isEmpty) {
      this.#groups.append(make("p", { class: "empty" }, t("suggestions.none")));
    } else {
      this.hidden = false;
      announce(t("suggestions.new"));
      this.#tellShown(set);
    }
    if (hadFocus) this.dispatchEvent(new CustomEvent("focus-lost", { bubbles: true }));
  }

  /** The suggestion of a shortcut, from 1. */
  choose(number, event) {
    const suggestion = this.#list[number - 1];
    if (suggestion) this.#chosen(suggestion, event);
    return Boolean(suggestion);
  }

  #group(group) {
    const key = `suggestions.group.${group.name}`;
    const title = group.title || (hasText(key) ? t(key) : group.name);
    const id = `suggestions-${this.#list.length}`;
    return make("section", { class: `suggestion-group group-${group.name}`, "aria-labelledby": id },
      make("h4", { id }, title),
      make("ul", {}, (group.items ?? []).map((item) => make("li", {}, this.#button(item)))));
  }

  #button(item) {
    this.#list.push(item);
    const number = this.#list.length;
    const hasKey = number <= 9;
    return make("button", {
      type: "button", class: "suggestion", "aria-keyshortcuts": hasKey ? `Control+Shift+${number}` : null,
      title: hasKey ? t("suggestions.shortcut", { number }) : null, onclick: (event) => this.#chosen(item, event),
    }, make("span", { class: "key", "aria-hidden": "true" }, hasKey ? String(number) : ""),
    make("span", { dir: "auto" }, item.text));
  }

  #chosen(suggestion, event) {
    this.dispatchEvent(new CustomEvent("suggestion-chosen", { bubbles: true, detail: { suggestion, event } }));
  }

  #tellShown(set) {
    const { outbox, storage } = this.#context;
    const ids = this.#list.map((item) => item.id);
    whenPainted((time) => {
      if (this.#set !== set || storage.get("set") === set) return;
      storage.set("set", set);
      outbox.add("suggestions_shown", { set, ids }, time);
    });
  }
}

customElements.define("attune-suggestions", Suggestions);
