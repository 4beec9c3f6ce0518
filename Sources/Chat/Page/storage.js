// What must outlive a reload, kept in the browser under the room's name.

/** A part of localStorage. Where the browser keeps nothing, memory takes its place, until a reload. */
export class Storage {
  #prefix;
  #memory = new Map();
  #isBroken = false;
  #isClosed = false;

  /** @param {string} prefix begins the name of all that is kept here */
  constructor(prefix) {
    this.#prefix = prefix;
  }

  get(key) {
    const name = this.#prefix + key;
    let text = this.#memory.get(name);
    if (text === undefined) {
      try {
        text = localStorage.getItem(name) ?? undefined;
      } catch {
        this.#complain();
      }
    }
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /** Removes all, and keeps nothing any more: who sits here next is to find nothing. */
  close() {
    for (const key of this.keys()) this.remove(key);
    this.#isClosed = true;
  }

  set(key, value) {
    if (this.#isClosed) return;
    const name = this.#prefix + key;
    const text = JSON.stringify(value);
    try {
      localStorage.setItem(name, text);
      this.#memory.delete(name);
    } catch {
      this.#memory.set(name, text);
      this.#complain();
    }
  }

  remove(key) {
    this.#memory.delete(this.#prefix + key);
    try {
      localStorage.removeItem(this.#prefix + key);
    } catch {
      this.#complain();
    }
  }

  /** The keys that begin so. */
  keys(start = "") {
    const names = new Set(this.#memory.keys());
    try {
      for (let index = 0; index < localStorage.length; index += 1) names.add(localStorage.key(index));
    } catch {
      this.#complain();
    }
    const whole = this.#prefix + start;
    return [...names].filter((name) => name.startsWith(whole)).map((name) => name.slice(this.#prefix.length));
  }

  #complain() {
    if (this.#isBroken) return;
    this.#isBroken = true;
    console.error("This browser keeps nothing: what is not delivered would be lost by a reload.");
  }
}
