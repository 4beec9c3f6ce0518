// What the playback page hands to its plug-ins, which add tracks, panels, keys and stops to it. A plug-in is a
// module with `export function attach(workbench)`.

/**
 * Events: `selection` (the chosen stretch changed), `session` (the manifest was read again), `view` (other times are
 * shown), `lead` (somebody else plays, or began or ended to).
 */
export class Workbench extends EventTarget {
  #parts;
  #selection = null;
  #lead = null;

  /**
   * `session`: the manifest; `me`: who is signed in; `clock`: the PlayerClock; `view`: the TimeView; `parts`: the
   * page's own `{tracks, panels, keys, stops, announcer}`.
   */
  constructor({ session, me, clock, view, parts }) {
    super();
    this.session = session;
    this.me = me;
    this.clock = clock;
    /** What is shown: `fromS` and `toS` in s, and `set`, `zoom`, `pan`, `fit`, `reveal`. */
    this.view = view;
    this.#parts = parts;
    view.addEventListener("change", () => this.dispatchEvent(new Event("view")));
  }

  /**
   * Adds a track. `draw(context2d, {fromS, toS, width, height, xOf, sOf, theme})` draws it in CSS pixels on a cleared canvas
   * (`xOf(s)` and `sOf(x)` convert; `theme` holds the colours by name). All else may be left out:
   * `height` in px; `kind`; `onpointer(event, {s, x, y, width, height, sOf, xOf})` gets pointerdown, pointermove, pointerup,
   * pointercancel and dblclick on the plot, and returns true where it took the event (at a pointerdown it then has the
   * pointer until it is let go);
   * `valueAt(s)` gives what stands in the row for a moment: `{value, unit}` or `{text}`; `hintAt(s, {x, y, xOf, height})` the words beside the
   * pointer, or null. Returns `{remove()}`.
   */
  addTrack(track) { return this.#parts.tracks.add(track); }

  /**
   * Adds to a track of somebody else, such as `signal:` and a signal's id: `{draw, onpointer, hintAt}` as in addTrack. It is
   * drawn over the track and gets the pointer before it. Returns what takes it away; null where there is no such track.
   */
  decorate(id, decoration) { return this.#parts.tracks.decorate(id, decoration); }

  /** Says that what is derived from signals is another one now: it is read again. */
  reviewed() { this.dispatchEvent(new Event("reviewed")); }

  /** Adds a panel beside the tracks. Returns `{show(), remove()}`. */
  addPanel(panel) { return this.#parts.panels.add(panel); }

  /** Adds keys, `[{keys, group, label, run, repeat}]`, named as in keys.js; they come before the page's own. Returns what removes them. */
  addKeys(entries) { return this.#parts.keys.add(entries); }

  /** Adds moments that "next" and "previous" go to: `kind` is event, turn, peak, pause, annotation or gap. Returns what removes them. */
  addStops(stops) { return this.#parts.stops.add(stops); }

  /** Draws a track again: its data changed. Without a name: all of them. */
  redraw(id) { this.#parts.tracks.redraw(id); }

  /**
   * Who plays instead of the clock, which follows then: `{playing, play(), pause()}`, `play` gives whether there is something to
   * be played; null where the clock plays. Set again whenever it began or ended to play.
   */
  get lead() { return this.#lead; }
  set lead(lead) {
    this.#lead = lead;
    this.dispatchEvent(new Event("lead"));
  }

  /** Says something to who listens rather than looks. For rare things only. */
  announce(text) { this.#parts.announcer.say(text); }

  /** The chosen stretch `{fromS, toS}`, or null. */
  get selection() { return this.#selection && { ...this.#selection }; }
  set selection(selection) {
    const next = selection && selection.toS > selection.fromS ? { fromS: selection.fromS, toS: selection.toS } : null;
    if (next?.fromS === this.#selection?.fromS && next?.toS === this.#selection?.toS) return;
    this.#selection = next;
    this.dispatchEvent(new Event("selection"));
  }

  /** Goes to a moment and shows it. */
  go(seconds) {
    this.clock.seek(seconds);
    this.view.reveal(this.clock.position);
  }

  /** Takes over a manifest that was read again. */
  refresh(session) {
    this.session = session;
    this.dispatchEvent(new Event("session"));
  }
}
