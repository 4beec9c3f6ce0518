// One person's annotations on a track of their own: a row for each exclusive group and each other code. One's own can be
// drawn, moved, stretched and deleted; those of others are there to be looked at.

import { drawText, plain } from "../player/canvas-text.js";
import { length, sessionTime } from "../player/times.js";
import { Drag, childrenOf, innerOf, limitsOf, partAt } from "./drag.js";
import { colourOf, missingOf } from "./scheme.js";

const LANE = 18;

/** A point can be taken this near, px. */
const NEAR = 6;

export class LayerTrack {
  #drag = null;

  /**
   * `layer`: whose; `isOwn`; `scheme()`: whose rows it has; `codeOf(annotation)`; `store`; `context`: `{workbench, settings,
   * selected(), select(annotation), edit(annotation), say(text)}`.
   */
  constructor({ layer, isOwn, codeOf, store, context }) {
    Object.assign(this, { layer, isOwn, codeOf, store, context });
    this.id = `annotations:${layer}`;
    this.kind = "annotations";
    /** One codes into one's own track: it is not to be looked for. */
    this.isFirst = isOwn;
    this.label = isOwn ? "Annotations" : `Annotations of ${layer}`;
    this.note = isOwn ? "drag to draw or move · double-click to edit" : "read only";
    this.arrange();
  }

  /** Finds out which rows it needs; true where these are other ones than before. */
  arrange() {
    const before = this.lanes?.map(({ id }) => id).join("|");
    const scheme = this.context.settings.scheme;
    const lanes = scheme && scheme.layer !== "signals" ? [...scheme.lanes] : [];
    const known = new Set(lanes.flatMap(({ codes }) => codes.map(({ code }) => code)));
    const items = this.#items();
    const kept = this.isOwn ? lanes : lanes.filter(({ codes }) => codes.some(({ code }) => items.some((one) => one.code === code)));
    for (const one of items) {
      if (known.has(one.code)) continue;
      known.add(one.code);
      const code = this.codeOf(one);
      kept.push({ id: `other ${one.code}`, title: code?.title ?? one.code, codes: [code ?? { code: one.code, title: one.code, kind: one.kind, colour: colourOf(one) }] });
    }
    this.lanes = kept;
    this.height = Math.max(1, kept.length) * LANE + 6;
    return before !== kept.map(({ id }) => id).join("|");
  }

  #items() {
    return this.store.all.filter((one) => one.layer === this.layer && !["beat", "no-beat", "artefact"].includes(one.kind));
  }

  #laneOf(one) { return this.lanes.findIndex(({ codes }) => codes.some(({ code }) => code === one.code)); }

  draw(context, { fromS, toS, xOf, width, theme }) {
    context.font = theme.font;
    context.textBaseline = "middle";
    this.lanes.forEach((lane, place) => {
      if (place > 0) {
        context.fillStyle = theme.line;
        context.fillRect(0, 3 + place * LANE - 0.5, width, 1);
      }
    });
    const dragged = this.#drag?.state ?? this.context.nudged();
    const items = this.#items().map((one) => (one.annotation === dragged?.annotation ? dragged : one));
    if (this.#drag?.part === "new" && this.#drag.isFar) items.push(dragged);
    const names = new Set();
    const after = new Map();
    // From the last to the first: each knows how far its words may reach.
    for (const one of items.sort((a, b) => b.start_s - a.start_s)) {
      if ((one.end_s ?? one.start_s) < fromS || one.start_s > toS) continue;
      const lane = this.#laneOf(one);
      if (lane < 0) continue;
      names.add(lane);
      this.#drawItem(context, one, 3 + lane * LANE, { xOf, width: after.get(lane) ?? width, theme });
      after.set(lane, xOf(one.start_s) - 6);
    }
    if (this.isOwn) for (const one of this.store.running) this.#drawRunning(context, one, { xOf, theme });
    // A row with nothing in sight says what it is for.
    context.fillStyle = theme.soft;
    this.lanes.forEach((lane, place) => {
      if (!names.has(place)) drawText(context, lane.title, 6, 3 + place * LANE + LANE / 2 + 0.5, width - 12);
    });
  }

  #drawItem(context, one, top, { xOf, width, theme }) {
    const code = this.codeOf(one);
    const colour = theme.series[colourOf(one, code) - 1];
    const isChosen = this.context.selected() === one.annotation;
    const title = code?.title ?? one.code;
    const x = xOf(one.start_s);
    const middle = top + LANE / 2;
    context.fillStyle = colour;
    if (one.end_s === null || one.end_s === undefined || one.kind === "turn" || one.kind === "span") {
      context.beginPath();
      if (one.kind === "point") {
        context.moveTo(x, middle - 6);
        context.lineTo(x + 5, middle);
        context.lineTo(x, middle + 6);
        context.lineTo(x - 5, middle);
      } else {
        context.rect(x - 4, middle - 5, 8, 10);
      }
      context.fill();
      if (isChosen) this.#outline(context, x - 8, top + 1, 16, LANE - 2, theme);
      context.fillStyle = theme.ink;
      drawText(context, one.note ? `${title}: ${plain(one.note, 60)}` : title, x + 9, middle + 0.5, Math.min(140, width - x - 10));
      return;
    }
    const right = Math.max(x + 2, xOf(one.end_s));
    context.globalAlpha = 0.28;
    context.fillRect(x, top + 1.5, right - x, LANE - 3);
    context.globalAlpha = 1;
    context.fillRect(x, top + 1.5, Math.min(2.5, right - x), LANE - 3);
    context.fillRect(Math.max(x, right - 1.5), top + 1.5, 1.5, LANE - 3);
    if (missingOf(one, code).length > 0) {
      context.strokeStyle = theme["warn-line"];
      context.setLineDash([3, 3]);
      context.strokeRect(x + 0.5, top + 2, right - x - 1, LANE - 4);
      context.setLineDash([]);
    }
    if (isChosen) this.#outline(context, x, top + 1, right - x, LANE - 2, theme);
    context.fillStyle = theme.ink;
    const left = Math.max(x, 0) + 6;
    drawText(context, title, left, middle + 0.5, right - left - 4);
  }

  #drawRunning(context, one, { xOf, theme }) {
    const lane = this.#laneOf(one);
    if (lane < 0) return;
    const [x, now] = [xOf(one.start_s), xOf(this.context.workbench.clock.position)];
    context.fillStyle = theme.series[colourOf(one, this.codeOf(one)) - 1];
    context.globalAlpha = 0.5;
    context.fillRect(Math.min(x, now), 3 + lane * LANE + 5, Math.max(1.5, Math.abs(now - x)), LANE - 10);
    context.globalAlpha = 1;
  }

  #outline(context, x, y, width, height, theme) {
    context.strokeStyle = theme.ink;
    context.lineWidth = 1.5;
    context.strokeRect(x, y, width, height);
    context.lineWidth = 1;
  }

  /** The annotation under a pointer, or null: what is chosen comes first, then the shortest. */
  itemAt({ x, y, xOf }) {
    const lane = Math.floor((y - 3) / LANE);
    const found = this.#items().filter((one) => {
      if (this.#laneOf(one) !== lane) return false;
      const left = xOf(one.start_s);
      const right = one.kind === "interval" ? Math.max(left + 2, xOf(one.end_s)) : left;
      return x >= left - (one.kind === "interval" ? 3 : NEAR) && x <= right + (one.kind === "interval" ? 3 : NEAR);
    });
    const chosen = found.find((one) => one.annotation === this.context.selected());
    return chosen ?? found.sort((a, b) => (a.end_s ?? a.start_s) - a.start_s - ((b.end_s ?? b.start_s) - b.start_s))[0] ?? null;
  }

  onpointer(event, geometry) {
    switch (event.type) {
      case "pointerdown": return this.#begin(event, geometry);
      case "dblclick": return this.#double(geometry);
      case "pointermove": return this.#move(geometry);
      case "pointerup": return this.#finish(geometry, false);
      case "pointercancel": return this.#finish(geometry, true);
      default: return false;
    }
  }

  #begin(event, geometry) {
    if (event.button !== 0 || event.shiftKey) return false;
    const { workbench, settings } = this.context;
    const one = this.itemAt(geometry);
    if (!one) return this.isOwn && this.#beginDrawing(geometry);
    this.context.select(one);
    const part = this.isOwn && ["point", "interval"].includes(one.kind) ? partAt(one, geometry.x, geometry.xOf) : null;
    const where = { scheme: settings.scheme, store: this.store, range: workbench.clock.range };
    this.#drag = part && new Drag({
      annotation: one, part, from: geometry.s, x: geometry.x, limits: limitsOf(one, where), inner: innerOf(one, where), followers: childrenOf(one, where),
    });
    return true;
  }

  #beginDrawing({ x, y, s }) {
    const code = this.#codeToDraw(y);
    if (!code) return false;
    const { workbench, settings } = this.context;
    const drawn = this.store.make({
      code: code.code, kind: "interval", ...settings.scheme.fields, start_s: s, end_s: s, detail: { origin: "drag" },
    });
    const where = { scheme: settings.scheme, store: this.store, range: workbench.clock.range, at: s };
    this.#drag = new Drag({ annotation: drawn, part: "new", from: s, x, limits: limitsOf(drawn, where) });
    return true;
  }

  /** The interval code of a row: of several the one that was used last. */
  #codeToDraw(y) {
    const codes = (this.lanes[Math.floor((y - 3) / LANE)]?.codes ?? []).filter(({ kind, code }) => kind === "interval" && this.context.settings.scheme?.code(code));
    return codes.find(({ code }) => code === this.context.settings.lastCode) ?? codes[0] ?? null;
  }

  #move({ s, x }) {
    if (!this.#drag) return false;
    this.#drag.move(s, x);
    this.context.workbench.redraw(this.id);
    return true;
  }

  #finish({ s }, isCancelled) {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return true;
    const { workbench } = this.context;
    workbench.redraw(this.id);
    if (isCancelled) return true;
    if (!drag.isFar) {
      // A click goes there, as everywhere on the tracks.
      if (drag.part === "new") workbench.clock.seek(s);
      return true;
    }
    const code = this.context.settings.scheme?.code(drag.annotation.code);
    if (drag.part === "new" && code?.parent && !this.context.allowed(code, drag.state.start_s)) return true;
    this.store.put(drag.states);
    if (drag.part === "new" && drag.states.length > 0) this.context.select(drag.state);
    return true;
  }

  /** Whether something is dragged; Escape lets it go. */
  cancel() {
    if (!this.#drag) return false;
    this.#drag = null;
    this.context.workbench.redraw(this.id);
    return true;
  }

  #double(geometry) {
    const one = this.itemAt(geometry);
    if (one) {
      this.context.edit(one);
      return true;
    }
    if (!this.isOwn) return false;
    const scheme = this.context.settings.scheme;
    const code = this.lanes[Math.floor((geometry.y - 3) / LANE)]?.codes.find((each) => each.kind === "point" && scheme?.code(each.code));
    if (!code || !this.context.allowed(code, geometry.s)) return false;
    this.store.put([this.store.make({ code: code.code, kind: "point", ...scheme.fields, start_s: geometry.s, detail: { origin: "drag" } })]);
    return true;
  }

  #at(seconds, slack) {
    return this.#items().filter((one) => one.start_s - slack <= seconds && seconds <= (one.end_s ?? one.start_s) + slack);
  }

  valueAt(seconds) {
    const now = this.#at(seconds, 0).filter(({ kind }) => kind === "interval");
    return { text: now.length === 0 ? "–" : plain(now.map((one) => this.codeOf(one)?.title ?? one.code).join(", "), 40) };
  }

  hintAt(seconds, geometry) {
    const one = this.itemAt(geometry);
    return one && wordsOf(one, this.codeOf(one));
  }
}

/** An annotation in words: what, when, who, what is said of it. */
export function wordsOf(one, code) {
  const modifiers = Object.entries(one.modifiers ?? {}).map(([name, value]) => `${code?.modifiers.find((each) => each.name === name)?.title ?? name}: ${value}`);
  const missing = missingOf(one, code);
  return [
    plain(code?.title ?? one.code, 60), Number.isFinite(one.start_s) ? sessionTime(one.start_s) : `turn ${one.turn}`,
    one.kind === "interval" || one.kind === "artefact" ? length(one.end_s - one.start_s) : null, ...modifiers.map((text) => plain(text, 60)),
    missing.length > 0 ? `missing: ${missing.join(", ")}` : null, one.note ? plain(one.note, 120) : null, plain(one.actor ?? "", 40),
  ].filter(Boolean).join(" · ");
}
