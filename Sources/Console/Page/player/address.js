// The moment in the page's address: `?t=123.456&from=..&to=..&speed=..`. It is kept up to date, and opening it leads
// exactly there.

/** The browser allows no more than so many changes of the address. */
const EACH_MS = 500;

/** What an address says: `{t, from, to, speed}`, each a number or undefined. */
export function momentOf(search) {
  const parameters = new URLSearchParams(search);
  const numberOf = (name) => {
    const text = parameters.get(name);
    const value = text === null || text.trim() === "" ? NaN : Number(text);
    return Number.isFinite(value) ? value : undefined;
  };
  return { t: numberOf("t"), from: numberOf("from"), to: numberOf("to"), speed: numberOf("speed") };
}

/** What the address says of the moment. All else in it is somebody else's, and stays. */
const OWN = ["t", "from", "to", "speed"];

/**
 * The search part for a state; what is as at first is left out. Positions to the microsecond.
 * @param {string} search the one before
 */
export function searchOf({ clock, view, position = clock.position }, search = "") {
  const text = (value) => String(Number(value.toFixed(6)));
  const parameters = new URLSearchParams({ t: text(position) });
  if (!view.isWhole) {
    parameters.set("from", text(view.fromS));
    parameters.set("to", text(view.toS));
  }
  if (clock.rate !== 1) parameters.set("speed", text(clock.rate));
  for (const [name, value] of new URLSearchParams(search)) if (!OWN.includes(name)) parameters.append(name, value);
  return `?${parameters}`;
}

export class Address {
  #parts;
  #timer = 0;

  constructor({ clock, view }) {
    this.#parts = { clock, view };
    // While it plays, the moment is the one of the last command; it moves on when it stops.
    clock.addEventListener("change", () => this.#later());
    view.addEventListener("change", () => this.#later());
    addEventListener("pagehide", () => this.#keep());
  }

  /** The whole link to this moment. */
  get link() { return new URL(searchOf(this.#parts, location.search), location.href).href; }

  #later() {
    if (this.#timer) return;
    this.#timer = setTimeout(() => this.#keep(), EACH_MS);
  }

  #keep() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const search = searchOf(this.#parts, location.search);
    if (search !== location.search) history.replaceState(history.state, "", search + location.hash);
  }
}
