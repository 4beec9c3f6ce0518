// The pointer on axis and tracks: click goes there, a drag on the axis moves the playhead, a drag on a track chooses a
// stretch; the wheel with Ctrl (on the axis without) zooms, with Shift moves. Fingers: one moves, two zoom, a tap goes there.

/** Farther than this is a drag, px. */
const DRAG = 4;

export class Gestures {
  #list;
  #workbench;
  #touches = new Map();
  #drag = null;
  #taker = null;

  /** `list`: the TrackList; `hint(words, x, y)` shows words beside the pointer, null hides them. */
  constructor({ list, workbench, hint }) {
    this.#list = list;
    this.#workbench = workbench;
    this.hint = hint;
    const { element } = list;
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event));
    element.addEventListener("pointercancel", (event) => this.#up(event));
    element.addEventListener("pointerleave", () => this.#leave());
    element.addEventListener("dblclick", (event) => this.#double(event));
    // The middle button would begin to scroll by itself.
    element.addEventListener("mousedown", (event) => { if (event.button === 1 && this.#place(event)) event.preventDefault(); });
  }

  /** Where a pointer is: on the axis or on a row's plot; null beside them. */
  #place(event) {
    const plot = event.target instanceof Element ? event.target.closest(".track-plot, .axis-plot") : null;
    if (!plot || event.target.closest("button")) return null;
    const box = plot.getBoundingClientRect();
    const x = event.clientX - box.left;
    const id = plot.closest(".track-row")?.dataset.track;
    return { x, y: event.clientY - box.top, width: box.width, height: box.height, s: this.#list.sOf(x), track: id === undefined ? null : this.#list.row(id)?.track };
  }

  /** Time and place on the plot that a drag began on, wherever the pointer has gone since. */
  #along(event) {
    const box = this.#drag.box;
    const x = event.clientX - box.left;
    return { x, y: event.clientY - box.top, s: this.#list.sOf(x), width: box.width, height: box.height };
  }

  #geometry(place) { return { ...place, sOf: (x) => this.#list.sOf(x), xOf: (s) => this.#list.xOf(s), secondsPerPixel: this.#list.secondsPerPixel }; }

  #wheel(event) {
    const place = this.#place(event);
    if (!place) return;
    const view = this.#workbench.view;
    const lines = event.deltaMode === 1 ? 33 : 1;
    const [across, along] = [event.deltaX * lines, event.deltaY * lines];
    if (event.ctrlKey || event.metaKey || (!place.track && !event.shiftKey && Math.abs(along) >= Math.abs(across))) {
      event.preventDefault();
      // A trackpad's pinch comes as small steps of a wheel with Ctrl.
      const strength = Math.abs(along) < 30 ? 0.012 : 0.0025;
      view.zoom(Math.exp(Math.max(-240, Math.min(240, along)) * strength), place.s);
    } else if (event.shiftKey || Math.abs(across) > Math.abs(along)) {
      event.preventDefault();
      view.pan((across || along) * this.#list.secondsPerPixel);
    }
  }

  #down(event) {
    const place = this.#place(event);
    if (!place) return;
    if (event.pointerType === "touch") return this.#touchDown(event, place);
    if (event.button > 1) return;
    if (this.#offer(event, place)) {
      this.#taker = place.track;
      this.#drag = { kind: "taken", box: boxOf(event) };
      this.#capture(event);
      return;
    }
    const isPan = event.button === 1 || (event.shiftKey && place.track);
    this.#drag = { kind: isPan ? "pan" : place.track ? "choose" : "scrub", x: place.x, s: place.s, moved: false, box: boxOf(event), isFar: false };
    this.#capture(event);
    if (this.#drag.kind === "scrub") this.#workbench.clock.seek(place.s);
  }

  #capture(event) {
    try {
      this.#list.element.setPointerCapture(event.pointerId);
    } catch { /* The pointer is gone already. */ }
  }

  #move(event) {
    if (this.#touches.has(event.pointerId)) return this.#touchMove(event);
    if (!this.#drag) {
      const place = this.#place(event);
      if (!place) return this.#leave();
      this.#hover(event, place);
      if (place.track) this.#offer(event, place);
      return;
    }
    const at = this.#along(event);
    if (this.#drag.kind === "taken") {
      this.#taker.onpointer(event, this.#geometry(at));
      return;
    }
    if (Math.abs(at.x - this.#drag.x) > DRAG) this.#drag.isFar = true;
    this.hint(null);
    if (this.#drag.kind === "scrub") {
      this.#workbench.clock.seek(at.s);
    } else if (this.#drag.kind === "pan") {
      this.#workbench.view.pan(this.#drag.s - at.s);
    } else if (this.#drag.isFar) {
      this.#workbench.selection = between(this.#workbench.clock.range, this.#drag.s, at.s);
    }
  }

  #up(event) {
    if (this.#touches.has(event.pointerId)) return this.#touchUp(event);
    const drag = this.#drag;
    if (!drag) return;
    const at = this.#along(event);
    this.#drag = null;
    if (drag.kind === "taken") {
      this.#taker.onpointer(event, this.#geometry(at));
      this.#taker = null;
    } else if (drag.kind === "choose" && !drag.isFar && event.type === "pointerup") {
      this.#workbench.clock.seek(at.s);
    }
  }

  #double(event) {
    // While a pointer is held by the list, events come to the list: what lies under it is asked for.
    const target = document.elementFromPoint(event.clientX, event.clientY);
    const place = this.#place({ target, clientX: event.clientX, clientY: event.clientY });
    if (!place || this.#offer(event, place)) return;
    const { selection, view } = this.#workbench;
    if (selection && place.s >= selection.fromS && place.s <= selection.toS) view.set(selection.fromS, selection.toS);
  }

  /** Offers an event to the track under it; true where it took it. */
  #offer(event, place) {
    try {
      return Boolean(place.track?.onpointer?.(event, this.#geometry(place)));
    } catch (error) {
      console.warn(error);
      return false;
    }
  }

  #hover(event, place) {
    this.#list.point(place.s);
    let words = null;
    try {
      words = place.track?.hintAt?.(place.s, this.#geometry(place)) ?? null;
    } catch (error) {
      console.warn(error);
    }
    this.hint(words, event.clientX, event.clientY);
  }

  #leave() {
    this.hint(null);
    if (!this.#drag) this.#list.point(null);
  }

  // Fingers

  #touchDown(event, place) {
    if (this.#touches.size === 0 && this.#offer(event, place)) {
      this.#taker = place.track;
    }
    this.#touches.set(event.pointerId, { x: place.x, s: place.s, first: place.x });
    this.#drag = { kind: this.#taker ? "taken" : place.track ? "pan" : "scrub", box: boxOf(event), isFar: false };
    this.#capture(event);
    if (this.#drag.kind === "scrub") this.#workbench.clock.seek(place.s);
  }

  #touchMove(event) {
    const at = this.#along(event);
    const touch = this.#touches.get(event.pointerId);
    if (this.#drag.kind === "taken") {
      this.#taker.onpointer(event, this.#geometry(at));
      return;
    }
    if (Math.abs(at.x - touch.first) > 2 * DRAG) this.#drag.isFar = true;
    touch.x = at.x;
    const { view, clock } = this.#workbench;
    if (this.#touches.size >= 2) {
      this.#drag.isFar = true;
      const [one, other] = [...this.#touches.values()];
      const apart = Math.max(10, Math.abs(one.x - other.x));
      const span = Math.abs(one.s - other.s) / apart * this.#list.width;
      if (span > 0) view.set((one.s + other.s) / 2 - (one.x + other.x) / 2 / this.#list.width * span, (one.s + other.s) / 2 + (1 - (one.x + other.x) / 2 / this.#list.width) * span);
    } else if (this.#drag.kind === "scrub") {
      clock.seek(at.s);
    } else if (this.#drag.isFar) {
      view.pan(touch.s - at.s);
    }
  }

  #touchUp(event) {
    const at = this.#along(event);
    this.#touches.delete(event.pointerId);
    if (this.#drag.kind === "taken") {
      this.#taker.onpointer(event, this.#geometry(at));
      this.#taker = null;
    } else if (!this.#drag.isFar && event.type === "pointerup") {
      this.#workbench.clock.seek(at.s);
      this.#list.point(null);
    }
    for (const touch of this.#touches.values()) {
      touch.s = this.#list.sOf(touch.x);
      touch.first = touch.x;
    }
    if (this.#touches.size === 0) this.#drag = null;
  }
}

function boxOf(event) { return event.target.closest(".track-plot, .axis-plot").getBoundingClientRect(); }

function between([first, last], one, other) {
  const [from, to] = [Math.max(first, Math.min(one, other)), Math.min(last, Math.max(one, other))];
  return { fromS: from, toS: to };
}
