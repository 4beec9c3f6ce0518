// In the audio thread: microphone to 16-bit samples, in blocks of 20 ms, numbered by the context's frames.

const blockMs = 20;

class Capture extends AudioWorkletProcessor {
  #size = Math.round(sampleRate * blockMs / 1000);
  #block = new Int16Array(this.#size);
  #filled = 0;
  #first = 0;
  #peak = 0;
  #squares = 0;
  #isRunning = true;

  constructor() {
    super();
    this.port.onmessage = () => { this.#isRunning = false; };
  }

  process(inputs) {
    const channels = inputs[0];
    const length = channels[0]?.length ?? 128;
    for (let place = 0; place < length; place += 1) {
      if (this.#filled === 0) this.#first = currentFrame + place;
      let value = 0;
      for (const channel of channels) value += channel[place] / channels.length;
      const size = Math.abs(value);
      if (size > this.#peak) this.#peak = size;
      this.#squares += value * value;
      this.#block[this.#filled] = Math.max(-32768, Math.min(32767, Math.round(value * 32767)));
      this.#filled += 1;
      if (this.#filled === this.#size) this.#send(currentFrame + length);
    }
    return this.#isRunning;
  }

  /** `known`: the frame up to which the graph had come when this was sent, which was at `at`. */
  #send(known) {
    const samples = this.#block;
    this.port.postMessage({ first: this.#first, known, at: Date.now(), samples, peak: this.#peak, level: Math.sqrt(this.#squares / this.#size) },
      [samples.buffer]);
    this.#block = new Int16Array(this.#size);
    this.#filled = 0;
    this.#peak = 0;
    this.#squares = 0;
  }
}

registerProcessor("attune-capture", Capture);
