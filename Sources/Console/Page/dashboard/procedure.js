// The procedure: where the session stands in its protocol, and what has to be put right before it goes on.

import { make, setText } from "/participant/elements.js";
import { ask } from "./dialogs.js";
import { duration } from "./format.js";
import { Fitting } from "./fitting.js";
import { keyed, setAttribute } from "./keyed.js";

/** The panel of phases, with the fitting below. */
export class Procedure {
  #page;
  #list = make("ol", { class: "phase-list" });
  #next = make("button", { type: "button", class: "primary next-phase", onclick: () => this.next() });
  #empty = make("p", { class: "empty" }, "This session has no protocol, and so no phases.");
  #info = null;

  constructor(page) {
    this.#page = page;
    this.fitting = new Fitting(page);
    this.element = make("section", { class: "card panel procedure", "aria-labelledby": "procedure-title" },
      make("h2", { id: "procedure-title" }, "Procedure"),
      this.#next, this.#empty,
      make("div", { class: "panel-body", tabindex: "0", role: "region", "aria-label": "Phases and fitting" }, this.#list, this.fitting.element));
  }

  /** The phase that comes next by the protocol; null at its end. */
  get nextPhase() { return this.#info?.phases.find(({ is_next }) => is_next) ?? null; }

  get current() { return this.#info?.phases.find(({ name }) => name === this.#info.phase) ?? null; }

  /** Milliseconds that the current phase has lasted. */
  elapsedMs(nowNs) { return this.#info?.phase_began_ns == null ? NaN : (nowNs - this.#info.phase_began_ns) / 1e6; }

  update(session, nowNs) {
    this.#info = session?.procedure ?? null;
    const phases = this.#info?.phases ?? [];
    this.element.hidden = !session;
    this.#empty.hidden = phases.length > 0;
    const next = this.nextPhase;
    this.#next.hidden = !next;
    if (next) {
      const text = `Next: ${next.title}`;
      if (this.#next.firstChild?.textContent !== text) this.#next.replaceChildren(make("span", { class: "anywhere" }, text), make("kbd", { "aria-hidden": "true" }, "N"));
      this.#next.disabled = !this.#page.mayAct;
    }
    keyed(this.#list, phases, ({ name }) => name, (phase) => this.#item(phase.name), (item, phase) => this.#show(item, phase, nowNs));
    this.fitting.update(session);
  }

  #item(name) {
    return make("li", { class: "phase" },
      make("button", { type: "button", class: "quiet phase-go", onclick: () => this.goTo(name) },
        make("span", { class: "phase-sign", "aria-hidden": "true" }), make("span", { class: "phase-title anywhere" }), make("span", { class: "phase-state visually-hidden" }),
        make("span", { class: "phase-clock figures" })),
      make("progress", { class: "phase-progress", hidden: true, "aria-label": "Of the planned duration" }));
  }

  #show(item, phase, nowNs) {
    const isCurrent = phase.name === this.#info.phase;
    const { phases } = this.#info;
    const isBehind = phases.slice(phases.indexOf(phase) + 1).some(({ entered }) => entered > 0);
    const state = isCurrent ? "current" : phase.entered ? "done" : isBehind ? "skipped" : phase.is_next ? "next" : "open";
    setAttribute(item, "data-state", state);
    setAttribute(item, "aria-current", isCurrent ? "step" : null);
    setText(item.querySelector(".phase-sign"), { current: "▶", done: "✓", skipped: "–", next: "○", open: "○" }[state]);
    setText(item.querySelector(".phase-state"), { current: "now", done: "done", skipped: "passed over", next: "next", open: "" }[state]);
    setText(item.querySelector(".phase-title"), phase.title + (phase.optional ? " (optional)" : ""));
    const clock = item.querySelector(".phase-clock");
    const progress = item.querySelector("progress");
    const planned = phase.duration_ms;
    progress.hidden = !isCurrent || !planned;
    if (!isCurrent) {
      setText(clock, planned ? duration(planned) : "");
      setAttribute(item, "data-over", null);
      return;
    }
    const elapsed = this.elapsedMs(nowNs);
    const over = planned ? elapsed - planned : 0;
    setText(clock, planned ? (over > 0 ? `${duration(elapsed)} · over by ${duration(over)}` : `${duration(elapsed)} of ${duration(planned)}`) : duration(elapsed));
    setAttribute(item, "data-over", over > 1000);
    if (planned) { progress.max = planned; progress.value = Math.min(planned, elapsed); }
  }

  /** Goes on to the next phase. It asks where somebody else would end this one. */
  async next() {
    const [phase, current] = [this.nextPhase, this.current];
    if (!phase) return this.#page.commands.tell("There is no next phase: stop the session when all is done.", "bad");
    const isTheirs = current && current.advance !== "operator";
    if (isTheirs) {
      const who = current.advance === "participant" ? "The participant ends" : "The time ends";
      const answer = await ask({
        title: `Go on to "${phase.title}"?`, words: `${who} "${current.title}". Going on before is noted as a departure where it is one.`, action: "Go on",
        fields: [{ name: "reason", label: "Reason (may be left empty)" }],
      });
      if (!answer) return null;
      return this.#go(phase, answer.reason);
    }
    return this.#go(phase, "");
  }

  /** Goes to any phase; what departs from the protocol asks for a reason. */
  async goTo(name) {
    const phase = this.#info?.phases.find((one) => one.name === name);
    if (!phase) return null;
    if (phase.is_next) return this.next();
    const isBack = phase.entered > 0;
    const answer = await ask({
      title: `Go to "${phase.title}"?`, isDangerous: true, action: `Go to "${phase.title}"`,
      words: isBack ? "The session was there before: going back is noted as a departure from the protocol."
        : "Phases are passed over: that is noted as a departure from the protocol.",
      fields: [{ name: "reason", label: "Reason", required: true }],
    });
    return answer && this.#go(phase, answer.reason);
  }

  async #go(phase, reason) {
    const { commands } = this.#page;
    const done = (answer) => `The session is in "${phase.title}" now${answer.session.paused ? " (and paused)" : ""}.`;
    let answer = await commands.send("phase", { phase: phase.name, reason: reason || null }, done);
    if (!answer?.needs_reason) return answer;
    const given = await ask({
      title: "The fitting is not done", isDangerous: true, action: "Go on all the same",
      words: [answer.needs_reason.words, "Put it right, or go on with a reason: it is kept with the session."],
      fields: [{ name: "reason", label: "Reason", required: true }],
    });
    if (!given) return commands.tell(`The session stays where it is: ${answer.needs_reason.words}`, "bad");
    answer = await commands.send("phase", { phase: phase.name, reason: given.reason }, done);
    return answer;
  }
}
