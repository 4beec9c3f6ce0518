// How the page is looked at: the window and its settings, what is scrolled, folded, focused and pointed
// at, and where the cursor stands. With it the screen can be drawn again as it was. No text is told.

import { areaOf, controlOf, foldOf } from "./controls.js";
import { now, timeOf } from "./moment.js";
import { isTouchOnly } from "./touch.js";

/** While something is scrolled, its place is told once in so many ms, and where it ends. */
const scrollPause = 100;

/** The window, and what the browser was told to prefer. */
export function viewPayload() {
  const ruler = document.createElement("div");
  ruler.className = "ruler";
  document.body.append(ruler);
  const scrollbar = ruler.offsetWidth - ruler.clientWidth;
  ruler.remove();
  const is = (query) => matchMedia(query).matches;
  return {
    width: innerWidth, height: innerHeight, pixel_ratio: devicePixelRatio, zoom: window.visualViewport?.scale ?? 1,
    language: navigator.language, user_agent: navigator.userAgent, scrollbar, touch: isTouchOnly(),
    font_px: parseFloat(getComputedStyle(document.documentElement).fontSize),
    scheme: is("(prefers-color-scheme: dark)") ? "dark" : "light",
    contrast: is("(prefers-contrast: more)") ? "more" : "normal", forced_colors: is("(forced-colors: active)"),
    reduced_motion: is("(prefers-reduced-motion: reduce)"),
  };
}

/** Tells the outbox `scroll`, `fold`, `control`, `hover` and `caret` while the page is used. */
export class Viewing {
  #context;
  #scrolls = new Map();
  #control = "";
  #hover = "";
  /** What was told last of the cursor, and after which edit. */
  #caret = null;

  /** @param {object} context what views share; see app.js */
  constructor(context) {
    this.#context = context;
    const all = { capture: true, passive: true };
    document.addEventListener("scroll", (event) => this.#scrolled(event), all);
    document.addEventListener("toggle", (event) => this.#folded(event), all);
    for (const kind of ["focusin", "focusout"]) document.addEventListener(kind, (event) => this.#focused(event), all);
    for (const kind of ["blur", "focus"]) addEventListener(kind, (event) => this.#focused(event));
    document.addEventListener("pointerover", (event) => this.#pointed(event), all);
    document.documentElement.addEventListener("pointerleave", (event) => this.#pointed(event), all);
    document.addEventListener("selectionchange", (event) => this.#moved(event), all);
    // Where an edit leaves the cursor is known; only what is elsewhere is told.
    document.addEventListener("input", (event) => this.#moved(event), all);
  }

  #tell(kind, payload, time) { this.#context.outbox?.add(kind, payload, time); }

  #scrolled(event) {
    const area = areaOf(event.target);
    if (area === null) return;
    const waiting = this.#scrolls.get(area);
    if (waiting) {
      waiting.time = timeOf(event);
      return;
    }
    const entry = { time: null };
    this.#scrolls.set(area, entry);
    this.#tellScroll(area, event.target, timeOf(event));
    const again = () => setTimeout(() => {
      if (entry.time === null) {
        this.#scrolls.delete(area);
        return;
      }
      this.#tellScroll(area, event.target, entry.time);
      entry.time = null;
      again();
    }, scrollPause);
    again();
  }

  #tellScroll(area, target, time) {
    const element = target === document ? document.scrollingElement : target;
    // A conversation that follows may scroll by being asked.
    const place = area === "conversation" ? element.parentElement?.place : null;
    const payload = { area, top: Math.round(element.scrollTop * 8) / 8, height: Math.round(element.scrollHeight), ...place };
    if (element.scrollLeft !== 0) payload.left = Math.round(element.scrollLeft);
    this.#tell("scroll", payload, time);
  }

  #folded(event) {
    const fold = foldOf(event.target);
    if (fold) this.#tell("fold", { fold, open: event.target.open }, timeOf(event));
  }

  /** After the event, when the focus has moved on. */
  #focused(event) {
    const time = timeOf(event);
    setTimeout(() => {
      const element = document.activeElement;
      const has = element && element !== document.body && element.matches(":focus-visible") ? controlOf(element) : null;
      this.#change("control", has, time);
    });
  }

  /** Only what looks another way while it is pointed at. */
  #pointed(event) {
    const button = event.type === "pointerleave" || event.pointerType === "touch" ? null : event.target.closest?.("button");
    this.#change("hover", button && matchMedia("(hover: hover)").matches ? controlOf(button) : null, timeOf(event));
  }

  #change(kind, control, time) {
    const key = control ? `${control.name}|${control.index}` : "";
    const before = kind === "control" ? this.#control : this.#hover;
    if (key === before) return;
    if (kind === "control") this.#control = key;
    else this.#hover = key;
    this.#tell(kind, { control: control?.name ?? null, index: control?.index ?? null }, time);
  }

  #moved(event) {
    const field = document.activeElement;
    if (field?.id !== "message") return;
    const time = timeOf(event);
    // The edit that moved it is told first.
    setTimeout(() => {
      const { selectionStart: start, selectionEnd: end } = field;
      const { count, caret } = field.closest("attune-composer").lastEdit;
      const assumed = this.#caret?.count === count ? this.#caret : { start: caret, end: caret };
      if (start === assumed.start && end === assumed.end) return;
      this.#caret = { count, start, end };
      this.#tell("caret", { start, end }, time);
    });
  }
}
