// The sound of alarms. Browsers let a page sound only after somebody has touched it; what the state is, is shown.

import { make, setText } from "/participant/elements.js";
import { setAttribute } from "./keyed.js";

const key = "attune-dashboard-sound";

/** Two tones for what is urgent, one for a warning; again and again until somebody has seen the alarm. */
export class AlarmSound {
  #context = null;
  #wanted = localStorage.getItem(key) !== "off";
  #severity = null;
  #next = 0;
  /** How often it has sounded: what tests look at. */
  count = 0;

  constructor() {
    this.element = make("button", { type: "button", class: "small sound", title: "Key V", onclick: () => this.toggle() });
    // The first touch of the page is enough, if sound is wanted.
    for (const name of ["pointerdown", "keydown"]) {
      addEventListener(name, () => this.#wake(), { capture: true });
    }
    setInterval(() => this.#tick(), 250);
    this.#show();
  }

  get isOn() { return this.#wanted && this.#context?.state === "running"; }

  toggle() {
    this.#wanted = !this.isOn;
    localStorage.setItem(key, this.#wanted ? "on" : "off");
    this.#wake().then(() => { if (this.#wanted) this.#beep("warning"); });
    this.#show();
  }

  /** What has to be sounded now: "urgent", "warning", or null. */
  set(severity) {
    if (severity !== this.#severity) this.#next = 0;
    this.#severity = severity;
  }

  async #wake() {
    if (!this.#wanted) return;
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") await this.#context.resume().catch(() => {});
    this.#show();
  }

  #tick() {
    this.#show();
    if (!this.#severity || !this.isOn || performance.now() < this.#next) return;
    this.#next = performance.now() + (this.#severity === "urgent" ? 2000 : 10_000);
    this.#beep(this.#severity);
  }

  #beep(severity) {
    if (!this.isOn) return;
    this.count += 1;
    const tones = severity === "urgent" ? [880, 622, 880, 622] : [523, 659];
    tones.forEach((hertz, place) => {
      const begin = this.#context.currentTime + 0.02 + place * 0.18;
      const tone = new OscillatorNode(this.#context, { type: "triangle", frequency: hertz });
      const volume = new GainNode(this.#context, { gain: 0 });
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(0.4, begin + 0.01);
      volume.gain.linearRampToValueAtTime(0, begin + 0.16);
      tone.connect(volume).connect(this.#context.destination);
      tone.start(begin);
      tone.stop(begin + 0.17);
    });
  }

  #show() {
    const text = this.isOn ? "Sound on" : this.#wanted ? "No sound yet: press here" : "Sound off";
    setText(this.element, text);
    setAttribute(this.element, "aria-pressed", String(this.isOn));
    setAttribute(this.element, "data-state", this.isOn ? "on" : "off");
  }
}
