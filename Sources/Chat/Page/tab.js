// One tab of the browser at a time is the participant's. The browser's own locks tell which.

/** Holds the room for this tab. Tells `change` when `isActive` is another. */
export class Tab extends EventTarget {
  #name;
  isActive = false;

  constructor(name) {
    super();
    this.#name = name;
  }

  /** Takes the room if no other tab has it, and waits for it otherwise. Done when that is known. */
  async claim() {
    if (!navigator.locks) {
      // Without a secure context there are no locks, and no way to know of the other tab.
      this.#become(true);
      return;
    }
    const isFree = await new Promise((answer) => {
      navigator.locks.request(this.#name, { ifAvailable: true }, (lock) => {
        answer(lock !== null);
        return lock === null ? undefined : this.#hold();
      }).catch(() => this.#lose());
    });
    if (isFree) return;
    this.#become(false);
    this.#wait();
  }

  /** Takes the room from the other tab. */
  take() {
    navigator.locks.request(this.#name, { steal: true }, () => this.#hold()).catch(() => this.#lose());
  }

  /** Becomes active when the other tab is closed. */
  #wait() {
    navigator.locks.request(this.#name, () => this.isActive ? undefined : this.#hold())
      .catch(() => this.#lose());
  }

  /** Another tab took the room. */
  #lose() {
    this.#become(false);
    this.#wait();
  }

  #hold() {
    this.#become(true);
    return new Promise(() => {});
  }

  #become(isActive) {
    if (this.isActive === isActive) return;
    this.isActive = isActive;
    this.dispatchEvent(new Event("change"));
  }
}
