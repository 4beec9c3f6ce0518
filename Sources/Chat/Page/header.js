// The line at the top: whom one chats with, for how long, which step it is, help, and the way out.

import "./menu.js";
import { show } from "./dialogs.js";
import { make, setText } from "./elements.js";
import { resourceList } from "./resources.js";
import { t } from "./texts.js";
import { clockText } from "./times.js";

/** Fills the header that the document has. */
export class PageHeader {
  #context;
  #title = document.querySelector(".title");
  #timer = document.querySelector(".timer");
  #steps = document.querySelector(".steps");
  #badge = document.querySelector(".pilot");
  #actions = document.querySelector(".header-actions");
  #help;
  #menu;
  #isChat = false;

  /** @param {object} context what views share; see app.js */
  constructor(context) {
    this.#context = context;
    this.#help = make("button", { type: "button", class: "help-button", hidden: true, onclick: () =>
      show(t("resources.title"), resourceList(context.state?.resources)) });
    this.renew();
    this.#menu.hidden = true;
  }

  /** Says everything in the language that was just read. */
  renew() {
    setText(this.#help, t("resources.button"));
    this.#menu = document.createElement("attune-menu");
    this.#menu.prepare(this.#context);
    this.#actions.replaceChildren(this.#help, this.#menu);
    setText(document.querySelector(".skip"), t("page.skip"));
    setText(this.#badge, t("page.pilot"));
  }

  /** Shows what the state says. `isRunning`: a phase is shown; `isWaiting`: the session has not begun. */
  show({ isRunning, isWaiting }) {
    const { state } = this.#context;
    this.#isChat = isRunning && state.phase.kind === "chat";
    setText(this.#title, this.#isChat ? state.chat?.client_label || t("chat.client")
      : isRunning ? state.phase.title || state.phase.name : t("page.title"));
    document.title = isRunning ? `${state.phase.title || state.phase.name} – ${t("page.title")}` : t("page.title");
    this.#badge.hidden = !state?.session?.pilot;
    this.#menu.hidden = !(isRunning || isWaiting);
    this.#help.hidden = !(state?.resources?.length);
    const phases = state?.phases ?? [];
    const index = isRunning ? phases.findIndex((phase) => phase.name === state.phase.name) : -1;
    this.#steps.hidden = phases.length < 2 || index < 0;
    if (!this.#steps.hidden) setText(this.#steps, t("page.step", { step: index + 1, steps: phases.length }));
  }

  /** How long the chat has lasted, in ms; 0 elsewhere. */
  get elapsed() {
    if (!this.#isChat) return 0;
    const { state, serverTime, phaseTime } = this.#context;
    const began = state.chat?.started_ms;
    return Math.max(0, Number.isFinite(began) ? serverTime.now - began : phaseTime.now);
  }

  tick() {
    this.#timer.hidden = !this.#isChat;
    if (!this.#isChat) return;
    const time = clockText(this.elapsed);
    const duration = this.#context.state.phase.duration_seconds;
    setText(this.#timer, duration ? t("chat.durationOf", { time, whole: clockText(duration * 1000) }) : time);
  }
}
