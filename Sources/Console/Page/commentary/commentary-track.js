// The commentary over session time: how loud it was while the replay passed, where it stood and for how
// long, cue points, and who spoke.

import { clockWords } from "../think-aloud/words.js";

export class CommentaryTrack {
  id = "commentary";
  kind = "commentary";
  label = "Commentary";
  unit = "";
  height = 56;
  legend = [{ label: "speech", series: 1 }];
  #data = null;

  /** @param {{map, envelope, cues, segments, isAt}|null} data of the commentary that is open */
  show(data) { this.#data = data; }

  draw(context, { fromS, toS, width, height, xOf, sOf, theme }) {
    if (!this.#data) return;
    const { map, envelope, cues } = this.#data;
    const middle = height * 0.42;
    const colour = theme.series?.[1] ?? theme.accent;
    context.fillStyle = colour;
    // Where the replay went on: the loudest pass of several.
    for (let x = 0; x < width; x += 1) {
      const [from, to] = [sOf(x), sOf(x + 1)];
      let most = 0;
      for (const stretch of map.passing(from)) {
        if (!stretch.playing) continue;
        const speech = stretch.from + (from - stretch.session) / stretch.rate;
        const level = envelope?.level(speech, speech + (to - from) / stretch.rate);
        if (level > most) most = level;
      }
      const size = most > 0 ? Math.max(0.5, (1 + Math.log10(Math.max(most, 0.001)) / 3) * middle) : 0;
      if (size > 0) context.fillRect(x, middle - size, 1, 2 * size);
    }
    // How far the replay came at all.
    context.fillStyle = theme.line;
    for (const { session, rate, from, to, playing } of map.stretches) {
      if (playing && session < toS && session + rate * (to - from) > fromS) {
        context.fillRect(xOf(session), height - 3, Math.max(1, xOf(session + rate * (to - from)) - xOf(session)), 2);
      }
    }
    // Where it stood.
    context.font = theme.font;
    context.textBaseline = "alphabetic";
    let free = -Infinity;
    for (const { session, from, to } of map.pauses()) {
      const x = xOf(session);
      if (x < -20 || x > width + 20) continue;
      context.fillStyle = theme.ink;
      context.fillRect(x - 1, 2, 2, height - 4);
      const words = `${Math.round(to - from)} s`;
      if (x > free) {
        context.fillText(words, x + 4, height - 6);
        free = x + 8 + context.measureText(words).width;
      }
    }
    context.fillStyle = theme.accent;
    for (const { session_s: session } of cues) {
      const x = xOf(session);
      context.beginPath();
      context.moveTo(x, 9);
      context.lineTo(x - 4, 1);
      context.lineTo(x + 4, 1);
      context.fill();
    }
  }

  valueAt(s) {
    const passes = this.#data?.map.passing(s).length ?? 0;
    return { text: passes === 0 ? "not replayed" : passes === 1 ? "" : `${passes} times` };
  }

  hintAt(s, { x, xOf }) {
    if (!this.#data) return null;
    const pause = this.#data.map.pauses().find(({ session }) => Math.abs(xOf(session) - x) < 5);
    if (pause) return `Stood here for ${(pause.to - pause.from).toFixed(1)} s${pause.by ? `, by the ${pause.by}` : ""} (speech time ${clockWords(pause.from)})`;
    const cue = this.#data.cues.find(({ session_s: session }) => Math.abs(xOf(session) - x) < 5);
    return cue ? `Cue point: ${cue.label} · ${cue.origin}` : null;
  }
}
