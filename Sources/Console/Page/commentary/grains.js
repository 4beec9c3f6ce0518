// Lays recorded sound out over time: grains of 40 ms, each of which begins when the one before is half over
// and fades into it. A grain's middle is where it was said, so that nothing adds up, a jump is a fade of
// 20 ms, and quicker or slower sound keeps its pitch. Where the sound just goes on the grains do too, and give
// it back sample by sample. Pure.

const hopS = 0.02;
/** So far from its place a grain may be where it continues the one before without a seam, in s. */
const slackS = 0.003;
/** So far around its place a grain is looked for that continues the one before well, in s. */
const searchS = 0.006;
/** A place that is further off is another one, and nothing to continue, in s. */
const farS = 0.1;
/** Of so many samples one is compared. */
const stride = 6;

export class Grains {
  #read;
  #fade;
  #tail;
  #slack;
  #search;
  #far;
  /** Where the next grain would continue the last one; null behind silence. */
  #next = null;

  /**
   * @param {number} rate samples a second
   * @param {(first: number, target: Float32Array) => boolean} read fills in samples from a place on; false where
   *   they are not known
   */
  constructor(rate, read) {
    /** From grain to grain, in samples. */
    this.hop = Math.round(rate * hopS);
    this.#read = read;
    this.#fade = Float32Array.from({ length: this.hop }, (_, place) => 0.5 - 0.5 * Math.cos(Math.PI * (place + 0.5) / this.hop));
    this.#tail = new Float32Array(this.hop);
    [this.#slack, this.#search, this.#far] = [slackS, searchS, farS].map((seconds) => Math.round(rate * seconds));
  }

  /** Begins anew out of silence. */
  clear() {
    this.#tail.fill(0);
    this.#next = null;
  }

  /**
   * The next `hop` samples.
   * @param {number|null} place the sample that has to be heard at their end; null for silence
   * @returns {Float32Array|null} null where it is silent
   */
  step(place) {
    const grain = place === null ? null : this.#grain(place);
    const { hop } = this;
    const isSilent = grain === null && this.#next === null;
    const output = isSilent ? null : this.#tail.slice();
    if (grain === null) {
      this.clear();
      return output;
    }
    for (let index = 0; index < hop; index += 1) {
      output[index] += grain[index] * this.#fade[index];
      this.#tail[index] = grain[hop + index] * this.#fade[hop - 1 - index];
    }
    return output;
  }

  /** The grain whose middle belongs at a place, as it is or moved a little; null where it is not known. */
  #grain(place) {
    const start = Math.round(place) - this.hop;
    const next = this.#next;
    let first = start;
    if (next !== null && Math.abs(next - start) <= this.#slack) first = next;
    else if (next !== null && Math.abs(next - start) <= this.#far) first = this.#best(next, start) ?? start;
    const grain = new Float32Array(2 * this.hop);
    if (!this.#read(first, grain)) return null;
    this.#next = first + this.hop;
    return grain;
  }

  /** The beginning about `start` that is most alike to what would have come next. */
  #best(next, start) {
    const { hop } = this;
    const search = this.#search;
    const wanted = new Float32Array(hop);
    const around = new Float32Array(hop + 2 * search);
    if (!this.#read(next, wanted) || !this.#read(start - search, around)) return null;
    let best = null;
    let most = 0;
    for (let lag = 0; lag <= 2 * search; lag += 2) {
      let product = 0;
      let power = 1e-9;
      for (let index = 0; index < hop; index += stride) {
        const value = around[lag + index];
        product += wanted[index] * value;
        power += value * value;
      }
      const likeness = product / Math.sqrt(power);
      if (likeness > most) {
        most = likeness;
        best = start - search + lag;
      }
    }
    return best;
  }
}
