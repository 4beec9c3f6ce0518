// The microphone in a page: what state it is in, how loud it is, how much is stored.

import { make, setText } from "/participant/elements.js";
import { SoundOutbox } from "./sound-outbox.js";

const quietest = -60;

const states = {
  off: ["idle", "Off"], opening: ["warn", "Opening"], on: ["ok", "Recording"], suspended: ["bad", "Waiting for a click"],
  unplugged: ["bad", "Unplugged"], failed: ["bad", "Not recording"],
};

const names = { echoCancellation: "echo cancellation", noiseSuppression: "noise suppression", autoGainControl: "automatic gain" };

/** Level in dB of full scale; −60 for silence. */
export function decibels(value) { return value > 0 ? Math.max(quietest, 20 * Math.log10(value)) : quietest; }

export class MicrophoneBox {
  element;
  #microphone;
  #badge = make("span", { class: "badge" });
  #meter = make("meter", { min: quietest, max: 0, low: -40, high: -3, optimum: -15, value: quietest, "aria-label": "Level of the microphone" });
  #stored = make("span", { class: "figures" });
  #words = make("p", { class: "hint" });
  #warning = make("p", { class: "note warn", role: "alert", hidden: true });
  #peak = 0;
  #resume = make("button", { type: "button", class: "primary", hidden: true, onclick: () => this.#microphone.resume() }, "Go on recording");

  constructor(microphone) {
    this.#microphone = microphone;
    this.element = make("div", { class: "microphone-box" },
      make("div", { class: "microphone-line" }, this.#badge, this.#meter, this.#stored), this.#words, this.#warning, this.#resume);
    microphone.addEventListener("state", () => this.update());
    microphone.addEventListener("change", () => this.update());
    microphone.addEventListener("level", ({ peak }) => { this.#peak = Math.max(this.#peak, peak); });
    setInterval(() => this.#tick(), 100);
    this.update();
  }

  #tick() {
    this.#meter.value = decibels(this.#peak);
    this.#peak *= 0.6;
    this.#showStored();
  }

  #showStored() {
    const { outbox } = this.#microphone;
    setText(this.#stored, outbox ? `${outbox.storedS.toFixed(1)} s stored` : "");
    const problems = [];
    if (outbox && outbox.waitingS > 3) {
      problems.push(`The station is not reached: ${Math.round(outbox.waitingS)} s of sound wait in this page and are sent later. Do not close it. `
        + `It keeps ${Math.round(SoundOutbox.mostKeptS / 60)} minutes.`);
    }
    if (outbox && outbox.lostS > 0.05) problems.push(`${outbox.lostS.toFixed(1)} s of sound were lost.`);
    const text = problems.join(" ");
    this.#warning.hidden = text === "";
    setText(this.#warning, text);
  }

  update() {
    const { state, words, disobeyed } = this.#microphone;
    const [kind, name] = states[state];
    this.#badge.dataset.state = kind;
    setText(this.#badge, name);
    const processed = state === "on" && disobeyed.length > 0
      ? `The browser goes on with ${disobeyed.map((one) => names[one]).join(", ")} although it was asked not to. Use another browser.` : "";
    const text = words || processed || (state === "suspended" ? "The browser waits for a click before it records." : "");
    setText(this.#words, text);
    this.#words.hidden = text === "";
    this.#words.classList.toggle("wrong", kind === "bad" || processed !== "");
    this.#resume.hidden = state !== "suspended";
    this.#showStored();
  }
}
