// The samples of a commentary's WAV (16 bit, one channel), read in pieces as they are needed, and kept for a
// while: whoever draws the sound and whoever plays it read each piece once.

/** Seconds in a piece. */
export const pieceS = 5;
/** So many pieces are kept. */
const most = 24;
/** What could not be read is asked for again after so long, in ms. */
const patience = 1000;

/** Events: `piece` (`number`), when one came that `known` did not know; `problem`, when one could not be read. */
export class SoundReader extends EventTarget {
  #address;
  #header = null;
  #reading = new Map();
  /** Pieces whose coming has to be told. */
  #asked = new Set();
  #pieces = new Map();

  /** @param {string} address of the WAV */
  constructor(address) {
    super();
    this.#address = address;
  }

  /** Samples a second. */
  async rate() { return (await this.#known()).rate; }

  /** A piece's samples: fewer where the sound ends, none behind its end. */
  async piece(number) {
    if (this.#pieces.has(number)) return this.#touched(number);
    if (!this.#reading.has(number)) this.#reading.set(number, this.#read(number));
    return this.#reading.get(number);
  }

  /** A piece's samples if they are here; else they are read, and null. */
  known(number) {
    if (this.#pieces.has(number)) return this.#touched(number);
    if (!this.#asked.has(number)) {
      this.#asked.add(number);
      this.piece(number).then(() => "piece", () => "problem").then((name) => {
        this.#asked.delete(number);
        this.dispatchEvent(Object.assign(new Event(name), { number }));
      });
    }
    return null;
  }

  /** Those that were not needed for longest go first. */
  #touched(number) {
    const samples = this.#pieces.get(number);
    this.#pieces.delete(number);
    this.#pieces.set(number, samples);
    return samples;
  }

  async #read(number) {
    try {
      const { rate, start, length } = await this.#known();
      const size = Math.round(pieceS * rate);
      const last = Math.min(length, (number + 1) * size);
      let samples = new Int16Array(0);
      if (last > number * size) {
        const buffer = await this.#bytes(start + 2 * number * size, start + 2 * last - 1);
        samples = new Int16Array(buffer, 0, Math.floor(buffer.byteLength / 2));
      }
      this.#pieces.set(number, samples);
      while (this.#pieces.size > most) this.#pieces.delete(this.#pieces.keys().next().value);
      this.#reading.delete(number);
      return samples;
    } catch (error) {
      setTimeout(() => this.#reading.delete(number), patience);
      throw error;
    }
  }

  #known() {
    this.#header ??= this.#readHeader().catch((error) => {
      // The next one who asks tries again.
      this.#header = null;
      throw error;
    });
    return this.#header;
  }

  async #readHeader() {
    const view = new DataView(await this.#bytes(0, 1023));
    let rate = 0;
    let place = 12;
    while (place + 8 <= view.byteLength) {
      const name = String.fromCharCode(...new Uint8Array(view.buffer, place, 4));
      const size = view.getUint32(place + 4, true);
      if (name === "fmt ") rate = view.getUint32(place + 12, true);
      if (name === "data") return { rate, start: place + 8, length: size / 2 };
      place += 8 + size + size % 2;
    }
    throw new Error("this is no WAV");
  }

  async #bytes(from, to) {
    const answer = await fetch(this.#address, { headers: { Range: `bytes=${from}-${to}` }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`the console answered ${answer.status}`);
    return answer.arrayBuffer();
  }
}
