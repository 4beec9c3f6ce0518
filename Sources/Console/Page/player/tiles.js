// Signals from the server, in pieces whose places are fixed: the same request comes again and again, and what one
// looked at once is there at once. A tile is 1024 columns of smallest and largest value at 2^level seconds a column; a
// sheet is the samples themselves of 2^level seconds.

import { getBytes, Refusal } from "../api.js";

/** Columns of a tile. */
export const COLUMNS = 1024;

/** How many requests are under way at once: what a browser does for one server. */
const AT_ONCE = 6;

/** Pieces kept beyond those in use: about 20 MB. */
const KEPT = 2000;

/** How much coarser a tile may be that stands in for one that is still to come. */
const COARSER = 12;

/** The level whose columns are not longer than this. */
export function levelFor(secondsPerColumn) { return Math.floor(Math.log2(secondsPerColumn)); }

/** The length of a piece, s. */
export function lengthOf(kind, level) { return (kind === "tiles" ? COLUMNS : 1) * 2 ** level; }

export class TileStore {
  #address;
  #ask;
  #onarrival;
  #onfailure;
  #pieces = new Map();
  #wanted = new Map();
  #running = new Map();
  #failed = new Map();
  #scheduled = false;

  /** `onarrival(track)` after a piece came; `onfailure(track, error)`, with null once it works again. */
  constructor({ session, onarrival, onfailure, ask = getBytes }) {
    this.#address = `/api/sessions/${encodeURIComponent(session)}`;
    this.#ask = ask;
    this.#onarrival = onarrival;
    this.#onfailure = onfailure;
  }

  /** Says which pieces a track needs now, the most urgent first: `[{kind, level, index}]`. What no track needs is not fetched. */
  want(track, pieces) {
    const missing = pieces.map((piece) => ({ ...piece, track, key: keyOf(track, piece.kind, piece.level, piece.index) }))
      .filter(({ key }) => !this.#pieces.has(key));
    this.#wanted.set(track, missing);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // All tracks say what they need first.
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#schedule();
    });
  }

  /** A piece that is there, or undefined. */
  piece(track, kind, level, index) {
    const key = keyOf(track, kind, level, index);
    const piece = this.#pieces.get(key);
    if (piece) {
      // What was used last is thrown away last.
      this.#pieces.delete(key);
      this.#pieces.set(key, piece);
    }
    return piece;
  }

  /** The best there is for a stretch at a level: tiles with the part of each that counts, `[{tile, fromS, toS}]`; coarser or finer ones where the right one is still to come. */
  cover(track, level, fromS, toS) {
    const found = [];
    const size = lengthOf("tiles", level);
    for (let index = Math.floor(fromS / size); index * size < toS; index += 1) {
      const [from, to] = [index * size, (index + 1) * size];
      const exact = this.piece(track, "tiles", level, index);
      if (exact) {
        found.push({ tile: exact, fromS: from, toS: to });
        continue;
      }
      let coarser;
      for (let up = 1; up <= COARSER && !coarser; up += 1) {
        coarser = this.piece(track, "tiles", level + up, Math.floor(index / 2 ** up));
      }
      if (coarser) found.push({ tile: coarser, fromS: from, toS: to });
      for (let half = 0; half < 2; half += 1) {
        const finer = this.piece(track, "tiles", level - 1, 2 * index + half);
        if (finer) found.push({ tile: finer, fromS: from + half * size / 2, toS: from + (half + 1) * size / 2 });
      }
    }
    return found;
  }

  /** Tries again what failed for a track. */
  retry(track) {
    for (const key of this.#failed.keys()) if (key.startsWith(`${track}|`)) this.#failed.delete(key);
    this.#onfailure(track, null);
    this.#schedule();
  }

  /** Forgets what reaches beyond a moment: a session that goes on has more there by now. */
  forgetFrom(seconds) {
    for (const [key, piece] of this.#pieces) {
      if (piece.toS > seconds) this.#pieces.delete(key);
    }
    this.#failed.clear();
  }

  /** Forgets all of some tracks, a Set of their ids: what they are derived from is another one now. What is on its way is too old. */
  forget(tracks) {
    const isMeant = (key) => tracks.has(key.slice(0, key.indexOf("|")));
    for (const pieces of [this.#pieces, this.#failed]) for (const key of pieces.keys()) if (isMeant(key)) pieces.delete(key);
    for (const [key, { controller }] of this.#running) if (isMeant(key)) controller.abort();
  }

  /** Ends all requests. */
  close() {
    this.#wanted.clear();
    for (const { controller } of this.#running.values()) controller.abort();
  }

  /** How many pieces are here and under way: for tests and measurements. */
  get counts() { return { here: this.#pieces.size, underWay: this.#running.size }; }

  #schedule() {
    const lists = [...this.#wanted.values()];
    const wanted = new Map();
    // A row's first piece comes before any row's second.
    for (let place = 0, more = true; more; place += 1) {
      more = false;
      for (const list of lists) {
        if (place < list.length) {
          more = true;
          wanted.set(list[place].key, list[place]);
        }
      }
    }
    for (const [key, { controller }] of this.#running) {
      if (!wanted.has(key)) controller.abort();
    }
    for (const [key, piece] of wanted) {
      if (this.#running.size >= AT_ONCE) break;
      if (this.#pieces.has(key) || this.#running.has(key) || this.#failed.has(key)) continue;
      this.#fetch(key, piece);
    }
  }

  async #fetch(key, { track, kind, level, index }) {
    const controller = new AbortController();
    this.#running.set(key, { controller });
    const size = lengthOf(kind, level);
    const [from, to] = [index * size, (index + 1) * size];
    const stretch = `track=${encodeURIComponent(track)}&from_s=${from}&to_s=${to}`;
    try {
      const path = kind === "tiles" ? `tiles?${stretch}&pixels=${COLUMNS}` : `samples?${stretch}`;
      const bytes = await this.#ask(`${this.#address}/${path}`, { signal: controller.signal });
      this.#keep(key, kind === "tiles" ? tileOf(bytes, from, to) : sheetOf(bytes, from, to));
      this.#onfailure(track, null);
      this.#onarrival(track);
    } catch (error) {
      if (!controller.signal.aborted) {
        this.#failed.set(key, error);
        // More samples than the server gives at once: the tiles have to do.
        if (!(kind === "samples" && error instanceof Refusal && error.status >= 400 && error.status < 500)) this.#onfailure(track, error);
      }
    } finally {
      this.#running.delete(key);
      this.#schedule();
    }
  }

  #keep(key, piece) {
    this.#pieces.set(key, piece);
    for (const old of this.#pieces.keys()) {
      if (this.#pieces.size <= KEPT) break;
      this.#pieces.delete(old);
    }
  }
}

function keyOf(track, kind, level, index) { return `${track}|${kind}|${level}|${index}`; }

/** `values`: smallest and largest of each column, NaN where there is nothing. */
function tileOf(bytes, fromS, toS) {
  return { values: new Float32Array(bytes, 0, Math.min(2 * COLUMNS, Math.floor(bytes.byteLength / 4))), fromS, toS, columnS: (toS - fromS) / COLUMNS };
}

/** `times` in s and `values`. */
function sheetOf(bytes, fromS, toS) {
  const count = bytes.byteLength >= 8 ? new DataView(bytes).getUint32(0, true) : 0;
  return { times: new Float64Array(bytes, 8, count), values: new Float32Array(bytes, 8 + 8 * count, count), fromS, toS };
}
