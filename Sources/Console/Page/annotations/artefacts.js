// Artefacts drawn over the signals that they are of: hatched stretches, which measures leave out.

import { plain } from "../player/canvas-text.js";
import { length, sessionTime } from "../player/times.js";
import { Drag, partAt } from "./drag.js";
import { colourOf } from "./scheme.js";

export class ArtefactLayer {
  #drag = null;

  /** `track`: of the manifest, a channel as recorded; `context` as in LayerTrack. */
  constructor({ track, channel, codeOf, store, context }) {
    Object.assign(this, { track, channel, codeOf, store, context });
    this.id = `signal:${track.id}`;
  }

  /** Whether artefacts are drawn now: a scheme of artefacts is chosen. */
  get isActive() { return this.context.settings.scheme?.codes.some(({ kind }) => kind === "artefact") ?? false; }

  #items() {
    return this.store.all.filter((one) => one.kind === "artefact" && one.stream === this.track.stream && (one.channel === null || one.channel === undefined || one.channel === this.channel));
  }

  draw(context, { fromS, toS, xOf, height, theme }) {
    const dragged = this.#drag?.state ?? this.context.nudged();
    const items = this.#items().map((one) => (one.annotation === dragged?.annotation ? dragged : one));
    if (this.#drag?.part === "new" && this.#drag.isFar) items.push(dragged);
    for (const one of items) {
      if (one.end_s < fromS || one.start_s > toS) continue;
      const [left, right] = [xOf(one.start_s), Math.max(xOf(one.start_s) + 2, xOf(one.end_s))];
      const colour = theme.series[colourOf(one, this.codeOf(one)) - 1];
      context.fillStyle = theme.hatch(context, colour);
      context.globalAlpha = 0.6;
      context.fillRect(left, 0, right - left, height);
      context.globalAlpha = 1;
      context.fillStyle = colour;
      context.fillRect(left, 0, right - left, 2);
      if (this.context.selected() === one.annotation) {
        context.strokeStyle = theme.ink;
        context.strokeRect(left + 0.5, 1, right - left - 1, height - 2);
      }
    }
  }

  #itemAt({ x, xOf }) {
    return this.#items().filter((one) => x >= xOf(one.start_s) - 4 && x <= xOf(one.end_s) + 4)
      .sort((a, b) => a.end_s - a.start_s - (b.end_s - b.start_s))[0] ?? null;
  }

  onpointer(event, geometry) {
    if (this.#drag) return this.#follow(event, geometry);
    if (!this.isActive) return false;
    const one = this.#itemAt(geometry);
    if (event.type === "dblclick" && one) {
      this.context.edit(one);
      return true;
    }
    if (event.type !== "pointerdown" || event.button !== 0 || event.shiftKey) return false;
    const [low, high] = this.context.workbench.clock.range;
    if (one) {
      this.context.select(one);
      this.#drag = new Drag({ annotation: one, part: partAt(one, geometry.x, geometry.xOf), from: geometry.s, x: geometry.x, limits: { low, high } });
      return true;
    }
    const { scheme, lastCode } = this.context.settings;
    const codes = scheme.codes.filter(({ kind }) => kind === "artefact");
    const code = codes.find((each) => each.code === lastCode) ?? codes[0];
    const drawn = this.store.make({
      layer: "signals", kind: "artefact", code: code.code, ...scheme.fields, stream: this.track.stream,
      start_s: geometry.s, end_s: geometry.s, detail: { origin: "drag" },
    });
    this.#drag = new Drag({ annotation: drawn, part: "new", from: geometry.s, x: geometry.x, limits: { low, high } });
    return true;
  }

  #follow(event, { s, x }) {
    const drag = this.#drag;
    if (event.type === "pointermove") {
      drag.move(s, x);
    } else {
      this.#drag = null;
      if (event.type === "pointerup" && drag.isFar) {
        this.store.put(drag.states);
        if (drag.part === "new" && drag.states.length > 0) this.context.select(drag.state);
      } else if (event.type === "pointerup") {
        this.context.workbench.clock.seek(s);
      }
    }
    this.context.workbench.redraw(this.id);
    return true;
  }

  cancel() {
    if (!this.#drag) return false;
    this.#drag = null;
    this.context.workbench.redraw(this.id);
    return true;
  }

  hintAt(seconds, geometry) {
    const one = this.#itemAt(geometry);
    if (!one) return null;
    return `Artefact: ${plain(this.codeOf(one)?.title ?? one.code, 40)} · ${sessionTime(one.start_s)} · ${length(one.end_s - one.start_s)} · ${plain(one.actor ?? "", 40)}. Measures leave it out.`;
  }
}
