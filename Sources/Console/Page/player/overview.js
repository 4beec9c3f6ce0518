// The whole session in one strip: phases, turns, keys, marks and gaps, and the window that the tracks show, which is
// dragged to move it and at its ends to resize it.

import { make } from "/participant/elements.js";
import { drawText } from "./canvas-text.js";
import { sessionTime } from "./times.js";
import { turnTime } from "./turns-track.js";

/** The window's ends are caught within this, px. */
const HANDLE = 9;

/** The window is drawn at least as wide, px. */
const NARROWEST = 6;

export class Overview {
  #canvas = make("canvas", { "aria-hidden": "true" });
  #window = make("div", { class: "overview-window" }, make("span", { class: "overview-handle start" }), make("span", { class: "overview-handle end" }));
  #playhead = make("div", { class: "overview-playhead" });
  #drag = null;
  #width = 0;
  #requested = false;

  /** `keys()`: the pressed keys' times. */
  constructor({ workbench, theme, keys, edge }) {
    Object.assign(this, { workbench, theme, keys, edge });
    this.element = make("div", { class: "overview", role: "group", "aria-label": "Whole session: drag the window to move it, its ends to zoom" },
      this.#canvas, this.#window, this.#playhead);
    new ResizeObserver(() => this.redraw()).observe(this.element);
    theme.addEventListener("change", () => this.redraw());
    workbench.view.addEventListener("change", () => this.#place());
    workbench.clock.addEventListener("tick", (event) => this.#follow(event.position));
    this.element.addEventListener("pointerdown", (event) => this.#down(event));
    this.element.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"]) this.element.addEventListener(type, () => { this.#drag = null; });
    this.element.addEventListener("dblclick", () => workbench.view.fit());
    this.element.addEventListener("wheel", (event) => {
      event.preventDefault();
      const x = event.clientX - this.element.getBoundingClientRect().left;
      workbench.view.zoom(Math.exp(Math.max(-240, Math.min(240, event.deltaY)) * 0.0025), this.#sOf(x));
    }, { passive: false });
  }

  #range() { return this.workbench.view.range; }

  #xOf(seconds) {
    const [from, to] = this.#range();
    return (seconds - from) / (to - from) * this.#width;
  }

  #sOf(x) {
    const [from, to] = this.#range();
    return from + x / Math.max(1, this.#width) * (to - from);
  }

  redraw() {
    if (this.#requested) return;
    this.#requested = true;
    requestAnimationFrame(() => {
      this.#requested = false;
      this.#draw();
    });
  }

  #draw() {
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    if (width <= 0) return;
    this.#width = width;
    const ratio = Math.min(3, devicePixelRatio || 1);
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    const context = this.#canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { theme } = this;
    const { session } = this.workbench;
    const end = this.#range()[1];
    context.font = theme.font;
    context.textBaseline = "top";
    (session.phases ?? []).forEach(({ name, from_s: from, to_s: to }, index) => {
      const [left, right] = [this.#xOf(from), this.#xOf(to ?? end)];
      context.fillStyle = index % 2 ? theme.sunk : theme["accent-soft"];
      context.fillRect(left, 0, right - left, height);
      context.fillStyle = theme.soft;
      drawText(context, name, left + 4, 3, right - left - 6);
    });
    this.#drawKeys(context, width, height);
    for (const turn of session.turns ?? []) {
      context.fillStyle = theme.series[turn.author === "participant" ? 0 : 1];
      context.fillRect(this.#xOf(turnTime(turn)) - 0.75, height - (turn.author === "participant" ? 8 : 15), 1.5, 6);
    }
    context.fillStyle = theme["warn-line"];
    for (const { from_s: from, to_s: to } of session.gaps ?? []) context.fillRect(this.#xOf(from), height - 2, Math.max(2, this.#xOf(to) - this.#xOf(from)), 2);
    context.fillStyle = theme.series[3];
    for (const { t_s: at } of session.marks ?? []) context.fillRect(this.#xOf(at) - 0.75, 0, 1.5, height);
    if (this.edge() !== null) {
      context.fillStyle = theme.danger;
      context.fillRect(this.#xOf(this.edge()) - 1, 0, 2, height);
    }
    this.#place();
    this.#follow(this.workbench.clock.position);
  }

  #drawKeys(context, width, height) {
    const times = this.keys();
    const columns = new Uint32Array(Math.ceil(width) + 1);
    let most = 1;
    for (const time of times) {
      const x = Math.floor(this.#xOf(time));
      if (x < 0 || x >= columns.length) continue;
      columns[x] += 1;
      most = Math.max(most, columns[x]);
    }
    context.fillStyle = this.theme.series[5];
    context.globalAlpha = 0.45;
    const room = height - 34;
    columns.forEach((count, x) => { if (count > 0) context.fillRect(x, height - 16 - room * count / most, 1, room * count / most); });
    context.globalAlpha = 1;
  }

  #place() {
    const { fromS, toS } = this.workbench.view;
    const left = this.#xOf(fromS);
    const width = Math.max(NARROWEST, this.#xOf(toS) - left);
    this.#window.style.transform = `translateX(${Math.min(left, this.#width - NARROWEST)}px)`;
    this.#window.style.width = `${width}px`;
  }

  #follow(position) { this.#playhead.style.transform = `translateX(${this.#xOf(position).toFixed(1)}px)`; }

  #down(event) {
    if (event.button > 0) return;
    const x = event.clientX - this.element.getBoundingClientRect().left;
    const { view } = this.workbench;
    const [left, right] = [this.#xOf(view.fromS), this.#xOf(view.toS)];
    const handle = event.pointerType === "touch" ? 2 * HANDLE : HANDLE;
    const s = this.#sOf(x);
    let kind = "move";
    if (Math.abs(x - left) <= handle && Math.abs(x - left) <= Math.abs(x - right)) kind = "start";
    else if (Math.abs(x - right) <= handle) kind = "end";
    else if (x < left || x > right) view.set(s - view.span / 2, s + view.span / 2);
    // All is shown already: what is dragged across becomes the window.
    else if (view.isWhole) kind = "new";
    this.#drag = { kind, s, fromS: view.fromS, toS: view.toS };
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const x = event.clientX - this.element.getBoundingClientRect().left;
    const s = this.#sOf(x);
    this.element.title = sessionTime(s, 0);
    if (!this.#drag) return;
    const { view } = this.workbench;
    const { kind, fromS, toS } = this.#drag;
    if (kind === "start") view.set(Math.min(s, toS), toS);
    else if (kind === "end") view.set(fromS, Math.max(s, fromS));
    else if (kind === "move") {
      const [first, last] = view.range;
      const start = Math.max(first, Math.min(fromS + s - this.#drag.s, last - (toS - fromS)));
      view.set(start, start + (toS - fromS));
    } else if (Math.abs(this.#xOf(s) - this.#xOf(this.#drag.s)) > 4) view.set(Math.min(s, this.#drag.s), Math.max(s, this.#drag.s));
  }
}
