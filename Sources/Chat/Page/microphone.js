// The check of the microphone: whether the browser may hear it, and how loud it is.

import { make, setText } from "./elements.js";
import { t } from "./texts.js";

/** Peak level, in dB of full scale, above which somebody is taken to be speaking. */
const speechLevel = -40;
/** How long the level is looked at before a quiet microphone is told, in ms. */
const longestQuiet = 8000;

/** Told over the outbox as `microphone` {state, level}: ok, quiet, denied, missing, unavailable. */
export class Microphone extends HTMLElement {
  #context;
  #stream = null;
  #audio = null;
  #meter;
  #status;
  #button;
  #frame = 0;
  #told = null;

  prepare(context) {
    this.#context = context;
    this.#meter = make("meter", { min: -60, max: 0, low: -40, value: -60, "aria-label": t("microphone.level"), hidden: true });
    this.#status = make("p", { role: "status" }, t("microphone.instructions"));
    this.#button = make("button", { type: "button", onclick: () => this.#start() }, t("microphone.start"));
    this.append(make("section", { class: "card microphone", "aria-labelledby": "microphone-title" },
      make("h3", { id: "microphone-title" }, t("microphone.title")), this.#status, this.#meter, this.#button));
  }

  disconnectedCallback() {
    this.#stop();
  }

  async #start() {
    this.#stop();
    this.#told = null;
    if (!navigator.mediaDevices?.getUserMedia) {
      this.#tell("unavailable", null);
      return;
    }
    this.#button.setAttribute("aria-disabled", "true");
    setText(this.#status, t("microphone.asking"));
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
    } catch (error) {
      this.#tell(error.name === "NotAllowedError" || error.name === "SecurityError" ? "denied"
        : error.name === "NotFoundError" ? "missing" : "unavailable", null);
      return;
    } finally {
      this.#button.removeAttribute("aria-disabled");
      setText(this.#button, t("microphone.again"));
    }
    if (!this.isConnected) {
      this.#stop();
      return;
    }
    this.#listen();
  }

  #listen() {
    this.#audio = new AudioContext();
    const analyser = this.#audio.createAnalyser();
    analyser.fftSize = 2048;
    this.#audio.createMediaStreamSource(this.#stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#meter.hidden = false;
    setText(this.#status, t("microphone.speak"));
    const began = performance.now();
    let loudest = -Infinity;
    let loudFrames = 0;
    const look = () => {
      if (!this.#stream) return;
      this.#frame = requestAnimationFrame(look);
      analyser.getFloatTimeDomainData(samples);
      let peak = 0;
      for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
      const level = peak > 0 ? 20 * Math.log10(peak) : -Infinity;
      this.#meter.value = Math.max(-60, level);
      loudest = Math.max(loudest, level);
      loudFrames = level > speechLevel ? loudFrames + 1 : loudFrames;
      if (loudFrames > 10) this.#tell("ok", loudest);
      else if (performance.now() - began > longestQuiet) this.#tell("quiet", loudest);
    };
    look();
  }

  /** @param {number|null} level loudest so far, in dB of full scale */
  #tell(state, level) {
    if (this.#told === state || (this.#told === "ok" && state === "quiet")) return;
    this.#told = state;
    setText(this.#status, t(`microphone.${state}`));
    this.dataset.state = state;
    const rounded = Number.isFinite(level) ? Math.round(level * 10) / 10 : null;
    this.#context.outbox.add("microphone", { state, level: rounded });
  }

  #stop() {
    cancelAnimationFrame(this.#frame);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#audio?.close();
    this.#audio = null;
    if (this.#meter) this.#meter.hidden = true;
  }
}

customElements.define("attune-microphone", Microphone);
