// How somebody codes in this browser: the scheme, the reaction time that is taken off, the stream of artefacts.

const KEY = "attune.annotations.settings";

export class Settings extends EventTarget {
  #kept;
  /** The Scheme that is chosen, or null. */
  scheme = null;
  /** The code that was used last. */
  lastCode = null;
  /** The stream that artefacts are put on by key. */
  stream = null;

  constructor() {
    super();
    try {
      this.#kept = JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      this.#kept = {};
    }
  }

  get schemeName() { return this.#kept.scheme ?? ""; }
  set schemeName(name) { this.#keep({ scheme: name }); }

  /** Whether the reaction time is taken off; not unless somebody says so. */
  get reactionOn() { return this.#kept.reactionOn === true; }
  set reactionOn(isOn) { this.#keep({ reactionOn: isOn }); }

  /** ms. */
  get reactionMs() { return Number.isFinite(this.#kept.reactionMs) ? this.#kept.reactionMs : 250; }
  set reactionMs(ms) { this.#keep({ reactionMs: Math.min(2000, Math.max(0, Math.round(ms) || 0)) }); }

  #keep(change) {
    this.#kept = { ...this.#kept, ...change };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#kept));
    } catch { /* It holds for as long as the page is open. */ }
    this.dispatchEvent(new Event("change"));
  }
}
