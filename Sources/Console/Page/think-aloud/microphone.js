// The microphone: opened without the browser's voice processing, captured in the audio thread.
//
// When a sample was captured: the frame's rendering time (frame-clock.js) less what the microphone's own
// buffer holds (`latency` of the track's settings, where the browser tells it).

import { FrameClock } from "./frame-clock.js";
import { SoundOutbox } from "./sound-outbox.js";

const wantedRate = 48_000;
/** So many blocks without a hole are an even run. */
const evenBlocks = 8;
/** So long a block of the audio thread is under way at most, in ms. */
const underWayMs = 40;
/** What a browser may do to a voice, and must not. */
const processing = ["echoCancellation", "noiseSuppression", "autoGainControl"];

/** What is wrong with a microphone, in words. */
export function microphoneProblem(error) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") {
    return "This page may not use the microphone. Allow it beside the browser’s address, and try again.";
  }
  if (error.name === "NotFoundError") return "No microphone was found. Connect one, and try again.";
  if (error.name === "NotReadableError") return "The microphone is in use by another program, or does not answer.";
  return `The microphone cannot be used: ${error.message}`;
}

/**
 * Events: `level` (`peak` and `level` of full scale, 0…1), `state` (see `state` and `words`), `change` (something was
 * stored or could not be).
 */
export class Microphone extends EventTarget {
  #context = null;
  #stream = null;
  #node = null;
  #outbox = null;
  #clock = null;
  #post;
  #latencyMs = 0;
  #lastFrame = null;
  #even = 0;
  #begun = 0;
  #expected = null;
  #wanted = false;
  #device = null;
  /** off, opening, on, suspended, unplugged, failed */
  state = "off";
  words = "";
  settings = null;
  /** What the browser does to the voice although it was asked not to. */
  disobeyed = [];

  /** @param {{sound, tell}|null} post how sound is sent and a microphone is told; null for a check alone */
  constructor(post = null) {
    super();
    this.#post = post;
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#reopen());
  }

  get outbox() { return this.#outbox; }
  get rate() { return this.#context?.sampleRate ?? wantedRate; }
  get latencyMs() { return this.#latencyMs; }

  /** Opens the microphone and goes on until `stop`, also over a device that is unplugged and comes back. */
  async start(device = this.#device) {
    this.#device = device;
    this.#wanted = true;
    this.#outbox?.reopen();
    await this.#open();
  }

  async stop() {
    this.#wanted = false;
    // What the audio thread heard until now is on its way here.
    if (this.state === "on") await new Promise((done) => setTimeout(done, underWayMs));
    if (this.#wanted) return;
    this.#close();
    if (this.state !== "off") this.#set("off", "");
    await this.#outbox?.flush();
  }

  /** Lets a suspended context go on, after a click. */
  async resume() { await this.#context?.resume(); }

  async #open() {
    if (!navigator.mediaDevices?.getUserMedia) {
      this.#set("failed", "This browser gives pages a microphone only over https or on this computer.");
      return;
    }
    this.#close();
    this.#set("opening", "Allow the microphone where your browser asks.");
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: {
        echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1,
        ...(this.#device ? { deviceId: { exact: this.#device } } : {}),
      } });
    } catch (error) {
      this.#set("failed", microphoneProblem(error));
      return;
    }
    if (!this.#wanted) {
      this.#close();
      return;
    }
    const [track] = this.#stream.getAudioTracks();
    this.settings = track.getSettings();
    this.disobeyed = processing.filter((name) => this.settings[name] === true);
    this.#latencyMs = (this.settings.latency ?? 0) * 1000;
    try {
      await this.#connect();
    } catch (error) {
      this.#close();
      this.#set("failed", `The sound cannot be captured: ${error.message}`);
      return;
    }
    track.addEventListener("ended", () => this.#lost());
    track.addEventListener("mute", () => this.#set("on", "The microphone is muted by the system."));
    track.addEventListener("unmute", () => this.#set("on", ""));
    this.#set(this.#context.state === "suspended" ? "suspended" : "on", "");
  }

  async #connect() {
    let source;
    try {
      this.#context = new AudioContext({ sampleRate: wantedRate, latencyHint: "interactive" });
      source = this.#context.createMediaStreamSource(this.#stream);
    } catch {
      // A browser that does not convert rates records at the microphone's own.
      await this.#context?.close();
      this.#context = new AudioContext({ latencyHint: "interactive" });
      source = this.#context.createMediaStreamSource(this.#stream);
    }
    const context = this.#context;
    await context.audioWorklet.addModule("/page/think-aloud/capture-worklet.js");
    this.#node = new AudioWorkletNode(context, "attune-capture", { numberOfInputs: 1, numberOfOutputs: 1 });
    this.#clock = new FrameClock(context.sampleRate);
    this.#lastFrame = null;
    this.#even = 0;
    this.#begun = 0;
    // A microphone of another rate is a stream of its own.
    if (this.#post && this.#outbox?.rate !== context.sampleRate) {
      this.#outbox?.flush();
      this.#outbox = new SoundOutbox(context.sampleRate, this.#post.sound);
      this.#outbox.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    } else {
      this.#outbox?.interrupt();
    }
    await this.#post?.tell({ rate: context.sampleRate, settings: { ...this.settings, label: this.#stream.getAudioTracks()[0].label,
      context_latency_s: context.baseLatency, disobeyed: this.disobeyed } });
    this.#node.port.onmessage = ({ data }) => this.#take(data);
    source.connect(this.#node);
    // What is not connected to the end of the graph is not rendered everywhere; it gives silence.
    this.#node.connect(context.destination);
    context.addEventListener("statechange", () => {
      if (this.#context !== context) return;
      if (context.state === "suspended") this.#set("suspended", "");
      else if (context.state === "running" && this.state === "suspended") {
        this.#outbox?.interrupt();
        this.#set("on", "");
      }
    });
    context.resume();
  }

  #take(block) {
    if (this.state !== "on" || !this.#runsEvenly(block)) return;
    for (const known of this.#clock.see(block, performance.now())) this.#keep(known);
    const { peak, level } = block;
    const event = new Event("level");
    Object.assign(event, { peak, level });
    this.dispatchEvent(event);
  }

  /** A graph that has just begun leaves some out: recording begins behind that, at the latest after a second. */
  #runsEvenly({ first, samples }) {
    if (this.#even >= evenBlocks) return true;
    this.#begun += 1;
    this.#even = first === this.#expected ? this.#even + 1 : 0;
    this.#expected = first + samples.length;
    if (this.#begun > 50) this.#even = evenBlocks;
    return false;
  }

  /** Hands on a block whose time is known. */
  #keep({ block: { first, samples }, ms, isSlip }) {
    const missing = this.#lastFrame === null ? 0 : Math.max(0, first - this.#lastFrame);
    this.#lastFrame = first + samples.length;
    if (isSlip) this.#outbox?.interrupt();
    this.#outbox?.add(samples, ms - this.#latencyMs, missing);
  }

  /** Hands on what is still held. */
  #release() {
    for (const known of this.#clock?.rest() ?? []) this.#keep(known);
  }

  /** While the page goes away: what was not sent yet, as far as that works. */
  sendLast() {
    this.#release();
    this.#outbox?.sendLast();
  }

  #lost() {
    this.#close();
    this.#outbox?.interrupt();
    this.#set("unplugged", "The microphone was unplugged. Connect it again: recording goes on by itself.");
  }

  #reopen() {
    if (this.#wanted && ["unplugged", "failed"].includes(this.state)) this.#open();
  }

  #close() {
    this.#release();
    this.#clock = null;
    this.#node?.port.postMessage("end");
    this.#node?.disconnect();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#node = null;
    if (this.#context && this.#context.state !== "closed") this.#context.close();
    this.#context = null;
  }

  #set(state, words) {
    this.state = state;
    this.words = words;
    this.dispatchEvent(new Event("state"));
  }
}
