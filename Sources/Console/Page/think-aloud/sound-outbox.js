// Sound on its way to the station: kept in memory until it is acknowledged, sent in short pieces, in longer
// ones after an interruption and at the end.

/** Short, so that a page that goes away has little left. */
const pieceS = 0.12;
const longestPieceS = 1.5;
/** So much is kept while the station is away. What is older goes, and is told as lost. */
const mostKeptS = 600;

/** Tells `change` when something was stored, lost, or could not be sent. */
export class SoundOutbox extends EventTarget {
  #rate;
  #post;
  /** `{first, capturedMs, samples, missing, isInterrupted}`, in order. */
  #blocks = [];
  #next = 0;
  #isSending = false;
  #failures = 0;
  #isInterrupted = false;
  #lost = 0;
  #missing = 0;
  acknowledged = 0;
  problem = null;
  isOver = false;

  /** @param {(query: string, bytes: Uint8Array, options: object) => Promise<{acknowledged: number}>} post */
  constructor(rate, post) {
    super();
    this.#rate = rate;
    this.#post = post;
  }

  /** Seconds of sound that wait, that are stored, and that are gone. */
  get waitingS() { return this.#blocks.reduce((sum, block) => sum + block.samples.length, 0) / this.#rate; }
  get storedS() { return this.acknowledged / this.#rate; }
  get lostS() { return this.#lost / this.#rate + (this.isOver ? this.waitingS : 0); }
  get rate() { return this.#rate; }
  static get mostKeptS() { return mostKeptS; }

  /** Adds samples in order. `missing`: samples that were lost right before; `capturedMs` on performance.now(). */
  add(samples, capturedMs, missing = 0) {
    if (this.isOver) return;
    this.#next += missing;
    this.#missing += missing;
    this.#lost += missing;
    this.#blocks.push({ first: this.#next, capturedMs, samples, missing: this.#missing, isInterrupted: this.#isInterrupted });
    this.#missing = 0;
    this.#isInterrupted = false;
    this.#next += samples.length;
    while (this.#blocks.length > 1 && this.waitingS > mostKeptS) {
      const gone = this.#blocks.shift();
      this.#lost += gone.samples.length;
      this.#blocks[0].missing += gone.missing + gone.samples.length;
    }
    if (this.#length() >= pieceS * this.#rate) this.#send();
  }

  /** What was over goes on after all. */
  reopen() { this.isOver = false; }

  /** Capture broke off for an unknown time. */
  interrupt() { this.#isInterrupted = true; }

  #length() {
    let length = 0;
    for (const block of this.#blocks) {
      length += block.samples.length;
      if (length >= pieceS * this.#rate) break;
    }
    return length;
  }

  /** Sends what there is, in as few pieces as may be, since nobody waits long for it; done when all is stored, or cannot be now. */
  async flush() {
    while (this.#blocks.length > 0 && this.#failures === 0 && !this.isOver) {
      if (this.#isSending) await new Promise((done) => setTimeout(done, 20));
      else await this.#sendOne(true);
    }
  }

  /** While the page goes away: the last piece, without waiting for an answer. */
  sendLast() {
    const piece = this.#piece(0.6);
    if (piece) this.#post(this.#query(piece), piece.bytes, { keepalive: true }).catch(() => {});
  }

  async #send() {
    if (this.#isSending || this.isOver || this.#failures > 0) return;
    while (this.#length() >= pieceS * this.#rate && this.#failures === 0 && !this.isOver) await this.#sendOne();
  }

  async #sendOne(isEnding = false) {
    const piece = this.#piece(isEnding || this.#blocks.length * 0.02 > 1 ? longestPieceS : pieceS);
    if (!piece) return;
    this.#isSending = true;
    try {
      const { acknowledged } = await this.#post(this.#query(piece), piece.bytes, {});
      this.#failures = 0;
      this.problem = null;
      this.#acknowledge(acknowledged);
    } catch (error) {
      this.problem = error.message;
      if ([404, 410].includes(error.status)) this.isOver = true;
      else this.#retry();
    } finally {
      this.#isSending = false;
      this.dispatchEvent(new Event("change"));
    }
  }

  #retry() {
    this.#failures += 1;
    const pause = Math.min(4000, 250 * 2 ** Math.min(this.#failures - 1, 4)) * (0.75 + Math.random() / 2);
    setTimeout(async () => {
      await this.#sendOne();
      // Once it works again, what waits follows at once.
      if (this.#failures === 0) this.#send();
    }, pause);
  }

  /** Blocks that follow each other without a hole, of at most so many seconds. */
  #piece(seconds) {
    const [head] = this.#blocks;
    if (!head) return null;
    const taken = [];
    let length = 0;
    for (const block of this.#blocks) {
      const isHole = block !== head && (block.missing > 0 || block.isInterrupted);
      if (isHole || (length > 0 && length + block.samples.length > seconds * this.#rate)) break;
      taken.push(block);
      length += block.samples.length;
    }
    const bytes = new Uint8Array(2 * length);
    let place = 0;
    for (const { samples } of taken) {
      bytes.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), place);
      place += samples.byteLength;
    }
    return { ...head, length, bytes };
  }

  #query({ first, capturedMs, missing, isInterrupted }) {
    return new URLSearchParams({ first, rate: this.#rate, captured_ms: capturedMs.toFixed(3), ...(missing > 0 ? { missing } : {}),
      ...(isInterrupted ? { interrupted: 1 } : {}) }).toString();
  }

  #acknowledge(count) {
    this.acknowledged = count;
    while (this.#blocks.length > 0 && this.#blocks[0].first + this.#blocks[0].samples.length <= count) this.#blocks.shift();
    const [head] = this.#blocks;
    // The station has a part of a piece only where it was cut there.
    if (head && head.first < count) {
      const cut = count - head.first;
      this.#blocks[0] = { ...head, first: count, capturedMs: head.capturedMs + cut * 1000 / this.#rate, samples: head.samples.slice(cut),
        missing: 0, isInterrupted: false };
    }
  }
}
