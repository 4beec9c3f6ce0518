// The page's colours for what is drawn on canvases, which know no style sheets.

const TOKENS = ["ground", "surface", "sunk", "line", "edge", "ink", "soft", "accent", "accent-soft", "danger", "danger-soft", "warn-soft", "warn-line", "ok"];

/** Where the reader's system gives the colours, these stand for ours. */
const FORCED = {
  ground: "Canvas", surface: "Canvas", sunk: "Canvas", line: "GrayText", edge: "CanvasText", ink: "CanvasText", soft: "CanvasText",
  accent: "Highlight", "accent-soft": "Canvas", danger: "CanvasText", "danger-soft": "Canvas", "warn-soft": "Canvas", "warn-line": "CanvasText", ok: "CanvasText",
};

/** Event: `change`, when the reader went from light to dark or the like. */
export class Theme extends EventTarget {
  constructor() {
    super();
    const questions = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"];
    for (const question of questions) {
      matchMedia(question).addEventListener("change", () => {
        this.read();
        this.dispatchEvent(new Event("change"));
      });
    }
    this.read();
  }

  /** Reads the colours: `ink`, `soft`, `line`, … and `series`, an array of eight; `font`; `isForced`. */
  read() {
    this.isForced = matchMedia("(forced-colors: active)").matches;
    const style = getComputedStyle(document.documentElement);
    const probe = document.createElement("span");
    probe.hidden = true;
    probe.style.forcedColorAdjust = "none";
    document.body.append(probe);
    // System colours are only known as what an element has.
    const resolved = (colour) => {
      probe.style.color = colour;
      return getComputedStyle(probe).color;
    };
    for (const token of TOKENS) {
      this[token] = resolved(this.isForced ? FORCED[token] : style.getPropertyValue(`--${token}`) || "gray");
    }
    this.series = Array.from({ length: 8 }, (_, index) =>
      resolved(this.isForced ? "CanvasText" : style.getPropertyValue(`--series-${index + 1}`) || "gray"));
    probe.remove();
    this.size = parseFloat(style.fontSize) * 0.8;
    this.font = `${this.size}px ${getComputedStyle(document.body).fontFamily}`;
    this.#hatches.clear();
  }

  #hatches = new Map();

  /** Slanted lines of a colour, as what fills an area. */
  hatch(context, colour, step = 6) {
    const key = `${colour}|${step}`;
    if (this.#hatches.has(key)) return this.#hatches.get(key);
    const tile = new OffscreenCanvas(step * 2, step * 2);
    const drawing = tile.getContext("2d");
    drawing.strokeStyle = colour;
    drawing.lineWidth = 1.5;
    drawing.beginPath();
    for (const shift of [-2, 0, 2]) {
      drawing.moveTo(-step * 2, shift * step + step * 4);
      drawing.lineTo(step * 4, shift * step - step * 2);
    }
    drawing.stroke();
    const pattern = context.createPattern(tile, "repeat");
    this.#hatches.set(key, pattern);
    return pattern;
  }
}
