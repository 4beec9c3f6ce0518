// The session as the participant saw it: their own page's modules draw it, in a document of its own, at
// whatever position is asked for. Nothing in it can be clicked, and it asks and keeps nothing.

import { make, setText } from "/participant/elements.js";
import { get } from "../api.js";
import { useStyle } from "../app.js";
import { ReplayTimeline } from "./timeline.js";

/** Before the page told its window: that of most screens. */
const usualView = { width: 1280, height: 800 };

/** Tells when it is put into a document or taken out: a frame loads only there, and anew each time. */
class ReplayPlace extends HTMLElement {
  connectedCallback() { this.onplace?.(true); }
  disconnectedCallback() { this.onplace?.(false); }
}
customElements.define("attune-replay", ReplayPlace);

export class ReplayScreen {
  /** What to put into a page. It is as wide as its place, and no higher than `mostHeight`. */
  element = document.createElement("attune-replay");
  /** Most height in CSS pixels. */
  mostHeight = Infinity;
  /** How much larger than the participant's own window it may be. */
  largest = 1;
  #without = new Set();
  #timeline;
  #frame = null;
  #drawn = null;
  #position = 0;
  #view = null;
  #cover;
  #ready;
  #isReady;

  /** Reads what is needed from an address, such as `/api/sessions/ID/replay`. */
  static async load(source, options) { return new ReplayScreen(await get(source, options)); }

  /** @param {object} source what such an address gives */
  constructor(source) {
    this.#timeline = new ReplayTimeline(source);
    this.element.className = "replay";
    this.element.setAttribute("role", "img");
    this.#cover = make("p", { class: "replay-cover", hidden: true });
    this.#renewReady();
    this.element.onplace = (isPlaced) => isPlaced ? this.#build() : this.#leave();
    this.#observer = new ResizeObserver(() => this.fit());
  }

  #observer;

  /** Length of the session in seconds. */
  get duration() { return this.#timeline.duration; }
  /** Where it stands, in seconds. */
  get position() { return this.#position; }
  /** The times in seconds of everything that changes the screen, in order. */
  get changes() { return this.#timeline.changes; }
  /** Done when the frame draws. */
  get ready() { return this.#ready; }

  /** Shows the screen at a position in seconds, forwards or backwards; the same for the same position. */
  show(position) {
    this.#position = position;
    if (!this.#drawn) return;
    const moment = this.#timeline.at(position);
    this.#setView(moment.view);
    this.#drawn.show(moment, position, this.#timeline);
    const text = moment.page === null && moment.screen === null ? "The participant’s page was not open yet."
      : moment.isLeft ? "The participant’s page was closed or loaded again." : "";
    this.#cover.hidden = text === "";
    setText(this.#cover, text);
    const whole = Math.max(0, Math.floor(position));
    this.element.setAttribute("aria-label", `The participant’s screen at ${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`);
  }

  /** Leaves out parts of the screen: "suggestions", "emotions". Their places stay empty. */
  leaveOut(parts) {
    this.#without = new Set(parts);
    this.#drawn?.leaveOut(this.#without);
  }

  #renewReady() {
    this.#ready = new Promise((done) => { this.#isReady = done; });
  }

  #build() {
    const style = useStyle("/page/replay/replay.css");
    const frame = make("iframe", { class: "replay-frame", title: "The participant’s screen, replayed", tabindex: -1, inert: true,
      "aria-hidden": "true", src: "/replay-frame" });
    this.#frame = frame;
    this.#view = null;
    this.element.replaceChildren(frame, this.#cover);
    this.#observer.observe(this.element);
    // The frame says when its modules and texts are there.
    frame.addEventListener("load", async () => {
      const started = frame.contentWindow.attuneReplay;
      const drawn = await started?.(this.#timeline.source);
      if (!drawn || frame !== this.#frame) return;
      await style;
      if (frame !== this.#frame) return;
      this.#drawn = drawn;
      drawn.leaveOut(this.#without);
      this.show(this.#position);
      this.#isReady();
    });
    this.#setView(this.#timeline.at(this.#position).view);
  }

  #leave() {
    this.#observer.disconnect();
    this.#frame = null;
    this.#drawn = null;
    this.#renewReady();
  }

  #setView(view) {
    const { width, height, scheme } = { ...usualView, ...view };
    if (this.#view?.width === width && this.#view.height === height && this.#view.scheme === scheme) return;
    this.#view = { width, height, scheme };
    const { style } = this.#frame;
    style.width = `${width}px`;
    style.height = `${height}px`;
    // A frame prefers light or dark as its element does.
    style.colorScheme = scheme ?? "light";
    this.fit();
  }

  /** Fits it into its place again, as after `mostHeight` was set. */
  fit() {
    if (!this.#frame || !this.#view) return;
    const room = this.element.clientWidth;
    if (room === 0) return;
    const scale = Math.min(this.largest, room / this.#view.width, this.mostHeight / this.#view.height);
    this.#frame.style.transform = scale === 1 ? "none" : `scale(${scale})`;
    this.#frame.style.left = `${Math.max(0, Math.round((room - this.#view.width * scale) / 2))}px`;
    this.element.style.height = `${this.#view.height * scale}px`;
    this.element.dataset.scale = scale.toFixed(3);
  }
}
