// All tracks over one time axis: their rows, what is drawn again when, and the playhead over them.

import { make } from "/participant/elements.js";
import { Axis } from "./axis.js";
import { TrackRow } from "./track-row.js";
import { TrackSettings } from "./track-settings.js";

/** How often values in the rows follow the pointer or a playhead that is dragged, and one that plays, ms. */
const VALUES_EACH = 50;
const VALUES_EACH_PLAYING = 125;

/** Events: `order` when tracks were added, hidden or moved; `drawn` after rows were drawn. */
export class TrackList extends EventTarget {
  #tracks = [];
  #rows = new Map();
  #ordered = [];
  #requested = false;
  #all = false;
  #dirty = new Set();
  #width = 0;
  #valuesAt = 0;
  #valuesTimer = 0;
  #otherValues = 0;
  #cursor = null;
  #bands = new Map();
  #isArranging = false;

  /** `edge()`: where a session that goes on has come to, or null. */
  constructor({ view, clock, theme, study, edge }) {
    super();
    Object.assign(this, { view, clock, theme, edge });
    this.settings = new TrackSettings(study);
    this.axis = new Axis();
    this.rows = make("div", { class: "track-rows" });
    this.playhead = make("div", { class: "playhead" });
    this.cursorLine = make("div", { class: "cursor-line", hidden: true });
    this.selectionBox = make("div", { class: "selection-box", hidden: true });
    this.overlay = make("div", { class: "tracks-overlay", "aria-hidden": "true" }, this.selectionBox, this.cursorLine, this.playhead);
    this.content = make("div", { class: "tracks-content" }, this.axis.element, this.rows, this.overlay);
    this.element = make("div", { class: "tracks", role: "group", "aria-label": "Tracks", tabindex: "-1" }, this.content);
    this.selection = null;
    view.addEventListener("change", () => this.#changed());
    theme.addEventListener("change", () => this.#changed());
    clock.addEventListener("tick", (event) => this.#follow(event.position));
    this.element.addEventListener("scroll", () => this.#request(), { passive: true });
    new ResizeObserver(() => this.#measure()).observe(this.axis.plot);
    new ResizeObserver(() => {
      this.#fit();
      this.#request();
    }).observe(this.element);
    new ResizeObserver(() => this.#placeBands()).observe(this.rows);
    this.#watchRatio();
  }

  /** Adds a track; it stands where the reader put it last, else at the end, or as the first where it wants to. */
  add(track) {
    if (track.isFirst) this.#tracks.unshift(track);
    else this.#tracks.push(track);
    const row = new TrackRow(track, () => track.retry?.());
    this.#rows.set(track.id, row);
    this.#arrangeSoon();
    return {
      remove: () => {
        this.#tracks = this.#tracks.filter((other) => other !== track);
        this.#rows.delete(track.id);
        this.#arrangeSoon();
      },
    };
  }

  /** Puts `{draw, onpointer, hintAt}` over a track; returns what takes it away, or null where there is no such track. */
  decorate(id, decoration) {
    const track = this.#rows.get(id)?.track;
    if (!track) return null;
    const own = { draw: track.draw, onpointer: track.onpointer, hintAt: track.hintAt };
    track.draw = (context, geometry) => {
      own.draw.call(track, context, geometry);
      context.save();
      decoration.draw(context, geometry);
      context.restore();
    };
    track.onpointer = (event, geometry) => Boolean(decoration.onpointer?.(event, geometry) || own.onpointer?.call(track, event, geometry));
    track.hintAt = (seconds, geometry) => decoration.hintAt?.(seconds, geometry) ?? own.hintAt?.call(track, seconds, geometry) ?? null;
    this.redraw(id);
    return () => {
      Object.assign(track, own);
      this.redraw(id);
    };
  }

  /** All tracks in their order, hidden ones too. */
  get ordered() { return this.#ordered; }

  row(id) { return this.#rows.get(id); }

  /** Heights in px: as set, larger where the letters are; what is free below the last row goes to the signals. */
  #fit() {
    const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 15 || 1;
    const shown = this.#ordered.filter((track) => !this.settings.isHidden(track));
    const heights = new Map(shown.map((track) => [track, Math.round(scale * this.settings.height(track))]));
    const elastic = shown.filter((track) => "scaling" in track && !this.settings.hasHeight(track));
    const isFixed = getComputedStyle(this.element).overflowY !== "visible";
    const used = [...heights.values()].reduce((sum, height) => sum + height + 1, this.axis.element.offsetHeight);
    const spare = isFixed ? this.element.clientHeight - used - 4 : 0;
    if (spare > 0 && elastic.length > 0) {
      for (const track of elastic) heights.set(track, Math.min(3 * heights.get(track), heights.get(track) + Math.floor(spare / elastic.length)));
    }
    for (const [track, height] of heights) this.#rows.get(track.id).setHeight(height, height < 40 * scale);
  }

  /** Tracks that come one after the other are laid out once. */
  #arrangeSoon() {
    if (this.#isArranging) return;
    this.#isArranging = true;
    queueMicrotask(() => {
      this.#isArranging = false;
      this.#arrange();
    });
  }

  /** Shows the tracks as the settings say. */
  #arrange() {
    this.#ordered = this.settings.order(this.#tracks);
    const shown = [];
    for (const track of this.#ordered) {
      const row = this.#rows.get(track.id);
      if ("scaling" in track) track.scaling = this.settings.scaling(track);
      if (!this.settings.isHidden(track)) shown.push(row.element);
      else track.hide?.();
    }
    const now = [...this.rows.children];
    if (now.length !== shown.length || now.some((element, place) => element !== shown[place])) this.rows.replaceChildren(...shown);
    this.#fit();
    this.#changed();
    this.#placeBands();
    this.dispatchEvent(new Event("order"));
  }

  /** Takes over what was changed in the settings. */
  settle() { this.#arrange(); }

  redraw(id) {
    if (id === undefined) this.#all = true;
    else this.#dirty.add(id);
    this.#request();
  }

  /** Width of the plots, px. */
  get width() { return this.#width; }

  get secondsPerPixel() { return this.view.span / Math.max(1, this.#width); }

  xOf(seconds) { return (seconds - this.view.fromS) / this.secondsPerPixel; }

  sOf(x) { return this.view.fromS + x * this.secondsPerPixel; }

  /** Shows the line under the pointer at a moment, and its values; null goes back to the playhead. */
  point(seconds) {
    this.#cursor = seconds;
    this.cursorLine.hidden = seconds === null;
    if (seconds !== null) this.cursorLine.style.transform = `translateX(${this.xOf(seconds)}px)`;
    this.#showValuesSoon(VALUES_EACH);
  }

  /** The moment whose values are shown. */
  get moment() { return this.#cursor ?? this.clock.position; }

  select(selection) {
    this.selection = selection;
    this.#placeSelection();
    this.redraw("axis");
  }

  /** Nobody reads numbers that change at each frame, and laying them out would cost more than drawing signals. */
  #showValuesSoon(each) {
    if (this.#valuesTimer) return;
    const wait = this.#valuesAt + each - performance.now();
    if (wait <= 0) this.showValues();
    else this.#valuesTimer = setTimeout(() => this.showValues(), wait);
  }

  showValues() {
    clearTimeout(this.#valuesTimer);
    this.#valuesTimer = 0;
    this.#valuesAt = performance.now();
    this.#showSomeValues(0);
    // The others in the next frame: what is laid out and painted anew for one frame is half as much.
    this.#otherValues ||= requestAnimationFrame(() => {
      this.#otherValues = 0;
      this.#showSomeValues(1);
      this.dispatchEvent(new Event("values"));
    });
  }

  /** The values of the first or the second half of the rows. */
  #showSomeValues(half) {
    const rows = this.#visibleRows();
    const middle = Math.ceil(rows.length / 2);
    for (const row of half === 0 ? rows.slice(0, middle) : rows.slice(middle)) row.showValue(this.moment, this.secondsPerPixel);
  }

  #changed() {
    for (const row of this.#rows.values()) row.stale = true;
    this.#all = true;
    this.#request();
  }

  #measure() {
    const width = this.axis.plot.clientWidth;
    if (width === this.#width) return;
    this.#width = width;
    this.#changed();
  }

  /** The screen's pixels may become smaller or larger while the page is open. */
  #watchRatio() {
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => {
      this.#changed();
      this.#watchRatio();
    }, { once: true });
  }

  #request() {
    if (this.#requested) return;
    this.#requested = true;
    requestAnimationFrame(() => {
      this.#requested = false;
      this.#render();
    });
  }

  #visibleRows() {
    const [top, bottom] = [this.element.scrollTop, this.element.scrollTop + this.element.clientHeight];
    const isFixed = this.element.scrollHeight > this.element.clientHeight + 1;
    const rows = [];
    for (const element of this.rows.children) {
      if (isFixed && (element.offsetTop + element.offsetHeight < top || element.offsetTop > bottom)) continue;
      rows.push(this.#rows.get(element.dataset.track));
    }
    return rows;
  }

  #render() {
    if (this.#width <= 0) return;
    // What the page looks like is read first, then all is drawn: reading in between would lay it out each time.
    const ratio = Math.min(3, devicePixelRatio || 1);
    const due = this.#visibleRows().filter((row) => row.stale || this.#all || this.#dirty.has(row.track.id))
      .map((row) => ({ row, height: row.plot.clientHeight }));
    const axisHeight = this.axis.plot.clientHeight;
    const isAxisDue = this.#all || this.#dirty.has("axis");
    this.#all = false;
    this.#dirty.clear();
    const geometry = {
      fromS: this.view.fromS, toS: this.view.toS, width: this.#width, ratio, theme: this.theme, secondsPerPixel: this.secondsPerPixel,
      xOf: (seconds) => this.xOf(seconds), sOf: (x) => this.sOf(x), edge: this.edge(),
    };
    if (isAxisDue) this.axis.draw({ ...geometry, height: axisHeight, selection: this.selection });
    for (const { row, height } of due) row.draw({ ...geometry, height });
    this.#placePlayhead(this.clock.position);
    this.#placeSelection();
    if (this.#cursor !== null) this.cursorLine.style.transform = `translateX(${this.xOf(this.#cursor)}px)`;
    if (due.length > 0) this.#showValuesSoon(VALUES_EACH);
    this.dispatchEvent(new Event("drawn"));
  }

  #follow(position) {
    this.#placePlayhead(position);
    if (this.#cursor === null) this.#showValuesSoon(this.clock.playing ? VALUES_EACH_PLAYING : VALUES_EACH);
  }

  #placePlayhead(position) {
    const x = this.xOf(position);
    const isSeen = x >= -1 && x <= this.#width + 1;
    if (this.playhead.hidden === isSeen) this.playhead.hidden = !isSeen;
    if (!isSeen) return;
    // A whole element is moved, not drawn: that costs the least of all ways.
    this.playhead.style.transform = `translateX(${x.toFixed(2)}px)`;
    for (const [id, band] of this.#bands) {
      const bound = this.#rows.get(id)?.track.boundAt?.(position) ?? null;
      const half = bound === null ? 0 : Math.min(4000, bound / this.secondsPerPixel);
      if (Math.abs(half - band.half) < 0.05) continue;
      band.half = half;
      band.element.hidden = half < 1;
      band.element.style.width = `${2 * half}px`;
      band.element.style.left = `${-half}px`;
    }
  }

  /** Around the playhead each row has a band as wide as its times are uncertain. */
  #placeBands() {
    this.#bands.clear();
    const elements = [];
    for (const element of this.rows.children) {
      const { track } = this.#rows.get(element.dataset.track);
      if (!track.boundAt) continue;
      const band = make("div", { class: "bound-band", hidden: true });
      band.style.top = `${element.offsetTop}px`;
      band.style.height = `${element.offsetHeight}px`;
      this.#bands.set(track.id, { element: band, half: 0 });
      elements.push(band);
    }
    this.playhead.replaceChildren(...elements);
    this.#placePlayhead(this.clock.position);
  }

  #placeSelection() {
    this.selectionBox.hidden = !this.selection;
    if (!this.selection) return;
    const [left, right] = [Math.max(-5, this.xOf(this.selection.fromS)), Math.min(this.#width + 5, this.xOf(this.selection.toS))];
    this.selectionBox.hidden = right < -2 || left > this.#width + 2;
    this.selectionBox.style.transform = `translateX(${left}px)`;
    this.selectionBox.style.width = `${Math.max(1, right - left)}px`;
  }
}
