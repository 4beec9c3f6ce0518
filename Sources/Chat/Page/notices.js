// What is said above everything else: the operator's messages, a pause, a lost connection, help.

import { announce, announceUrgently } from "./announcer.js";
import { make, setText } from "./elements.js";
import { whenPainted } from "./moment.js";
import { resourceList } from "./resources.js";
import { t } from "./texts.js";

export class Notices extends HTMLElement {
  #context;
  #lines = {};
  #message = null;
  #resources = null;
  #paused = null;

  prepare(context) {
    this.#context = context;
    for (const name of ["connection", "paused", "message", "help"]) {
      this.#lines[name] = make("div", { class: `notice ${name}`, hidden: true });
      this.append(this.#lines[name]);
    }
  }

  /** Shows what the state says. */
  update() {
    const { state } = this.#context;
    this.#showPaused(state.paused);
    this.#showMessage(state.message);
    this.#showHelp(state.resources ?? []);
  }

  /** @param {boolean} isLost whether the server cannot be reached */
  connection(isLost) {
    const line = this.#lines.connection;
    if (line.hidden === !isLost) return;
    line.hidden = !isLost;
    setText(line, isLost ? t("connection.lost") : "");
    announce(isLost ? t("connection.lost") : t("connection.back"));
    this.#context.outbox?.add("connection", { state: isLost ? "lost" : "back" });
  }

  /** Says that something was done. */
  tell(text) {
    const line = make("div", { class: "notice done" }, make("p", {}, text), this.#closeButton(() => line.remove()));
    this.append(line);
    announce(text);
    setTimeout(() => line.remove(), 15_000);
  }

  /** The names of the lines that are seen. */
  get visible() {
    return Object.keys(this.#lines).filter((name) => !this.#lines[name].hidden);
  }

  /** Shows exactly these lines of a moment that was recorded, after `update`. */
  replay(names) {
    if (names.includes("connection")) setText(this.#lines.connection, t("connection.lost"));
    if (names.includes("help")) this.#fillHelp(this.#context.state.resources ?? []);
    for (const [name, line] of Object.entries(this.#lines)) line.hidden = !names.includes(name);
  }

  clear() {
    for (const line of Object.values(this.#lines)) line.hidden = true;
  }

  #showPaused(paused) {
    const line = this.#lines.paused;
    const key = paused ? JSON.stringify(paused) : null;
    if (key === this.#paused) return;
    const wasPaused = this.#paused !== null;
    this.#paused = key;
    line.hidden = !paused;
    if (paused) {
      line.replaceChildren(make("strong", {}, t("paused.title")), make("p", {}, t("paused.text")));
      announceUrgently(`${t("paused.title")}. ${t("paused.text")}`);
    } else if (wasPaused) {
      line.replaceChildren();
      announce(t("paused.over"));
    }
  }

  #showMessage(message) {
    const line = this.#lines.message;
    if ((message?.id ?? null) === this.#message) return;
    this.#message = message?.id ?? null;
    const { storage, outbox } = this.#context;
    line.hidden = !message || storage.get("read") === message.id;
    if (line.hidden) return;
    const close = this.#closeButton(() => {
      line.hidden = true;
      storage.set("read", message.id);
      this.#context.focusStart();
    });
    line.replaceChildren(make("strong", {}, t("message.title")), make("p", { dir: "auto", class: "pre" }, message.text), close);
    announceUrgently(`${t("message.title")}: ${message.text}`);
    whenPainted((time) => outbox.add("message_shown", { id: message.id }, time));
  }

  /** Places to turn to that were not there before: something was said that they are for. */
  #showHelp(resources) {
    const key = JSON.stringify(resources);
    const isFirst = this.#resources === null;
    if (key === this.#resources) return;
    this.#resources = key;
    const line = this.#lines.help;
    line.hidden = isFirst || resources.length === 0 || this.#context.state.phase?.kind === "debrief";
    if (line.hidden) return;
    this.#fillHelp(resources);
    announce(t("resources.offer"));
    whenPainted((time) => this.#context.outbox.add("resources_shown", { count: resources.length }, time));
  }

  #fillHelp(resources) {
    const line = this.#lines.help;
    line.replaceChildren(make("strong", {}, t("resources.offer")), resourceList(resources), this.#closeButton(() => {
      line.hidden = true;
      this.#context.focusStart();
    }));
  }

  #closeButton(close) {
    return make("button", { type: "button", class: "notice-close", onclick: close }, t("notice.close"));
  }
}

customElements.define("attune-notices", Notices);
