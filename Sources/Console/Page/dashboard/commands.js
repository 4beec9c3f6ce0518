// Commands: sent, and then told how they ended, in the daemon's words where it refused. Nothing is shown as
// done before the station says so.

import { make, setText } from "/participant/elements.js";
import { post } from "../api.js";

/** Sends commands for the session that is shown, and tells how they ended. */
export class Commands {
  #page;
  #words = make("p", { class: "result-words" });
  #close = make("button", { type: "button", class: "small quiet", onclick: () => this.#hide() }, "Close");
  #timer = 0;

  /** @param page what knows `session`, `clock` and `mayAct` */
  constructor(page) {
    this.#page = page;
    this.element = make("div", { class: "result", role: "status", "aria-live": "polite", hidden: true }, this.#words, this.#close);
  }

  /** Shows how something ended; what went wrong stays until it is closed. */
  tell(text, state = "ok") {
    clearTimeout(this.#timer);
    setText(this.#words, text);
    this.element.dataset.state = state;
    this.element.hidden = false;
    this.#close.hidden = state === "pending";
    if (state === "ok") this.#timer = setTimeout(() => this.#hide(), 6000);
  }

  #hide() { this.element.hidden = true; }

  /**
   * Sends a command to the session that is shown.
   * @param done what to say when it is done: a text, or what makes one of the answer
   * @returns the answer; null where it was refused
   */
  async send(command, body, done) {
    const session = this.#page.session;
    if (!session) { this.tell("There is no session to do this in.", "bad"); return null; }
    return this.sendTo(`/api/dashboard/sessions/${encodeURIComponent(session.id)}/${command}`, body, done);
  }

  /** The same for any address. */
  async sendTo(address, body, done) {
    if (!this.#page.mayAct) { this.tell("Your account may look, but not act: that needs the role operator.", "bad"); return null; }
    this.tell("Sent; waiting for the station …", "pending");
    try {
      const answer = await post(address, body);
      if (answer.needs_reason) { this.#hide(); return answer; }
      this.tell(typeof done === "function" ? done(answer) : done);
      return answer;
    } catch (error) {
      this.tell(error.message, "bad");
      return null;
    }
  }

  /** A moment of an event of this page, for a mark: the station's time and its bound. */
  moment(ms) {
    const { clock } = this.#page;
    // Without a round trip nobody knows the station's time: then the moment is that of the arrival.
    return clock.isKnown ? { at_ns: clock.at(ms), bound_ns: clock.boundNs, sent_ns: clock.now() } : {};
  }

  /** Puts a mark on a moment of performance.now(). */
  mark(label, ms, text) {
    const started = this.#page.session?.started_ns;
    return this.send("mark", { label, text, ...this.moment(ms) },
      (answer) => `Marked "${label}" at ${((answer.time_ns - started) / 1e9).toFixed(3)} s.`);
  }
}
