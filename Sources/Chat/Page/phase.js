// One phase of the procedure, whatever its kind: heading, instructions, what there is to do, and
// what ends it.

import "./chat.js";
import "./consent.js";
import "./microphone.js";
import "./questionnaire.js";
import "./typing.js";
import { announce } from "./announcer.js";
import { confirm } from "./dialogs.js";
import { make, paragraphs, setText } from "./elements.js";
import { whenPainted } from "./moment.js";
import { resourceList } from "./resources.js";
import { t } from "./texts.js";
import { clockText } from "./times.js";

export class Phase extends HTMLElement {
  #context;
  #heading;
  #body;
  #parts = [];
  #countdown = null;
  #clock = null;
  #bar = null;
  #isWaiting = false;
  #hasEndedAloud = false;

  prepare(context) {
    this.#context = context;
    const { phase } = context.state;
    this.className = `phase kind-${phase.kind}`;
    this.#heading = make("h2", { tabindex: -1, class: phase.kind === "chat" ? "visually-hidden" : null }, phase.title || phase.name);
    this.#body = make("div", { class: "phase-body" });
    this.append(this.#heading, this.#body);
    this.#fill(phase);
    whenPainted((time) => context.outbox.add("phase_shown", { phase: phase.name }, time));
    this.update();
  }

  update() {
    for (const part of this.#parts) part.update?.();
    const { paused } = this.#context.state;
    this.#body.inert = Boolean(paused) && this.#context.state.phase.kind !== "chat";
    this.tick();
  }

  /** Called several times a second. */
  tick() {
    const { duration_seconds: duration } = this.#context.state.phase ?? {};
    if (!this.#countdown || !duration) return;
    const left = Math.max(0, duration * 1000 - this.#context.phaseTime.now);
    setText(this.#clock, clockText(Math.ceil(left / 1000) * 1000));
    this.#bar.value = Math.min(1, 1 - left / (duration * 1000));
    if (left === 0 && !this.#hasEndedAloud) {
      this.#hasEndedAloud = true;
      announce(t("phase.timeIsUp"));
    }
  }

  /** What is shown by itself, as it is told with the screen. */
  get screen() {
    const chat = this.#parts.find((part) => part.localName === "attune-chat");
    return { phase: this.#context.state.phase?.name ?? null, ...chat?.screen };
  }

  /** Shows a moment of the chat that was recorded. */
  replay(moment) {
    this.#parts.find((part) => part.localName === "attune-chat")?.replay(moment);
  }

  flush() {
    for (const part of this.#parts) part.flush?.();
  }

  focusStart() {
    const chat = this.#parts.find((part) => part.localName === "attune-chat");
    if (chat) chat.focusStart();
    else this.#heading.focus();
  }

  #part(name, ...values) {
    const element = document.createElement(`attune-${name}`);
    this.#parts.push(element);
    element.prepare(this.#context, ...values);
    return element;
  }

  #fill(phase) {
    const { state } = this.#context;
    if (phase.kind === "chat") {
      this.#body.append(this.#part("chat"));
      if (phase.advance === "participant") this.#body.append(this.#finishChat());
      if (state.questionnaires?.length) this.#body.append(this.#questionnaires(() => {}));
      return;
    }
    this.#body.append(...paragraphs(phase.instructions));
    if (phase.kind === "consent") {
      this.#body.append(this.#part("consent", () => this.#advance()));
      return;
    }
    if (phase.kind === "briefing" && state.chat?.machine_notice) {
      this.#body.append(make("p", { class: "machine-notice", role: "note" }, state.chat.machine_notice));
    }
    if (phase.kind === "fitting" && (!phase.checks || phase.checks.includes("microphone"))) {
      this.#body.append(this.#part("microphone"));
    }
    const isTyping = phase.kind === "baseline" && phase.task === "typing";
    const isLong = phase.kind === "baseline" || phase.advance === "duration";
    if (phase.duration_seconds && isLong) this.#body.append(this.#countdownBox());
    if (phase.kind === "debrief" && state.resources?.length) {
      this.#body.append(make("section", { class: "card" }, make("h3", {}, t("resources.title")), resourceList(state.resources)));
    }
    const canAdvance = phase.advance === "participant";
    const hasQuestions = state.questionnaires?.length > 0;
    if (isTyping) {
      this.#body.append(this.#part("typing-task", phase.text ?? "", canAdvance && !hasQuestions ? () => this.#advance() : null));
    }
    if (hasQuestions) {
      this.#body.append(this.#questionnaires(() => canAdvance ? this.#advance() : this.#wait()));
    } else if (canAdvance && !isTyping) {
      this.#body.append(make("div", { class: "actions" }, make("button", { type: "button", class: "primary",
        onclick: () => this.#advance() }, t(phase.kind === "debrief" ? "phase.finish" : "phase.continue"))));
    } else if (phase.advance === "operator" || phase.kind === "think-aloud") {
      this.#body.append(make("p", { class: "wait-note" }, t(phase.kind === "think-aloud" ? "phase.thinkAloud" : "phase.operator")));
    }
  }

  #countdownBox() {
    this.#clock = make("span", { class: "countdown-time", role: "timer", "aria-label": t("phase.timeLeft") });
    this.#bar = make("progress", { max: 1, value: 0, "aria-label": t("phase.progress") });
    this.#countdown = make("div", { class: "countdown" }, this.#clock, this.#bar);
    return this.#countdown;
  }

  #finishChat() {
    return make("div", { class: "actions finish-chat" }, make("button", { type: "button", onclick: async () => {
      const question = { title: t("chat.finishTitle"), text: t("chat.finishText"), action: t("chat.finish"), danger: false };
      if (await confirm(question)) this.#advance();
    } }, t("chat.finish")));
  }

  /** One questionnaire after another; which ones are done is kept over a reload. */
  #questionnaires(onDone) {
    const { state, storage } = this.#context;
    const place = make("div", { class: "questionnaires" });
    const next = (isFirst) => {
      const done = new Set(storage.get("done") ?? []);
      const rest = state.questionnaires.filter((definition) => !definition.final && !done.has(definition.name));
      this.#parts = this.#parts.filter((part) => part.localName !== "attune-questionnaire");
      if (rest.length === 0) {
        place.replaceChildren();
        onDone();
        return;
      }
      const button = rest.length > 1 || this.#context.state.phase.advance === "participant" ? t("phase.continue") : t("phase.submit");
      const element = this.#part("questionnaire", rest[0], button, () => {
        storage.set("done", [...done, rest[0].name]);
        next(false);
      });
      place.replaceChildren(element);
      if (!isFirst) {
        const heading = element.querySelector("h3");
        heading.tabIndex = -1;
        heading.focus();
        scrollTo({ top: 0 });
      }
    };
    // Where all are done already, the way on is taken when the page stands.
    queueMicrotask(() => next(true));
    return place;
  }

  #advance() {
    if (this.#isWaiting) return;
    this.flush();
    this.#context.outbox.add("advance", { phase: this.#context.state.phase.name }, undefined, true);
    this.#wait();
  }

  #wait() {
    this.#isWaiting = true;
    const note = make("p", { class: "wait-note", tabindex: -1, role: "status" }, t("phase.wait"));
    this.#parts = [];
    this.#body.replaceChildren(note);
    note.focus();
  }
}

customElements.define("attune-phase", Phase);
