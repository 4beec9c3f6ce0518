// Durations as people read them.

/** `4:07`, or `1:04:07`. */
export function clockText(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":").replace(/^0/, "");
}

/**
 * Time that goes on by itself between two messages of the server: `reading` in ms was right when it
 * was taken in.
 */
export class Running {
  #reading;
  #since;

  constructor(reading) {
    this.#reading = reading;
    this.#since = performance.now();
  }

  get now() {
    return this.#reading + performance.now() - this.#since;
  }
}
