// Which tracks are shown, in which order and how high: remembered for each study in this browser.

const PREFIX = "attune.player.tracks.";

export class TrackSettings {
  #key;
  #kept;

  constructor(study) {
    this.#key = PREFIX + (study ?? "");
    try {
      this.#kept = JSON.parse(localStorage.getItem(this.#key)) ?? {};
    } catch {
      // Nothing is kept, or nothing may be: the page's own order has to do.
      this.#kept = {};
    }
    if (typeof this.#kept !== "object" || this.#kept === null) this.#kept = {};
  }

  #of(id) { return this.#kept.tracks?.[id] ?? {}; }

  #set(id, change) {
    this.#kept.tracks = { ...this.#kept.tracks, [id]: { ...this.#of(id), ...change } };
    this.#keep();
  }

  #keep() {
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch { /* It holds for as long as the page is open. */ }
  }

  isHidden(track) { return this.#of(track.id).hidden ?? Boolean(track.hidden); }
  hide(track, hidden) { this.#set(track.id, { hidden }); }

  height(track) { return Math.min(400, Math.max(20, this.#of(track.id).height ?? track.height ?? 48)); }
  hasHeight(track) { return this.#of(track.id).height !== undefined; }
  setHeight(track, height) { this.#set(track.id, { height: Math.round(Math.min(400, Math.max(20, height))) }); }

  scaling(track) { return this.#of(track.id).scaling === "shown" ? "shown" : "session"; }
  setScaling(track, scaling) { this.#set(track.id, { scaling }); }

  /** Tracks in the kept order; those that were not there then stand after the one that is before them now. */
  order(tracks) {
    const kept = this.#kept.order ?? [];
    const result = tracks.filter(({ id }) => kept.includes(id)).sort((a, b) => kept.indexOf(a.id) - kept.indexOf(b.id));
    tracks.forEach((track, place) => {
      if (kept.includes(track.id)) return;
      const before = tracks.slice(0, place).findLast((other) => result.includes(other));
      result.splice(before ? result.indexOf(before) + 1 : 0, 0, track);
    });
    return result;
  }

  setOrder(tracks) {
    this.#kept.order = tracks.map(({ id }) => id);
    this.#keep();
  }

  /** Forgets all of it. */
  reset() {
    this.#kept = {};
    this.#keep();
  }
}
