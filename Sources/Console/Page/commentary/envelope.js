// How loud the commentary is over time: read in pieces out of the WAV, as far as it is needed.

const perSecond = 20;
const pieceS = 20;

/** Event: `change`, when more is known. */
export class SpeechEnvelope extends EventTarget {
  #address;
  #sound;
  #rate;
  #start = null;
  #values;
  #pieces = new Map();
  #isReading = false;
  #wanted = [];

  /** @param {{address: string, times: SoundMap, duration: number}} sound `duration`: of the file, in s */
  constructor({ address, times, duration }) {
    super();
    this.#address = address;
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
    this.#pieces.set(piece, "wanted");
    this.#wanted.push(piece);
    this.#read();
  }

  async #read() {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      if (this.#start === null) await this.#readHeader();
      while (this.#wanted.length > 0) {
        await this.#readPiece(this.#wanted.pop());
        this.dispatchEvent(new Event("change"));
      }
    } catch (error) {
      // Without its picture the sound can still be heard.
      console.warn("The commentary's sound cannot be drawn:", error);
    } finally {
      this.#isReading = false;
    }
  }

  async #bytes(from, to) {
    const answer = await fetch(this.#address, { headers: { Range: `bytes=${from}-${to}` }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`the console answered ${answer.status}`);
    return answer.arrayBuffer();
  }

  /** Where the samples begin, and how many a second there are (16 bit, one channel). */
  async #readHeader() {
    const view = new DataView(await this.#bytes(0, 1023));
    let place = 12;
    while (place + 8 <= view.byteLength) {
      const name = String.fromCharCode(...new Uint8Array(view.buffer, place, 4));
      const size = view.getUint32(place + 4, true);
      if (name === "fmt ") this.#rate = view.getUint32(place + 12, true);
      if (name === "data") {
        this.#start = place + 8;
        return;
      }
      place += 8 + size + size % 2;
    }
    throw new Error("this is no WAV");
  }

  async #readPiece(piece) {
    const each = this.#rate / perSecond;
    const first = Math.round(piece * pieceS * this.#rate);
    const buffer = await this.#bytes(this.#start + 2 * first, this.#start + 2 * (first + pieceS * this.#rate) - 1);
    const samples = new Int16Array(buffer, 0, Math.floor(buffer.byteLength / 2));
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
