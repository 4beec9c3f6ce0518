// How loud the commentary is over time: read in pieces out of the WAV, as far as it is needed.

import { pieceS } from "./sound-reader.js";

const perSecond = 20;
/** A piece that could not be read is asked for again after so long, in ms, where it is still looked at. */
const patience = 3000;

/** Event: `change`, when more is known. */
export class SpeechEnvelope extends EventTarget {
  #reader;
  #sound;
  #values;
  #pieces = new Set();
  #isReading = false;
  #wanted = [];

  /** @param {{reader: SoundReader, times: SoundMap, duration: number}} sound `duration`: of the file, in s */
  constructor({ reader, times, duration }) {
    super();
    this.#reader = reader;
    this.#sound = times;
    this.#values = new Float32Array(Math.ceil(duration * perSecond) + 1).fill(NaN);
  }

  /** The level (0…1) between two moments of speech time; NaN where it is not known yet. */
  level(from, to) {
    const first = Math.max(0, Math.floor(this.#sound.toFile(from) * perSecond));
    const last = Math.min(this.#values.length - 1, Math.max(first, Math.floor(this.#sound.toFile(to) * perSecond)));
    this.#need(first);
    let most = NaN;
    for (let place = first; place <= last; place += 1) if (!(this.#values[place] <= most)) most = this.#values[place];
    return most;
  }

  #need(place) {
    const piece = Math.floor(place / (pieceS * perSecond));
    if (place >= this.#values.length || this.#pieces.has(piece)) return;
    this.#pieces.add(piece);
    this.#wanted.push(piece);
    this.#read();
  }

  async #read() {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#wanted.length > 0) {
      const piece = this.#wanted.pop();
      try {
        await this.#readPiece(piece);
        this.dispatchEvent(new Event("change"));
      } catch (error) {
        // Without its picture the sound can still be heard.
        console.warn("The commentary's sound cannot be drawn:", error);
        setTimeout(() => {
          this.#pieces.delete(piece);
          this.dispatchEvent(new Event("change"));
        }, patience);
      }
    }
    this.#isReading = false;
  }

  async #readPiece(piece) {
    const each = await this.#reader.rate() / perSecond;
    const samples = await this.#reader.piece(piece);
    for (let place = 0; place * each < samples.length; place += 1) {
      let sum = 0;
      const end = Math.min(samples.length, Math.round((place + 1) * each));
      const start = Math.round(place * each);
      for (let index = start; index < end; index += 1) sum += (samples[index] / 32768) ** 2;
      const target = piece * pieceS * perSecond + place;
      if (target < this.#values.length && end > start) this.#values[target] = Math.sqrt(sum / (end - start));
    }
  }
}
