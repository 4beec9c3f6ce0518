// The commentary heard in session time. Where the session's clock will be is known beforehand, over pauses of
// the map and other passes too: the sound is worked out ahead, to the sample, and given to the audio
// hardware with the moment at which it has to come out. Nothing is sought and nothing is caught up with.

import { Grains } from "./grains.js";
import { pieceS } from "./sound-reader.js";

/** So much is worked out ahead, in s: a page in the background is woken once a second. */
const aheadS = 1.3;
/** What is handed over at once, in grains. */
const blockHops = 5;
/** A change is heard so much after it was made at the soonest, in s. */
const leadS = 0.03;
/** What is not wanted any more fades out in so much, in s. */
const fadeS = 0.005;
/** How often what comes is worked out, in ms. */
const eachMs = 50;
/** So many readings of the two clocks are looked at: 2 s. */
const readings = 40;
/** Beyond this the audio clock was stopped in between, in ms. */
const jumpMs = 100;
/** Much quicker or slower than it was said nobody understands it. */
const [slowest, quickest] = [0.45, 4];

/** Event: `problem`, where the sound cannot be had. */
export class SessionSound extends EventTarget {
  #clock;
  #map = null;
  #times = null;
  #reader = null;
  #rate = 0;
  #context = null;
  #timer = 0;
  /** Names the time from a start to its stop. */
  #started = null;
  #offsets = [];
  #grains = null;
  #run = null;
  /** The pass of the commentary that was worked out last, and the one that was asked for last. */
  #stretch = null;
  #heard = null;
  #isLacking = false;

  /** @param {import("../player/clock.js").PlayerClock} clock of the session */
  constructor(clock) {
    super();
    this.#clock = clock;
    clock.addEventListener("change", ({ cause }) => {
      // What the clock does by itself was known.
      if (!["end", "wrap", "skip"].includes(cause)) this.#again();
    });
  }

  /**
   * Takes a commentary: its map, the times of its sound, and what reads that.
   * @param {import("./sound-reader.js").SoundReader|null} reader
   */
  load(map, times, reader) {
    this.stop();
    this.#map = map;
    this.#times = times;
    this.#reader = reader;
    // Where it was not here yet it is heard as soon as it is.
    reader?.addEventListener("piece", () => reader === this.#reader && this.#isLacking && this.#again());
    reader?.addEventListener("problem", () => reader === this.#reader && this.dispatchEvent(new Event("problem")));
  }

  /** Where the speech is at a position of the session, in s of speech time; null where nothing is heard. */
  speechAt(position) {
    const { playing, rate } = this.#clock;
    if (!this.#context || !playing) return null;
    const found = this.#said({ position, rate, playing }, this.#heard);
    this.#heard = found?.stretch ?? null;
    return found?.speech ?? null;
  }

  /** Begins to be heard; needs a click or a key before it. */
  async start() {
    const reader = this.#reader;
    if (this.#started || !reader) return;
    const started = {};
    this.#started = started;
    try {
      const rate = await reader.rate();
      if (this.#started !== started) return;
      this.#rate = rate;
      // At the rate of the sound nothing has to be converted from block to block.
      this.#context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
      this.#context.addEventListener("statechange", () => this.#again());
      this.#grains = new Grains(rate, (first, target) => this.#read(first, target));
      this.#timer = setInterval(() => this.#work(), eachMs);
      await this.#context.resume();
    } catch {
      if (this.#started === started) this.dispatchEvent(new Event("problem"));
    }
  }

  stop() {
    this.#started = null;
    clearInterval(this.#timer);
    this.#context?.close();
    this.#context = null;
    this.#run = null;
    this.#offsets = [];
  }

  // What has to be heard

  /** What was said at a state of the session's clock: `{speech, stretch}`, or null. */
  #said({ position, rate, playing }, stretch) {
    if (!playing || rate <= 0) return null;
    const found = this.#map.toSpeech(position, stretch);
    if (!found) return null;
    const speed = rate / found.stretch.rate / this.#times.rateAt(found.speech);
    return speed < slowest || speed > quickest ? null : found;
  }

  /** The sample that has to be heard at a moment of performance.now(); null for silence. */
  #placeAt(ms) {
    const found = this.#said(this.#clock.stateAt(ms), this.#stretch);
    this.#stretch = found?.stretch ?? null;
    const file = found && this.#times.soundAt(found.speech);
    return file === null ? null : file * this.#rate;
  }

  // Samples

  #read(first, target) {
    const size = Math.round(pieceS * this.#rate);
    let isWhole = true;
    for (let number = Math.max(0, Math.floor(first / size)); number * size < first + target.length; number += 1) {
      const samples = this.#reader.known(number);
      if (!samples) {
        isWhole = false;
        continue;
      }
      const offset = number * size - first;
      const from = Math.max(0, -offset);
      const to = Math.min(samples.length, target.length - offset);
      for (let place = from; place < to; place += 1) target[offset + place] = samples[place] / 32768;
    }
    this.#isLacking ||= !isWhole;
    return isWhole;
  }

  // When it comes out

  /** By how many ms performance.now() is ahead of the audio that comes out; null where it is not known yet. */
  #offset() {
    const context = this.#context;
    const { contextTime, performanceTime } = context.getOutputTimestamp?.() ?? {};
    const now = performance.now();
    const isTold = contextTime > 0 && Math.abs(performanceTime - now) < 1000;
    if (isTold) this.#note(performanceTime - contextTime * 1000);
    else if (context.currentTime > 0.5) this.#note(now - (context.currentTime - context.baseLatency - (context.outputLatency || 0)) * 1000);
    if (this.#offsets.length === 0) return null;
    const ordered = this.#offsets.toSorted((a, b) => a - b);
    return ordered[ordered.length >> 1];
  }

  #note(offset) {
    if (this.#offsets.length > 0 && Math.abs(offset - this.#offsets.at(-1)) > jumpMs) this.#offsets = [];
    this.#offsets.push(offset);
    if (this.#offsets.length > readings) this.#offsets.shift();
  }

  /** Something changed: what was handed over fades, and all is worked out anew. */
  #again() {
    const context = this.#context;
    if (context?.state !== "running") return;
    const from = context.currentTime + leadS;
    if (this.#run) {
      const { gain } = this.#run.node;
      gain.setValueAtTime(1, from);
      gain.linearRampToValueAtTime(0, from + fadeS);
      for (const source of this.#run.sources) source.stop(from + fadeS);
    }
    this.#grains.clear();
    this.#stretch = this.#heard = null;
    this.#isLacking = false;
    const node = new GainNode(context);
    node.connect(context.destination);
    this.#run = { node, sources: new Set(), next: Math.ceil(from * this.#rate) };
    this.#work();
  }

  #work() {
    const context = this.#context;
    const run = this.#run;
    if (!run || context.state !== "running") return;
    const offset = this.#offset();
    if (offset === null) return;
    // A page that was held up goes on where time is now.
    if (run.next < context.currentTime * this.#rate) {
      this.#grains.clear();
      run.next = Math.ceil((context.currentTime + leadS) * this.#rate);
    }
    const { hop } = this.#grains;
    while (run.next < (context.currentTime + aheadS) * this.#rate) {
      let buffer = null;
      for (let index = 0; index < blockHops; index += 1) {
        const end = run.next + (index + 1) * hop;
        const samples = this.#grains.step(this.#placeAt(offset + end * 1000 / this.#rate));
        if (!samples) continue;
        buffer ??= new AudioBuffer({ length: blockHops * hop, numberOfChannels: 1, sampleRate: this.#rate });
        buffer.copyToChannel(samples, 0, index * hop);
      }
      if (buffer) this.#hand(run, buffer);
      run.next += blockHops * hop;
    }
    this.#prepare();
  }

  #hand(run, buffer) {
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(run.node);
    source.start(run.next / this.#rate);
    run.sources.add(source);
    source.addEventListener("ended", () => run.sources.delete(source));
  }

  /** Has the sound here and some seconds on. */
  #prepare() {
    const state = this.#clock.stateAt(performance.now());
    for (const later of [0, 3, 6]) {
      const found = this.#said({ position: state.position + later * Math.abs(state.rate), rate: Math.abs(state.rate), playing: true }, this.#stretch);
      const file = found && this.#times.soundAt(found.speech);
      if (file !== null) this.#reader.known(Math.floor(file / pieceS));
    }
  }
}
