// What was done and is not stored yet, kept in this browser until the server has it. Handing a change over twice does no
// harm, so that what another tab has left behind is simply taken over.

const PREFIX = "attune.annotations.";

export class Journal {
  #stem;
  #key;
  #storage;

  /** `session`, and `who` is signed in: what one person left is not sent in the name of another. */
  constructor({ session, who, storage = safeStorage() }) {
    this.#storage = storage;
    this.#stem = `${PREFIX}${session}.${who}.`;
    this.#key = this.#stem + crypto.randomUUID();
    /** Whether it is really kept: a browser may not allow it, or be full. */
    this.isKept = storage !== null;
  }

  /** What was left behind by a page of before, in its order: `{pending, running}`. It is this page's from now on. */
  takeOver() {
    const pending = [];
    const running = [];
    for (const key of this.#keys()) {
      const left = this.#read(key);
      const known = new Set(pending.map(({ change }) => change));
      pending.push(...(left?.pending ?? []).filter(({ change }) => !known.has(change)));
      running.push(...(left?.running ?? []).filter(({ annotation }) => !running.some((other) => other.annotation === annotation)));
    }
    this.keep({ pending, running });
    for (const key of this.#keys()) if (key !== this.#key) this.#storage.removeItem(key);
    return { pending, running };
  }

  keep({ pending, running }) {
    if (!this.#storage) return;
    try {
      if (pending.length === 0 && running.length === 0) this.#storage.removeItem(this.#key);
      else this.#storage.setItem(this.#key, JSON.stringify({ pending, running }));
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
  }

  #keys() {
    if (!this.#storage) return [];
    return Array.from({ length: this.#storage.length }, (_, place) => this.#storage.key(place)).filter((key) => key?.startsWith(this.#stem)).sort();
  }

  #read(key) {
    try {
      return JSON.parse(this.#storage.getItem(key));
    } catch {
      return null;
    }
  }
}

function safeStorage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
